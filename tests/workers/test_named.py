"""Whatever goes wrong is named by 'greenroom health' within half a minute: real processes, really killed."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psutil
import pytest

from moderation import database, health
from moderation.database import reading
from moderation.health import Level
from moderation.ids import new_id
from tests.journeys.launcher import GREENROOM, until
from tests.workers.alive import House, house, stopped

pytestmark = pytest.mark.timeout(240)
NAMED_SECONDS = 60  # on a busy machine; within 30 on one that is not
SUBMIT = """
from tests import make
from moderation import webhooks
from moderation.database import transaction, clock
from workers.app import app
site = make.site("The Courier")
with transaction() as session:
    webhooks.set_address(session, site.id, "http://127.0.0.1:9/hook", clock(session))
app.send_task("screen", [[str(make.stored(site.id, f"c-{each}").id) for each in range(3)]], queue="screen")
"""


@pytest.fixture
def place() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="gr-", dir="/tmp"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def troubled(at: House) -> dict[str, str]:
    """What is not ok, but for this machine's own disk."""
    time.sleep(0.5)  # asking is a process of its own, and there are others who want to work
    found = at.health()
    return {name: part["shows"] for name, part in found.items() if part["status"] != "ok" and name != "disk"}


def named(at: House, *names: str) -> dict[str, str]:
    """What health shows once it names all of these as troubled."""
    return until(lambda: (found := troubled(at)).keys() >= set(names) and found, NAMED_SECONDS)


def test_workers_and_beat_that_stop_stall_or_die_are_named(place: Path):
    with house(place / "d") as at:
        screener, deliverer = at.workers(s="screen+upkeep", d="deliver")
        beat = at.beat()
        until(lambda: not troubled(at), 60)

        deliverer.terminate()
        shown = named(at, "workers")
        assert shown["workers"] == "1 at work; nobody takes from deliver"

        with stopped(screener):
            shown = named(at, "workers", "canary screen", "canary deliver", "sweep")
            assert shown["workers"] == "none at work; nobody takes from screen, deliver, upkeep"
            [stalled] = [each for name, each in shown.items() if name.startswith("worker s@")]
            assert stalled.startswith("silent for")
            assert "beat" not in shown
        until(lambda: "sweep" not in troubled(at))

        beat.kill()
        shown = named(at, "beat")
        assert "workers" in shown
        assert not any(name.startswith("worker s@") for name in shown)


def test_a_dead_address_and_a_check_that_fails_are_named(place: Path):
    with house(place / "with-a-broken-check", GREENROOM_WEBHOOK_ALLOWED_NETWORKS="127.0.0.0/8") as at:
        at.workers(s="screen", d="deliver")
        (at.data / "broken-check").touch()
        at.python(SUBMIT)

        shown = named(at, "checks", "webhook The Courier")

        assert shown["checks"].startswith("did not run: profanity on 3 of 3 comments")
        assert "failed in a row" in shown["webhook The Courier"]


def test_a_redis_that_stands_still_or_is_gone_is_named_and_the_rest_is_told(place: Path):
    with house(place / "d") as at:
        with stopped(at.valkey):
            frozen = at.health()
        at.valkey.kill()
        at.valkey.wait()
        gone = at.health()

    for found in (frozen, gone):
        assert (found["broker"]["status"], found["workers"]["status"]) == ("fail", "fail")
        assert (found["migrations"]["status"], found["pending"]["status"]) == ("ok", "ok")


def test_a_sqlite_file_that_somebody_has_locked_is_named(place: Path):
    with house(place / "d") as at:
        holder = sqlite3.connect(place / "d" / "greenroom.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")

        locked = at.health()
        holder.rollback()
        free = at.health()

    assert locked["database"]["status"] == "fail"
    assert "could not be written" in locked["database"]["shows"]
    assert locked["pending"]["status"] == "ok"
    assert free["database"]["status"] != "fail"


def test_a_postgresql_that_stands_still_is_named_and_nobody_who_asks_stands_still_with_it(
    postgresql_url: str, valkey: str
):
    database.use(postgresql_url)
    with reading() as session:
        backend = session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    server = psutil.Process(backend).parent()
    assert server

    with stopped(server, *server.children()):
        frozen = [{part.name: part for part in health.report()} for _ in range(2)]
        not_ready = [part.name for part in health.ready() if part.level is Level.FAIL]
    for found in frozen:
        assert (found["database"].level, found["queue"].level) == (Level.FAIL, Level.FAIL)
        assert found["database"].shows == "no answer within 2 s"
    assert not_ready == ["database"]

    until(lambda: "pending" in {part.name for part in health.report()})
    database.forget()


def test_on_a_full_disk_health_fails_and_nothing_more_is_promised(small_disk: "SmallDisk"):
    key = json.loads(small_disk.run(f"{GREENROOM} migrate >&2 && {GREENROOM} site create Courier --json"))["key"]
    port = free_port()
    small_disk.run(f"{GREENROOM} api --port {port} >&2 & echo")

    def submit() -> httpx2.Response | None:
        sent = {"external_id": new_id().hex, "body": "Hello", "author": {}, "page": {"url": "https://a.example/"}}
        headers = {"Authorization": f"Bearer {key}"}
        try:
            return httpx2.post(f"http://127.0.0.1:{port}/v1/comments", json=sent, headers=headers, timeout=10)
        except httpx2.TransportError:
            return None  # not there yet

    def answered(status: int) -> httpx2.Response | None:
        answer = submit()
        return answer if answer is not None and answer.status_code == status else None

    until(lambda: answered(202), NAMED_SECONDS)
    small_disk.run("head -c 40000000 /dev/zero > fill; echo")
    refused = until(lambda: answered(503), NAMED_SECONDS)
    found = {each["name"]: each for each in json.loads(small_disk.run(f"{GREENROOM} health --json"))["parts"]}
    small_disk.run("rm fill; echo")

    assert refused.headers["retry-after"]
    assert (found["disk"]["status"], found["disk"]["limit"]) == ("fail", "200 MiB free")
    assert until(lambda: answered(202), NAMED_SECONDS)


class SmallDisk:
    """A shell whose data folder is a disk of 230 MB, in a mount namespace of its own; 200 MiB are what must be left."""

    def __init__(self, folder: Path) -> None:
        self._shell = subprocess.Popen(
            ["unshare", "-rm", "sh"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(folder.parent / f"{folder.name}.log").open("w"),
            text=True,
            env={**os.environ, "GREENROOM_DATA": str(folder)},
            start_new_session=True,
        )
        if self.run(f"mount -t tmpfs -o size=230m tmpfs {folder} && cd {folder} && echo done || echo") != "done":
            self.stop()
            pytest.skip("this machine lets nobody mount a small disk")

    def run(self, command: str) -> str:
        """The one line that it prints."""
        assert self._shell.stdin
        assert self._shell.stdout
        self._shell.stdin.write(command + "\n")
        self._shell.stdin.flush()
        return self._shell.stdout.readline().strip()

    def stop(self) -> None:
        os.killpg(self._shell.pid, signal.SIGKILL)
        self._shell.wait(10)


@pytest.fixture
def small_disk(place: Path) -> Iterator[SmallDisk]:
    made = SmallDisk(place)
    yield made
    made.stop()
    place.with_name(f"{place.name}.log").unlink()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
