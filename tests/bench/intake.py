"""Intake: how many comments a second are taken, over 1 to 256 connections and in batches, beside three others."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import psutil

from tests.bench import load, place, texts
from tests.bench.peers import isso
from tests.bench.place import ROOT, Place
from tests.bench.report import Found

CONNECTIONS = (1, 16, 64, 256)
FEW = 16
CROWD = 64  # connections at which the bar stands
BATCHES = (100, 1_000)
BATCH_CONNECTIONS = 4
SECONDS, QUICK_SECONDS = 12.0, 2.5
MOST_SINGLE, MOST_BATCHED = 6_000, 15_000  # comments a second that are made before, not while it is timed
TAKEN = frozenset({200, 201, 202})
KEPT = ROOT / ".bench"
COLUMNS = ("", "connections", "comments/s", "p50 ms", "p95 ms", "p99 ms", "CPU µs a comment", "other answers")
UVICORN = ("--no-access-log", "--log-level", "warning")


def measure(engine: str, *, quick: bool) -> Found:
    found = Found(f"intake-{engine}", f"Intake, {engine}", COLUMNS)
    with place.opened(engine) as here:
        timing = _Timing(found, QUICK_SECONDS if quick else SECONDS)
        api = here.start_api()
        for connections in CONNECTIONS:
            timing.take("Greenroom", api, _ours(here, f"one-{connections}"), connections)
        for size in BATCHES:
            timing.take(f"batches of {size:,}", api, _batches(here, size), BATCH_CONNECTIONS, size)
        here.stop("api")
        bare, url = _peer(here, "bare", "tests.bench.peers.bare:app")
        timing.take("bare endpoint", bare, _posts(f"{url}/v1/comments", lambda each: each), CROWD)
        here.stop("bare")
        tutorial, url = _peer(here, "tutorial", "tests.bench.peers.tutorial:app")
        for connections in (FEW, CROWD):  # with a crowd, its threads wait for each other's database connections
            timing.take("tutorial stack", tutorial, _posts(f"{url}/comments", _plainly), connections)
        here.stop("tutorial")
        _isso(here, timing)
        api = here.start_api()
        here.start_worker(1)
        timing.take("Greenroom, a worker beside it", api, _ours(here, "beside"), CROWD)
    _ratios(found, timing.rates)
    return found


class _Timing:
    """Drives one server after the other, and keeps what came of it."""

    def __init__(self, found: Found, seconds: float) -> None:
        self.found, self._seconds = found, seconds
        self.rates: dict[str, float] = {}

    def take(self, name: str, process: psutil.Process, made: Iterator[bytes], connections: int, each: int = 1) -> None:
        """`each`: comments in one request."""
        ready = list(islice(made, int(self._seconds * (MOST_SINGLE if each == 1 else MOST_BATCHED / each))))
        before = place.cpu_seconds(process)
        result = load.drive(iter(ready), connections, self._seconds)
        cpu = 1e6 * (place.cpu_seconds(process) - before) / max(1, result.all * each)
        rate = self.rates[f"{name} {connections}"] = result.rate * each
        others = sum(count for status, count in result.statuses.items() if status not in TAKEN)
        times = map(result.milliseconds, (50, 95, 99))
        self.found.rows.append((name, connections, rate, *times, cpu, others))


def _ratios(found: Found, rates: dict[str, float]) -> None:
    mine = rates[f"Greenroom {CROWD}"]
    tutorial = max(rates[f"tutorial stack {each}"] for each in (FEW, CROWD))
    found.ratio("tutorial stack at its best", mine / tutorial, "at least 10")
    if other := rates.get(f"Isso {CROWD}"):
        found.ratio("Isso", mine / other, "at least 10")
    found.ratio("bare endpoint", mine / rates[f"bare endpoint {CROWD}"], "at least 0.5")
    beside = rates[f"Greenroom, a worker beside it {CROWD}"]
    found.ratio("tutorial stack, a worker beside ours", beside / tutorial, "at least 6")
    batched = rates[f"batches of 1,000 {BATCH_CONNECTIONS}"]
    found.ratio("batches of 1,000 / single", batched / mine, "at least 4")


def _ours(here: Place, name: str) -> Iterator[bytes]:
    headers = here.furniture["sites"][0]["headers"]
    for each in texts.documents(name):
        yield load.request(f"{here.url}/v1/comments", each, headers)


def _batches(here: Place, size: int) -> Iterator[bytes]:
    headers = here.furniture["sites"][0]["headers"]
    made = texts.documents(f"batch-{size}")
    while True:
        yield load.request(f"{here.url}/v1/comments/batch", {"items": list(islice(made, size))}, headers)


def _posts(url: str, shape: Callable[[dict[str, Any]], dict[str, Any]]) -> Iterator[bytes]:
    for each in texts.documents("peer"):
        yield load.request(url, shape(each))


def _plainly(each: dict[str, Any]) -> dict[str, Any]:
    return {"body": each["body"], "author": each["author"]["name"], "page": each["page"]["url"]}


def _peer(here: Place, name: str, application: str) -> tuple[psutil.Process, str]:
    port = place.free_port()
    command = [sys.executable, "-m", "uvicorn", application, "--port", str(port), *UVICORN]
    process = here.start(name, command, **tutorial_environment(here))
    url = f"http://127.0.0.1:{port}"
    place.until(lambda: place.answers(f"{url}/docs"))
    return process, url


def tutorial_environment(here: Place) -> dict[str, str]:
    return {"TUTORIAL_DATABASE_URL": here.database_url("tutorial"), "TUTORIAL_BROKER": f"{here.broker}?virtual_host=1"}


def _isso(here: Place, timing: _Timing) -> None:
    """It knows one database, its own."""
    port = place.free_port()
    url = f"http://127.0.0.1:{port}"
    try:
        command = isso.command(KEPT, Path(here.home), url)
    except subprocess.CalledProcessError:
        print("Isso could not be installed: left out", file=sys.stderr)
        return
    process = here.start("isso", command)
    place.until(lambda: place.answers(f"{url}/info"))
    timing.take("Isso", process, _isso_posts(url), CROWD)
    here.stop("isso")


def _isso_posts(url: str) -> Iterator[bytes]:
    for number, each in enumerate(texts.documents("isso")):
        sent = {"text": each["body"], "author": "Ana", "title": "An article"}
        yield load.request(f"{url}/new?uri=/article/{number % texts.PAGES}", sent)
