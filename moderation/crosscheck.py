"""The cross-check: for every change one event, for every event a change. An event that was made up shows here."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from moderation.models import Appeal, Case, Comment, DeadLetter, Decision, Event, Report, Screening
from moderation.terms import Kind, LetterClosed, Status

MOST_COMMENTS = 1_000  # looked at together

Table = type[Appeal] | type[Case] | type[DeadLetter] | type[Decision] | type[Report] | type[Screening]
# What leaves a row behind; claims do not.
LEAVES: dict[Kind, tuple[Table, ColumnElement[bool] | None]] = {
    Kind.SCREENED: (Screening, None),
    Kind.UNSCREENED: (DeadLetter, None),
    Kind.RETRIED: (DeadLetter, col(DeadLetter.settled_as) == LetterClosed.RETRIED.value),
    Kind.LOOKED_AT: (DeadLetter, col(DeadLetter.settled_as) == LetterClosed.LOOKED_AT.value),
    Kind.CASE_OPENED: (Case, None),
    Kind.DECIDED: (Decision, None),
    Kind.UNDONE: (Decision, col(Decision.void_as) == Kind.UNDONE.value),
    Kind.SETTLED: (Decision, col(Decision.settled_at).is_not(None)),
    Kind.REPORTED: (Report, None),
    Kind.APPEALED: (Appeal, None),
}


class Odd(NamedTuple):
    """Events and rows of a comment that do not tell the same."""

    comment_id: UUID
    kind: Kind
    events: int
    rows: int

    def __str__(self) -> str:
        return f"comment {self.comment_id} has {self.events} events '{self.kind}', where {self.rows} are to be expected"


def compare(session: Session, site_id: UUID, after: UUID | None = None) -> tuple[list[Odd], UUID | None]:
    """What does not match among a site's next comments, and the last of them; None when all were looked at.

    The session must see one moment (database.snapshot), or a change that is just being made would seem odd.
    """
    asked = select(Comment.id, Comment.revision, Comment.status).where(Comment.site_id == site_id)
    if after:
        asked = asked.where(col(Comment.id) > after)
    comments = session.exec(asked.order_by(col(Comment.id)).limit(MOST_COMMENTS)).all()
    ids = [each[0] for each in comments]
    told = _told(session, ids)
    left = {kind: _left(session, ids, *where) for kind, where in LEAVES.items()}
    odd: list[Odd] = []
    for comment_id, revision, status in comments:
        rows = {kind: left[kind].get(comment_id, 0) for kind in LEAVES}
        rows |= {Kind.RECEIVED: 1, Kind.EDITED: revision - 1, Kind.ERASED: int(status == Status.ERASED)}
        counted = {kind: told.get((comment_id, kind.value), 0) for kind in rows}
        odd += [Odd(comment_id, kind, counted[kind], rows[kind]) for kind in rows if counted[kind] != rows[kind]]
    return odd, ids[-1] if len(ids) == MOST_COMMENTS else None


def _told(session: Session, ids: Sequence[UUID]) -> dict[tuple[UUID, str], int]:
    asked = (
        select(Event.comment_id, Event.kind, func.count())
        .where(col(Event.comment_id).in_(ids))
        .group_by(col(Event.comment_id), col(Event.kind))
    )
    return {(comment_id, kind): count for comment_id, kind, count in session.exec(asked).all()}


def _left(session: Session, ids: Sequence[UUID], table: Any, given: ColumnElement[bool] | None) -> dict[UUID, int]:
    asked = select(table.comment_id, func.count()).where(table.comment_id.in_(ids)).group_by(table.comment_id)
    if given is not None:
        asked = asked.where(given)
    return {row[0]: row[1] for row in session.execute(asked)}
