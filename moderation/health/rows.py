"""The parts that the rows know of: each by an index, or counted up to a bound, so that size costs nothing."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from moderation import patience, upkeep
from moderation.health.parts import COUNT_UP_TO, Level, Part, counted, lasting, level_of
from moderation.models import Case, Comment, DeadLetter, Delivery, Site, Webhook
from moderation.terms import DeliveryState, Status

OLD_PENDING = timedelta(seconds=60)
STALE_PENDING = timedelta(minutes=10)
MOST_ENDPOINTS = 10  # shown
WEBHOOK = "webhook "  # and a site's name: what an address in trouble is called


def report(session: Session, now: datetime) -> list[Part]:
    return [
        _pending(session, now),
        _cases(session, now),
        _deliveries(session),
        *_endpoints(session, now),
        _dead(session),
    ]


def count(session: Session, key: Any, *conditions: ColumnElement[bool], up_to: int = COUNT_UP_TO) -> int:
    """How many rows, but at most one more than this."""
    some = select(key).where(*conditions).limit(up_to + 1).subquery()
    return session.exec(select(func.count()).select_from(some)).one()


def count_pending(session: Session, up_to: int = COUNT_UP_TO) -> int:
    return count(session, Comment.id, col(Comment.status) == Status.PENDING.value, up_to=up_to)


def count_waiting(session: Session, up_to: int = COUNT_UP_TO) -> int:
    """Deliveries that are still to be made."""
    return count(session, Delivery.id, col(Delivery.state) == DeliveryState.WAITING.value, up_to=up_to)


def count_dead(session: Session, up_to: int = COUNT_UP_TO) -> int:
    """Dead letters that nobody has settled."""
    return count(session, DeadLetter.id, col(DeadLetter.settled_at).is_(None), up_to=up_to)


def open_cases(session: Session, up_to: int, oldest_of: int = COUNT_UP_TO) -> list[tuple[str, int, datetime | None]]:
    """(site, open cases, since when the oldest waits), counted up to a bound for each site.

    The oldest of the most urgent ones: urgency is age and a head start, so the oldest of all is among them.
    """
    its = select(Case.id).where(Case.site_id == Site.id, col(Case.closed_at).is_(None))
    number = select(func.count()).select_from(its.limit(up_to + 1).correlate(Site).subquery()).scalar_subquery()
    urgent = (
        its.with_only_columns(col(Case.opened_at)).order_by(col(Case.rank)).limit(oldest_of).correlate(Site).subquery()
    )
    oldest = select(func.min(urgent.c.opened_at)).scalar_subquery()
    return [(name, count, since) for name, count, since in session.exec(select(Site.name, number, oldest))]


def _pending(session: Session, now: datetime) -> Part:
    oldest = upkeep.oldest_pending(session)
    if oldest is None:
        return Part("pending", Level.OK, "0")
    age = (now - oldest).total_seconds()
    warn, fail = OLD_PENDING.total_seconds(), STALE_PENDING.total_seconds()
    level = level_of(age, warn, fail)
    shows = f"{counted(count_pending(session))}, the oldest for {lasting(age)}"
    return Part("pending", level, shows, lasting(fail if level is Level.FAIL else warn))


def _cases(session: Session, now: datetime) -> Part:
    """How long people take is for people to judge: no limit."""
    opened: datetime | None = session.exec(select(func.min(Case.opened_at)).where(col(Case.closed_at).is_(None))).one()
    if not opened:
        return Part("open cases", Level.OK, "0")
    number = count(session, Case.id, col(Case.closed_at).is_(None))
    return Part("open cases", Level.OK, f"{counted(number)}, the oldest for {lasting((now - opened).total_seconds())}")


def _deliveries(session: Session) -> Part:
    """Given up: of the latest only, so that neither the count nor an old failure goes on for ever."""
    latest = select(Delivery.state).order_by(col(Delivery.id).desc()).limit(COUNT_UP_TO).subquery()
    given_up = select(func.count()).select_from(latest).where(latest.c.state == DeliveryState.FAILED.value)
    failed = session.exec(given_up).one()
    shows = f"{counted(count_waiting(session))} waiting, {failed:,} given up of the last {COUNT_UP_TO:,}"
    return Part("deliveries", Level.WARN if failed else Level.OK, shows, "none given up")


def _endpoints(session: Session, now: datetime) -> list[Part]:
    """Addresses that did not take the last delivery, or get none any more. The site's trouble: a warning."""
    asked = (
        select(Webhook, Site.name)
        .join(Site, col(Site.id) == col(Webhook.site_id))
        .where(or_(col(Webhook.failures) > 0, col(Webhook.disabled_at).is_not(None)))
        .order_by(col(Webhook.failing_since).is_(None), col(Webhook.failing_since), col(Webhook.site_id))
        .limit(MOST_ENDPOINTS)
    )
    return [Part(f"{WEBHOOK}{name}", Level.WARN, _trouble(each, now), "takes it") for each, name in session.exec(asked)]


def _trouble(webhook: Webhook, now: datetime) -> str:
    since = webhook.disabled_at or webhook.failing_since
    lasts = f", for {lasting((now - since).total_seconds())}" if since else ""
    if webhook.disabled_at:
        return f"{patience.why(webhook)}{lasts}"
    resting = "; resting" if webhook.rest_until and webhook.rest_until > now else ""
    return f"{webhook.failures:,} failed in a row{lasts}{resting}"


def _dead(session: Session) -> Part:
    """With the checks that they ended in, as far as that is known: such a check never says itself that it failed."""
    number = count_dead(session)
    some = select(DeadLetter.check_name).where(col(DeadLetter.settled_at).is_(None)).limit(COUNT_UP_TO).subquery()
    ended_in = sorted(filter(None, session.exec(select(some.c.check_name).distinct())))
    shows = f"{counted(number)}, ended in {', '.join(ended_in)}" if ended_in else counted(number)
    return Part("dead letters", Level.WARN if number else Level.OK, shows, "none")
