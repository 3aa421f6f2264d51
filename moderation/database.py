"""The database: one engine per process, transactions you can see, and its clock.

The database is the record; Redis only carries nudges. Both engines promise the same: what is committed is on disk.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from moderation.settings import settings

# SQLite: a writer that finds the file busy waits this long before the caller gets a 503.
BUSY_MILLISECONDS = 5_000
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
        hide_parameters=True,  # a statement's parameters are strangers' words: never in an error, never in a log
        pool_pre_ping=True,  # a server that was restarted costs a reconnect, not an error
        connect_args={"options": POSTGRESQL_OPTIONS, "connect_timeout": 3},
    )


@contextmanager
def transaction() -> Iterator[Session]:
    """Everything in the block, committed at its end, or nothing."""
    database = engine()
    sqlite = database.dialect.name == "sqlite"
    with _one_writer if sqlite else nullcontext(), Session(database, expire_on_commit=False) as session:
        session.connection(execution_options={"greenroom_writes": True})
        yield session
        session.commit()


@contextmanager
def reading() -> Iterator[Session]:
    """A consistent look; nothing is written."""
    with Session(engine(), expire_on_commit=False) as session:
        yield session


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
        hide_parameters=True,
        connect_args={"timeout": BUSY_MILLISECONDS / 1_000, "check_same_thread": False},
    )
    event.listen(made, "connect", _prepare_sqlite)
    event.listen(made, "begin", _begin_sqlite)
    return made


def _prepare_sqlite(connection: Any, entry: ConnectionPoolEntry) -> None:
    del entry
    connection.isolation_level = None  # the driver opens no transactions of its own: we say BEGIN
    for pragma in (
        "journal_mode=WAL",  # readers do not wait for the writer
        "synchronous=FULL",  # a commit is on disk: what 202 promises
        f"busy_timeout={BUSY_MILLISECONDS}",
        "foreign_keys=ON",
        "secure_delete=ON",  # erased text is overwritten, not just unlinked
        "cache_size=-32000",  # KB
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE for writers: a transaction that reads first and writes then would fail where another wrote in between.
    writes = connection.get_execution_options().get("greenroom_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
