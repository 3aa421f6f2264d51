"""The faults of a night, scene by scene; a scene has one fault, at as many moments at once as can be."""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext

from tests.faults.house import SLOTS, House
from tests.faults.load import Client, Sent
from tests.faults.night import (
    ACCEPT,
    CHECKING,
    COMMITTED,
    DECIDING,
    NUDGE,
    POPPED,
    POSTED,
    SETTLING,
    TAKEN,
    WRITING,
    WRITTEN,
    Night,
)
from tests.faults.orders import until

# Moments that can be lived through at once, by different processes. The last one holds the database, if that is SQLite.
WORKER = (CHECKING, WRITTEN, POSTED, WRITING)
TERMINATED = (CHECKING, WRITTEN, POSTED, POPPED)  # whose main process waits takes nothing more
WITHOUT_MEMORY = (CHECKING, WRITTEN, POPPED, NUDGE, WRITING)
OUT_OF_REACH = (CHECKING, WRITTEN, POPPED, NUDGE, ACCEPT)
FROZEN_SECONDS = 3.0
LEASE_SECONDS = 21.0
TURN_LEASE_SECONDS = 46.0
BUSY_SECONDS = 6.0  # longer than SQLite's writers wait, and than PostgreSQL lets a transaction idle
ALL_SLOTS = 2 * SLOTS


def at_once(night: Night, fault: str, points: Sequence[str], act: Callable[[], object]) -> None:
    """Somebody is at each of these moments when it happens."""
    with night.scene(fault, points) as cells:
        for point in points:
            night.strike(cells[point], "once wait")
        act()


def kills(night: Night) -> None:
    """By kill -9: of workers with their whole pool, of the API, and of a pool's process alone."""
    house = night.house
    _worker(night, "kill -9", "screener", WORKER, signal.SIGKILL)
    at_once(night, "kill -9", (NUDGE, COMMITTED, DECIDING), lambda: house.kill("api"))
    with night.scene("kill -9", (POPPED,)) as cells:
        night.strike(cells[POPPED], "once killall")
    at_once(night, "kill -9", (ACCEPT,), lambda: house.kill("api"))
    for fault, point in (
        ("kill -9", TAKEN),
        ("kill -9", SETTLING),
        ("kill -9 of a pool process", CHECKING),
    ):
        with night.scene(fault, (point,)) as cells:
            night.strike(cells[point], "once kill")


def signals(night: Night) -> None:
    house = night.house
    _worker(night, "SIGTERM", "second", TERMINATED, signal.SIGTERM)
    at_once(night, "SIGTERM", (ACCEPT,), lambda: house.kill("api", signal.SIGTERM))
    _worker(night, "SIGQUIT", "screener", WORKER, signal.SIGQUIT)
    at_once(night, "SIGQUIT", (ACCEPT,), lambda: house.kill("api", signal.SIGQUIT))


def _worker(night: Night, fault: str, worker: str, points: Sequence[str], number: signal.Signals) -> None:
    """One screening worker, in the middle of everything, and whoever delivers."""
    house = night.house
    with house.only(worker):
        at_once(night, fault, points, lambda: _end(house, (worker, "deliverer"), number))


def _end(house: House, names: Sequence[str], number: signal.Signals) -> None:
    for name in names:
        house.kill(name, number, group=number is signal.SIGKILL)


def redis(night: Night) -> None:
    house = night.house
    _redis(night, "Redis kill -9 without AOF", WITHOUT_MEMORY, lambda: house.restart_redis(forget=True))
    _redis(night, "Redis FLUSHALL", WITHOUT_MEMORY, house.redis.flushall)
    _redis(night, "Redis frozen", OUT_OF_REACH, lambda: _frozen(house))
    _redis(night, "Redis full", OUT_OF_REACH, lambda: _full(night))


def redis_half_open(night: Night) -> None:
    """By itself: a worker needs some fifteen seconds until it knows that nobody will ever answer it."""
    _redis(night, "Redis half-open", OUT_OF_REACH, night.house.wire.half_open)


def redis_with_busy_slots(night: Night) -> None:
    """Every slot of every worker is busy when Redis dies; afterwards they must consume again."""
    house = night.house
    with night.scene("Redis dies with all slots busy", (CHECKING,)) as cells:
        house.arm(CHECKING, "always wait")
        before = house.count_struck(CHECKING)
        ends = time.monotonic() + 30
        while house.count_struck(CHECKING) < before + ALL_SLOTS and time.monotonic() < ends:
            night.send(cells[CHECKING])  # two that come at once share a slot
            time.sleep(0.2)
        house.restart_redis(forget=False)
        house.disarm(CHECKING)
        house.go(CHECKING)
        sent = night.send(cells[CHECKING])
        cells[CHECKING].notes["consuming again"] = verdict_within(night, sent, 60)


