"""The control's run: the same faults as the proof's, over plain Celery.

python -m tests.faults.control 200 --forget
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from celery import Celery
from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import RedisError

from tests.faults import engines
from tests.faults.house import ROOT
from tests.faults.orders import until

COMMENTS = 1_500
CALM_SECONDS = 25.0  # five times the visibility time-out


class Lost(NamedTuple):
    accepted: int  # published without an error
    lost: int
    doubled: int


def run(kills: int, *, forget: bool, seed: int = 1) -> Lost:
    """Publish while the worker is killed so many times, and Redis once without its memory, if asked."""
    chance = random.Random(seed)
    home = Path(tempfile.mkdtemp(prefix="gr-plain-", dir="/tmp"))
    socket, verdicts = home / "valkey.sock", home / "verdicts"
    verdicts.touch()
    server = _server(home, socket)
    broker = f"redis+socket://{socket}"
    environment = os.environ | {"PLAIN_BROKER": broker, "PLAIN_VERDICTS": str(verdicts), "PYTHONPATH": str(ROOT)}
    worker = _worker(environment)
    accepted = 0
    with Celery("site", broker=broker, broker_transport_options={"socket_timeout": 1}) as site:
        moments = set(chance.sample(range(100, COMMENTS), kills))
        for number in range(COMMENTS):
            try:
                site.send_task("look", args=[number], retry=False, ignore_result=True)
                accepted += 1
            except (OperationalError, RedisError, OSError):
                continue
            if number in moments:
                os.killpg(worker.pid, signal.SIGKILL)
                worker.wait()
                worker = _worker(environment)
            if forget and number == COMMENTS * 2 // 3:
                server.kill()
                server.wait()
                engines.forget_everything(home / "redis")
                server = _server(home, socket)
            time.sleep(0.002)
    _calm(verdicts, accepted)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    server.kill()
    server.wait()
    seen = Counter(map(int, verdicts.read_text().split()))
    return Lost(accepted, accepted - len(seen), sum(1 for times in seen.values() if times > 1))


def _calm(verdicts: Path, accepted: int) -> None:
    ends = time.monotonic() + CALM_SECONDS
    while time.monotonic() < ends and len(set(verdicts.read_text().split())) < accepted:
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
