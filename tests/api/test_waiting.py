"""Callers who wait: woken by a message, and by the rows when there is none."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from api.waiting import Waiting, seconds_to_wait
from moderation import live
from moderation.ids import new_id
from tests import make


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        (None, None),
        ("", None),
        ("return=minimal", None),
        ("wait", None),
        ("wait=", None),
        ("wait=-1", None),
        ("wait=soon", None),
        ("wait=3", 3),
        ('wait="3"', 3),
        ("respond-async, wait=3", 3),
        ("wait=3; foo=bar, respond-async", 3),
        ("WAIT = 3", 3),
        ("wait=0", 0),
        ("wait=30", 30),
        ("wait=31", 30),
        ("wait=999999", 30),
    ],
)
def test_how_long_somebody_wants_to_wait(prefer: str | None, seconds: int | None):
    assert seconds_to_wait([prefer] if prefer else None) == seconds


def told(story: Callable[[Waiting], Awaitable[object]]) -> object:
    """What came of a story in which somebody waits; it never lasts longer than ten seconds."""

    async def run() -> object:
        waiting = Waiting()
        waiting.start()
        try:
            return await story(waiting)
        finally:
            await waiting.stop()

    return asyncio.run(asyncio.wait_for(run(), 10))


async def say(comment_id: UUID, until: asyncio.Task[None]) -> None:
    """Say 'changed' until somebody heard it: the first words may fall before anybody listens."""
    while not until.done():
        await asyncio.to_thread(live.changed, [comment_id])
        await asyncio.sleep(0.02)


def test_a_message_wakes_whoever_waits_for_that_comment(engine: str, valkey: str):
    comment_id = new_id()  # in no row: only the message can tell

    async def story(waiting: Waiting) -> bool:
        waiter = asyncio.create_task(waiting.verdicts([comment_id], 9))
        other = asyncio.create_task(waiting.verdicts([new_id()], 9))
        await say(comment_id, waiter)
        still_waiting = not other.done()
        other.cancel()
        return still_waiting

    assert told(story) is True


def test_the_rows_wake_whoever_heard_no_message(engine: str, valkey: str):
    site = make.site()
    comment = make.stored(site.id)

    async def story(waiting: Waiting) -> str:
        waiter = asyncio.create_task(waiting.verdicts([comment.id], 9))
        await asyncio.sleep(0)
        await asyncio.to_thread(make.work)
        await waiter
        return make.status(comment.id)

    assert told(story) == "approved"


def test_whoever_waits_for_two_waits_for_both(engine: str, valkey: str):
    one, other = new_id(), new_id()

    async def story(waiting: Waiting) -> list[bool]:
        waiter = asyncio.create_task(waiting.verdicts([one, other], 9))
        await asyncio.sleep(0)
        waiting.changed([one])
        await asyncio.sleep(0.05)
        before = waiter.done()
        waiting.changed([other])
        await waiter
        return [before, waiter.done()]

    assert told(story) == [False, True]


def test_nobody_waits_for_ever(engine: str, valkey: str):
    async def story(waiting: Waiting) -> str:
        await waiting.verdicts([new_id()], 0.05)
        await waiting.anything(0.05)
        await waiting.verdicts([], 9)
        return "went on"

    assert told(story) == "went on"


def test_a_message_wakes_whoever_waits_for_anything(engine: str, valkey: str):
    async def story(waiting: Waiting) -> str:
        waiter = asyncio.create_task(waiting.anything(9))
        await say(new_id(), waiter)
        await waiter
        return "woken"

    assert told(story) == "woken"


def test_a_message_that_is_none_of_ours_silences_nobody(engine: str, valkey: str):
    comment_id = new_id()

    async def story(waiting: Waiting) -> str:
        waiter = asyncio.create_task(waiting.anything(9))
        await say(comment_id, waiter)  # somebody listens now
        await asyncio.to_thread(live.client().publish, live.CHANGED, "garbage")
        again = asyncio.create_task(waiting.verdicts([comment_id], 9))
        await say(comment_id, again)
        return "still heard"

    assert told(story) == "still heard"
