"""A real 'greenroom up' with real processes, and a site's receiver for its webhooks."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import psutil

from api.cli.processes import MARK

GREENROOM = Path(sys.executable).parent / "greenroom"
READY_SECONDS = 60


class Running:
    """One launcher, what it printed, and a client for each of its keys."""

    def __init__(self, process: "subprocess.Popen[str]", shown: dict[str, Any], data: Path) -> None:
        self.process, self.shown, self.data = process, shown, data
        self.http = httpx2.Client(base_url=shown["url"], timeout=40)
        self.site = {"Authorization": f"Bearer {shown['site_key']}"}
        self.moderator = {"Authorization": f"Bearer {shown['moderator_token']}"}
        self.admin = {"Authorization": f"Bearer {shown['admin_token']}"}

    def family(self) -> list[psutil.Process]:
        """Every process that belongs to it, whoever its parent is now."""
        found: list[psutil.Process] = []
        for each in psutil.process_iter():
            try:
                if each.environ().get(MARK) == str(self.data) or each.pid == self.process.pid:
                    found.append(each)
            except (psutil.Error, OSError):
                continue
        return found

    def child(self, word: str) -> psutil.Process:
        """The one whose command line holds this word."""
        return next(each for each in self.family() if any(word in part for part in _said(each)))

    def interrupt(self) -> int:
        """Ctrl-C, and its exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)

    def kill_everything(self) -> None:
        for each in self.family():
            try:
                each.kill()
            except psutil.NoSuchProcess:
                continue
        self.process.wait(10)


@contextmanager
def up(data: Path, *options: str, **environment: str) -> Iterator[Running]:
    """Start it, wait for its line of JSON, and leave nothing behind."""
    command = [GREENROOM, "up", "--data", data, "--port", "0", "--no-demo", "--json", *options]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GREENROOM_")}
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=(data.parent / f"{data.name}.log").open("a"),
        text=True,
        env=inherited | {"GREENROOM_RATE_LIMIT": "off"} | environment,
    )
    assert process.stdout
    line = process.stdout.readline()
    assert line, (data.parent / f"{data.name}.log").read_text()[-2_000:]
    running = Running(process, json.loads(line), data)
    try:
        yield running
    finally:
        running.kill_everything()


def _said(process: psutil.Process) -> list[str]:
    """Its command line; nothing, once it is dead and not yet buried."""
    with suppress(psutil.Error):
        return process.cmdline()
    return []


def until(holds: Callable[[], Any], seconds: float = 20) -> Any:
    """Ask until there is an answer."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        answer = holds()
        if answer:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"it did not come true within {seconds} s")


class Receiver:
    """A site's webhook address: keeps what came, answers what it is told to."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(outer.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def of(self, external_id: str) -> list[str]:
        """The types of what came about this comment, in order."""
        found = [json.loads(body) for _, body in self.got]
        return [each["type"] for each in found if each["data"].get("external_id") == external_id]
