"""A night's faults of the database: gone, slow, locked, full, no connection free, and its clock."""

import resource
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial

import psutil
from sqlalchemy import create_engine, text

from tests.faults import engines
from tests.faults.house import House
from tests.faults.night import ACCEPT, CHECKING, COMMITTED, DECIDING, POSTED, WRITING, WRITTEN, Night
from tests.faults.orders import until
from tests.faults.scenes import verdict_within

AWAY = (CHECKING, WRITTEN, WRITING, POSTED, DECIDING, ACCEPT)
SLOW_SECONDS = 10.0
LOCKED_SECONDS = 5.0
FULL_SECONDS = 4.0
POOL_SECONDS = 4.0
API_THREADS = 40
HOURS_2, MINUTES_10 = 7_200.0, 600.0
SKEWED_SECONDS = 3.0


def away(night: Night) -> None:
    """PostgreSQL alone: SQLite's server is the process that asks, and that is killed elsewhere."""
    house = night.house
    faults: dict[str, Callable[[], None]] = {
        "database backends killed": lambda: terminate_backends(house),
        "database server kill -9": lambda: end_server(house, signal.SIGKILL),
        "database immediate stop": lambda: end_server(house, signal.SIGQUIT),
    }
    for fault, act in faults.items():
        for points in (AWAY, (COMMITTED,)):
            with night.scene(fault, points) as cells:
                for point in points:
                    night.strike(cells[point], "once wait")
                act()


def trouble(night: Night) -> None:
    """It is there, and does not answer in time; whoever is to be promised something hears 503 within three seconds."""
    house = night.house
    if house.engine == "postgresql":
        _trouble(night, "database slow", (CHECKING, POSTED, WRITING), lambda: _held(house), SLOW_SECONDS)
        _trouble(night, "database locked", (CHECKING, POSTED), lambda: _locked_tables(house), LOCKED_SECONDS)
        _trouble(night, "disk full", (CHECKING, POSTED, WRITING), lambda: no_room(house, "postgresql"), FULL_SECONDS)
    else:
        _trouble(night, "database locked", (CHECKING, POSTED), lambda: _locked_file(house), SLOW_SECONDS)
        names = [each.name for each in house.household.children if each.name != "redis"]
        _trouble(night, "disk full", (CHECKING, POSTED, WRITING), lambda: no_room(house, *names), FULL_SECONDS)
    _trouble(night, "pool empty", (), lambda: _every_thread_busy(night), POOL_SECONDS)


def clocks(night: Night) -> None:
    """PostgreSQL alone: with SQLite, database, workers and API have one clock."""
    house = night.house
    points = (CHECKING, WRITING, POSTED, DECIDING, ACCEPT)
    faults: dict[str, Callable[[], None]] = {
        "worker +2 h, API -2 h": lambda: _skew(house, HOURS_2, -HOURS_2),
        "worker -2 h, API +2 h": lambda: _skew(house, -HOURS_2, HOURS_2),
        "database -10 min": lambda: set_database_clock(house, -MINUTES_10),
        "database +10 min": lambda: set_database_clock(house, MINUTES_10),  # and stays so: see docs/reliability.md
    }
    for fault, act in faults.items():
        with night.scene(fault, points) as cells:
            for point in points:  # whoever dies now has a lease that seems to last for ten minutes
                dies = fault == "database -10 min" and point == CHECKING
                night.strike(cells[point], "once killall" if dies else "once wait")
            act()
            for point in points:
                house.go(point)
            time.sleep(SKEWED_SECONDS)
            for point in (CHECKING, WRITING, POSTED, ACCEPT):
                sent = cells[point].sent
                assert sent
                cells[point].notes["verdict while the clock is wrong"] = verdict_within(night, sent, 40)
            cells[DECIDING].notes["settled while the clock is wrong"] = night.settled_within(cells[DECIDING], 20)
        _skew(house, 0, 0)


