"""The collector: what arrives while a flush is under way is written together by the next one."""

import asyncio
import threading
from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import DataError, IntegrityError

from api.collector import FLUSH_UP_TO, WAITING_UP_TO, Collector
from moderation.errors import NotFoundError, OverloadedError
from moderation.intake import Outcome, Submission
from tests import make

SITE = UUID(int=1)


def one(name: str) -> list[Submission]:
    return [make.submission(SITE, name)]


class Store:
    """Answers each submission with its own name, and remembers what was written together."""

    def __init__(self, unstorable: Sequence[str] = (), error: Exception | None = None) -> None:
        self.flushes: list[list[str]] = []
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()
        self.unstorable, self.error = set(unstorable), error

    def __call__(self, submissions: list[Submission]) -> list[Outcome]:
        self.begun.set()
        assert self.go_on.wait(5)
        names = [each.external_id for each in submissions]
        self.flushes.append(names)
        if self.error and (not self.unstorable or self.unstorable & set(names)):
            raise self.error
        return [NotFoundError(name) for name in names]


def names(outcomes: list[Outcome]) -> list[str]:
    return [str(each) for each in outcomes]


async def begun(store: Store) -> None:
    assert await asyncio.to_thread(store.begun.wait, 5)


def test_one_alone_is_written_at_once():
    store = Store()

    async def story() -> list[str]:
        return names(await Collector(store).submit(one("a")))

    assert asyncio.run(story()) == ["a"]
    assert store.flushes == [["a"]]


def test_what_arrives_during_a_flush_is_written_together_by_the_next_one():
    store = Store()
    store.go_on.clear()

    async def story() -> list[list[str]]:
        collector = Collector(store)
        first = asyncio.create_task(collector.submit(one("a")))
        await begun(store)
        others = [asyncio.create_task(collector.submit(one(each))) for each in ("b", "c")]
        others.append(asyncio.create_task(collector.submit([*one("d"), *one("e")])))
        await asyncio.sleep(0.05)
        store.go_on.set()
        return [names(await each) for each in (first, *others)]

    assert asyncio.run(story()) == [["a"], ["b"], ["c"], ["d", "e"]]
    assert store.flushes == [["a"], ["b", "c", "d", "e"]]


def test_who_sends_thousands_at_once_is_written_in_pieces_and_another_site_goes_between():
    store = Store()
    store.go_on.clear()
    many = [make.submission(SITE, f"many-{each}") for each in range(2 * FLUSH_UP_TO + 1)]
    other = [make.submission(UUID(int=2), "other")]

    async def story() -> list[list[str]]:
        collector = Collector(store)
        flood = asyncio.create_task(collector.submit(many))
        await begun(store)
        alone = asyncio.create_task(collector.submit(other))
        await asyncio.sleep(0.05)
        store.go_on.set()
        return [names(await each) for each in (flood, alone)]

    assert asyncio.run(story()) == [[each.external_id for each in many], ["other"]]
    assert max(map(len, store.flushes)) == FLUSH_UP_TO
    assert ["other" in each for each in store.flushes][:3].count(True) == 1


def test_a_store_that_fails_answers_everybody_and_the_next_flush_goes_on():
    store = Store(error=OSError("the disk is full"))
    store.go_on.clear()

    async def story() -> list[object]:
        collector = Collector(store)
        first = asyncio.create_task(collector.submit(one("a")))
        await begun(store)
        others = [asyncio.create_task(collector.submit(one(each))) for each in ("b", "c")]
        await asyncio.sleep(0.05)
        store.go_on.set()
        broken = await asyncio.gather(first, *others, return_exceptions=True)
        store.error = None
        return [*broken, names(await collector.submit(one("d")))]

    *broken, after = asyncio.run(asyncio.wait_for(story(), 10))
    assert [type(each) for each in broken] == [OSError] * 3
    assert after == ["d"]


@pytest.mark.parametrize("error", [DataError, IntegrityError])
def test_one_that_cannot_be_stored_does_not_sink_the_others(error: type[Exception]):
    store = Store(unstorable=["bad"], error=error("INSERT", {}, ValueError("no")))
    store.go_on.clear()

    async def story() -> list[object]:
        collector = Collector(store)
        first = asyncio.create_task(collector.submit(one("a")))
        await begun(store)
        others = [asyncio.create_task(collector.submit(one(each))) for each in ("b", "bad", "c")]
        await asyncio.sleep(0.05)
        store.go_on.set()
        return await asyncio.gather(first, *others, return_exceptions=True)

    a, b, bad, c = asyncio.run(asyncio.wait_for(story(), 10))
    assert [names(each) for each in (a, b, c)] == [["a"], ["b"], ["c"]]
    assert isinstance(bad, error)


def test_somebody_who_went_away_does_not_stop_the_others():
    store = Store()
    store.go_on.clear()

    async def story() -> list[str]:
        collector = Collector(store)
        gone = asyncio.create_task(collector.submit(one("a")))
        await begun(store)
        stays = asyncio.create_task(collector.submit(one("b")))
        await asyncio.sleep(0)
        gone.cancel()
        store.go_on.set()
        return names(await stays)

    assert asyncio.run(asyncio.wait_for(story(), 10)) == ["b"]
    assert store.flushes == [["a"], ["b"]], "it was accepted all the same"


def test_a_flush_has_an_upper_bound_and_a_batch_that_fits_is_not_torn():
    store = Store()
    store.go_on.clear()
    batch = [make.submission(SITE, uuid4().hex) for _ in range(150)]

    async def story() -> None:
        collector = Collector(store)
        first = asyncio.create_task(collector.submit(one("a")))
        await begun(store)
        others = [asyncio.create_task(collector.submit(batch)) for _ in range(3)]
        await asyncio.sleep(0.05)
        store.go_on.set()
        await asyncio.gather(first, *others)

    asyncio.run(asyncio.wait_for(story(), 10))
    assert [len(each) for each in store.flushes] == [1, 150, 150, 150]


def test_more_than_it_can_hold_is_refused_before_anything_was_promised():
    store = Store()
    store.go_on.clear()
    many = [make.submission(SITE, "x")] * WAITING_UP_TO

    async def story() -> object:
        collector = Collector(store)
        first = asyncio.create_task(collector.submit(one("a")))
        await begun(store)
        waiting = asyncio.create_task(collector.submit(many))
        await asyncio.sleep(0)
        refused = await asyncio.gather(collector.submit(one("b")), return_exceptions=True)
        store.go_on.set()
        await asyncio.gather(first, waiting)
        return refused[0]

    assert isinstance(asyncio.run(asyncio.wait_for(story(), 10)), OverloadedError)
    assert ["b"] not in store.flushes


def test_closing_writes_what_still_waits():
    store = Store()
    store.go_on.clear()

    async def story() -> list[str]:
        collector = Collector(store)
        waiting = [asyncio.create_task(collector.submit(one(each))) for each in ("a", "b")]
        await begun(store)
        store.go_on.set()
        await collector.close()
        return [name for each in waiting for name in names(await each)]

    assert asyncio.run(asyncio.wait_for(story(), 10)) == ["a", "b"]
