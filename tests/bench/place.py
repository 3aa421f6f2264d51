"""A Greenroom on loopback to be measured: its servers, its processes, and a site; each process when it is wanted."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import create_server
from typing import Any
from uuid import UUID

import httpx2
import psutil
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from api.cli import serve
from api.cli.processes import MARK, Child, Household
from moderation import database, migrate
from tests.bench import bulk
from tests.faults import engines

ROOT = Path(__file__).parents[2]
ENGINES = ("sqlite", "postgresql")
READY_SECONDS = 60.0
STOP_SECONDS = 15.0
MEGABYTE = 1_000_000
DATABASES = ("greenroom", "tutorial")  # a peer keeps its tables apart


class Place:
    """Use it with `with opened(engine) as place`. What is started is stopped with it."""

    def __init__(self, engine: str, home: Path, settings: Mapping[str, str], furnish: str) -> None:
        self.engine, self.home, self._furnish = engine, home, furnish
        socket = home / "valkey.sock"
        self.broker = f"redis+socket://{socket}"
        self.redis = Redis(unix_socket_path=str(socket))
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("GREENROOM_")}
        self.environment |= serve.MEMORY | {
            "GREENROOM_DATA": str(home / "data"),
            "GREENROOM_REDIS_URL": f"unix://{socket}",
            "GREENROOM_RATE_LIMIT": "off",
            "GREENROOM_PENDING_LIMIT_MINUTES": "100000",
            "GREENROOM_LOG_LEVEL": "WARNING",
            "PYTHONPATH": str(ROOT),
            "OMP_NUM_THREADS": "1",
            "C_FORCE_ROOT": "1",
            MARK: str(home),
            **settings,
        }
        self.household = Household(self.environment, lambda sentence: print(sentence, file=sys.stderr))
        self.url = ""
        self.furniture: dict[str, Any] = {}
        self._read: dict[str, Engine] = {}

    # --- servers and tables -----------------------------------------------------------------------------------------

    def set_up(self) -> None:
        self._add("redis", engines.redis_command("valkey", self.home / "redis", self.home / "valkey.sock"))
        if self.engine == "postgresql":
            self._add("postgresql", engines.prepare_postgresql(self.home / "pg"))
            until(lambda: _made_databases(self._postgresql("postgres")))
        self.environment["GREENROOM_DATABASE_URL"] = self.database_url()
        until(self._pings)
        command = [sys.executable, "-m", self._furnish]
        made = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        if made.returncode:
            raise RuntimeError(made.stderr[-2_000:])
        self.furniture = json.loads(made.stdout.splitlines()[-1])

    def fill(self, many: int, kept: Path) -> None:
        """With so many comments of the past: from what an earlier run has kept, or made now, and kept."""
        if not kept.exists():
            database.use(self.database_url())
            bulk.fill([UUID(each["id"]) for each in self.furniture["sites"]], many)
            database.forget()
            self._pause(lambda: _copy(self.home, kept))
            (kept / "furniture.json").write_text(json.dumps(self.furniture))
        else:
            self._pause(lambda: self._take_over(kept))
            database.use(self.database_url())
            migrate.upgrade()  # kept by an earlier version, perhaps
            database.forget()
            self.furniture = json.loads((kept / "furniture.json").read_text())

    def database_url(self, name: str = "greenroom") -> str:
        return f"sqlite:///{self.home / f'{name}.db'}" if self.engine == "sqlite" else self._postgresql(name)

    def read(self, name: str = "greenroom") -> Engine:
        """The database, for looking."""
        if name not in self._read:
            self._read[name] = database.open_engine(self.database_url(name))
        return self._read[name]

    # --- processes --------------------------------------------------------------------------------------------------

    def start_api(self) -> psutil.Process:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        child = self._add("api", serve.api_command("127.0.0.1", port))
        until(lambda: answers(f"{self.url}/readyz"))
        return process_of(child)

    def start_worker(self, processes: int, queues: str = "screen,upkeep") -> psutil.Process:
        child = self._add("worker", serve.worker_command(queues, processes, "bench"))
        until(lambda: self.redis.hexists("greenroom:heartbeats", f"bench@{os.uname().nodename}"))
        self._add("beat", serve.beat_command())
        return process_of(child)

    def start(self, name: str, command: Sequence[str], **environment: str) -> psutil.Process:
        """Any other program: a peer."""
        before = self.household.environment
        self.household.environment = {**before, **environment}
        try:
            return process_of(self._add(name, command))
        finally:
            self.household.environment = before

    def stop(self, *names: str) -> None:
        for child in reversed(self.household.children):
            if child.name in names:
                child.stop()
        self.household.children = [each for each in self.household.children if each.name not in names]

    def close(self) -> None:
        for each in self._read.values():
            each.dispose()
        self.household.stop()

    # --- looking ----------------------------------------------------------------------------------------------------

    def count(self, where: str = "1 = 1", table: str = "comments", name: str = "greenroom") -> int:
        with self.read(name).connect() as connection:
            return connection.execute(text(f"SELECT count(*) FROM {table} WHERE {where}")).scalar_one()

    def pending(self) -> int:
        return self.count("status = 'pending'")

    def disk_bytes(self) -> int:
        if self.engine == "sqlite":
            return sum(each.stat().st_size for each in self.home.glob("greenroom.db*"))
        with self.read().connect() as connection:
            return connection.execute(text("SELECT pg_database_size('greenroom')")).scalar_one()

    def _pause(self, act: Callable[[], Any]) -> None:
        """Do it while no database is running."""
        self.stop("postgresql")
        act()
        if self.engine == "postgresql":
            self._add("postgresql", engines.postgresql_command(self.home / "pg"))
            until(lambda: _answers(self._postgresql("greenroom")))

    def _take_over(self, kept: Path) -> None:
        if self.engine == "sqlite":
            for each in self.home.glob("greenroom.db*"):
                each.unlink()
            shutil.copy2(kept / "greenroom.db", self.home)
            return
        shutil.rmtree(self.home / "pg")
        _copy(kept / "pg", self.home / "pg")

    # --- inside -----------------------------------------------------------------------------------------------------

    def _add(self, name: str, command: Sequence[str]) -> Child:
        # Its output goes into a file: a pipe that nobody reads fills up.
        logged = ["/bin/sh", "-c", f'exec "$@" >>"{self.home / name}.log" 2>&1', "sh", *command]
        return self.household.add(Child(name, logged, STOP_SECONDS))

    def _pings(self) -> bool:
        with suppress(RedisError):
            return bool(self.redis.ping())
        return False

    def _postgresql(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.home / 'pg'}"


@contextmanager
def opened(
    engine: str, settings: Mapping[str, str] | None = None, furnish: str = "tests.bench.furnish"
) -> Iterator[Place]:
    """A place on this engine, and nothing left of it afterwards. Its home is short: a socket's path is.

    `furnish`: the module that fills its tables, and says in a line of JSON with what.
    """
    home = Path(tempfile.mkdtemp(prefix="gr-bench-", dir="/tmp"))
    home.chmod(0o755)
    place = Place(engine, home, settings or {}, furnish)
    try:
        place.set_up()
        yield place
    finally:
        place.close()
        shutil.rmtree(home, ignore_errors=True)


def until(holds: Callable[[], Any], seconds: float = READY_SECONDS) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > ends:
            raise TimeoutError(f"not within {seconds:g} s")
        time.sleep(0.05)


def answers(url: str) -> bool:
    try:
        return httpx2.get(url, timeout=2).status_code < 500
    except httpx2.HTTPError:
        return False


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def process_of(child: Child) -> psutil.Process:
    assert child.process
    return psutil.Process(child.process.pid)


def family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def cpu_seconds(process: psutil.Process) -> float:
    """Of a process and its children, user and system."""
    return sum(sum(each.cpu_times()[:2]) for each in family(process))


def megabytes(process: psutil.Process) -> list[float]:
    """What each process of a family holds: its share of what is shared, where the system tells."""
    return [getattr(info := each.memory_full_info(), "pss", info.rss) / MEGABYTE for each in family(process)]


def _copy(folder: Path, to: Path) -> None:
    """With its owner, without whom PostgreSQL does not open it."""
    to.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", str(folder), str(to)], check=True)


def _answers(url: str) -> bool:
    made = create_engine(url, connect_args={"connect_timeout": 2})
    with suppress(OperationalError), made.connect():
        return True
    return False


def _made_databases(url: str) -> bool:
    made = create_engine(url, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 2})
    try:
        with made.connect() as connection:
            for name in DATABASES:
                connection.execute(text(f"CREATE DATABASE {name}"))
    except Exception:  # noqa: BLE001 - not there yet
        return False
    finally:
        made.dispose()
    return True
