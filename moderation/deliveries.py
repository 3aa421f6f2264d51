"""What sites were told and what is still to be told, for the people who look after them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select as sql_select
from sqlalchemy import union_all
from sqlmodel import Session, col, select

from moderation import patience
from moderation.models import Comment, Delivery, Site, Webhook
from moderation.terms import DeliveryState

WINDOW = 10_000  # deliveries that one page looks through for those in a state
MOST_WINDOWS = 50  # sites that are looked through one by one
MOST_ADDRESSES = 200


@dataclass(frozen=True, slots=True)
class Row:
    delivery: Delivery
    site: str
    external_id: str | None  # of the comment; a test has none


@dataclass(frozen=True, slots=True)
class Address:
    """A site, where it is told, and how that goes."""

    site: Site
    webhook: Webhook | None
    state: str  # 'none', 'working', 'failing', 'resting' or 'disabled'
    why: str


def listed(
    session: Session,
    sites: Collection[UUID] | None,
    state: DeliveryState | None,
    before: UUID | None,
    limit: int,
) -> tuple[list[Row], UUID | None]:
    """Newest first, of these sites (None: of all), and where the next page goes on; a page may be short, or empty."""
    window = _window(sites, before)
    asked = select(Delivery).where(col(Delivery.id).in_(window)).order_by(col(Delivery.id).desc()).limit(limit + 1)
    if state:
        asked = asked.where(Delivery.state == state.value)
    found = list(session.exec(asked).all())
    more = found[limit - 1].id if len(found) > limit else _window_ends(session, window)
    return _rows(session, found[:limit]), more


def addresses(session: Session, sites: Sequence[Site], now: datetime) -> list[Address]:
    """Where these sites are told; those in trouble first."""
    some = sites[:MOST_ADDRESSES]
    asked = select(Webhook).where(col(Webhook.site_id).in_([each.id for each in some]))
    theirs = {each.site_id: each for each in session.exec(asked).all()}
    found = [_address(each, theirs.get(each.id), now) for each in some]
    order = ("disabled", "resting", "failing", "working", "none")
    return sorted(found, key=lambda each: order.index(each.state))


def _window(sites: Collection[UUID] | None, before: UUID | None) -> Any:
    """The newest ids. Each site by its own index: one that is told little must not be sought among all the others."""
    newest = select(Delivery.id).order_by(col(Delivery.id).desc()).limit(WINDOW)
    if before:
        newest = newest.where(col(Delivery.id) < before)
    if sites is None:
        return newest
    if not 0 < len(sites) <= MOST_WINDOWS:
        return newest.where(col(Delivery.site_id).in_(sites))
    together = union_all(
        *(newest.where(col(Delivery.site_id) == each).subquery().select() for each in sites)
    ).subquery()
    return sql_select(together.c.id).order_by(together.c.id.desc()).limit(WINDOW)


def _window_ends(session: Session, window: Any) -> UUID | None:
    """The last of a full window: there is more behind it."""
    return session.execute(window.offset(WINDOW - 1).limit(1)).scalar()


def _rows(session: Session, found: Sequence[Delivery]) -> list[Row]:
    names: Any = select(Site.id, Site.name).where(col(Site.id).in_({each.site_id for each in found}))
    ids: Any = select(Comment.id, Comment.external_id).where(
        col(Comment.id).in_({each.comment_id for each in found if each.comment_id})
    )
    sites, external = dict(session.exec(names).all()), dict(session.exec(ids).all())
    return [Row(each, sites[each.site_id], external.get(each.comment_id)) for each in found]


def _address(site: Site, webhook: Webhook | None, now: datetime) -> Address:
    if webhook is None:
        return Address(site, None, "none", "It has not said where it wants to be told.")
    if webhook.disabled_at:
        return Address(site, webhook, "disabled", patience.why(webhook))
    if webhook.rest_until and webhook.rest_until > now:
        return Address(site, webhook, "resting", patience.why(webhook))
    if webhook.failures:
        return Address(site, webhook, "failing", f"{webhook.failures:,} failed in a row")
    return Address(site, webhook, "working", "")
