"""Webhooks: what a site is told, written as rows in the transaction that makes it true, sent afterwards.

Standard Webhooks: constant id, the same bytes at every try, signatures over id, time and body.
"""

import base64
import json
import random
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, update
from sqlmodel import Session, col, select
from standardwebhooks import Webhook as Signer

from moderation import callbacks, patience
from moderation.dialects import insert_all, locked, unlocked
from moderation.errors import NotFoundError, NoWebhookError, WebhookDisabledError
from moderation.ids import new_id
from moderation.models import Comment, Delivery, Site, Webhook
from moderation.outbound import Delivered, Outcome, Refused
from moderation.terms import DeliveryState

LEASE = timedelta(seconds=45)  # for one worker's turn with one address; longer than the turn
SECRET_BYTES = 32
ROTATION = timedelta(hours=24)  # both secrets sign for so long
MOST_TROUBLED = 100


class Trouble(NamedTuple):
    """A site that cannot be told, since when, and why."""

    site: str
    since: datetime
    why: str


class Turn(NamedTuple):
    """One worker's turn with one address: what to send, signed with what."""

    site_id: UUID
    token: UUID
    url: str
    secrets: tuple[str, ...]
    deliveries: tuple[Delivery, ...]


def enqueue(session: Session, told: Iterable[tuple[Comment, str | None]], now: datetime) -> set[UUID]:
    """A delivery for each (comment, reason) whose site has an address; its status says the type. The sites to nudge."""
    rows = list(told)
    addressed = _addressed(session, {comment.site_id for comment, _ in rows})
    made = [_row(comment, reason, now) for comment, reason in rows if comment.site_id in addressed]
    called = callbacks.rows(session, [comment for comment, _ in rows], now)
    if made or called:
        insert_all(session, Delivery, [*made, *called])
    return addressed | {each["site_id"] for each in called}


def set_address(session: Session, site_id: UUID, url: str, now: datetime) -> Webhook:
    """Deliver here from now on; an address that was disabled is tried again. The secret stays."""
    webhook = session.get(Webhook, site_id)
    if webhook is None:
        webhook = Webhook(site_id=site_id, url=url, secret=new_webhook_secret(), created_at=now)
    webhook.url = url
    patience.begin_anew(webhook)
    webhook.lease_token = webhook.lease_until = None  # what the old address still answers is not the new one's fault
    session.add(webhook)
    return webhook


def address(session: Session, site_id: UUID) -> Webhook:
    webhook = session.get(Webhook, site_id)
    if webhook is None:
        raise NoWebhookError
    return webhook


def rotate(session: Session, site_id: UUID, now: datetime) -> Webhook:
    """A new secret; the old one signs too for a day, so that nothing is refused while the site changes over."""
    webhook = address(session, site_id)
    webhook.old_secret, webhook.old_secret_until = webhook.secret, now + ROTATION
    webhook.secret = new_webhook_secret()
    session.add(webhook)
    return webhook


def test(session: Session, site_id: UUID, now: datetime) -> Delivery:
    """Send the site a test, through the same outbox; an address that was disabled is tried again."""
    webhook = address(session, site_id)
    patience.begin_anew(webhook)
    session.add(webhook)
    body = _body("webhook.test", now, {"message": "It works."})
    delivery = Delivery(
        site_id=site_id,
        type="webhook.test",
        body=body,
        state=DeliveryState.WAITING.value,
        created_at=now,
        next_at=now,
    )
    session.add(delivery)
    return delivery


def redeliver(session: Session, site_id: UUID, delivery_id: UUID, now: datetime) -> Delivery:
    """Send it once more, with all its tries; the same id and bytes."""
    delivery = session.get(Delivery, delivery_id)
    if delivery is None or delivery.site_id != site_id:
        raise NotFoundError("There is no such delivery.")
    if delivery.callback_url is None and address(session, site_id).disabled_at:
        raise WebhookDisabledError
    delivery.state, delivery.attempts, delivery.next_at = DeliveryState.WAITING.value, 0, now
    session.add(delivery)
    return delivery


def troubled(session: Session, now: datetime) -> list[Trouble]:
    """Sites whose address is disabled, or has failed several times in a row; the longest in trouble first."""
    asked = (
        select(Webhook, Site.name)
        .join(Site, col(Site.id) == col(Webhook.site_id))
        .where(or_(col(Webhook.disabled_at).is_not(None), col(Webhook.failures) >= patience.REST_AFTER))
        .order_by(func.coalesce(Webhook.failing_since, Webhook.disabled_at))
        .limit(MOST_TROUBLED)
    )
    return [
        Trouble(name, each.disabled_at or each.failing_since or now, patience.why(each))
        for each, name in session.exec(asked)
    ]


def new_webhook_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


# --- a worker's turn: take, post outside any transaction, record ----------------------------------------------------


