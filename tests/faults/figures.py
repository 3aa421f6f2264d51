"""The figures of docs/reliability.md, each a run of its own; two times that are compared come from the same run."""

import random
import signal
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from uuid import UUID

import psutil
from sqlmodel import Session, func, select

from moderation.models import Case, Comment, DeadLetter
from moderation.terms import Status
from tests.faults import chaos, control, drawn, invariants, named
from tests.faults.house import House, opened
from tests.faults.load import Client, Load, Sent
from tests.faults.night import POPPED
from tests.faults.orders import until
from tests.faults.poisoned import all_settled
from tests.faults.poisoned import poisoned as poisoned_house
from workers import nudge

CALM_SECONDS = 120.0
KILLS, KILL_EVERY_SECONDS = 200, 0.7
TURN_SECONDS, TURNS = 8.0, 6  # healthy and frozen take turns, so that a busy machine meets both alike
RAID = 100_000
BATCH = 1_000  # in one request
PROBES = 20
WORKERS = 2
OVERLOAD_SECONDS, OVERLOAD_THREADS = 300.0, 8
MEGABYTE = 1_000_000
Row = tuple[str, str]  # what, and how much


def kills(engine: str) -> list[Row]:
    """Workers killed under load, as often as the bar says."""
    chance = random.Random(1)
    with opened(engine) as house:
        load = Load(house, seed=1, threads=3, pause=0.05).start()
        for _ in range(KILLS):
            house.kill(chance.choice(("screener", "second")), signal.SIGKILL, group=True)
            time.sleep(KILL_EVERY_SECONDS)
        load.stop()
        found = _morning(house, load)
    lost = len(found["I1 every 202 is in the database"]) + len(found["I3 settled or held, nothing pending"])
    given_up = len(found["I7 nothing is held by exhaustion"])
    shown = f"{len(load.promised):,} accepted, {lost} lost, {invariants.doubled(found)} doubled, {given_up} given up on"
    return [(f"{KILLS} times kill -9 of a worker under load", f"{shown} (three attempts met three kills: held)")]


def plain(engine: str) -> list[Row]:
    """The control; it knows no database."""
    if engine != "sqlite":
        return []
    rows: list[Row] = []
    for forget, what in ((False, ""), (True, ", and Redis once without its memory")):
        found = control.run(KILLS, forget=forget)
        shown = f"{found.accepted:,} published, {found.lost} lost, {found.doubled} done twice"
        rows.append((f"control: {KILLS} times kill -9, plain Celery{what}", shown))
    return rows


def redis(engine: str) -> list[Row]:
    """How long an accept takes while Redis is well, and while it is frozen."""
    took: dict[str, list[float]] = {"healthy": [], "frozen": []}
    with opened(engine) as house:
        load = Load(house, seed=2, threads=4, pause=0.02).start()
        time.sleep(TURN_SECONDS / 2)
        for turn in range(TURNS):
            name = "frozen" if turn % 2 else "healthy"
            if name == "frozen":
                house.freeze("redis")
            begun = time.time()
            time.sleep(TURN_SECONDS)
            took[name] += [seconds for at, seconds, _ in list(load.took) if begun + 1 < at < begun + TURN_SECONDS - 1]
            house.thaw("redis")
            time.sleep(2)
        load.stop()
        found = _morning(house, load)
    well, frozen = (statistics.quantiles(took[name], n=100)[98] for name in ("healthy", "frozen"))
    wrong = sum(len(each) for name, each in found.items() if not name.startswith("I7"))
    shown = f"p99 {1_000 * well:.0f} ms healthy, {1_000 * frozen:.0f} ms frozen: {frozen / well:.2f} times"
    return [
        (
            "accept while Redis is frozen",
            f"{shown} ({len(took['healthy'])} and {len(took['frozen'])}); violations: {wrong}",
        )
    ]


def single(engine: str) -> list[Row]:
    """Each fault by itself: until a comment that is sent afterwards has its verdict."""
    rows: list[Row] = []
    chance = random.Random(3)
    with opened(engine) as house:
        load = Load(house, seed=3)
        for name, act in drawn.of(engine).items():
            act(house, chance)
            rows.append((f"until work is done again after: {name}", f"{_probe(house, load):.1f} s"))
            until(lambda: house.ready() and house.workers_ready(), 60)
            house.thaw()
            _probe(house, load)
        rows.append(("a worker whose loop hangs is gone after", f"{_stalled(house, load):.1f} s"))
    return rows


def raid(engine: str) -> list[Row]:
    """One site is flooded; how long another site's comment takes meanwhile."""
    with opened(engine) as house:
        load = Load(house, seed=4)
        idle = [_probe(house, load, "Gazette") for _ in range(PROBES)]
        batch = _one_batch(house, load)
        flood = threading.Thread(target=_flood, args=(house, load), daemon=True)
        flood.start()
        until(lambda: _pending(house) > 2 * BATCH, 60)
        during: list[float] = []
        began, before = time.monotonic(), chaos.screenings(house)
        while flood.is_alive() or (len(during) < PROBES and _pending(house)):
            during.append(_probe(house, load, "Gazette"))
        rate = (chaos.screenings(house) - before) / (time.monotonic() - began)
        left = _pending(house)
    busy = WORKERS * nudge.MOST_IDS / max(rate, 1)
    shown = f"idle {_spread(idle)}, a batch {batch:.2f} s; during the raid {_spread(during)} ({len(during)} probes)"
    shown += f" while a batch took {busy:.2f} s (two workers, {rate:,.0f} verdicts a second)"
    return [(f"a raid of {RAID:,} on one site, another site submits", f"{shown}; {left:,} still waited at the end")]


