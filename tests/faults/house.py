"""A whole Greenroom as real processes, each of which can be killed, stopped, continued, and kept down for a while."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from socket import create_server
from typing import Any

import psutil
from redis import Redis
from sqlalchemy import Engine, create_engine, text

from api.cli import serve
from api.cli.processes import MARK, Child, Household, kill_tree
from moderation import database
from tests.faults import engines
from tests.faults.forger import Forger
from tests.faults.orders import Orders, until
from tests.faults.receiver import Receiver
from tests.faults.wire import Wire

ROOT = Path(__file__).parents[2]
READY_SECONDS = 60.0
LOOK_EVERY_SECONDS = 0.05
UNDO_SECONDS = 1
SLOTS = 3  # of each screening worker: some wait in a failpoint while others work


class House(Orders, Forger):
    """Start it with `with opened(engine) as house`."""

    def __init__(
        self,
        engine: str,
        home: Path,
        redis: str = "valkey",
        *,
        two: bool = True,
        patient: bool = False,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.engine, self.home, self.log = engine, home, home / "log"
        super().__init__(home / "failpoints")
        self.receiver = Receiver()
        self._redis, self._two = redis, two
        socket = home / "valkey.sock"
        self.wire = Wire(socket)  # to Redis
        self.redis = Redis(unix_socket_path=str(socket), socket_timeout=5)
        self.database_wire: Wire | None = None
        self.environment = self._environment() | dict(settings or {})
        if patient:
            self.environment["GREENROOM_FAULTS_PATIENT"] = "1"
        self.household = Household(self.environment, self._say)
        self.said: list[str] = []
        self._watching = True
        self._lock = threading.RLock()
        self._read: Engine | None = None
        self.furniture: dict[str, Any] = {}
        self.url = ""

    # --- starting and stopping ------------------------------------------------------------------------------------

    def start(self) -> None:
        self._start_servers()
        self.furniture = self._furnish()
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.add("api", _through_entry(serve.api_command("127.0.0.1", port)), 8)
        for name, shown in (("screener", "screen"), ("second", "second"))[: 1 + self._two]:
            command = serve.worker_command("screen,upkeep", SLOTS, shown)
            self.add(name, _through_entry(command), 12)
        self.add("deliverer", _through_entry(serve.worker_command("deliver", 8, "deliver")), 8)
        self.add("beat", _through_entry(serve.beat_command()), 3)
        threading.Thread(target=self._look_after, name="supervisor", daemon=True).start()
        until(lambda: self.ready() and self.workers_ready(), READY_SECONDS)

    def add(self, name: str, command: list[str], stop_seconds: float) -> Child:
        # A shell opens the log and becomes the program: the process keeps its number.
        logged = ["/bin/sh", "-c", f'exec "$@" >>"{self.log}.{name}" 2>&1', "sh", *command]
        with self._lock:
            return self.household.add(Child(name, logged, stop_seconds))

    def deliver_too(self) -> None:
        """One more deliverer, to go on while the first one is stopped."""
        self.add("deliverer 2", _through_entry(serve.worker_command("deliver", 8, "deliver2")), 8)

    def stop(self) -> None:
        self._watching = False
        self.wire.release()
        if self.database_wire:
            self.database_wire.release()
        with self._lock:
            for child in self.household.children:  # what is stopped must hear that it is to end
                self._signal_group(child, signal.SIGCONT)
            for child in reversed(self.household.children):
                if child.process:
                    kill_tree(child.process.pid)
                    child.process.wait(10)
            self.household.stop()
        self.receiver.down()
        for each in filter(None, (self.wire, self.database_wire)):
            each.close()
        if self._read:
            self._read.dispose()

    # --- faults -----------------------------------------------------------------------------------------------------

    def child(self, name: str) -> Child:
        return next(each for each in self.household.children if each.name == name)

    def pid(self, name: str) -> int:
        process = self.child(name).process
        assert process
        return process.pid

    def kill(
        self, name: str, number: signal.Signals = signal.SIGKILL, down: float = 0.0, *, group: bool = False
    ) -> None:
        """Send the signal; once it has ended it is started again after 'down' seconds."""
        with self._lock:
            child = self.child(name)
            child.restart_at = time.monotonic() + down
            if group:
                self._signal_group(child, number)
            elif child.process and child.process.poll() is None:
                child.process.send_signal(number)

    def freeze(self, name: str) -> None:
        self._signal_group(self.child(name), signal.SIGSTOP)

    def thaw(self, *names: str) -> None:
        """Those named, or everybody."""
        for child in self.household.children:
            if not names or child.name in names:
                self._signal_group(child, signal.SIGCONT)

    def down(self, name: str, seconds: float = 3600.0, number: signal.Signals = signal.SIGKILL) -> None:
        """End it, and keep it down; raise_up() starts it again."""
        self.kill(name, number, seconds, group=number is signal.SIGKILL)
        until(lambda: self.child(name).ended() is not None, 15)

    def raise_up(self, name: str) -> None:
        with self._lock:
            self.child(name).restart_at = time.monotonic()

    def pool_of(self, name: str) -> list[psutil.Process]:
        """The processes that do a worker's tasks."""
        return psutil.Process(self.pid(name)).children()

    def restart_redis(self, *, forget: bool, seconds: float = 0.5) -> None:
        """Kill -9; with 'forget' it comes back empty, as without AOF."""
        self.down("redis")
        if forget:
            engines.forget_everything(self.home / "redis")
        time.sleep(seconds)
        self.raise_up("redis")

    # --- looking ----------------------------------------------------------------------------------------------------

    def read(self) -> Engine:
        """The database, past every wire and every fault."""
        if self._read is None:
            self._read = database.open_engine(self.direct_url)
        return self._read

    def ready(self) -> bool:
        import httpx2

        try:
            return httpx2.get(f"{self.url}/readyz", timeout=2).status_code == 200
        except httpx2.HTTPError:
            return False

    def workers_ready(self) -> bool:
        names = {each.decode().split("@")[0] for each in self.redis.hkeys("greenroom:heartbeats")}
        return names >= {"screen", "deliver"} | ({"second"} if self._two else set())

    def logs(self) -> Iterator[tuple[str, str]]:
        for path in sorted(self.home.glob("log.*")):
            with path.open(errors="replace") as lines:
                for line in lines:
                    yield path.name, line

    # --- inside -----------------------------------------------------------------------------------------------------

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("GREENROOM_")}
        inherited.pop("PYTHONDONTWRITEBYTECODE", None)  # processes start all night: compiling once is enough
        self.direct_url = f"sqlite:///{self.home / 'data' / 'greenroom.db'}"
        return (
            serve.MEMORY
            | inherited
            | {
                "GREENROOM_DATA": str(self.home / "data"),
                "GREENROOM_REDIS_URL": f"redis://127.0.0.1:{self.wire.port}/0",
                "GREENROOM_RATE_LIMIT": "off",
                "GREENROOM_UNDO_SECONDS": str(UNDO_SECONDS),
                "GREENROOM_WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8",
                "GREENROOM_FAILPOINTS": str(self.failpoints),
                "PYTHONPATH": str(ROOT),
                "C_FORCE_ROOT": "1",
                MARK: str(self.home),
            }
        )

    def _start_servers(self) -> None:
        self.add("redis", engines.redis_command(self._redis, self.home / "redis", self.home / "valkey.sock"), 5)
        if self.engine == "postgresql":
            data = self.home / "pg"
            self.add("postgresql", engines.prepare_postgresql(data), 5)
            self.database_wire = Wire(engines.postgresql_socket(data))
            base = f"postgresql+psycopg://postgres@/%s?host={data}"
            until(lambda: _made_database(base % "postgres"), 20)
            self.direct_url = base % "greenroom"
            through = f"postgresql://postgres@127.0.0.1:{self.database_wire.port}/greenroom"
            self.environment["GREENROOM_DATABASE_URL"] = through
        until(self.redis.ping, 10)

    def _furnish(self) -> dict[str, Any]:
        command = [sys.executable, "-m", "tests.faults.furnish", self.receiver.url]
        made = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stderr[-2_000:]
        return json.loads(made.stdout.splitlines()[-1])

    def _look_after(self) -> None:
        while self._watching:
            with self._lock:
                for child in self.household.children:  # we kill all the time: no back-off, or nights take hours
                    child.failures = 0
                if self._watching:
                    self.household.look_after()
            time.sleep(LOOK_EVERY_SECONDS)

    def _say(self, sentence: str) -> None:
        self.said.append(sentence)

    def _signal_group(self, child: Child, number: signal.Signals) -> None:
        try:
            if child.process and child.process.poll() is None:
                os.killpg(child.process.pid, number)
        except ProcessLookupError:
            return


@contextmanager
def opened(engine: str, redis: str = "valkey", **options: Any) -> Iterator[House]:
    """A house on this engine, and nothing left of it afterwards. Its home is short: a socket's path is."""
    home = Path(tempfile.mkdtemp(prefix="gr-house-", dir="/tmp"))
    home.chmod(0o755)
    house = House(engine, home, redis, **options)
    try:
        house.start()
        yield house
    finally:
        house.stop()
        if os.environ.get("GREENROOM_KEEP_HOUSES"):
            print(f"kept: {home}", file=sys.stderr)
        else:
            shutil.rmtree(home, ignore_errors=True)


def _through_entry(command: list[str]) -> list[str]:
    """From python -m celery ... -> python -m tests.faults.entry celery ..."""
    at = command.index("-m")
    return [*command[: at + 1], "tests.faults.entry", *command[at + 1 :]]


def _made_database(url: str) -> bool:
    made = create_engine(url, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 2})
    with made.connect() as connection:
        connection.execute(text("CREATE DATABASE greenroom"))
    made.dispose()
    return True


def _free_port() -> int:
    with create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
