"""A house for tests of liveness: a Valkey, a SQLite file and real workers of its own, to be stopped and killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import redis

from api.cli import serve
from moderation import embedded
from tests.journeys.launcher import GREENROOM, until

Process = subprocess.Popen[bytes]


class House:
    def __init__(self, data: Path, **environment: str) -> None:
        self.data = data
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GREENROOM_")},
            "GREENROOM_DATA": str(data),
            "GREENROOM_RATE_LIMIT": "off",
            "C_FORCE_ROOT": "1",
            **environment,
        }
        self._socket = data / "valkey.sock"
        self.redis = redis.Redis(unix_socket_path=str(self._socket), socket_timeout=2, decode_responses=True)
        self.processes: list[Process] = []
        self.valkey = self.start_valkey()

    def start_valkey(self) -> Process:
        self.valkey = self._start(embedded.server_command(self.data, self._socket))
        until(self.answers)
        return self.valkey

    def answers(self) -> bool:
        try:
            return bool(self.redis.ping())
        except redis.RedisError:
            return False

    def workers(self, **queues: str) -> list[Process]:
        """One of each name, started and looking for work."""
        started: dict[str, Process] = {}
        for name, taken in queues.items():
            command = serve.worker_command(taken.replace("+", ","), 2, name)
            command[command.index("workers.app")] = "tests.workers.troubled"
            started[name] = self._start(command)
        for name, each in started.items():
            until(lambda each=each, name=name: each.poll() is not None or self.said(name).get("pid") == each.pid, 40)
            assert each.poll() is None, self.log()
        return list(started.values())

    def beat(self) -> Process:
        return self._start(serve.beat_command())

    def said(self, name: str) -> dict[str, Any]:
        """The last heartbeat of the worker of this name."""
        found = [
            json.loads(said) for worker, said in self.redis.hgetall("greenroom:heartbeats").items() if name in worker
        ]
        return found[0] if found else {}

    def greenroom(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [GREENROOM, *words], env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )

    def health(self) -> dict[str, dict[str, str]]:
        return {part["name"]: part for part in json.loads(self.greenroom("health", "--json").stdout)["parts"]}

    def python(self, code: str) -> str:
        """What this prints, run in the house's environment."""
        done = subprocess.run(
            [sys.executable, "-c", code], env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def log(self) -> str:
        return (self.data / "log").read_text()

    def stop(self) -> None:
        for each in reversed(self.processes):
            for child in children(each):
                child.kill()
            if each.poll() is None:
                each.kill()
            each.wait(10)

    def _start(self, command: Any) -> Process:
        log = (self.data / "log").open("ab")
        started = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        log.close()
        self.processes.append(started)
        return started


@contextmanager
def house(data: Path, **environment: str) -> Iterator[House]:
    data.mkdir(parents=True, exist_ok=True)
    made = House(data, **environment)
    try:
        assert made.greenroom("migrate").returncode == 0
        yield made
    finally:
        made.stop()


def children(process: Process) -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


@contextmanager
def stopped(*processes: Process | psutil.Process) -> Iterator[None]:
    """Not killed: it stands still, and then goes on."""
    for each in processes:
        each.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for each in processes:
            each.send_signal(signal.SIGCONT)


def stays(holds: Callable[[], Any], seconds: float) -> None:
    """It is true, and remains so for a while."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        assert holds()
        time.sleep(0.1)
