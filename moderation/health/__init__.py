"""Is work being done? Each part with what it shows, the limit, and ok, warn or fail.

Answers within ANSWER_SECONDS and a little, whatever the database and Redis do.
"""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from moderation import casework, live, migrate
from moderation.database import clock, reading, transaction
from moderation.health import disk, rows, signs
from moderation.health.bounded import Bounded
from moderation.health.parts import Level, Part, worst
from moderation.health.rows import WEBHOOK
from moderation.people import WATCHES, Person
from moderation.settings import settings

__all__ = ["WEBHOOK", "Level", "Part", "ready", "report", "theirs", "worst"]

SLOW_DATABASE_MS = 100.0
ANSWER_SECONDS = 2.0  # for the database; Redis has its own, a tenth of it


class _Found(NamedTuple):
    milliseconds: float
    revision: str


def ready() -> list[Part]:
    """What must be there before a request makes sense: database, migrations, broker."""
    asked = _reachable.begin()
    until = time.monotonic() + ANSWER_SECONDS
    pulse = live.pulse()
    return [*_database(asked, until), signs.broker(pulse)]


def report() -> list[Part]:
    """Everything an operator asks at night."""
    asked, written, counted = _reachable.begin(), _writable.begin(), _rows.begin()
    until = time.monotonic() + ANSWER_SECONDS
    pulse = live.pulse()
    database = _database(asked, until)
    return [
        _can_write(database[0], written, until),
        *database[1:],
        signs.broker(pulse),
        disk.part(settings()),
        *signs.of_work(pulse),
        *_from_rows(counted, until),
    ]


def theirs(person: Person, parts: Sequence[Part]) -> list[Part]:
    """Without the addresses of sites that are not this person's to watch."""
    mine = person.sites(WATCHES)
    addressed = [each for each in parts if each.name.startswith(WEBHOOK)]
    if mine is None or not addressed:
        return list(parts)
    try:
        with reading() as session:
            names = {f"{WEBHOOK}{each.name}" for each in casework.sites_of(session, mine)}
    except SQLAlchemyError:
        names = set[str]()
    return [each for each in parts if each not in addressed or each.name in names]


def _database(asked: Callable[[float], _Found], until: float) -> list[Part]:
    limit = f"{SLOW_DATABASE_MS:.0f} ms"
    try:
        found = asked(until)
    except TimeoutError:
        return [Part("database", Level.FAIL, f"no answer within {ANSWER_SECONDS:.0f} s", limit)]
    except SQLAlchemyError:
        return [Part("database", Level.FAIL, "does not answer", limit)]
    level = Level.OK if found.milliseconds < SLOW_DATABASE_MS else Level.WARN
    return [Part("database", level, f"{found.milliseconds:.1f} ms", limit), _migrations(found.revision)]


def _migrations(here: str) -> Part:
    """Newer than this program is no failure: the release before goes on working while the next one is brought in."""
    wanted = migrate.head()
    level = Level.OK if here == wanted else Level.WARN if migrate.is_ahead(here) else Level.FAIL
    return Part("migrations", level, here or "none", f"head is {wanted}")


def _can_write(database: Part, written: Callable[[float], None], until: float) -> Part:
    """A database that can be read and not written holds everything up just the same."""
    if database.level is Level.FAIL:
        return database
    try:
        written(until)
    except (TimeoutError, SQLAlchemyError):
        shows = f"{database.shows} to read; could not be written within {ANSWER_SECONDS:.0f} s"
        return Part(database.name, Level.FAIL, shows, database.limit)
    return database


def _from_rows(counted: Callable[[float], list[Part]], until: float) -> list[Part]:
    try:
        return counted(until)
    except (TimeoutError, SQLAlchemyError):
        return [Part("queue", Level.FAIL, "unknown: the database does not answer")]


def _reach() -> _Found:
    with reading() as session:
        session.connection()  # connecting is not what is measured
        started = time.perf_counter()
        session.connection().execute(text("SELECT 1"))
        took = (time.perf_counter() - started) * 1_000
        return _Found(took, migrate.at(session))


def _write() -> None:
    """On SQLite this takes the lock that every writer needs, and gives it back."""
    with transaction() as session:
        session.connection().execute(text("SELECT 1"))


def _count() -> list[Part]:
    with reading() as session:
        return rows.report(session, clock(session))


_reachable, _writable, _rows = Bounded(_reach), Bounded(_write), Bounded(_count)
