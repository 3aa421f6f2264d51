"""In time: an answer within seconds, whatever the database does."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from moderation.errors import UnavailableError

T = TypeVar("T")
# A site's backend waits for us. Together they stay below three seconds; then it hears 503, and asks again.
KEY_WITHIN_SECONDS = 0.9
ANSWER_WITHIN_SECONDS = 2.0


async def in_time(work: Awaitable[T], seconds: float = ANSWER_WITHIN_SECONDS) -> T:
    """What it gives, or UnavailableError. The work goes on: a thread that waits for a lock cannot be called back."""
    try:
        return await asyncio.wait_for(asyncio.shield(work), seconds)
    except TimeoutError:
        raise UnavailableError from None


async def answered(answer: "asyncio.Future[T]", seconds: float = ANSWER_WITHIN_SECONDS) -> T:
    """The same, for an answer that nobody else waits for: a late one is given up. Half of what a shield costs."""
    try:
        async with asyncio.timeout(seconds):
            return await answer
    except TimeoutError:
        raise UnavailableError from None
