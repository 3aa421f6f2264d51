"""Exporting: all that a site has here, window by window, however much it is. What is written meanwhile may be in it."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from moderation.database import reading
from moderation.models import Comment, Decision, Moderator, Page, Screening

WINDOW = 1_000  # rows that are held at once


class What(StrEnum):
    COMMENTS = "comments"
    DECISIONS = "decisions"
    SIGNALS = "signals"


def documents(what: What, site_id: UUID) -> Iterator[dict[str, Any]]:
    """One document a row, oldest first. Comments have the shape in which they are imported."""
    after: UUID | None = None
    while True:
        made, after = _WINDOWS[what](site_id, after)
        yield from made
        if after is None:
            return


def _comments(site_id: UUID, after: UUID | None) -> tuple[list[dict[str, Any]], UUID | None]:
    asked = select(Comment, Page, Decision.reason).join(Page, col(Page.id) == col(Comment.page_id))
    asked = asked.outerjoin(Decision, col(Decision.id) == col(Comment.decision_id)).where(Comment.site_id == site_id)
    if after:
        asked = asked.where(col(Comment.id) > after)
    with reading() as session:
        rows = session.exec(asked.order_by(col(Comment.id)).limit(WINDOW)).all()
    return [_comment(*each) for each in rows], rows[-1][0].id if len(rows) == WINDOW else None


def _comment(comment: Comment, page: Page, reason: str | None) -> dict[str, Any]:
    return {
        "id": str(comment.id),
        "external_id": comment.external_id,
        "body": comment.body,
        "author": {
            "id": comment.author_external_id,
            "name": comment.author_name,
            "email": comment.author_email,
            "url": comment.author_url,
        },
        "page": {"url": page.url, "title": page.title, "modified_at": _moment(comment.page_modified_at)},
        "parent_external_id": comment.parent_external_id,
        "language": comment.language,
        "ip": comment.ip,
        "user_agent": comment.user_agent,
        "referrer": comment.referrer,
        "submitted_at": _moment(comment.submitted_at),
        "received_at": _moment(comment.received_at),
        "status": comment.status,
        "reason": reason,
        "revision": comment.revision,
    }


def _decisions(site_id: UUID, after: UUID | None) -> tuple[list[dict[str, Any]], UUID | None]:
    asked = select(Decision, Comment.external_id, Moderator.name)
    asked = asked.join(Comment, col(Comment.id) == col(Decision.comment_id))
    asked = asked.join(Moderator, col(Moderator.id) == col(Decision.moderator_id)).where(Decision.site_id == site_id)
    if after:
        asked = asked.where(col(Decision.id) > after)
    with reading() as session:
        rows = session.exec(asked.order_by(col(Decision.id)).limit(WINDOW)).all()
    made = [_decision(*each) for each in rows]
    return made, rows[-1][0].id if len(rows) == WINDOW else None


def _decision(decision: Decision, external_id: str, moderator: str) -> dict[str, Any]:
    return {
        "id": str(decision.id),
        "comment_id": str(decision.comment_id),
        "external_id": external_id,
        "revision": decision.revision,
        "action": decision.action,
        "reason": decision.reason,
        "note": decision.note,
        "moderator": moderator,
        "at": _moment(decision.at),
        "settled_at": _moment(decision.settled_at),
        "void_at": _moment(decision.void_at),
        "void_as": decision.void_as,
    }


def _signals(site_id: UUID, after: UUID | None) -> tuple[list[dict[str, Any]], UUID | None]:
    """By comment: screenings have no index of their site's."""
    some = select(Comment.id, Comment.external_id).where(Comment.site_id == site_id)
    if after:
        some = some.where(col(Comment.id) > after)
    with reading() as session:
        comments = session.exec(some.order_by(col(Comment.id)).limit(WINDOW)).all()
        names = dict(comments)
        asked = select(Screening).where(col(Screening.comment_id).in_(names)).order_by(col(Screening.id))
        screenings = session.exec(asked).all()
    made = [_signal(each, names[each.comment_id], signal) for each in screenings for signal in each.signals]
    return made, comments[-1][0] if len(comments) == WINDOW else None


def _signal(screening: Screening, external_id: str, signal: dict[str, Any]) -> dict[str, Any]:
    return {
        "comment_id": str(screening.comment_id),
        "external_id": external_id,
        "revision": screening.revision,
        "at": _moment(screening.at),
        "verdict": screening.verdict["action"],
        **signal,
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None


_WINDOWS = {What.COMMENTS: _comments, What.DECISIONS: _decisions, What.SIGNALS: _signals}
