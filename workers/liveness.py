"""Heartbeats: written by the worker's event loop itself, so that a loop that hangs is seen to hang."""

import time
from pathlib import Path
from typing import Any

from celery import bootsteps
from redis.exceptions import RedisError

from moderation import live
from moderation.settings import settings
from workers.app import app

EVERY_SECONDS = 5.0


def heartbeat_file() -> Path:
    """Touched with every heartbeat; a container's health check looks at its age."""
    return settings().data / "heartbeat"


class Heartbeat(bootsteps.StartStopStep):
    """Says 'I am looking for work' into Redis and into a file."""

    requires = ("celery.worker.consumer.connection:Connection",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._timer: Any = None

    def start(self, parent: Any) -> None:
        self._timer = parent.timer.call_repeatedly(EVERY_SECONDS, _beat, (parent.hostname,))
        _beat(parent.hostname)

    def stop(self, parent: Any) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        live.goodbye(parent.hostname)


def _beat(hostname: str) -> None:
    live.heartbeat(hostname, time.time())
    try:
        heartbeat_file().parent.mkdir(parents=True, exist_ok=True)
        heartbeat_file().touch()
    except (OSError, RedisError):
        return


steps: Any = app.steps
steps["consumer"].add(Heartbeat)
