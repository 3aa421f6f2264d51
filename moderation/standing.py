"""Where a site's comments stand: one, and many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, tuple_
from sqlmodel import Session, col, select

from moderation.dialects import locked
from moderation.errors import NoStatementError, NotFoundError
from moderation.models import Comment, Decision, Page, Screening
from moderation.terms import Status


@dataclass(frozen=True, slots=True)
class SiteView:
    """A comment as its site sees it."""

    comment: Comment
    page: Page
    screening: Screening | None  # of the current revision
    decision: Decision | None  # settled


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which comments; what is None is not asked for."""

    external_id: str | None = None
    status: Status | None = None
    page_id: UUID | None = None
    author_ids: Sequence[UUID] | None = None
    updated_since: datetime | None = None


def find(session: Session, site_id: UUID, comment_id: UUID, *, lock: bool = False) -> Comment:
    """A comment of this site. Its row is the lock for everything that may happen to it."""
    asked = select(Comment).where(Comment.id == comment_id, Comment.site_id == site_id)
    comment = session.execute(locked(asked) if lock else asked).scalar_one_or_none()
    if comment is None:
        raise NotFoundError("There is no such comment on your site.")
    return comment


def views(session: Session, comments: Sequence[Comment]) -> list[SiteView]:
    """In the same order; three queries, however many."""
    pages = {
        each.id: each
        for each in session.exec(select(Page).where(col(Page.id).in_({each.page_id for each in comments}))).all()
    }
    asked = select(Screening).where(col(Screening.comment_id).in_([each.id for each in comments]))
    screenings = {
        (each.comment_id, each.revision): each for each in session.exec(asked.order_by(col(Screening.id))).all()
    }
    decision_ids = [each.decision_id for each in comments if each.decision_id]
    decisions = {
        each.id: each
        for each in (
            session.exec(select(Decision).where(col(Decision.id).in_(decision_ids))).all() if decision_ids else ()
        )
    }
    return [
        SiteView(
            each,
            pages[each.page_id],
            screenings.get((each.id, each.revision)),
            decisions.get(each.decision_id) if each.decision_id else None,
        )
        for each in comments
    ]


def listed(
    session: Session, site_id: UUID, wanted: Wanted, after: tuple[datetime | None, UUID] | None, limit: int
) -> list[Comment]:
    """Newest first; with 'updated_since', in the order of their last change."""
    asked = select(Comment).where(*_asked(site_id, wanted))
    if wanted.updated_since:
        asked = asked.order_by(col(Comment.updated_at), col(Comment.id))
        if after:
            asked = asked.where(tuple_(col(Comment.updated_at), col(Comment.id)) > after)
    else:
        asked = asked.order_by(col(Comment.id).desc())
        if after:
            asked = asked.where(col(Comment.id) < after[1])
    return list(session.exec(asked.limit(limit)).all())


def rejected(view: SiteView) -> SiteView:
    """The same, when there is a statement of reasons to be made."""
    if view.comment.status != Status.REJECTED:
        raise NoStatementError
    return view


def _asked(site_id: UUID, wanted: Wanted) -> list[ColumnElement[bool]]:
    asked = [col(Comment.site_id) == site_id]
    if wanted.external_id is not None:
        asked.append(col(Comment.external_id) == wanted.external_id)
    if wanted.status is not None:
        asked.append(col(Comment.status) == wanted.status.value)
    if wanted.page_id is not None:
        asked.append(col(Comment.page_id) == wanted.page_id)
    if wanted.author_ids is not None:
        asked.append(col(Comment.author_id).in_(wanted.author_ids))
    if wanted.updated_since is not None:
        asked.append(col(Comment.updated_at) >= wanted.updated_since)
    return asked
