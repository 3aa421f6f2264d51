"""Calling an Akismet client back: what became of a comment that it was told is held. The same outbox, the same guard.

The client's key goes along, in the clear: by it the client knows that it is us (`../docs/akismet.md`).
"""

import json
import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from moderation import patience
from moderation.dialects import locked, unlocked
from moderation.ids import new_id
from moderation.models import Callback, Comment, Delivery
from moderation.outbound import Delivered, Outcome, Refused
from moderation.terms import DeliveryState, Status

TYPE = "akismet.callback"
SETTLES = timedelta(seconds=2)  # a client stores a comment only after it was answered
LEASE = timedelta(seconds=45)  # longer than a turn's posts; a worker that dies has not lost them
HEADERS = {"X-Akismet-Webhook": "1"}
_RESULTS = {Status.APPROVED: "false", Status.REJECTED: "true"}  # 'is it spam?'


def expect(session: Session, comment_id: UUID, url: str, key: str) -> None:
    """Call here once it is settled."""
    known = session.get(Callback, comment_id) or Callback(comment_id=comment_id, url=url, key=key)
    known.url, known.key = url, key
    session.add(known)


def rows(session: Session, comments: Sequence[Comment], now: datetime) -> list[dict[str, Any]]:
    """A delivery for each that has come to an end and whose client waits for it; whoever was told waits no more."""
    ended = {each.id: each for each in comments if Status(each.status) in _RESULTS}
    if not ended:
        return []
    waiting = session.exec(select(Callback).where(col(Callback.comment_id).in_(ended))).all()
    forget(session, [each.comment_id for each in waiting])
    return [_row(ended[each.comment_id], each, now) for each in waiting]


def forget(session: Session, comment_ids: Iterable[UUID]) -> None:
    if ids := list(comment_ids):
        session.execute(delete(Callback).where(col(Callback.comment_id).in_(ids)))


def sites_with_due(session: Session, now: datetime, most: int) -> list[UUID]:
    return list(session.exec(select(Delivery.site_id).where(*_due(now)).distinct().limit(most)).all())


def take(session: Session, site_id: UUID, most: int, now: datetime) -> list[Delivery]:
    """Lease what is due; another worker takes others."""
    due = select(Delivery).where(Delivery.site_id == site_id, *_due(now)).order_by(col(Delivery.id)).limit(most)
    taken = list(session.execute(unlocked(due)).scalars())
    for delivery in taken:
        delivery.next_at, delivery.attempts = now + LEASE, delivery.attempts + 1
        session.add(delivery)
    return taken


def record(session: Session, delivery_id: UUID, outcome: Outcome, now: datetime) -> None:
    """What came of one try: done, due again, or given up."""
    delivery = session.execute(locked(select(Delivery).where(Delivery.id == delivery_id))).scalar_one()
    if delivery.state != DeliveryState.WAITING:
        return
    delivery.last_status = outcome.status if isinstance(outcome, Delivered | Refused) else None
    delivery.last_error = None if isinstance(outcome, Delivered) else str(outcome)
    again = patience.next_try(delivery.attempts, now, random.random())  # noqa: S311 - jitter, not a secret
    if isinstance(outcome, Delivered):
        delivery.state, delivery.delivered_at = DeliveryState.DELIVERED.value, now
    elif again is None:
        delivery.state = DeliveryState.FAILED.value
    else:
        delivery.next_at = again
    session.add(delivery)


def _due(now: datetime) -> tuple[Any, ...]:
    return (
        col(Delivery.state) == DeliveryState.WAITING.value,
        col(Delivery.next_at) <= now,
        col(Delivery.callback_url).is_not(None),
    )


def _row(comment: Comment, wanted: Callback, now: datetime) -> dict[str, Any]:
    said = {"guid": str(comment.id), "result": _RESULTS[Status(comment.status)]}
    return {
        "id": new_id(),
        "site_id": comment.site_id,
        "comment_id": comment.id,
        "type": TYPE,
        "body": json.dumps({"key": wanted.key, "endpoint": "comment-check", "comments": [said]}),
        "state": DeliveryState.WAITING.value,
        "attempts": 0,
        "created_at": now,
        "next_at": now + SETTLES,
        "callback_url": wanted.url,
    }