def poisoned(engine: str) -> list[Row]:
    """Comments that break whatever looks at them, each with others in its batch."""
    with opened(engine, two=False) as house:
        made = poisoned_house(house)
        all_settled(made)
        held = {
            name: (made.of(sent, Case)[0].opened_at - made.comment(sent).received_at).total_seconds()
            for name, sent in made.bad.items()
        }
        mates = [made.comment(each) for each in made.mates]
        letters = {name for name, sent in made.bad.items() if made.of(sent, DeadLetter)}
    shown = ", ".join(
        f"{name} {took:.1f} s{' (dead letter)' if name in letters else ''}" for name, took in held.items()
    )
    took = max((each.screened_at - each.received_at).total_seconds() for each in mates if each.screened_at)
    fine = sum(each.status == Status.APPROVED for each in mates)
    return [
        ("poison comments are held after", f"{shown}; {fine} of {len(mates)} batch mates approved, within {took:.1f} s")
    ]


def health(engine: str) -> list[Row]:
    """Each trouble by itself, until 'greenroom health' names it."""
    with opened(engine) as house:
        load = Load(house, seed=6)
        return [(f"health names it: {name}", f"{took:.1f} s") for name, took in named.seconds(house, load)]


def overload(engine: str) -> list[Row]:
    """Far more than the quota, and more than anybody screens: how fast a refusal comes, and what memory does."""
    rows: list[Row] = []
    cases = {"429": {"GREENROOM_RATE_LIMIT": "600/minute"}, "503": {"GREENROOM_PENDING_LIMIT_MINUTES": "0.05"}}
    for status, settings in cases.items():
        with opened(engine, settings=settings) as house:
            if status == "503":
                for name in ("screener", "second", "beat"):
                    house.down(name)
            load = Load(house, seed=5)
            refused, grown = _hammer(house, load, int(status))
        shown = f"{len(refused):,} refused, median {1_000 * statistics.median(refused):.1f} ms; memory {grown:+.0f} MB"
        rows.append((f"{OVERLOAD_SECONDS / 60:g} minutes of too much: {status}", shown))
    return rows


FIGURES: dict[str, Callable[[str], list[Row]]] = {
    "kills": kills,
    "plain": plain,
    "redis": redis,
    "single": single,
    "poison": poisoned,
    "health": health,
    "raid": raid,
    "overload": overload,
}


def _morning(house: House, load: Load) -> invariants.Broken:
    until(lambda: invariants.hurry(house), CALM_SECONDS)
    with suppress(AssertionError):
        until(lambda: invariants.settled_down(house), CALM_SECONDS)
    return invariants.broken(house, load)


def _probe(house: House, load: Load, site: str = "Courier") -> float:
    """Seconds from the first try to submit until the verdict is there."""
    sent, started = load.next(load.clean(), site), time.monotonic()
    load.submit(Client(house, load), sent)
    until(lambda: _status(house, sent) != Status.PENDING, CALM_SECONDS)
    return time.monotonic() - started


def _status(house: House, sent: Sent) -> str:
    with Session(house.read()) as session:
        return session.exec(select(Comment.status).where(Comment.id == UUID(sent.id))).one()


def _pending(house: House) -> int:
    with Session(house.read()) as session:
        asked = select(func.count()).select_from(Comment).where(Comment.status == Status.PENDING.value)
        return session.exec(asked).one()


def _one_batch(house: House, load: Load) -> float:
    """Seconds for as many comments as one nudge carries."""
    started = time.monotonic()
    _post(house, load, nudge.MOST_IDS)
    until(lambda: not _pending(house), CALM_SECONDS)
    return time.monotonic() - started


def _flood(house: House, load: Load) -> None:
    for _ in range(RAID // BATCH):
        while _post(house, load, BATCH) != 202:
            time.sleep(0.2)


def _post(house: House, load: Load, count: int) -> int:
    documents = [load.document(load.next(load.clean(), "Courier")) for _ in range(count)]
    return Client(house, load).ask("POST", "/v1/comments/batch", {"items": documents}, "Courier")[0]


def _stalled(house: House, load: Load) -> float:
    """Its main process waits in a failpoint: its event loop does nothing any more."""
    before = {name: house.pid(name) for name in ("screener", "second")}
    struck = house.count_struck(POPPED)
    house.arm(POPPED, "once wait")
    load.submit(Client(house, load), load.next(load.clean(), "Courier"))
    house.wait_struck(POPPED, struck)
    started = time.monotonic()
    until(lambda: any(house.pid(name) != pid for name, pid in before.items()), 60)
    house.go(POPPED)
    return time.monotonic() - started


def _hammer(house: House, load: Load, status: int) -> tuple[list[float], float]:
    """The seconds of each refusal, and by how many MB the API has grown since the first ten seconds."""
    ends = time.monotonic() + OVERLOAD_SECONDS
    refused: list[float] = []

    def submit() -> None:
        client = Client(house, load)
        while time.monotonic() < ends:
            document = load.document(load.next(load.clean(), "Courier"))
            started = time.perf_counter()
            answer, _ = client.ask("POST", "/v1/comments", document, "Courier")
            if answer == status:
                refused.append(time.perf_counter() - started)

    threads = [threading.Thread(target=submit, daemon=True) for _ in range(OVERLOAD_THREADS)]
    for each in threads:
        each.start()
    time.sleep(min(10.0, OVERLOAD_SECONDS / 3))
    process = psutil.Process(house.pid("api"))
    first = process.memory_info().rss
    for each in threads:
        each.join()
    return refused, (process.memory_info().rss - first) / MEGABYTE


def _spread(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds):.2f} s (most {max(seconds):.2f})"
