"""The control's run: the same faults as the proof's, over plain Celery.

python -m tests.faults.control 200 --forget
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from celery import Celery
from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import RedisError

from tests.faults import engines
from tests.faults.house import ROOT
from tests.faults.orders import until

PAUSE_SECONDS = 0.005  # between two comments: about as many as the worker does
BUSY_BYTES = 150  # of verdicts that a worker has written before it is killed: it is at work
START_SECONDS = 20.0
MOST_WAITING_BYTES = 1_500  # of verdicts that are still to come: what waits is not lost
CALM_SECONDS = 20.0  # without a verdict: four times the visibility time-out


class Lost(NamedTuple):
    accepted: int  # published without an error
    lost: int
    doubled: int


class _Site:
    """Publishes all the time, as fast as it is worked off; counts what was taken without an error."""

    def __init__(self, broker: str, verdicts: Path) -> None:
        self._verdicts, self._published_bytes = verdicts, 0
        self._celery = Celery("site", broker=broker, broker_transport_options={"socket_timeout": 1})
        self._going = True
        self.accepted = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._going = False
        self._thread.join(10)
        self._celery.close()

    def begin_anew(self) -> None:
        """What was published before does not wait any more."""
        self._published_bytes = self._verdicts.stat().st_size

    def _run(self) -> None:
        number = 0
        while self._going:
            time.sleep(PAUSE_SECONDS)
            if self._published_bytes - self._verdicts.stat().st_size > MOST_WAITING_BYTES:
                continue
            number += 1
            with suppress(OperationalError, RedisError, OSError):
                self._celery.send_task("look", args=[number], retry=False, ignore_result=True)
                self.accepted += 1
                self._published_bytes += len(f"{number}\n")


def run(kills: int, *, forget: bool, seed: int = 1) -> Lost:
    """Publish while the worker is killed at its work so many times; half-way Redis, and its memory, if asked."""
    chance = random.Random(seed)
    home = Path(tempfile.mkdtemp(prefix="gr-plain-", dir="/tmp"))
    socket, verdicts = home / "valkey.sock", home / "verdicts"
    verdicts.touch()
    server = _server(home, socket)
    broker = f"redis+socket://{socket}"
    environment = os.environ | {"PLAIN_BROKER": broker, "PLAIN_VERDICTS": str(verdicts), "PYTHONPATH": str(ROOT)}
    site, worker = _Site(broker, verdicts), _worker(environment)
    for number in range(kills):
        _at_work(verdicts)
        time.sleep(chance.uniform(0, 0.3))
        _kill(worker)
        if forget and number == kills // 2:
            time.sleep(0.5)  # what is published now waits in Redis alone
            server.kill()
            server.wait()
            engines.forget_everything(home / "redis")
            site.begin_anew()
            server = _server(home, socket)
        worker = _worker(environment)
    site.stop()
    _calm(verdicts, site.accepted)
    _kill(worker)
    server.kill()
    server.wait()
    seen = Counter(map(int, verdicts.read_text().split()))
    return Lost(site.accepted, site.accepted - len(seen), sum(1 for times in seen.values() if times > 1))


def _at_work(verdicts: Path) -> None:
    before, ends = verdicts.stat().st_size, time.monotonic() + START_SECONDS
    while verdicts.stat().st_size < before + BUSY_BYTES and time.monotonic() < ends:
        time.sleep(0.02)


def _kill(worker: "subprocess.Popen[bytes]") -> None:
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def _calm(verdicts: Path, accepted: int) -> None:
    """Until all is done, or nothing more comes."""
    size, since = 0, time.monotonic()
    while time.monotonic() < since + CALM_SECONDS and len(set(verdicts.read_text().split())) < accepted:
        if (now := verdicts.stat().st_size) != size:
            size, since = now, time.monotonic()
        time.sleep(0.2)


def _server(home: Path, socket: Path) -> "subprocess.Popen[bytes]":
    (home / "redis").mkdir(exist_ok=True)
    server = subprocess.Popen(engines.redis_command("valkey", home / "redis", socket), stdout=subprocess.DEVNULL)
    until(lambda: Redis(unix_socket_path=str(socket)).ping(), 10)
    return server


def _worker(environment: "dict[str, str]") -> "subprocess.Popen[bytes]":
    command = [
        sys.executable,
        "-m",
        "celery",
        "--quiet",
        "-A",
        "tests.faults.plain",
        "worker",
        "-P",
        "prefork",
        "-c",
        "2",
    ]
    command += ["--loglevel", "ERROR", "--without-gossip", "--without-mingle"]
    return subprocess.Popen(
        command, env=environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


if __name__ == "__main__":
    print(run(int(sys.argv[1]) if len(sys.argv) > 1 else 12, forget="--forget" in sys.argv))
