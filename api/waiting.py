"""Callers who wait: for a verdict (Prefer: wait=N), or for anything that changes (the desk's live updates).

Workers say 'changed' through Redis; that only makes waiting shorter. Who waits also asks the rows, in a rhythm, so
that nobody depends on Redis.
"""

import asyncio
import re
from collections.abc import Iterable, Sequence
from uuid import UUID

import redis.asyncio
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select
from starlette.concurrency import run_in_threadpool

from moderation import live
from moderation.database import reading
from moderation.models import Comment
from moderation.settings import settings
from moderation.terms import Status

LONGEST_SECONDS = 30
ASK_EVERY_SECONDS = 0.25
RECONNECT_SECONDS = 1.0
_WAIT = re.compile(r"wait\s*=\s*\"?(\d{1,6})\"?", re.IGNORECASE)  # a bounded number after a literal: linear


class Waiting:
    """One per API process; its methods belong to the event loop."""

    def __init__(self) -> None:
        self._verdicts: dict[UUID, set[asyncio.Future[None]]] = {}
        self._anything: set[asyncio.Event] = set()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._ask())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def verdicts(self, ids: Iterable[UUID], seconds: float) -> None:
        """Return when all of these have one, or the time is over."""
        futures = {each: asyncio.get_running_loop().create_future() for each in ids}
        for each, future in futures.items():
            self._verdicts.setdefault(each, set()).add(future)
        try:
            if futures:
                await asyncio.wait(futures.values(), timeout=seconds)
        finally:
            for each, future in futures.items():
                future.cancel()
                self._forget(each, future)

    async def anything(self, seconds: float) -> None:
        """Return when something changed, or the time is over."""
        event = asyncio.Event()
        self._anything.add(event)
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            return
        finally:
            self._anything.discard(event)

    def changed(self, ids: Iterable[UUID]) -> None:
        """These have changed: wake whoever waits for them."""
        for each in ids:
            for future in self._verdicts.get(each, ()):
                if not future.done():
                    future.set_result(None)
        for event in self._anything:
            event.set()

    def _forget(self, comment_id: UUID, future: "asyncio.Future[None]") -> None:
        waiting = self._verdicts.get(comment_id, set())
        waiting.discard(future)
        if not waiting:
            self._verdicts.pop(comment_id, None)

    async def _listen(self) -> None:
        while True:
            try:
                await self._hear()
            except (RedisError, OSError, ValueError):
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _hear(self) -> None:
        client = redis.asyncio.Redis.from_url(
            settings().redis, decode_responses=True, socket_connect_timeout=1, socket_timeout=None
        )
        try:
            async with client.pubsub(ignore_subscribe_messages=True) as heard:
                await heard.subscribe(live.CHANGED)
                async for message in heard.listen():
                    self.changed(UUID(each) for each in str(message["data"]).split(","))
        finally:
            await client.aclose()

    async def _ask(self) -> None:
        while True:
            await asyncio.sleep(ASK_EVERY_SECONDS)
            if not self._verdicts:
                continue
            try:
                self.changed(await run_in_threadpool(_screened, list(self._verdicts)))
            except SQLAlchemyError:
                continue  # the callers' time runs on; so does the next round


def seconds_to_wait(prefer: Sequence[str] | None) -> int | None:
    """N of 'Prefer: wait=N' (RFC 7240), at most LONGEST_SECONDS.

    >>> seconds_to_wait(["respond-async, wait=3"]), seconds_to_wait(["a", "wait=99"]), seconds_to_wait(["b"])
    (3, 30, None)
    """
    found = _WAIT.search(", ".join(prefer or ()))
    return min(LONGEST_SECONDS, int(found.group(1))) if found else None


def _screened(ids: list[UUID]) -> list[UUID]:
    with reading() as session:
        asked = select(Comment.id).where(col(Comment.id).in_(ids), Comment.status != Status.PENDING.value)
        return list(session.exec(asked).all())
