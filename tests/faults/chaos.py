"""Chaos: one fault after the other, drawn by a seed, while sites submit and moderators decide; then calm, then I1-I8.

    python -m tests.faults.chaos --seed 1 --seconds 30 --engine sqlite
    make chaos SEEDS=20 SECONDS=120        both databases; the table goes into docs/reliability.md

A seed draws the same faults in the same order; when they meet which comment is up to the machine.
"""

import argparse
import json
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field

from sqlmodel import Session, func, select

from moderation.models import Screening
from tests.faults import drawn, invariants
from tests.faults.house import House, opened
from tests.faults.load import Load
from tests.faults.orders import until
from tests.faults.people import Desk

ENGINES = ("sqlite", "postgresql")
THREADS, PAUSE_SECONDS = 3, 0.1  # of the sites
RECOVERY_SHARE = 0.25  # of the faults: the others are followed by the next one at once
CALM_SECONDS = 120.0
CONSUMING_WITHIN_SECONDS = 60.0


@dataclass
class Report:
    """What one run did and found."""

    engine: str
    seed: int
    seconds: float
    faults: dict[str, int] = field(default_factory=dict[str, int])
    recovery: dict[str, list[float]] = field(default_factory=dict[str, list[float]])  # seconds until consuming again
    accepted: int = 0
    lost: int = 0
    doubled: int = 0
    undecided: int = 0
    calm_seconds: float = 0.0
    violations: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    @property
    def count(self) -> int:
        return sum(self.faults.values())


def run(engine: str, seed: int, seconds: float) -> Report:
    """One run, from a house that is well to one that must be well again."""
    report = Report(engine, seed, seconds)
    chance = random.Random(seed)
    faults_of = drawn.of(engine)
    faults: Counter[str] = Counter()
    with opened(engine) as house:
        load = Load(house, seed=seed, threads=THREADS, pause=PAUSE_SECONDS).start()
        desk = Desk(house, load, seed).start()
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            name = chance.choice(sorted(faults_of))
            faults_of[name](house, chance)
            faults[name] += 1
            if chance.random() < RECOVERY_SHARE:
                report.recovery.setdefault(name, []).append(_consuming_again(house))
            time.sleep(chance.uniform(0.1, 1.2))
        _peace(house)
        desk.stop()
        load.stop()
        started = time.monotonic()
        until(lambda: invariants.hurry(house), CALM_SECONDS)
        calm = _quietly(lambda: until(lambda: invariants.settled_down(house), CALM_SECONDS))
        report.calm_seconds = round(time.monotonic() - started, 1)
        _look(report, house, load, desk, calm=calm)
    report.faults = dict(sorted(faults.items()))
    return report


def _look(report: Report, house: House, load: Load, desk: Desk, *, calm: bool) -> None:
    found = invariants.broken(house, load, desk)
    report.accepted = len(load.promised)
    report.lost = sum(len(each) for name, each in found.items() if name.startswith("I1"))
    report.doubled = invariants.doubled(found)
    report.undecided = sum(len(each) for name, each in found.items() if name.startswith("I3"))
    # A fault was on its way all the time: what could not be screened in three attempts may be held.
    report.violations = {name: each for name, each in found.items() if each and not name.startswith("I7")}
    if not calm:
        report.violations["I3 calm within 120 s"] = ["it did not settle down"]


def _consuming_again(house: House) -> float:
    """Seconds until the workers have written a verdict that was begun after the fault; more than the bar: the bar."""
    started = time.monotonic()
    with suppress(Exception):
        before = screenings(house)
        _quietly(lambda: until(lambda: screenings(house) > before, CONSUMING_WITHIN_SECONDS))
    return round(time.monotonic() - started, 1)


def screenings(house: House) -> int:
    with Session(house.read()) as session:
        return session.exec(select(func.count()).select_from(Screening)).one()


def _peace(house: House) -> None:
    for point in drawn.POINTS:
        house.disarm(point)
        house.go(point)
    house.wire.release()
    if house.database_wire:
        house.database_wire.release()
    house.receiver.manners.clear()
    house.thaw()


def _quietly(act: Callable[[], object]) -> bool:
    try:
        act()
    except AssertionError:
        return False
    return True


def shown(report: Report) -> str:
    """One line for a person."""
    times = [each for some in report.recovery.values() for each in some] or [0.0]
    middle = statistics.median(times)
    return (
        f"{report.engine} seed {report.seed}: {report.count} faults, {report.accepted} accepted, {report.lost} lost, "
        f"{report.doubled} doubled, {report.undecided} undecided; consuming again after {middle:.1f} s "
        f"(at most {max(times):.1f} s), calm after {report.calm_seconds:.0f} s"
    )


def main() -> None:
    asked = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--seconds", type=float, default=30.0)
    asked.add_argument("--engine", choices=ENGINES, default="sqlite")
    given = asked.parse_args()
    report = run(given.engine, given.seed, given.seconds)
    print(json.dumps(asdict(report)))
    print(shown(report), file=sys.stderr)
    for name, found in report.violations.items():
        print(f"  {name}: {found}", file=sys.stderr)
    sys.exit(1 if report.violations else 0)


if __name__ == "__main__":
    main()
