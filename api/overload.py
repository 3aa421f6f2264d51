"""Backpressure: more is refused before anything is promised when it could not be kept.

That is when the oldest comment has waited too long, or the disk is nearly full. What has waited too long while no
worker is there is offered to people as it is.
"""

import asyncio
from contextlib import suppress
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from moderation import live, unscreened, upkeep
from moderation.database import clock, reading, transaction
from moderation.errors import OverloadedError
from moderation.health import disk
from moderation.settings import settings

LOOK_EVERY_SECONDS = 5.0
NOBODY_SECONDS = 60.0  # six canaries
LOOKS_ALONE = 3  # one that Redis did not answer says nothing

_overloaded = False
_looks_alone = 0  # in a row


def refuse_if_overloaded() -> None:
    if _overloaded:
        raise OverloadedError


async def watch() -> None:
    """Look at the disk and at the oldest pending comment now and then."""
    global _overloaded, _looks_alone  # noqa: PLW0603 - one answer per process
    _overloaded, _looks_alone = False, 0
    while True:
        with suppress(SQLAlchemyError, OSError):  # a database that does not answer refuses by itself
            _overloaded = await run_in_threadpool(_look)
        await asyncio.sleep(LOOK_EVERY_SECONDS)


def _look() -> bool:
    if disk.full(settings()):
        return True
    limit = timedelta(minutes=settings().pending_limit_minutes)
    with reading() as session:
        oldest = upkeep.oldest_pending(session)
        too_long = oldest is not None and clock(session) - oldest > limit
    if too_long and _nobody_screens():
        with transaction() as session:
            held = unscreened.overdue(session, clock(session), limit)
        live.changed([each.id for each in held])
    return too_long


def _nobody_screens() -> bool:
    """No canary has come through the queue for a while: people need not wait for a worker that is not there."""
    global _looks_alone  # noqa: PLW0603
    pulse = live.pulse()
    came = pulse["canaries"][live.SCREEN] if pulse else None
    alone = not pulse or came is None or pulse["now"] - came > NOBODY_SECONDS
    _looks_alone = _looks_alone + 1 if alone else 0
    return _looks_alone >= LOOKS_ALONE
