"""What our JSON looks like for moderators: cases, decisions, history. E-mail and network address stay out of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.fields import Note, Storable
from api.shapes import moment
from moderation.casework import CaseView
from moderation.models import Comment, Decision
from moderation.terms import Reason, Status

MOST_AT_ONCE = 1_000
MOST_CLAIMS = 200
SECONDS_AN_HOUR = 3_600


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ClaimIn(_In):
    count: int = Field(default=1, ge=1, le=MOST_CLAIMS, strict=True)
    site: Storable | None = Field(default=None, max_length=100, description="Only this site's: id or name")
    case_ids: list[UUID] | None = Field(default=None, min_length=1, max_length=MOST_CLAIMS, description="Only these")


class DecisionIn(_In):
    action: Literal["approve", "reject"]
    reason: Reason | None = Field(default=None, description="Required to reject")
    note: Note | None = None
    revision: int = Field(ge=1, le=1_000_000, strict=True, description="The revision that you looked at")
    overturns: UUID | None = Field(default=None, description="The decision that this one takes the place of")


class FilterIn(_In):
    site: Storable | None = Field(default=None, max_length=100)
    check: Storable | None = Field(default=None, max_length=50)
    page_url: Storable | None = Field(default=None, max_length=2_000)
    author: Storable | None = Field(default=None, max_length=200)
    language: Storable | None = Field(default=None, max_length=35)


class DecisionsIn(_In):
    """Many at once: name the cases, or filter them."""

    case_ids: list[UUID] | None = Field(default=None, min_length=1, max_length=MOST_AT_ONCE)
    filter: FilterIn | None = None
    action: Literal["approve", "reject"]
    reason: Reason | None = None
    note: Note | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "DecisionsIn":
        if (self.case_ids is None) == (self.filter is None):
            raise ValueError("give either case_ids or filter")
        return self


def case(view: CaseView, now: datetime) -> dict[str, Any]:
    """A case with everything a moderator needs to settle it."""
    row = view.case
    claimed = row.claimed_until is not None and row.claimed_until > now
    return {
        "id": str(row.id),
        "site_id": str(row.site_id),
        "comment": comment(view),
        "why": row.why,
        "checks": row.checks.split(),
        "priority": round((now.timestamp() - row.rank) / SECONDS_AN_HOUR, 3),
        "opened_at": moment(row.opened_at),
        "closed_at": moment(row.closed_at),
        "closed_as": row.closed_as,
        "revision": view.comment.revision,
        "reports": row.reports,
        "appeal": {"reason": view.appeal.reason, "at": moment(view.appeal.at)} if view.appeal else None,
        "claimed_by": view.claimed_by if claimed else None,
        "claimed_until": moment(row.claimed_until) if claimed else None,
        "decision": decision(view.standing, None) if view.standing else None,
    }


def comment(view: CaseView) -> dict[str, Any]:
    row, screening = view.comment, view.screening
    return {
        "id": str(row.id),
        "external_id": row.external_id,
        "parent_external_id": row.parent_external_id,
        "status": row.status,
        "revision": row.revision,
        "body": row.body,
        "language": row.language,
        "author": author(row),
        "page": {"url": view.page.url, "title": view.page.title, "modified_at": moment(row.page_modified_at)},
        "submitted_at": moment(row.submitted_at),
        "signals": screening.signals if screening and row.status != Status.ERASED else [],
        "verdict": _verdict(screening.verdict) if screening else None,
    }


def author(row: Comment) -> dict[str, Any]:
    return {
        "id": row.author_external_id,
        "name": row.author_name,
        "url": row.author_url,
        "key": str(row.author_id) if row.author_id else None,
    }


def decision(row: Decision, moderator: str | None) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "case_id": str(row.case_id),
        "comment_id": str(row.comment_id),
        "revision": row.revision,
        "action": row.action,
        "reason": row.reason,
        "note": row.note,
        "moderator": moderator or str(row.moderator_id),
        "at": moment(row.at),
        "undo_until": moment(row.undo_until),
        "settled_at": moment(row.settled_at),
        "overturns": str(row.overturns) if row.overturns else None,
        "overturned_at": moment(row.void_at),
    }


def line(event: Mapping[str, Any]) -> dict[str, Any]:
    """One line of a comment's history."""
    return {
        key: moment(value) if isinstance(value, datetime) else str(value) if isinstance(value, UUID) else value
        for key, value in event.items()
    }


def _verdict(verdict: Mapping[str, Any]) -> dict[str, Any]:
    return {"action": verdict["action"], "because": verdict["because"], "others": verdict["others"]}
