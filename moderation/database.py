"""The database: one engine per process, transactions you can see, and its clock.

The database is the record; Redis only carries nudges. Both engines promise the same: what is committed is on disk.
"""

import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from moderation.dialects import FOLDED, folded
from moderation.settings import settings

# SQLite: a writer that finds the file busy waits this long before the caller gets a 503.
BUSY_MILLISECONDS = 5_000
ASK_AGAIN_SECONDS = (0.001, 0.003)
LONG_SECONDS, POLITE_SECONDS = 0.02, 0.004
# PostgreSQL: a statement that needs longer has lost its index; a lock that is not had, its holder; a transaction
# that does nothing, its client. Each ends, so that nobody waits for it.
POSTGRESQL_OPTIONS = (
    "-c statement_timeout=5000 -c lock_timeout=2000 -c idle_in_transaction_session_timeout=5000 "
    "-c synchronous_commit=on -c timezone=UTC"
)
POOL_SIZE = 10
POOL_OVERFLOW = 30  # the API's threads, at most 40, each hold one
POOL_SECONDS = 2.0  # no free connection for so long: 503

_engine: Engine | None = None
_opened_as: str = ""
# SQLite has one writer. Threads of one process queue here, in turn; only processes meet in its busy handler.
_one_writer = threading.Lock()
_polite_until = 0.0  # monotonic


def engine() -> Engine:
    """This process's engine, made when first needed."""
    global _engine, _opened_as  # noqa: PLW0603 - one per process is the point
    if _engine is None:
        _opened_as = settings().database
        _engine = open_engine(_opened_as)
    return _engine


def use(url: str) -> Engine:
    """Make this address the process's database."""
    global _engine, _opened_as
    forget()
    _opened_as, _engine = url, open_engine(url)
    return _engine


def in_use(url: str) -> bool:
    return _engine is not None and _opened_as == url


def forget(*, close: bool = True) -> None:
    """Let go of the engine; a forked child must not close what its parent still uses."""
    global _engine  # noqa: PLW0603
    if _engine is not None:
        _engine.dispose(close=close)
    _engine = None


def open_engine(url: str) -> Engine:
    if make_url(url).get_backend_name() == "sqlite":
        return _open_sqlite(url)
    return create_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=POOL_SECONDS,
        json_serializer=_json,
        hide_parameters=True,  # a statement's parameters are strangers' words: never in an error, never in a log
        pool_pre_ping=True,  # a server that was restarted costs a reconnect, not an error
        connect_args={"options": POSTGRESQL_OPTIONS, "connect_timeout": 3},
    )


def _json(value: Any) -> str:
    """A third of the standard library's time: each verdict is two kilobytes of it."""
    return to_json(value).decode()


@contextmanager
def transaction() -> Iterator[Session]:
    """Everything in the block, committed at its end, or nothing."""
    database = engine()
    sqlite = database.dialect.name == "sqlite"
    with _turn() if sqlite else nullcontext(), Session(database, expire_on_commit=False) as session:
        session.connection(execution_options={"greenroom_writes": True})
        yield session
        session.commit()


@contextmanager
def _turn() -> Iterator[None]:
    """One thread's turn to write. A process that has held the file for long lets another in before it goes on."""
    global _polite_until  # noqa: PLW0603 - one per process is the point
    with _one_writer:
        time.sleep(max(0.0, _polite_until - time.monotonic()))
        began = time.monotonic()
        try:
            yield
        finally:
            ended = time.monotonic()
            _polite_until = ended + POLITE_SECONDS if ended - began > LONG_SECONDS else 0.0


@contextmanager
def reading() -> Iterator[Session]:
    """A consistent look; nothing is written."""
    with Session(engine(), expire_on_commit=False) as session:
        yield session


@contextmanager
def snapshot() -> Iterator[Session]:
    """Everything in the block sees the database as it was at one moment, however long that takes."""
    with Session(engine(), expire_on_commit=False) as session:
        if session.get_bind().dialect.name == "sqlite":
            yield session  # a transaction there never sees more than it did at first
            return
        session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        yield session


@contextmanager
def alone() -> Iterator[Connection]:
    """One transaction over the whole database, for as long as it takes: all of the block, or nothing."""
    database = engine()
    sqlite = database.dialect.name == "sqlite"
    with _one_writer if sqlite else nullcontext(), database.connect() as connection:
        connection.execution_options(greenroom_writes=True)
        if not sqlite:
            for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
                connection.execute(text(f"SET LOCAL {name} = 0"))
        yield connection
        connection.commit()


def clock(session: Session) -> datetime:
    """The database's time: leases and due times hang on it, not on the clock of whichever machine asks."""
    if session.get_bind().dialect.name == "sqlite":
        return datetime.now(UTC)  # the file is on this machine: the same clock
    return session.connection().execute(text("SELECT clock_timestamp()")).scalar_one()


def _open_sqlite(url: str) -> Engine:
    named = make_url(url).database
    if named:
        Path(named).parent.mkdir(parents=True, exist_ok=True)
    made = create_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=POOL_SECONDS,
        json_serializer=_json,
        hide_parameters=True,
        connect_args={"timeout": BUSY_MILLISECONDS / 1_000, "check_same_thread": False},
    )
    event.listen(made, "connect", _prepare_sqlite)
    event.listen(made, "begin", _begin_sqlite)
    return made


def _prepare_sqlite(connection: Any, entry: ConnectionPoolEntry) -> None:
    del entry
    connection.create_function(FOLDED, 1, folded, deterministic=True)
    connection.isolation_level = None  # the driver opens no transactions of its own: we say BEGIN
    for pragma in (
        "journal_mode=WAL",  # readers do not wait for the writer
        "synchronous=FULL",  # a commit is on disk: what 202 promises
        f"busy_timeout={BUSY_MILLISECONDS}",
        "foreign_keys=ON",
        "secure_delete=ON",  # erased text is overwritten, not just unlinked
        "cache_size=-4000",  # KB, of each connection: the system keeps the file in memory anyway
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE for writers: a transaction that reads first and writes then would fail where another wrote in between.
    if connection.get_execution_options().get("greenroom_writes", False):
        _begin_writing(connection)
    else:
        connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection) -> None:
    """Take the file's one write lock.

    SQLite's own waiting naps for up to a tenth of a second: whoever writes again and again leaves the others no gap.
    Ours asks again within milliseconds.
    """
    raw: Any = connection.connection.dbapi_connection
    ends = time.monotonic() + BUSY_MILLISECONDS / 1_000
    raw.execute("PRAGMA busy_timeout=0")
    try:
        while time.monotonic() < ends:
            try:
                raw.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                time.sleep(random.uniform(*ASK_AGAIN_SECONDS))  # noqa: S311 - not a secret
            else:
                return
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # its error is the one that everybody knows
    finally:
        raw.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
