"""Upkeep: what the sweep finds to do. Rows know what is still to be done; lost nudges are made good from them."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, or_
from sqlmodel import Session, col, select

from moderation import alike
from moderation.models import Comment, DeskSession, IdempotentAnswer, SignInLink
from moderation.screening import MOST_ATTEMPTS
from moderation.terms import Status

FRESH = timedelta(seconds=2)  # younger than this, its first nudge is still on its way
KEPT_AFTER_END = timedelta(days=7)


def to_nudge(session: Session, now: datetime, most: int) -> list[tuple[UUID, int, int]]:
    """(comment, characters, attempts) of what is pending without a living lease, the oldest of each site in turn."""
    turn = func.row_number().over(
        partition_by=col(Comment.site_id), order_by=(col(Comment.updated_at), col(Comment.id))
    )
    waiting = (
        select(
            col(Comment.id).label("id"),
            func.length(Comment.body).label("characters"),
            col(Comment.attempts).label("attempts"),
            turn.label("turn"),
        )
        .where(
            Comment.status == Status.PENDING.value,
            col(Comment.attempts) < MOST_ATTEMPTS,
            col(Comment.updated_at) <= now - FRESH,
            or_(col(Comment.lease_until).is_(None), col(Comment.lease_until) <= now),
        )
        .subquery()
    )
    asked = (
        select(waiting.c.id, waiting.c.characters, waiting.c.attempts)
        .order_by(waiting.c.turn, waiting.c.id)
        .limit(most)
    )
    return [(row[0], row[1], row[2]) for row in session.exec(asked).all()]


def oldest_pending(session: Session) -> datetime | None:
    """Since when the oldest comment waits for its screening: since it came in, or was edited."""
    asked = select(func.min(Comment.updated_at)).where(Comment.status == Status.PENDING.value)
    return session.exec(asked).one()


def count_pending(session: Session) -> int:
    return session.exec(select(func.count()).select_from(Comment).where(Comment.status == Status.PENDING.value)).one()


def prune(session: Session, now: datetime, idempotency: timedelta) -> None:
    """Forget what has had its time."""
    session.execute(delete(IdempotentAnswer).where(col(IdempotentAnswer.created_at) < now - idempotency))
    session.execute(delete(SignInLink).where(col(SignInLink.expires_at) < now - KEPT_AFTER_END))
    session.execute(delete(DeskSession).where(col(DeskSession.expires_at) < now - KEPT_AFTER_END))
    alike.prune(session, now)
