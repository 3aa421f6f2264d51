"""What our JSON looks like for sites: what they may send, and what they get. Unknown fields are refused."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.errors import problem_of
from api.fields import Address, Body, Email, Header, Id, Language, Moment, Name, Note, Storable, Url, moment
from moderation.errors import ModerationError
from moderation.standing import SiteView
from moderation.submissions import Accepted, OnPage, Seen, Submission
from moderation.terms import Status

MOST_IN_BATCH = 1_000


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AuthorIn(_In):
    """Who wrote it, as far as the site knows. E-mail is never given out again."""

    id: Id | None = Field(default=None, description="The site's own id for this writer")
    name: Name | None = None
    email: Email | None = None
    url: Url | None = None


class PageIn(_In):
    """What was commented on."""

    url: Annotated[Url, StringConstraints(min_length=1)]
    title: Annotated[Storable, StringConstraints(max_length=500)] | None = None
    modified_at: Moment | None = Field(default=None, description="When it last changed: old articles draw spam")


class CommentIn(_In):
    """A comment, as a site's backend submits it."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "example": {
                "external_id": "c-1042",
                "body": "I worked there for six years and saw it too.",
                "author": {"id": "u-77", "name": "Ana", "email": "ana@example.org"},
                "page": {"url": "https://courier.example/news/allegations", "title": "Allegations at the theatre"},
                "ip": "203.0.113.9",
                "typed_for_seconds": 48.5,
            }
        },
    )

    external_id: Id = Field(description="The site's own id: sent again, it is the same comment, not a second one")
    body: Body
    author: AuthorIn
    page: PageIn
    parent_external_id: Id | None = None
    language: Language | None = Field(default=None, description="BCP 47, if the site knows it")
    ip: Address | None = None
    user_agent: Header | None = None
    referrer: Header | None = None
    typed_for_seconds: float | None = Field(default=None, ge=0, le=10_000_000, allow_inf_nan=False, strict=True)
    honeypot: Header | None = Field(default=None, description="What came in a form field that people do not see")
    submitted_at: Moment | None = None


class EditIn(_In):
    body: Body


class ReportIn(_In):
    """A reader's request for a look."""

    reader: Id | None = Field(default=None, description="The site's own id for the reader: the same one counts once")
    reason: Annotated[Storable, StringConstraints(max_length=200)] | None = None
    note: Note | None = None


class AppealIn(_In):
    """The author's request for another look."""

    reason: Note | None = None


class WebhookIn(_In):
    url: Annotated[Storable, StringConstraints(min_length=1, max_length=2_000)]


class PageOut(BaseModel):
    url: str
    title: str | None


class BecauseOut(BaseModel):
    check: str
    score: float | None
    hold_at: float | None
    reject_at: float | None
    explanation: str


class VerdictOut(BaseModel):
    action: str
    because: list[BecauseOut]


class SettledOut(BaseModel):
    action: str
    reason: str | None
    at: datetime


class CommentOut(BaseModel):
    """A comment, as its site sees it."""

    id: UUID
    external_id: str
    status: Status
    revision: int
    page: PageOut
    author: dict[str, Any]
    parent_external_id: str | None
    submitted_at: datetime
    screened_at: datetime | None
    decided_at: datetime | None
    verdict: VerdictOut | None
    decision: SettledOut | None


def submission(site_id: UUID, sent: CommentIn, key: str | None = None, payload_hash: str = "") -> Submission:
    return Submission(
        site_id=site_id,
        external_id=sent.external_id,
        body=sent.body,
        page_url=sent.page.url,
        page_title=sent.page.title,
        page_modified_at=sent.page.modified_at,
        author_id=sent.author.id,
        author_name=sent.author.name,
        author_email=sent.author.email,
        author_url=sent.author.url,
        parent_external_id=sent.parent_external_id,
        language=sent.language,
        ip=str(sent.ip) if sent.ip else None,
        user_agent=sent.user_agent,
        referrer=sent.referrer,
        typed_for_seconds=sent.typed_for_seconds,
        honeypot=sent.honeypot,
        submitted_at=sent.submitted_at,
        idempotency_key=key,
        payload_hash=payload_hash,
    )


