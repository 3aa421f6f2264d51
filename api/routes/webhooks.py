"""Where a site is told, what it was told, and telling it again."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import col, select

from api import cursors, shapes
from api.guests import TAKES_SITE_KEY, ASiteKey
from moderation import outbound, webhooks
from moderation.database import clock, reading, transaction
from moderation.models import Delivery, Webhook
from moderation.settings import settings
from moderation.terms import DeliveryState
from workers import nudge

router = APIRouter(tags=["webhooks"], dependencies=[TAKES_SITE_KEY])


@router.get("/v1/webhook", operation_id="getWebhook")
def get_webhook(site: ASiteKey) -> dict[str, Any]:
    """Where outcomes are delivered, and how that goes."""
    with reading() as session:
        return _webhook(webhooks.address(session, site.id))


@router.put("/v1/webhook", operation_id="setWebhook")
def set_webhook(site: ASiteKey, sent: shapes.WebhookIn) -> dict[str, Any]:
    """Deliver here from now on. https to public addresses; an operator may allow networks of their own."""
    outbound.check_url(sent.url, settings().webhook_allowed_networks)
    with transaction() as session:
        return _webhook(webhooks.set_address(session, site.id, sent.url, clock(session)))


@router.post("/v1/webhook/rotate", operation_id="rotateWebhookSecret")
def rotate_secret(site: ASiteKey) -> dict[str, Any]:
    """A new secret; for a day the old one signs too."""
    with transaction() as session:
        return _webhook(webhooks.rotate(session, site.id, clock(session)))


@router.post("/v1/webhook/test", operation_id="testWebhook", status_code=202)
def test_webhook(site: ASiteKey) -> dict[str, Any]:
    """Send a 'webhook.test' through the same outbox. An address that was disabled is tried again."""
    with transaction() as session:
        delivery = webhooks.test(session, site.id, clock(session))
    nudge.deliver([site.id])
    return _delivery(delivery)


@router.get("/v1/deliveries", operation_id="listDeliveries")
def list_deliveries(
    request: Request,
    response: Response,
    site: ASiteKey,
    state: DeliveryState | None = None,
    comment_id: UUID | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Any:
    """Newest first."""
    listing = ("deliveries", site.id, state, comment_id)
    after = cursors.read(cursor, listing, (UUID,))
    asked = select(Delivery).where(Delivery.site_id == site.id).order_by(col(Delivery.id).desc()).limit(limit + 1)
    if after:
        asked = asked.where(col(Delivery.id) < after[0])
    if state:
        asked = asked.where(Delivery.state == state.value)
    if comment_id:
        asked = asked.where(Delivery.comment_id == comment_id)
    with reading() as session:
        found = session.exec(asked).all()
    more = cursors.write(listing, (found[limit - 1].id,)) if len(found) > limit else None
    return cursors.page(request, response, [_delivery(each) for each in found[:limit]], more)


@router.post("/v1/deliveries/{delivery_id}/redeliver", operation_id="redeliver", status_code=202)
def redeliver(site: ASiteKey, delivery_id: UUID) -> dict[str, Any]:
    """Send it once more, with all its tries; the same id and bytes. Also what was given up or has arrived."""
    with transaction() as session:
        delivery = webhooks.redeliver(session, site.id, delivery_id, clock(session))
    nudge.deliver([site.id])
    return _delivery(delivery)


def _webhook(webhook: Webhook) -> dict[str, Any]:
    return {
        "url": webhook.url,
        "secret": webhook.secret,
        "old_secret_until": shapes.moment(webhook.old_secret_until),
        "disabled_at": shapes.moment(webhook.disabled_at),
        "disabled_why": webhook.disabled_why,
        "failures": webhook.failures,
        "failing_since": shapes.moment(webhook.failing_since),
        "resting_until": shapes.moment(webhook.rest_until),
    }


def _delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": str(delivery.id),
        "webhook_id": f"msg_{delivery.id.hex}",
        "type": delivery.type,
        "comment_id": str(delivery.comment_id) if delivery.comment_id else None,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "created_at": shapes.moment(delivery.created_at),
        "next_at": shapes.moment(delivery.next_at) if delivery.state == DeliveryState.WAITING else None,
        "delivered_at": shapes.moment(delivery.delivered_at),
        "last_status": delivery.last_status,
        "last_error": delivery.last_error,
    }
