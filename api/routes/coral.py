"""Coral's external moderation phase: it asks before it publishes, and waits for a fraction of a second.

https://docs.coralproject.net/external-moderation-phases . Without an answer in time it goes on without us: what is not
screened by then is answered as held.
"""

import hashlib
import hmac
import time
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, ValidationError
from starlette.concurrency import run_in_threadpool

from api import overload, quota
from api.collector import Collector
from api.errors import problem_of_validation
from api.fields import LONGEST_EMAIL, LONGEST_ID, LONGEST_NAME, LONGEST_URL
from api.waiting import Waiting
from moderation import standing
from moderation.database import reading
from moderation.errors import KeyInvalidError, ModerationError
from moderation.feeds.row import clean, plain
from moderation.models import CoralPhase
from moderation.standing import SiteView
from moderation.submissions import LONGEST_ELSEWHERE, Submission
from moderation.terms import Status

router = APIRouter(tags=["integrations"])

SHARE = 0.7  # of the time that Coral waits; the rest is the way there and back
STATUSES = {Status.APPROVED: "NONE", Status.REJECTED: "REJECTED"}  # everything else waits for a person there
FLAGS = {
    "spam": "COMMENT_DETECTED_SPAM",
    "links": "COMMENT_DETECTED_LINKS",
    "blocklist": "COMMENT_DETECTED_BANNED_WORD",
    "profanity": "COMMENT_DETECTED_SUSPECT_WORD",
    "newcomer": "COMMENT_DETECTED_NEW_COMMENTER",
    "repeats": "COMMENT_DETECTED_REPEAT_POST",
    "campaign": "COMMENT_DETECTED_REPEAT_POST",
    "flood": "COMMENT_DETECTED_REPEAT_POST",
    "abuse.insult": "COMMENT_DETECTED_TOXIC",
    "abuse.threat": "COMMENT_DETECTED_TOXIC",
    "abuse.hate": "COMMENT_DETECTED_TOXIC",
    "abuse.sexual": "COMMENT_DETECTED_TOXIC",
}


class _CommentIn(BaseModel):
    body: str = Field(min_length=1)
    parentID: str | None = None  # noqa: N815 - Coral's own name


class _AuthorIn(BaseModel):
    id: str = Field(min_length=1)
    username: str | None = None
    email: str | None = None


class _StoryIn(BaseModel):
    id: str = Field(min_length=1)
    url: str | None = None


class _PhaseIn(BaseModel):
    """What Coral sends; there is more in it, and there may be more one day."""

    comment: _CommentIn
    author: _AuthorIn
    story: _StoryIn


@router.post("/integrations/coral/phase", operation_id="coralPhase")
async def phase(
    request: Request,
    site: UUID,
    timeout: Annotated[int, Query(ge=50, le=10_000, description="Milliseconds that Coral waits")] = 200,  # noqa: ASYNC109 - theirs
    x_coral_signature: Annotated[str, Header(max_length=1_000)] = "",
) -> JSONResponse:
    """`NONE`, `PREMOD` or `REJECTED`, with flags for what was seen."""
    ends = time.monotonic() + timeout / 1_000 * SHARE
    body = await request.body()
    secret = await run_in_threadpool(_secret, site)
    if secret is None or not _is_theirs(secret, body, x_coral_signature):
        raise KeyInvalidError("This is not signed with the site's secret.")
    try:
        sent = _PhaseIn.model_validate_json(body)
    except ValidationError as broken:
        document = problem_of_validation(broken)
        return JSONResponse(document, document["status"], media_type="application/problem+json")
    text = clean(plain(sent.comment.body), LONGEST_ELSEWHERE + 1) or "(empty)"
    if len(text) > LONGEST_ELSEWHERE:  # a part that nobody looked at must not go through with the rest
        return JSONResponse({"status": "PREMOD", "actions": []})
    overload.refuse_if_overloaded()
    quota.spend(site, 1)
    view = await _screened(request, _submission(site, sent, text), ends)
    return JSONResponse(_answer(view))


async def _screened(request: Request, sent: Submission, ends: float) -> SiteView:
    collector: Collector = request.app.state.collector
    waiting: Waiting = request.app.state.waiting
    outcome = (await collector.submit([sent]))[0]
    if isinstance(outcome, ModerationError):
        raise outcome
    if outcome.comment.status == Status.PENDING:
        await waiting.verdicts([outcome.comment.id], max(0.0, ends - time.monotonic()))
    return await run_in_threadpool(_view, sent.site_id, outcome.comment.id)


def _answer(view: SiteView) -> dict[str, Any]:
    because = view.screening.verdict["because"] if view.screening else []
    reasons = dict.fromkeys(FLAGS[each["check"]] for each in because if each["check"] in FLAGS)
    return {
        "status": STATUSES.get(Status(view.comment.status), "PREMOD"),
        "actions": [{"actionType": "FLAG", "reason": each} for each in reasons],
    }


def _submission(site_id: UUID, sent: _PhaseIn, text: str) -> Submission:
    """A comment has no id before it is published: it is what was said, where and by whom."""
    parts = (sent.story.id, sent.author.id, sent.comment.parentID or "", text)
    named = hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:40]
    return Submission(
        site_id=site_id,
        external_id=f"coral-{named}",
        body=text,
        page_url=clean(sent.story.url, LONGEST_URL) or f"coral:{clean(sent.story.id, LONGEST_ID)}",
        author_id=clean(sent.author.id, LONGEST_ID),
        author_name=clean(sent.author.username, LONGEST_NAME),
        author_email=clean(sent.author.email, LONGEST_EMAIL),
        parent_external_id=clean(sent.comment.parentID, LONGEST_ID),
    )


def _is_theirs(secret: str, body: bytes, signatures: str) -> bool:
    """'sha256=HEX', or several while the secret is being changed."""
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return any(hmac.compare_digest(expected.encode(), each.strip().encode()) for each in signatures.split(","))


def _secret(site_id: UUID) -> str | None:
    with reading() as session:
        kept = session.get(CoralPhase, site_id)
        return kept.secret if kept else None


def _view(site_id: UUID, comment_id: UUID) -> SiteView:
    with reading() as session:
        return standing.views(session, [standing.find(session, site_id, comment_id)])[0]
