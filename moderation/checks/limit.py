"""A time limit for each check. In a process's main thread an alarm interrupts it; elsewhere the clock tells after."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

TICKS_IN_A_LIMIT = 4  # how exactly the limit is kept: it rings at most a quarter late


class TookTooLongError(Exception):
    """The check did not come back in time."""


class Alarm:
    """Rings when what was begun last has been going on for too long. Between end() and begin() it never rings."""

    def __init__(self, limit: float) -> None:
        self._limit = limit  # seconds
        self._allowed = limit
        self._began: float | None = None

    def begin(self, now: float, times: float = 1) -> None:
        """Give the work that begins now so many limits."""
        self._allowed = self._limit * times
        self._began = now

    def end(self) -> None:
        self._began = None

    def tick(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        if self._began is not None and time.perf_counter() - self._began > self._allowed:
            self._began = None
            raise TookTooLongError


@contextmanager
def alarm(limit: float) -> Iterator[Alarm]:
    """One clock for many checks that ticks by itself: to set it anew for each costs more than most checks do."""
    bell = Alarm(limit)
    main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGALRM, bell.tick) if main else None
    if main:
        signal.setitimer(signal.ITIMER_REAL, limit / TICKS_IN_A_LIMIT, limit / TICKS_IN_A_LIMIT)
    try:
        yield bell
    finally:
        bell.end()
        if main:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
