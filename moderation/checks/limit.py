"""A time limit for each check. In a process's main thread an alarm interrupts it; elsewhere the clock tells after."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TookTooLongError(Exception):
    """The check did not come back in time."""


class Alarm:
    """Rings once, and only while a check is being run."""

    def __init__(self, *, can_ring: bool) -> None:
        self.armed = False
        self._can_ring = can_ring

    def arm(self, seconds: float) -> None:
        self.armed = True
        if self._can_ring:
            signal.setitimer(signal.ITIMER_REAL, seconds)

    def ring(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        if self.armed:
            self.armed = False
            raise TookTooLongError


@contextmanager
def alarm() -> Iterator[Alarm]:
    """One alarm for many checks: the handler is set once, since setting it costs more than most checks do."""
    main = threading.current_thread() is threading.main_thread()
    bell = Alarm(can_ring=main)
    before = signal.signal(signal.SIGALRM, bell.ring) if main else None
    try:
        yield bell
    finally:
        bell.armed = False
        if main:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
