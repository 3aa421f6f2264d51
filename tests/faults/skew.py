"""A wrong clock for a process: seconds to add, read from a file of the failpoints' folder ('clock.api')."""

import datetime as dt
import sys
import time
from pathlib import Path
from typing import Any

LOOK_EVERY_SECONDS = 0.2
READ_FROM = (  # whose 'now' we set wrong: our own, and what Celery computes with
    "moderation.database",
    "moderation.live",
    "api.fields",
    "api.quota",
    "workers.liveness",
    "workers.tasks",
    "celery.app.base",
    "celery.app.amqp",
    "celery.beat",
    "celery.schedules",
    "celery.utils.time",
    "celery.worker.request",
    "celery.worker.strategy",
)


class _Offset:
    def __init__(self, path: Path) -> None:
        self._path, self._read_at, self._seconds = path, float("-inf"), 0.0

    def __call__(self) -> float:
        if time.monotonic() - self._read_at > LOOK_EVERY_SECONDS:
            self._read_at = time.monotonic()
            try:
                self._seconds = float(self._path.read_text())
            except (OSError, ValueError):
                self._seconds = 0.0
        return self._seconds


def install(role: str) -> None:
    """From now on it is as late as the file says: for time.time(), datetime.now() in READ_FROM, and inside new ids."""
    from moderation import failpoints

    if not failpoints.FOLDER:
        return
    offset = _Offset(Path(failpoints.FOLDER) / f"clock.{role}")
    true_time = time.time
    time.time = lambda: true_time() + offset()
    wrong = _wrong_datetime(offset)
    for name in READ_FROM:
        module = __import__(name, fromlist=["_"])
        for word, value in list(vars(module).items()):
            if value is dt.datetime:
                setattr(module, word, wrong)
    _wrong_ids(offset)


def _wrong_datetime(offset: _Offset) -> Any:
    class Like(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, dt.datetime)

    class Wrong(dt.datetime, metaclass=Like):
        @classmethod
        def now(cls, tz: Any = None) -> dt.datetime:
            return dt.datetime.now(tz) + dt.timedelta(seconds=offset())

    return Wrong


def _wrong_ids(offset: _Offset) -> None:
    import uuid_utils.compat

    from moderation import ids

    true_id = uuid_utils.compat.uuid7

    def wrong_id() -> Any:
        return true_id(nanoseconds=time.time_ns() + int(offset() * 1e9)) if offset() else true_id()

    ids.uuid_utils.compat.uuid7 = wrong_id
    assert ids.new_id().version == 7, sys.version
