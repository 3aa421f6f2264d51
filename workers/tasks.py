"""The tasks: a few lines each. They may run twice, late, or not at all; what they find in the rows decides."""

import random
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from uuid import UUID

from moderation import (
    callbacks,
    chain,
    database,
    deadletters,
    decisions,
    jobs,
    live,
    outbound,
    screening,
    tally,
    unscreened,
    upkeep,
    webhooks,
)
from moderation.database import clock, transaction
from moderation.failpoints import reach
from moderation.logs import log
from moderation.models import Delivery
from moderation.settings import settings
from workers import DELIVER, SCREEN, UPKEEP, nudge
from workers.app import app

BEHIND = 5  # tasks that wait for upkeep: nobody was there for a while, and one sweep is as good as all of them
LOW_WATER = 1  # nudges in Redis: above this, workers have enough to do, and more would only be doubles
# Few, and small ones, for whoever comes next stands behind them: a site's flood holds another site's comment for a
# batch or two. A worker that finds nothing left asks for more.
TOP_UP_BATCH = 100  # comments
TOP_UP = 2 * TOP_UP_BATCH
ALONE = 20  # of those that are nudged alone
REFILL_SECONDS = 0.03  # until the workers have taken what the last refill brought
SITES_AT_ONCE = 100
TURN_SECONDS = 10.0  # one worker talks to one address for so long, then others get their turn
SEALING_SECONDS = 1.0  # of a sweep; more waits for the next one
JOBS_SECONDS = 2.0  # of a sweep
PRUNING_SECONDS = 30.0  # an hour: what is left over is for the next one
SITES_SEALED = 1_000  # in one sweep
AT_ONCE = 4  # deliveries to one address at the same time


@app.task(name=SCREEN)
def screen(comment_ids: list[str]) -> None:
    screened = screening.screen([UUID(each) for each in comment_ids], live.entering)
    live.changed(screened.changed, _counted(screened))
    nudge.deliver(screened.sites)
    nudge.screen_alone(screened.left)
    if live.length(SCREEN) == 0 and live.is_first("refill", REFILL_SECONDS):
        _top_up_screening()
    live.measured(*tally.tally(screened.took))  # last, since nobody waits for it


# Seconds, as in workers/app.py: other people's servers take their time, and a turn's lease is 45 s.
@app.task(name=DELIVER, soft_time_limit=35, time_limit=40)
def deliver(site_ids: list[str]) -> None:
    for each in site_ids:
        deliver_to(UUID(each))
        call_back(UUID(each))


@app.task(name="sweep", soft_time_limit=20, time_limit=25)
def sweep() -> None:
    if BEHIND < live.length(UPKEEP) < live.UNKNOWN:
        return  # whoever stands behind this one does it
    for step in (_hold_exhausted, _settle, _jobs, _top_up, _seal):
        try:
            step()
        except Exception as broken:  # noqa: BLE001 - one step's trouble must not stop the others
            log(__name__).error("sweep", step=step.__name__, error=type(broken).__name__, exc_info=broken)
    live.tick(live.now())


@app.task(name="prune", soft_time_limit=50, time_limit=55)
def prune() -> None:
    with transaction() as session:
        upkeep.prune(session, clock(session), timedelta(hours=settings().idempotency_hours))
    ends = time.monotonic() + PRUNING_SECONDS
    more = True
    while more and time.monotonic() < ends:
        with transaction() as session:
            more = upkeep.prune_deliveries(session, clock(session), timedelta(days=settings().deliveries_days))


def deliver_to(site_id: UUID) -> None:
    """One turn with one address: take what is due, post it, record it, until nothing is due or the turn is over."""
    ends = time.monotonic() + TURN_SECONDS
    while time.monotonic() < ends:
        with transaction() as session:
            turn = webhooks.take(session, site_id, AT_ONCE, clock(session))
        if turn is None:
            break
        try:
            _post_all(turn)
        finally:
            with transaction() as session:
                webhooks.give_back(session, site_id, turn.token)


def call_back(site_id: UUID) -> None:
    """One turn with the Akismet clients of a site that wait to hear of held comments."""
    with transaction() as session:
        taken = callbacks.take(session, site_id, AT_ONCE, clock(session))
    with ThreadPoolExecutor(max_workers=AT_ONCE) as threads:
        outcomes = list(threads.map(_call, taken))
    with transaction() as session:
        for delivery, outcome in zip(taken, outcomes, strict=True):
            callbacks.record(session, delivery.id, outcome, clock(session))


def _call(delivery: Delivery) -> outbound.Outcome:
    allowed = settings().webhook_allowed_networks
    return outbound.post(delivery.callback_url or "", delivery.body.encode(), callbacks.HEADERS, allowed)


def _post_all(turn: webhooks.Turn) -> None:
    with ThreadPoolExecutor(max_workers=AT_ONCE) as threads:
        outcomes = list(threads.map(partial(_post, turn), turn.deliveries))
    reach("deliver.posted")
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


def _jobs() -> None:
    """Bring on what moderators decided for many cases at once."""
    ends = time.monotonic() + JOBS_SECONDS
    with database.reading() as session:
        waiting = jobs.unfinished(session)
    for job_id in waiting:
        changed: list[UUID] | None = []
        while changed is not None and time.monotonic() < ends:
            with transaction() as session:
                changed = jobs.step(session, job_id, clock(session), settings().undo_window, settings().claim_lease)
            live.changed(changed or [])


def _hold_exhausted() -> None:
    with transaction() as session:
        held = unscreened.exhausted(session, clock(session), live.entered)
    live.changed([each.id for each in held])


def _settle() -> None:
    with transaction() as session:
        settled, _ = decisions.settle_due(session, clock(session))
        deadletters.close_overtaken(session, clock(session))
    live.changed([each.id for each in settled])


def _top_up() -> None:
    """Make good what was lost: nudges for what is pending and due, while Redis holds few."""
    if live.length(SCREEN) <= LOW_WATER:
        _top_up_screening()
    if live.length(DELIVER) <= LOW_WATER:
        with database.reading() as session:
            now = clock(session)
            due = {each for kind in (webhooks, callbacks) for each in kind.sites_with_due(session, now, SITES_AT_ONCE)}
            nudge.deliver(due)


def _top_up_screening() -> None:
    with database.reading() as session:
        waiting = upkeep.to_nudge(session, clock(session), TOP_UP)
    fresh = [(each, characters) for each, characters, attempts in waiting if not attempts]
    nudge.screen(fresh, TOP_UP_BATCH)
    nudge.screen_alone([each for each, _, attempts in waiting if attempts][:ALONE])


def _seal() -> None:
    """Put what was committed since onto the sites' chains, a batch of each site in turn, as long as there is time."""
    ends = time.monotonic() + SEALING_SECONDS
    with database.reading() as session:
        sites = chain.unsealed_sites(session, SITES_SEALED)
    random.shuffle(sites)  # with more to do than there is time, each comes to its turn
    waiting = deque(sites)
    while waiting and time.monotonic() < ends:
        site = waiting.popleft()
        waiting.extend([site] if chain.seal_some(site) else [])


def _counted(screened: screening.Screened) -> dict[str, int]:
    return {
        live.counter("verdicts", site, action): count for (site, action), count in (screened.verdicts or {}).items()
    }
