"""Signs of life: written by the worker's event loop itself, so that a loop that hangs is seen to hang.

Every second the loop leaves a mark for the watchdog, every five it says what this worker does.
"""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil
from celery import bootsteps, signals
from celery.worker import state

from moderation import live
from moderation.settings import settings
from workers.app import app
from workers.watchdog import Limits, Watchdog

EVERY_SECONDS = 5.0
TICK_SECONDS = 1.0
WATCHED_POOLS = ("prefork", "thread")  # others run their tasks in the loop itself: there, silence is work
GOES_ON = (None, False)  # as Celery says it


class Loop:
    """What the event loop leaves for others to see. One per process."""

    def __init__(self) -> None:
        self.ticked: float | None = None  # monotonic; None while the worker is not connected
        self.worked: float = time.monotonic()  # when something last ran or was received
        self.discarded = 0  # messages received and not run: too old, or not understood
        self._received = 0

    def tick(self) -> None:
        self.ticked = time.monotonic()
        received = self.received()
        if received != self._received or len(state.active_requests):
            self._received, self.worked = received, self.ticked

    def received(self) -> int:
        return state.all_total_count[0] + self.discarded

    def look(self) -> tuple[float | None, int, int] | None:
        """For the watchdog: last tick, received, running; None once the worker was told to stop."""
        if state.should_stop not in GOES_ON or state.should_terminate not in GOES_ON:
            return None
        return self.ticked, self.received(), len(state.active_requests)


loop = Loop()


@signals.task_revoked.connect
@signals.task_rejected.connect
@signals.task_unknown.connect
def _discarded(**_: Any) -> None:
    loop.discarded += 1


class Heartbeat(bootsteps.StartStopStep):
    """Runs while the worker is connected: ticks, and says what the worker does into Redis and into a file."""

    requires = ("celery.worker.consumer.connection:Connection",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._timers: list[Any] = []

    def start(self, parent: Any) -> None:
        loop.tick()
        self._timers = [
            parent.timer.call_repeatedly(TICK_SECONDS, loop.tick),
            parent.timer.call_repeatedly(EVERY_SECONDS, _beat, (parent.hostname,)),
        ]
        _beat(parent.hostname)

    def stop(self, parent: Any) -> None:
        for each in self._timers:
            each.cancel()
        self._timers = []
        loop.ticked = None
        live.goodbye(parent.hostname)


class Watch(bootsteps.StartStopStep):
    """Starts the watchdog, after the pool was forked: a child has no use for the thread."""

    requires = ("celery.worker.components:Pool",)
    limits = Limits()

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._dog: Watchdog | None = None

    def start(self, parent: Any) -> None:
        if type(parent.pool).__module__.rpartition(".")[2] in WATCHED_POOLS:
            self._dog = Watchdog(_queues(), loop.look, self.limits)
            self._dog.start()

    def stop(self, parent: Any) -> None:
        del parent
        if self._dog:
            self._dog.stop()


def heartbeat_file() -> Path:
    """Touched with every heartbeat; a container's health check looks at its age."""
    return settings().data / "heartbeat"


def doing() -> dict[str, Any]:
    """What this worker does: durations, not times, so that no two clocks have to agree."""
    return {
        "pid": os.getpid(),
        "queues": _queues(),
        "running": [_running(each) for each in _active()],
        "received": loop.received(),
        "idle": round(time.monotonic() - loop.worked, 1),
        "memory": _memory(),
    }


def _beat(hostname: str) -> None:
    live.heartbeat(hostname, live.now(), doing())
    try:
        heartbeat_file().parent.mkdir(parents=True, exist_ok=True)
        heartbeat_file().touch()
    except OSError:
        return


def _queues() -> list[str]:
    return sorted(app.amqp.queues.consume_from)


def _active() -> list[Any]:
    try:
        return list(state.active_requests)
    except RuntimeError:  # a thread of the pool has just taken something
        return []


def _running(request: Any) -> dict[str, Any]:
    """A task, how many ids it was given, and for how many seconds it has been running."""
    first: Any = request.args[0] if request.args else None
    count = len(first) if isinstance(first, Sequence) and not isinstance(first, str) else 0
    since = request.time_start
    return {"task": request.name, "count": count, "seconds": round(time.time() - since, 1) if since else 0.0}


def _memory() -> int:
    """Bytes, of this process and of those it has started."""
    total = 0
    for each in (psutil.Process(), *psutil.Process().children()):
        try:
            total += each.memory_info().rss
        except psutil.Error:
            continue
    return total


steps: Any = app.steps
steps["consumer"].add(Heartbeat)
steps["worker"].add(Watch)