def just_received(comment: Seen, page: OnPage) -> dict[str, Any]:
    """A comment as it was when it came in: what 202 is answered with, the first time and every time after."""
    return {
        "id": str(comment.id),
        "external_id": comment.external_id,
        "status": Status.PENDING.value,
        "revision": 1,
        "page": {"url": page.url, "title": page.title},
        "author": _author(comment),
        "parent_external_id": comment.parent_external_id,
        "submitted_at": moment(comment.submitted_at),
        "screened_at": None,
        "decided_at": None,
        "verdict": None,
        "decision": None,
    }


def for_site(view: SiteView) -> dict[str, Any]:
    """A comment as its site sees it: categories, never the matched words; never e-mail, address or browser."""
    comment, decision = view.comment, view.decision
    shown = just_received(comment, OnPage(view.page.url, view.page.title)) | {
        "status": comment.status,
        "revision": comment.revision,
        "screened_at": moment(comment.screened_at),
        "decided_at": moment(comment.decided_at),
    }
    if view.screening and comment.status != Status.ERASED:
        shown["verdict"] = _verdict(view.screening.verdict)
    if decision:
        shown["decision"] = {"action": decision.action, "reason": decision.reason, "at": moment(decision.at)}
    return shown


def statement(view: SiteView) -> dict[str, Any]:
    """A plain statement of reasons: what was done, by whom, why, and what the author can do."""
    comment, decision = view.comment, view.decision
    verdict = _verdict(view.screening.verdict) if view.screening else {"because": []}
    said = [each["explanation"] for each in verdict["because"]]
    return {
        "comment_id": str(comment.id),
        "external_id": comment.external_id,
        "status": comment.status,
        "decided_at": moment(comment.decided_at),
        "decided_by": "person" if decision else "policy",
        "automated": decision is None,
        "reason": decision.reason if decision else next((each["check"] for each in verdict["because"]), None),
        "explanation": REASONS.get(decision.reason or "", "") if decision else " ".join(said),
        "appeal": f"/v1/comments/{comment.id}/appeals",
    }


REASONS = {
    "spam": "A moderator found that it advertises or was sent in bulk.",
    "profanity": "A moderator found its language too coarse for this site.",
    "abuse": "A moderator found that it insults or harasses somebody.",
    "hate": "A moderator found that it attacks people for what they are.",
    "threat": "A moderator found that it threatens somebody.",
    "sexual": "A moderator found that it is sexual where that does not belong.",
    "private_data": "A moderator found that it gives away somebody's private data.",
    "off_topic": "A moderator found that it has nothing to do with the page.",
    "illegal": "A moderator found that it may break the law.",
    "other": "A moderator found that it does not keep to the rules of this site.",
}


def row(external_id: Any, outcome: Accepted | ModerationError, shown: Mapping[str, Any] | None) -> dict[str, Any]:
    """One line of a batch's answer."""
    if isinstance(outcome, ModerationError):
        document = problem_of(outcome)
        return {"external_id": external_id, "status": document["status"], "comment": None, "problem": document}
    status = 202 if outcome.created else 200
    return {"external_id": external_id, "status": status, "comment": shown, "problem": None}


def _author(comment: Seen) -> dict[str, Any]:
    return {"id": comment.author_external_id, "name": comment.author_name, "url": comment.author_url}


def _verdict(verdict: Mapping[str, Any]) -> dict[str, Any]:
    wanted = ("check", "score", "hold_at", "reject_at", "explanation")
    return {"action": verdict["action"], "because": [{key: each[key] for key in wanted} for each in verdict["because"]]}