def doubled_nudges(night: Night) -> None:
    """Ten times the same, the wrong way round, and forged ones, while somebody is at it."""
    house = night.house
    for fault, disturb in (
        ("nudge doubled x10", _doubled),
        ("nudges reordered", _reordered),
        ("nudge forged", _forged),
    ):
        with night.scene(fault, (NUDGE, CHECKING, WRITING)) as cells:
            for point in (CHECKING, WRITING):
                night.strike(cells[point], "once wait")
            disturb(house, [cell.sent.id for cell in cells.values() if cell.sent])
            if disturb is _forged:  # it ends the worker that takes it, once: the supervisor is there for that
                house.redis.lpush("screen", b"no JSON \xff")
            time.sleep(0.5)
            for point in (CHECKING, WRITING):
                house.go(point)
            sent = night.send(cells[NUDGE])
            night.promised(sent)
            disturb(house, [sent.id])


@contextmanager
def asleep(night: Night, points: Sequence[str], seconds: float) -> Iterator[None]:
    """SIGSTOP whoever is at these moments, for longer than its lease; the night goes on meanwhile. Then CONT."""
    house = night.house
    with night.scene("SIGSTOP beyond the lease", points) as cells:
        with house.only("screener") if len(points) > 1 else nullcontext():  # one worker, with everybody in it
            for point in points:
                night.strike(cells[point], "once stop" if point == points[-1] else "once wait")
        ends = time.monotonic() + seconds
        if POSTED in points:
            house.deliver_too()
        yield
        time.sleep(max(0.0, ends - time.monotonic()))
    house.thaw()


def misbehaving_receivers(night: Night) -> None:
    """Each on a site of its own; what they do is over after the first try."""
    manners: dict[str, str | int] = {"500": 500, "429": 429, "302": 302, "slow": "slow", "dies": "dies", "deaf": "deaf"}
    receiver = night.house.receiver
    # First, while nobody else waits for a second try: the third one would be due after five minutes.
    with night.scene("receiver down", (POSTED,)) as cells:
        receiver.down()
        sent = night.send(cells[POSTED], "down")
        until(lambda: night.deliveries_of(sent)[0][2] >= 1, 30)  # tried
        time.sleep(1)
        receiver.up()
    for name, manner in manners.items():
        receiver.manners[name] = manner
        with night.scene(f"receiver {name}", (POSTED,)) as cells:
            night.send(cells[POSTED], name)
            until(lambda name=name: receiver.tried[name], 20)
            receiver.manners.pop(name)


def moderators(night: Night) -> None:
    """Two at once, one twice, and one against the worker that screens an edited text."""
    from concurrent.futures import ThreadPoolExecutor

    for fault, names in (("two moderators", ("mia", "noor")), ("double click", ("mia", "mia"))):
        with night.scene(fault, (DECIDING,)) as cells, ThreadPoolExecutor(2) as threads:
            case = night.cases.pop()
            cells[DECIDING].case = case["id"]
            answers = threads.map(lambda name, case=case: night.press(case, name), names)
            cells[DECIDING].notes["answers"] = sorted(answers)
    with night.scene("moderator against worker", (DECIDING,)) as cells:
        case = night.cases.pop()
        sent = next(each for each in night.load.sent if each.id == case["comment"]["id"])
        client, house = Client(night.house, night.load), night.house
        before = house.count_struck(CHECKING)
        house.arm(CHECKING, "once wait")
        sent.body, sent.revision = f"{sent.body} edited", 2
        client.insist("PATCH", f"/v1/comments/{sent.id}", {"body": sent.body}, sent.site)
        house.wait_struck(CHECKING, before)
        cells[DECIDING].notes["answers"] = [night.press(case, "mia")]
        house.go(CHECKING)


def _redis(night: Night, fault: str, points: tuple[str, ...], act: Callable[[], object]) -> None:
    at_once(night, fault, points, act)
    cell = night.cells[fault, NUDGE]
    if not cell.wrong:
        cell.notes["consuming again"] = verdict_within(night, night.send(cell), 60)


def verdict_within(night: Night, sent: Sent, seconds: float) -> float:
    started = time.monotonic()
    night.promised(sent)
    until(lambda: night.verdict_of(sent)[0] != "pending", seconds)
    return round(time.monotonic() - started, 2)


def _frozen(house: House) -> None:
    house.freeze("redis")
    time.sleep(FROZEN_SECONDS)
    house.thaw("redis")


def _full(night: Night) -> None:
    """Redis has no room: nudges are refused, comments are not."""
    redis = night.house.redis
    redis.config_set("maxmemory", "1")
    try:
        for point in (NUDGE, ACCEPT):
            night.house.go(point)
        time.sleep(1)
    finally:
        redis.config_set("maxmemory", "256mb")


def _doubled(house: House, ids: list[str]) -> None:
    house.nudge(*ids, times=10)


def _reordered(house: House, ids: list[str]) -> None:
    for each in reversed(ids):
        house.nudge(each)
    waiting = house.redis.lrange("screen", 0, -1)
    for each in waiting:  # what waited longest comes last
        house.redis.lrem("screen", 1, each)
        house.redis.lpush("screen", each)


def _forged(house: House, ids: list[str]) -> None:
    house.nudge("01900000-0000-7000-8000-000000000000")
    house.nudge("no id at all")
    house.nudge(*ids, task="no-such-task")
    house.nudge(*ids, task="sweep")
