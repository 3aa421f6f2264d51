"""Screening: how fast comments that wait are worked off, by one process and by two, beside Celery and the tutorial."""

import subprocess
import sys
import time
from collections.abc import Callable
from itertools import islice

import httpx2

from tests.bench import place, texts
from tests.bench.intake import tutorial_environment
from tests.bench.place import Place
from tests.bench.report import Found

WAITING = 20_000
BATCH = 1_000
SETTLED_SHARE = 0.05  # of the work at either end is not timed: starting, and the last batch of one process
LOOK_SECONDS = 0.05
SAMPLE_SECONDS = 20.0
TUTORIAL_RATE = 60  # comments a second, more than its worker does
PROCESSES = (1, 2)
CELERY_PEER = "tests.bench.peers.tutorial"


def measure(engine: str, *, quick: bool) -> Found:
    found = Found(f"screening-{engine}", f"Screening, {engine}", ("", "processes", "a second", "CPU µs each"))
    rates: dict[tuple[str, int], float] = {}

    def note(name: str, processes: int, rate: float, cpu: float) -> None:
        rates[name, processes] = rate
        found.rows.append((name, processes, rate, cpu))

    waiting = WAITING // 4 if quick else WAITING
    with place.opened(engine) as here:
        for processes in PROCESSES:
            note("Celery, empty tasks", processes, *_empty_tasks(here, processes, waiting // 2))
        note("tutorial worker", 1, *_tutorial(here, SAMPLE_SECONDS / 4 if quick else SAMPLE_SECONDS))
    for processes in PROCESSES:
        with place.opened(engine) as here:
            note("Greenroom, all checks", processes, *_ours(here, processes, waiting))
    mine = rates["Greenroom, all checks", 1]
    found.ratio("Celery's empty tasks, one process", mine / rates["Celery, empty tasks", 1], "at least 2, aim at 3")
    found.ratio("tutorial worker", mine / rates["tutorial worker", 1], "at least 100")
    bar = "at least 1.6, if cores are free" if engine == "postgresql" else "none: one writer"
    found.ratio("two processes / one", rates["Greenroom, all checks", 2] / mine, bar)
    return found


def post(here: Place, many: int, prefix: str) -> None:
    """Comments of all sites in turn, in batches."""
    sites = here.furniture["sites"]
    made = texts.documents(prefix)
    with httpx2.Client(timeout=60) as client:
        for number in range(-(-many // BATCH)):
            items = list(islice(made, min(BATCH, many - number * BATCH)))
            headers = sites[number % len(sites)]["headers"]
            answer = client.post(f"{here.url}/v1/comments/batch", json={"items": items}, headers=headers)
            answer.raise_for_status()


def _ours(here: Place, processes: int, waiting: int) -> tuple[float, float]:
    here.start_api()
    post(here, waiting, "waiting")
    here.stop("api")
    worker = here.start_worker(processes)
    return _rate(here.pending, waiting, lambda: place.cpu_seconds(worker))


def _empty_tasks(here: Place, processes: int, many: int) -> tuple[float, float]:
    from celery import Celery

    sender = Celery("bench", broker=tutorial_environment(here)["TUTORIAL_BROKER"])
    with sender.connection_for_write() as connection:
        for _ in range(many):
            sender.send_task(f"{CELERY_PEER}.nothing", connection=connection, ignore_result=True)
    redis = _queue_of(here)
    worker = here.start("empty", _celery(processes), **tutorial_environment(here))
    rate = _rate(lambda: redis.llen("celery"), many, lambda: place.cpu_seconds(worker))
    here.stop("empty")
    return rate


def _tutorial(here: Place, seconds: float) -> tuple[float, float]:
    """Comments as its endpoint leaves them; how many its worker does in some seconds."""
    command = [sys.executable, "-m", "tests.bench.peers.fill", str(int(seconds * TUTORIAL_RATE))]
    subprocess.run(command, env={**here.environment, **tutorial_environment(here)}, check=True)
    worker = here.start("tutorial", _celery(1), **tutorial_environment(here))

    def done() -> int:
        return here.count("status <> 'pending'", "tutorial_comments", "tutorial")

    place.until(done)
    before, cpu, began = done(), place.cpu_seconds(worker), time.monotonic()
    time.sleep(seconds)
    count = done() - before
    spent = place.cpu_seconds(worker) - cpu
    took = time.monotonic() - began
    here.stop("tutorial")
    return count / took, 1e6 * spent / max(1, count)


def _celery(processes: int) -> list[str]:
    return [
        *(sys.executable, "-m", "celery", "--quiet", "-A", f"{CELERY_PEER}:celery", "worker"),
        *("-P", "prefork", "-c", str(processes), "--loglevel", "WARNING"),
    ]


def _queue_of(here: Place):
    from redis import Redis

    return Redis(unix_socket_path=str(here.home / "valkey.sock"), db=1)


def _rate(left: Callable[[], int], many: int, cpu: Callable[[], float]) -> tuple[float, float]:
    """How many a second between the first and the last few, and the microseconds of processor that each took."""
    first, last = many * (1 - SETTLED_SHARE), many * SETTLED_SHARE
    place.until(lambda: left() < first, 120)
    before, began, spent = left(), time.monotonic(), cpu()
    ends = began + 1_800
    while (now := left()) > last and time.monotonic() < ends:
        time.sleep(LOOK_SECONDS)
    took = time.monotonic() - began
    return (before - now) / took, 1e6 * (cpu() - spent) / max(1, before - now)
