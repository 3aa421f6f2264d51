"""How soon 'greenroom health' names what is wrong: each trouble by itself, asked for from outside, again and again."""

import json
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.faults import poison
from tests.faults.house import House
from tests.faults.load import Client, Load
from tests.faults.orders import until
from tests.journeys.launcher import GREENROOM

WELL_SECONDS = 90.0
ENOUGH_FAILURES = 12  # comments on which a check does not run, until that is more than chance


@dataclass
class Trouble:
    """What is done, which part of health is to name it, and how it is made good."""

    name: str
    part: str
    begin: Callable[[], object]
    end: Callable[[], object]


def seconds(house: House, load: Load) -> Iterator[tuple[str, float]]:
    """(trouble, seconds until it is named)."""
    for trouble in _troubles(house, load):
        until(lambda part=trouble.part: part not in _shown(house), WELL_SECONDS)
        trouble.begin()
        began = time.monotonic()
        until(lambda part=trouble.part: part in _shown(house), WELL_SECONDS)
        yield trouble.name, time.monotonic() - began
        trouble.end()


def _troubles(house: House, load: Load) -> Iterator[Trouble]:
    yield Trouble(
        "a worker stopped",
        "workers",
        lambda: house.down("deliverer", number=signal.SIGTERM),
        lambda: house.raise_up("deliverer"),
    )
    yield Trouble("a worker stalled", "workers", lambda: house.freeze("deliverer"), lambda: house.thaw("deliverer"))
    yield Trouble("beat dead", "beat", lambda: house.down("beat"), lambda: house.raise_up("beat"))
    yield Trouble("Redis down", "broker", lambda: house.down("redis"), lambda: house.raise_up("redis"))
    if house.engine == "postgresql":
        yield Trouble(
            "the database down", "database", lambda: house.down("postgresql"), lambda: house.raise_up("postgresql")
        )
    else:
        with _locked(house) as (lock, let_go):
            yield Trouble("the database locked", "database", lock, let_go)
    yield Trouble(
        "a webhook's address dead", "webhook down", lambda: _tell_one(house, load), house.receiver.manners.clear
    )
    yield Trouble("a check failing", "checks", lambda: _fail_some(house, load), lambda: None)


@contextmanager
def _locked(house: House) -> Iterator[tuple[Callable[[], object], Callable[[], object]]]:
    holder = sqlite3.connect(
        house.home / "data" / "greenroom.db", isolation_level=None, check_same_thread=False, timeout=30
    )
    yield (lambda: holder.execute("BEGIN IMMEDIATE")), holder.rollback
    holder.close()


def _tell_one(house: House, load: Load) -> None:
    """A site whose address takes nothing is to be told something."""
    house.receiver.manners["down"] = 500
    load.submit(Client(house, load), load.next(load.clean(), "down"))


def _fail_some(house: House, load: Load) -> None:
    for _ in range(ENOUGH_FAILURES):
        load.submit(Client(house, load), load.next(f"{load.clean()} {poison.WORD}-raise", "Courier"))


def _shown(house: House) -> set[str]:
    """The parts that are not ok, as an operator's shell shows them."""
    asked = [GREENROOM, "health", "--json"]
    done = subprocess.run(asked, env=house.environment, capture_output=True, text=True, check=False, timeout=60)
    return {part["name"] for part in json.loads(done.stdout)["parts"] if part["status"] != "ok"}