def sites_with_due(session: Session, now: datetime, most: int) -> list[UUID]:
    """Sites to which something is due, whose address is neither resting nor being talked to."""
    asked = (
        select(Delivery.site_id)
        .join(Webhook, col(Webhook.site_id) == col(Delivery.site_id))
        .where(
            col(Delivery.state) == DeliveryState.WAITING.value,
            col(Delivery.next_at) <= now,
            col(Delivery.callback_url).is_(None),
            *_ready(now),
        )
        .distinct()
        .limit(most)
    )
    return list(session.exec(asked).all())


def take(session: Session, site_id: UUID, most: int, now: datetime) -> Turn | None:
    """Lease a site's address and its due deliveries; None when there is nothing to do or another worker is at it."""
    token = new_id()
    leased = session.execute(
        update(Webhook)
        .where(col(Webhook.site_id) == site_id, *_ready(now))
        .values(lease_token=token, lease_until=now + LEASE)
        .returning(col(Webhook.site_id))
    ).scalar_one_or_none()
    if leased is None:
        return None
    webhook = session.get_one(Webhook, site_id, populate_existing=True)
    due = (
        select(Delivery)
        .where(
            Delivery.site_id == site_id,
            Delivery.state == DeliveryState.WAITING.value,
            Delivery.next_at <= now,
            col(Delivery.callback_url).is_(None),
        )
        .order_by(col(Delivery.id))
        .limit(most if not webhook.failures else 1)  # an address that failed is asked with one, not with all
    )
    deliveries = session.execute(unlocked(due)).scalars().all()
    for delivery in deliveries:  # a worker that dies now has not lost them: they are due again when its turn is over
        delivery.next_at, delivery.attempts = now + LEASE, delivery.attempts + 1
        session.add(delivery)
    old = webhook.old_secret if webhook.old_secret_until and webhook.old_secret_until > now else None
    keys = (webhook.secret, old) if old else (webhook.secret,)
    if not deliveries:
        give_back(session, site_id, token)
        return None
    return Turn(site_id, token, webhook.url, keys, tuple(deliveries))


def headers(delivery: Delivery, signed_with: Iterable[str], now: datetime) -> dict[str, str]:
    """webhook-id, webhook-timestamp, webhook-signature."""
    name = f"msg_{delivery.id.hex}"
    signatures = [Signer(secret).sign(name, now, delivery.body) for secret in signed_with]
    return {
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def record(session: Session, turn: Turn, delivery_id: UUID, outcome: Outcome, now: datetime) -> None:
    """What came of one try: done, due again, or given up."""
    delivery = session.execute(locked(select(Delivery).where(Delivery.id == delivery_id))).scalar_one()
    webhook = session.execute(locked(select(Webhook).where(Webhook.site_id == turn.site_id))).scalar_one()
    late = delivery.state != DeliveryState.WAITING or webhook.lease_token != turn.token
    if late and not isinstance(outcome, Delivered):
        return  # somebody else has taken over: only good news still counts
    delivery.last_status = outcome.status if isinstance(outcome, Delivered | Refused) else None
    delivery.last_error = None if isinstance(outcome, Delivered) else str(outcome)
    if isinstance(outcome, Delivered):
        delivery.state, delivery.delivered_at = DeliveryState.DELIVERED.value, now
        patience.arrived(webhook)
    else:
        patience.failed(delivery, webhook, outcome, now, random.random())  # noqa: S311 - jitter, not a secret
    session.add(delivery)
    session.add(webhook)


def give_back(session: Session, site_id: UUID, token: UUID) -> None:
    """The turn is over."""
    session.execute(
        update(Webhook)
        .where(col(Webhook.site_id) == site_id, col(Webhook.lease_token) == token)
        .values(lease_token=None, lease_until=None)
    )


def _ready(now: datetime) -> tuple[Any, ...]:
    return (
        col(Webhook.disabled_at).is_(None),
        or_(col(Webhook.rest_until).is_(None), col(Webhook.rest_until) <= now),
        or_(col(Webhook.lease_until).is_(None), col(Webhook.lease_until) <= now),
    )


def _addressed(session: Session, site_ids: set[UUID]) -> set[UUID]:
    if not site_ids:
        return set()
    asked = select(Webhook.site_id).where(col(Webhook.site_id).in_(site_ids), col(Webhook.disabled_at).is_(None))
    return set(session.exec(asked).all())


def _row(comment: Comment, reason: str | None, now: datetime) -> dict[str, Any]:
    named = f"comment.{comment.status}"
    data = {
        "id": str(comment.id),
        "external_id": comment.external_id,
        "status": comment.status,
        "revision": comment.revision,
        "reason": reason,
    }
    return {
        "id": new_id(),
        "site_id": comment.site_id,
        "comment_id": comment.id,
        "type": named,
        "body": _body(named, now, data),
        "state": DeliveryState.WAITING.value,
        "attempts": 0,
        "created_at": now,
        "next_at": now,
        "callback_url": None,
    }


def _body(named: str, now: datetime, data: dict[str, Any]) -> str:
    return json.dumps({"type": named, "timestamp": now.isoformat().replace("+00:00", "Z"), "data": data})
