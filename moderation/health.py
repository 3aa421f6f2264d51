"""Is work being done? Each part with what it shows, the limit, and ok, warn or fail."""

import time
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, func, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from moderation import live, migrate, upkeep
from moderation.database import clock, reading
from moderation.models import Case, DeadLetter, Delivery
from moderation.terms import DeliveryState

COUNT_UP_TO = 1_000
SLOW_DATABASE_MS = 100.0
WORKER_SILENT_SECONDS = 20.0  # four heartbeats
BEAT_SILENT_SECONDS = 10.0  # ten sweeps
OLD_PENDING = timedelta(seconds=60)
STALE_PENDING = timedelta(minutes=10)


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    level: Level
    shows: str
    limit: str = ""


def ready() -> list[Part]:
    """What must be there before a request makes sense: database, migrations, broker."""
    return [*_database(), _broker()]


def report() -> list[Part]:
    """Everything an operator asks at night."""
    parts = ready()
    parts += _pulse()
    try:
        with reading() as session:
            parts += [_pending(session), _deliveries(session), _dead_letters(session), _cases(session)]
    except SQLAlchemyError:
        parts.append(Part("queue", Level.FAIL, "the database does not answer"))
    return parts


def worst(parts: list[Part]) -> Level:
    order = list(Level)
    return max((part.level for part in parts), key=order.index, default=Level.OK)


def _database() -> list[Part]:
    try:
        with reading() as session:
            session.connection()  # connecting is not what is measured
            started = time.perf_counter()
            session.connection().execute(text("SELECT 1"))
            took = (time.perf_counter() - started) * 1_000
            here, wanted = migrate.at(session), migrate.head()
    except SQLAlchemyError:
        return [Part("database", Level.FAIL, "does not answer")]
    level = Level.OK if took < SLOW_DATABASE_MS else Level.WARN
    migrated = Part("migrations", Level.OK if here == wanted else Level.FAIL, here or "none", f"head is {wanted}")
    return [Part("database", level, f"{took:.1f} ms", f"{SLOW_DATABASE_MS:.0f} ms"), migrated]


def _broker() -> Part:
    started = time.perf_counter()
    if not live.ping():
        return Part("broker", Level.FAIL, "does not answer")
    return Part("broker", Level.OK, f"{(time.perf_counter() - started) * 1_000:.1f} ms")


def _pulse() -> list[Part]:
    pulse = live.pulse()
    if pulse is None:
        return [Part("workers", Level.FAIL, "unknown: the broker does not answer")]
    now = time.time()
    limit = f"{WORKER_SILENT_SECONDS:.0f} s"
    parts = [
        Part(f"worker {name}", _age_level(now - at, WORKER_SILENT_SECONDS), f"{now - at:.0f} s ago", limit)
        for name, at in sorted(pulse["workers"].items())
    ]
    if not parts:
        parts = [Part("workers", Level.FAIL, "none")]
    ticked: float | None = pulse["beat"]
    shows = f"swept {now - ticked:.0f} s ago" if ticked else "never swept"
    level = _age_level(now - ticked, BEAT_SILENT_SECONDS) if ticked else Level.FAIL
    return [*parts, Part("beat", level, shows, f"{BEAT_SILENT_SECONDS:.0f} s")]


def _age_level(age: float, limit: float) -> Level:
    return Level.OK if age < limit else Level.FAIL


def _pending(session: Session) -> Part:
    oldest = upkeep.oldest_pending(session)
    if oldest is None:
        return Part("pending", Level.OK, "0")
    age = clock(session) - oldest
    level = Level.OK if age < OLD_PENDING else Level.WARN if age < STALE_PENDING else Level.FAIL
    shows = f"{upkeep.count_pending(session)}, the oldest for {age.total_seconds():.0f} s"
    return Part("pending", level, shows, f"{OLD_PENDING.total_seconds():.0f} s")


def _deliveries(session: Session) -> Part:
    waiting = _count(session, Delivery, Delivery.state == DeliveryState.WAITING.value, col(Delivery.attempts) > 0)
    failed = _count(session, Delivery, Delivery.state == DeliveryState.FAILED.value)
    return Part("deliveries", Level.WARN if failed else Level.OK, f"{waiting} retrying, {failed} given up")


def _dead_letters(session: Session) -> Part:
    count = _count(session, DeadLetter)
    return Part("dead letters", Level.WARN if count else Level.OK, str(count))


def _cases(session: Session) -> Part:
    count = _count(session, Case, col(Case.closed_at).is_(None))
    return Part("open cases", Level.OK, str(count) if count <= COUNT_UP_TO else f"{COUNT_UP_TO:,}+")


def _count(
    session: Session, table: type[Case] | type[DeadLetter] | type[Delivery], *conditions: ColumnElement[bool] | bool
) -> int:
    some = select(table.id).where(*conditions).limit(COUNT_UP_TO + 1).subquery()
    return session.exec(select(func.count()).select_from(some)).one()
