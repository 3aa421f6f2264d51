"""Backpressure: when the oldest comment has waited too long, more is refused before anything is promised."""

import asyncio
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from moderation import upkeep
from moderation.database import clock, reading
from moderation.errors import OverloadedError
from moderation.settings import settings

LOOK_EVERY_SECONDS = 5.0

_overloaded = False


def refuse_if_overloaded() -> None:
    if _overloaded:
        raise OverloadedError


async def watch() -> None:
    """Look at the oldest pending comment now and then."""
    global _overloaded  # noqa: PLW0603 - one answer per process
    while True:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        try:
            _overloaded = await run_in_threadpool(_look)
        except SQLAlchemyError:
            continue  # a database that does not answer refuses by itself


def _look() -> bool:
    with reading() as session:
        oldest = upkeep.oldest_pending(session)
        limit = timedelta(minutes=settings().pending_limit_minutes)
        return oldest is not None and clock(session) - oldest > limit
