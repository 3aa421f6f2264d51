"""Submit to verdict, idle and at half load, beside an empty Celery round trip."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import httpx2

from tests.bench import load, place, texts
from tests.bench.intake import tutorial_environment
from tests.bench.place import Place
from tests.bench.report import Found
from tests.bench.screening import CELERY_PEER, post

ROUNDS, QUICK_ROUNDS = 300, 60
CALIBRATION = 4_000  # comments
PIECE_SECONDS = 0.1  # at half load comments come in pieces
WAIT_SECONDS = 30


def measure(engine: str, *, quick: bool) -> Found:
    rounds = QUICK_ROUNDS if quick else ROUNDS
    found = Found(f"latency-{engine}", f"Submit to verdict, {engine}", ("", "times", "p50 ms", "p95 ms", "p99 ms"))

    def note(name: str, took: list[float]) -> tuple[float, float]:
        result = load.Result(took=took)
        p50, p95, p99 = map(result.milliseconds, (50, 95, 99))
        found.rows.append((name, len(took), p50, p95, p99))
        return p50, p99

    with place.opened(engine) as here:
        empty = note("empty Celery round trip", _round_trips(here, rounds))
        here.start_api()
        here.start_worker(2)
        idle = note("Greenroom, idle", _verdicts(here, rounds, "idle"))
        half = _half(here)
        with _flooded(here, half):
            note(f"Greenroom, at {half:,.0f} comments a second", _verdicts(here, rounds, "half"))
    found.ratio("idle p50 / empty Celery round trip", idle[0] / empty[0], "at most 3")
    found.ratio("idle p99 / empty Celery round trip", idle[1] / empty[1], "at most 6")
    return found


def _verdicts(here: Place, rounds: int, prefix: str) -> list[float]:
    """One after the other, of a site that sends nothing else."""
    site = here.furniture["sites"][-1]
    headers = {**site["headers"], "Prefer": f"wait={WAIT_SECONDS}"}
    took: list[float] = []
    with httpx2.Client(timeout=60, headers=headers) as client:
        for each in islice(texts.documents(prefix), rounds):
            started = time.perf_counter()
            answer = client.post(f"{here.url}/v1/comments", json=each)
            took.append(time.perf_counter() - started)
            answer.raise_for_status()  # 202: not yet, and that is how long it took at least
    return took


def _round_trips(here: Place, rounds: int) -> list[float]:
    """A task that does nothing, and its result."""
    from celery import Celery

    environment = tutorial_environment(here) | {"TUTORIAL_RESULTS": f"{here.broker}?virtual_host=2"}
    command = [sys.executable, "-m", "celery", "--quiet", "-A", f"{CELERY_PEER}:celery", "worker", "-P", "prefork"]
    here.start("empty", [*command, "-c", "2", "--loglevel", "WARNING"], **environment)
    sender = Celery("bench", broker=environment["TUTORIAL_BROKER"], backend=environment["TUTORIAL_RESULTS"])
    took: list[float] = []
    for number in range(rounds + 20):
        started = time.perf_counter()
        sender.send_task(f"{CELERY_PEER}.nothing").get(timeout=60)
        if number >= 20:  # the first ones open connections
            took.append(time.perf_counter() - started)
    here.stop("empty")
    sender.close()
    return took


def _half(here: Place) -> float:
    """Half of what is screened in a second, while comments come in as well."""
    started = time.monotonic()
    post(here, CALIBRATION, "calibration")
    place.until(lambda: not here.pending(), 120)
    return CALIBRATION / (time.monotonic() - started) / 2


@contextmanager
def _flooded(here: Place, rate: float) -> Iterator[None]:
    done = threading.Event()
    thread = threading.Thread(target=_flood, args=(here, rate, done), daemon=True)
    thread.start()
    time.sleep(1)
    try:
        yield
    finally:
        done.set()
        thread.join(30)


def _flood(here: Place, rate: float, done: threading.Event) -> None:
    made: Iterator[dict[str, object]] = texts.documents("flood")
    sites = here.furniture["sites"][:-1]
    with httpx2.Client(timeout=60) as client:
        number, began = 0, time.monotonic()
        while not done.is_set():
            items = list(islice(made, max(1, round(rate * PIECE_SECONDS))))
            headers = sites[number % len(sites)]["headers"]
            client.post(f"{here.url}/v1/comments/batch", json={"items": items}, headers=headers)
            number += 1
            time.sleep(max(0.0, began + number * PIECE_SECONDS - time.monotonic()))
