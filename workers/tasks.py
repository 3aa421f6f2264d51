"""The tasks: a few lines each. They may run twice, late, or not at all; what they find in the rows decides."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from uuid import UUID

from moderation import database, decisions, live, outbound, screening, upkeep, webhooks
from moderation.database import clock, transaction
from moderation.logs import log
from moderation.models import Delivery
from moderation.settings import settings
from workers import DELIVER, SCREEN, nudge
from workers.app import app

LOW_WATER = 4  # nudges in Redis: above this, workers have enough to do, and more would only be doubles
TOP_UP = 50 * nudge.MOST_IDS  # comments
SITES_AT_ONCE = 100
TURN_SECONDS = 10.0  # one worker talks to one address for so long, then others get their turn
AT_ONCE = 4  # deliveries to one address at the same time


@app.task(name=SCREEN)
def screen(comment_ids: list[str]) -> None:
    screened = screening.screen([UUID(each) for each in comment_ids])
    live.changed(screened.changed, _counted(screened))
    nudge.deliver(screened.sites)
    nudge.screen_alone(screened.left)


# Seconds, as in workers/app.py: other people's servers take their time, and a turn's lease is 45 s.
@app.task(name=DELIVER, soft_time_limit=35, time_limit=40)
def deliver(site_ids: list[str]) -> None:
    for each in site_ids:
        deliver_to(UUID(each))


@app.task(name="sweep", soft_time_limit=20, time_limit=25)
def sweep() -> None:
    for step in (_hold_exhausted, _settle, _top_up):
        try:
            step()
        except Exception as broken:  # noqa: BLE001 - one step's trouble must not stop the others
            log(__name__).error("sweep", step=step.__name__, error=type(broken).__name__, exc_info=broken)
    live.tick(time.time())


@app.task(name="prune", soft_time_limit=50, time_limit=55)
def prune() -> None:
    with transaction() as session:
        upkeep.prune(session, clock(session), timedelta(hours=settings().idempotency_hours))


def deliver_to(site_id: UUID) -> None:
    """One turn with one address: take what is due, post it, record it, until nothing is due or the turn is over."""
    ends = time.monotonic() + TURN_SECONDS
    while time.monotonic() < ends:
        with transaction() as session:
            turn = webhooks.take(session, site_id, AT_ONCE, clock(session))
        if turn is None:
            return
        try:
            _post_all(turn)
        finally:
            with transaction() as session:
                webhooks.give_back(session, site_id, turn.token)


def _post_all(turn: webhooks.Turn) -> None:
    with ThreadPoolExecutor(max_workers=AT_ONCE) as threads:
        outcomes = list(threads.map(partial(_post, turn), turn.deliveries))
    with transaction() as session:
        for delivery, outcome in zip(turn.deliveries, outcomes, strict=True):
            webhooks.record(session, turn, delivery.id, outcome, clock(session))
    site = turn.site_id
    results = [type(outcome).__name__.lower() for outcome in outcomes]
    live.changed([], {live.counter("deliveries", site, each): results.count(each) for each in set(results)})


def _post(turn: webhooks.Turn, delivery: Delivery) -> outbound.Outcome:
    with database.reading() as session:
        signed = webhooks.headers(delivery, turn.secrets, clock(session))
    return outbound.post(turn.url, delivery.body.encode(), signed, settings().webhook_allowed_networks)


def _hold_exhausted() -> None:
    with transaction() as session:
        held = screening.exhausted(session, clock(session))
    live.changed([each.id for each in held])


def _settle() -> None:
    with transaction() as session:
        settled, _ = decisions.settle_due(session, clock(session))
    live.changed([each.id for each in settled])


def _top_up() -> None:
    """Make good what was lost: nudges for what is pending and due, while Redis holds few."""
    if live.length(SCREEN) <= LOW_WATER:
        with database.reading() as session:
            waiting = upkeep.to_nudge(session, clock(session), TOP_UP)
        nudge.screen((each, characters) for each, characters, attempts in waiting if not attempts)
        nudge.screen_alone(each for each, _, attempts in waiting if attempts)
    if live.length(DELIVER) <= LOW_WATER:
        with database.reading() as session:
            nudge.deliver(webhooks.sites_with_due(session, clock(session), SITES_AT_ONCE))


def _counted(screened: screening.Screened) -> dict[str, int]:
    return {
        live.counter("verdicts", site, action): count for (site, action), count in (screened.verdicts or {}).items()
    }
