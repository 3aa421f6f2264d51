"""Upkeep: what the sweep finds to do. Rows know what is still to be done; lost nudges are made good from them."""

from datetime import datetime, timedelta
from itertools import islice, zip_longest
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func, or_
from sqlmodel import Session, col, select

from moderation import alike
from moderation.ids import first_id
from moderation.models import Comment, Delivery, DeskSession, IdempotentAnswer, SignInLink
from moderation.screening import MOST_ATTEMPTS, nobody_at_it
from moderation.terms import DeliveryState, Status

FRESH = timedelta(seconds=0.5)  # younger than this, its first nudge is still on its way
MOST_SITES = 200  # looked at in one go
KEPT_AFTER_END = timedelta(days=7)
PRUNED_AT_ONCE = 2_000  # in one transaction: others want to write, too


def to_nudge(session: Session, now: datetime, most: int) -> list[tuple[UUID, int, int]]:
    """(comment, characters, attempts) of what is pending without a living lease.

    As many of each site, its oldest first, one of each in turn; what some do not need, the others share.
    """
    sites = sites_waiting(session, MOST_SITES)
    if not sites:
        return []
    share = -(-most // len(sites))
    waiting = {site_id: _due(session, site_id, now, share) for site_id in sites}
    room = most - sum(map(len, waiting.values()))
    for site_id in [each for each in sites if len(waiting[each]) == share]:
        if room <= 0:
            break
        more = _due(session, site_id, now, share + room)
        room -= len(more) - share
        waiting[site_id] = more
    in_turn = (each for turn in zip_longest(*waiting.values()) for each in turn if each)
    return list(islice(in_turn, most))


def sites_waiting(session: Session, most: int) -> list[UUID]:
    """Sites with comments to be screened, a look into an index for each; of more than these, now some, now others."""
    start = uuid4()  # anywhere
    asked = (
        select(Comment.site_id).where(Comment.status == Status.PENDING.value).order_by(col(Comment.site_id)).limit(1)
    )
    found: list[UUID] = []
    for bounds in ((col(Comment.site_id) > start,), (col(Comment.site_id) <= start,)):
        where = bounds
        while len(found) < most and (site_id := session.exec(asked.where(*where)).first()):
            found.append(site_id)
            where = (*bounds, col(Comment.site_id) > site_id)
    return found


def sites_behind(session: Session, most: int) -> set[UUID]:
    """Sites with more than so many comments to be screened."""
    return {
        site_id
        for site_id in sites_waiting(session, MOST_SITES)
        if session.exec(select(Comment.id).where(*_pending(site_id)).order_by(*_ORDER).offset(most).limit(1)).first()
    }


_ORDER = (col(Comment.updated_at), col(Comment.id))


def _pending(site_id: UUID) -> tuple[Any, ...]:
    return Comment.status == Status.PENDING.value, Comment.site_id == site_id


def _due(session: Session, site_id: UUID, now: datetime, most: int) -> list[tuple[UUID, int, int]]:
    asked = (
        select(Comment.id, func.length(Comment.body), Comment.attempts)
        .where(
            *_pending(site_id),
            col(Comment.attempts) < MOST_ATTEMPTS,
            or_(col(Comment.updated_at) <= now - FRESH, col(Comment.updated_at) > now),  # later: the clock was set back
            nobody_at_it(now),
        )
        .order_by(*_ORDER)
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


def prune_deliveries(session: Session, now: datetime, kept: timedelta) -> bool:
    """Forget some of those that arrived long ago; whether there may be more. What is told by them is in the events."""
    old = (Delivery.state == DeliveryState.DELIVERED.value, col(Delivery.id) < first_id(now - kept))
    some = select(Delivery.id).where(*old).order_by(col(Delivery.id)).limit(PRUNED_AT_ONCE)
    gone = delete(Delivery).where(col(Delivery.id).in_(some)).returning(col(Delivery.id))
    return len(session.execute(gone).all()) == PRUNED_AT_ONCE
