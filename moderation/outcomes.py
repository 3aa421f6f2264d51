"""Outcomes: a site's settled comments, in the order of its chain, so that it can catch up without webhooks.

The chain is sealed after the commit, one place after the other: whoever goes on from the last one they have seen misses
none, whenever it was committed.
"""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import exists
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from moderation.errors import CursorInvalidError
from moderation.models import Comment, Event
from moderation.terms import Status

SETTLED = (Status.APPROVED.value, Status.REJECTED.value, Status.ERASED.value)


class Outcome(NamedTuple):
    """A settled comment, and the event from which to go on."""

    event_id: UUID
    comment: Comment


def listed(session: Session, site_id: UUID, after: UUID | None, limit: int) -> list[Outcome]:
    """From after that event on. A comment stands where it was settled last, as it is now; settled anew, it comes again.

    What was settled and is pending or held by now is left out: it comes when it is settled.
    """
    later = aliased(Event)
    settled_again = exists().where(
        col(later.comment_id) == col(Event.comment_id), col(later.outcome_seq) > col(Event.outcome_seq)
    )
    asked = (
        select(Event.id, Comment)
        .join(Comment, col(Comment.id) == col(Event.comment_id))
        .where(
            Event.site_id == site_id,
            col(Event.outcome_seq) > _place(session, site_id, after),
            col(Comment.status).in_(SETTLED),
            ~settled_again,
        )
        .order_by(col(Event.outcome_seq))
        .limit(limit)
    )
    return [Outcome(event_id, comment) for event_id, comment in session.exec(asked)]


def _place(session: Session, site_id: UUID, after: UUID | None) -> int:
    if after is None:
        return 0
    event = session.get(Event, after)
    if event is None or event.site_id != site_id or event.seq is None:  # after a restore, later ones have gone
        raise CursorInvalidError("This place is not in the record (any more): begin without 'after'.", pointer="/after")
    return event.seq
