"""The watchdog: a thread that ends a worker which lives but does not work. Whoever looks after it starts a new one.

Not a timer of the worker's event loop: a loop that hangs runs no timers. Two things are a reason to end: the loop has
not ticked, or nudges wait while nothing runs and nothing was received. Neither is one while Redis does not answer: then
the loop may be waiting for it by right, and a new worker would fare no better.
"""

import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import redis

from moderation import live
from moderation.logs import log

EXIT_CODE = 70  # EX_SOFTWARE: this worker's own fault
REDIS_SECONDS = 1.0  # how long the watchdog waits for Redis


@dataclass(frozen=True, slots=True)
class Limits:
    every: float = 1.0  # seconds between two looks
    silent: float = 20.0  # the event loop has not ticked for so long
    idle: float = 20.0  # nudges wait, and nothing was received for so long
    unconnected: float = 35.0  # Redis answers us, but the worker is not back: Celery waits up to 30 s between two tries


class Look(NamedTuple):
    """What one look found. Times are monotonic seconds."""

    at: float
    ticked: float | None  # when the event loop last ticked; None: it is not connected, so it does not run
    received: int  # tasks, since the worker started
    running: int  # tasks
    waiting: int | None  # nudges in this worker's queues; None: Redis does not answer


class Judge:
    """Looks, one after the other -> why this worker should end, or None."""

    def __init__(self, limits: Limits, now: float) -> None:
        self._limits = limits
        self._looked = now
        self._received = -1
        self._start_over(now)

    def look(self, found: Look) -> str | None:
        slept = found.at - self._looked
        self._looked = found.at
        # Stopped and continued (or starved): what looks old was not given a chance to be young.
        if found.waiting is None or slept > self._limits.every + self._limits.silent / 2:
            self._start_over(found.at)
            return None
        if found.ticked is None:
            return self._unconnected(found)
        self._connected = found.at
        return self._silent(found, found.ticked) or self._idle(found, found.waiting)

    def _start_over(self, now: float) -> None:
        self._base = self._connected = self._busy = now

    def _unconnected(self, found: Look) -> str | None:
        self._busy = found.at
        away = found.at - self._connected
        return f"not connected for {away:.0f} s while Redis answers" if away > self._limits.unconnected else None

    def _silent(self, found: Look, ticked: float) -> str | None:
        silent = found.at - max(ticked, self._base)
        return f"the event loop has not ticked for {silent:.0f} s" if silent > self._limits.silent else None

    def _idle(self, found: Look, waiting: int) -> str | None:
        if not waiting or found.running or found.received != self._received:
            self._received, self._busy = found.received, found.at
        idle = found.at - self._busy
        if idle <= self._limits.idle:
            return None
        return f"nudges wait ({waiting}), nothing runs and nothing was received for {idle:.0f} s"


class Watchdog:
    """The thread. 'look' says when the loop ticked, what was received and what runs; None: the worker is stopping."""

    def __init__(
        self,
        queues: Sequence[str],
        look: Callable[[], tuple[float | None, int, int] | None],
        limits: Limits,
        end: Callable[[str], None] | None = None,
    ) -> None:
        self._queues, self._look, self._limits, self._end = queues, look, limits, end or end_now
        self._stopped = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def _watch(self) -> None:
        client = live.patient(REDIS_SECONDS)
        judge = Judge(self._limits, time.monotonic())
        while not self._stopped.wait(self._limits.every):
            waiting = _waiting(client, self._queues)
            found = self._look()
            if found is None:
                return
            why = judge.look(Look(time.monotonic(), *found, waiting))
            if why:
                self._end(why)
                return


def end_now(why: str) -> None:
    """Not an orderly stop: that would ask the loop that hangs. What was under way comes back by its lease."""
    log(__name__).error("the watchdog ends this worker", why=why)
    os._exit(EXIT_CODE)


def _waiting(client: "redis.Redis", queues: Sequence[str]) -> int | None:
    try:
        with client.pipeline(transaction=False) as together:
            for queue in queues:
                together.llen(queue)
            lengths: list[Any] = together.execute()
    except redis.RedisError:
        return None
    return sum(map(int, lengths))
