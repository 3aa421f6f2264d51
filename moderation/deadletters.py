"""Dead letters: comments that were given up on. A person sees why, has them screened once more, or settles the letter.

The comment itself is held and has a case: whatever becomes of the letter, a moderator can decide.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, exists, update
from sqlmodel import Session, col, select

from moderation import audit, queue
from moderation.dialects import locked
from moderation.errors import LetterClosedError, NotFoundError, NotRetryableError
from moderation.models import Comment, DeadLetter
from moderation.states import after
from moderation.terms import Change, Closed, Kind, LetterClosed, Status


def listed(
    session: Session, sites: Collection[UUID] | None, *, open_only: bool | None, before: UUID | None, limit: int
) -> list[DeadLetter]:
    """Newest first, of these sites (None: of all); 'open_only' None: whatever became of them."""
    asked = select(DeadLetter).order_by(col(DeadLetter.id).desc()).limit(limit)
    if sites is not None:
        asked = asked.where(col(DeadLetter.site_id).in_(sites))
    if open_only is not None:
        state = col(DeadLetter.settled_at)
        asked = asked.where(state.is_(None) if open_only else state.is_not(None))
    if before:
        asked = asked.where(col(DeadLetter.id) < before)
    return list(session.exec(asked).all())


def retry(
    session: Session, sites: Collection[UUID] | None, letter_id: UUID, by: str | UUID, now: datetime
) -> tuple[DeadLetter, Comment]:
    """Have the comment screened once more, with all its attempts; its case closes until the verdict is known."""
    letter, comment = _open(session, sites, letter_id)
    case = queue.open_case_of(session, comment.id)
    if comment.status != Status.HELD or comment.revision != letter.revision or case is None:
        raise NotRetryableError
    comment.status = after(Status(comment.status), Change.RETRY).value
    comment.attempts, comment.lease_token, comment.lease_until = 0, None, None
    comment.updated_at = now
    session.add(comment)
    closed = queue.close_case(session, comment, Closed.RETRIED, now)
    _close(session, letter, LetterClosed.RETRIED, by, now)
    audit.record(session, [audit.event(comment, Kind.RETRIED, now, by, {"letter_id": str(letter.id), **closed})])
    return letter, comment


def settle(
    session: Session, sites: Collection[UUID] | None, letter_id: UUID, by: str | UUID, now: datetime
) -> DeadLetter:
    """Somebody has looked; what becomes of the comment is decided in its case."""
    letter, comment = _open(session, sites, letter_id)
    _close(session, letter, LetterClosed.LOOKED_AT, by, now)
    audit.record(session, [audit.event(comment, Kind.LOOKED_AT, now, by, {"letter_id": str(letter.id)})])
    return letter


def close_overtaken(session: Session, now: datetime) -> int:
    """Close the letters whose comment was decided, edited or erased since: nobody need look any more. How many."""
    as_it_was = exists().where(
        and_(
            col(Comment.id) == col(DeadLetter.comment_id),
            col(Comment.revision) == col(DeadLetter.revision),
            col(Comment.status) == Status.HELD.value,
        )
    )
    closed = session.execute(
        update(DeadLetter)
        .where(col(DeadLetter.settled_at).is_(None), ~as_it_was)
        .values(settled_at=now, settled_by=audit.POLICY, settled_as=LetterClosed.OVERTAKEN.value)
        .returning(col(DeadLetter.id))
        .execution_options(synchronize_session=False)
    )
    return len(closed.all())


def _open(session: Session, sites: Collection[UUID] | None, letter_id: UUID) -> tuple[DeadLetter, Comment]:
    """An open letter of these sites, and its comment, whose row is the lock for both."""
    letter = session.get(DeadLetter, letter_id)
    if letter is None or (sites is not None and letter.site_id not in sites):
        raise NotFoundError("There is no such dead letter for you.")
    comment = session.execute(locked(select(Comment).where(Comment.id == letter.comment_id))).scalar_one()
    session.refresh(letter)
    if letter.settled_at:
        raise LetterClosedError(settled_as=letter.settled_as, at=letter.settled_at)
    return letter, comment


def _close(session: Session, letter: DeadLetter, how: LetterClosed, by: str | UUID, now: datetime) -> None:
    letter.settled_at, letter.settled_by, letter.settled_as = now, str(by), how.value
    session.add(letter)
