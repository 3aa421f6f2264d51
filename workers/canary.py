"""The canary: goes the whole way that a nudge goes - beat, Redis, a worker's slot, the database - and says it arrived.

Its age is the truth about health: whatever lives but does not work lets it grow.
"""

import time
from typing import Any

from celery.signals import after_task_publish, beat_init
from sqlalchemy.exc import SQLAlchemyError

from moderation import live
from moderation.database import clock, reading
from workers.app import app

SIGN_EVERY_SECONDS = 1.0


@app.task(name="canary")
def canary(queue: str, sent: float) -> None:
    try:
        with reading() as session:
            clock(session)
    except SQLAlchemyError:
        return  # it did not get all the way
    live.canary_came(queue, sent)


class _Sign:
    """Beat's own sign of life: it has just sent something, or would have, had anybody taken what it sent before."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, **_: Any) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + SIGN_EVERY_SECONDS
            live.beat_sent(live.now())


sign = _Sign()


@beat_init.connect
def _this_is_beat(**_: Any) -> None:
    after_task_publish.connect(sign)