def _trouble(
    night: Night, fault: str, parked: tuple[str, ...], begun: Callable[[], AbstractContextManager[None]], seconds: float
) -> None:
    with night.scene(fault, (*parked, ACCEPT, DECIDING)) as cells:
        for point in parked:
            night.strike(cells[point], "once wait")
        with begun():
            started = time.time()
            night.send(cells[ACCEPT])
            night.decide(cells[DECIDING])
            for point in parked:
                night.house.go(point)
            time.sleep(seconds)
            ended = time.time()
        answers = [(status, round(took, 2)) for at, took, status in night.load.took if started <= at < ended]
        cells[ACCEPT].notes["answers"] = answers
        night.promised(cells[ACCEPT].sent)


def terminate_backends(house: House) -> None:
    with house.read().connect() as connection:
        others = "backend_type = 'client backend' AND pid <> pg_backend_pid()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))


def end_server(house: House, number: signal.Signals) -> None:
    house.read().dispose()
    house.kill("postgresql", number, 0.3)


def set_database_clock(house: House, seconds: float) -> None:
    """What the server says when it is asked for the time: a function of ours stands before its own."""
    made = create_engine(house.direct_url, isolation_level="AUTOCOMMIT")
    with made.connect() as connection:
        later = f"SELECT pg_catalog.clock_timestamp() + interval '{seconds} seconds'"
        function = "FUNCTION wrong.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE"
        for statement in (
            "CREATE SCHEMA IF NOT EXISTS wrong",
            f"CREATE OR REPLACE {function} AS $$ {later} $$",
            "ALTER DATABASE greenroom SET search_path = wrong, public, pg_catalog",
        ):
            connection.execute(text(statement))
    made.dispose()
    with made.connect() as connection:
        wrong = connection.execute(text("SELECT clock_timestamp() - pg_catalog.clock_timestamp()")).scalar_one()
    made.dispose()
    assert abs(wrong.total_seconds() - seconds) < 1
    assert house.database_wire
    house.database_wire.cut()  # a new connection reads the new setting


def _skew(house: House, worker: float, api: float) -> None:
    house.set_clock("worker", worker)
    house.set_clock("api", api)


@contextmanager
def _held(house: House) -> Iterator[None]:
    assert house.database_wire
    house.database_wire.hold()
    try:
        yield
    finally:
        house.database_wire.release()


@contextmanager
def _locked_tables(house: House) -> Iterator[None]:
    with house.read().connect() as connection:
        connection.execute(text("LOCK TABLE comments, cases, decisions, deliveries IN ACCESS EXCLUSIVE MODE"))
        connection.execute(text("SET idle_in_transaction_session_timeout = 0"))
        yield
        connection.rollback()


@contextmanager
def _locked_file(house: House) -> Iterator[None]:
    connection = sqlite3.connect(house.home / "data" / "greenroom.db", timeout=10, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


@contextmanager
def no_room(house: House, *names: str) -> Iterator[None]:
    """No file of theirs can be written: what a full disk is to a process."""
    engines.limit_files(_pids(house, names), 0)
    try:
        yield
    finally:
        engines.limit_files(_pids(house, names), resource.RLIM_INFINITY)


def _pids(house: House, names: tuple[str, ...]) -> list[int]:
    found: list[int] = []
    for name in names:
        with suppress(psutil.NoSuchProcess):
            parent = psutil.Process(house.pid(name))
            found += [each.pid for each in (parent, *parent.children(recursive=True))]
    return found


@contextmanager
def _every_thread_busy(night: Night) -> Iterator[None]:
    """Every thread of the API, and so every connection it may have, waits in a transaction."""
    house = night.house
    until(house.ready, 20)
    before = house.count_struck(DECIDING)
    house.arm(DECIDING, "always wait")
    for case in night.cases[:API_THREADS]:
        night.in_thread(partial(night.press, case, "noor"))
    del night.cases[:API_THREADS]
    busy = 1 if house.engine == "sqlite" else API_THREADS  # on SQLite the others wait for that one's lock
    until(lambda: house.count_struck(DECIDING) >= before + busy, 10)
    time.sleep(0.5)
    house.disarm(DECIDING)
    try:
        yield
    finally:
        house.go(DECIDING)
