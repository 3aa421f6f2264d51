"""The collector: many submissions, one commit, one nudge.

What arrives while a flush is under way is written by the next one: under load the batch grows by itself, idle it is
one, and no timer adds a delay. Everybody is answered after the commit that holds their comment. Sites take turns: one
that sends thousands at once is written in pieces, and another's comment goes between them.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.concurrency import run_in_threadpool

from api import backlog, counted
from api.intime import answered
from moderation import intake
from moderation.database import clock, transaction
from moderation.errors import OverloadedError
from moderation.failpoints import reach
from moderation.intake import Outcome
from moderation.submissions import Accepted, Submission
from workers import nudge

FLUSH_UP_TO = 250  # comments in one transaction: nobody else writes to SQLite meanwhile
WAITING_UP_TO = 20_000  # comments; more are refused before anything was promised


@dataclass(slots=True)
class _Waiting:
    submissions: Sequence[Submission]
    answer: "asyncio.Future[list[Outcome]]"


class Collector:
    """One per API process; its methods belong to the event loop."""

    def __init__(self, store: Callable[[list[Submission]], list[Outcome]] | None = None) -> None:
        self._store = store or _store
        self._waiting: OrderedDict[UUID, deque[_Waiting]] = OrderedDict()  # by site; the first is next
        self._count = 0
        self._flushing: asyncio.Task[None] | None = None

    async def submit(self, submissions: Sequence[Submission]) -> list[Outcome]:
        """One outcome for each, in order, once they are on disk. Raises what the transaction raised."""
        if self._count + len(submissions) > WAITING_UP_TO:
            raise OverloadedError
        loop = asyncio.get_running_loop()
        pieces = [submissions[at : at + FLUSH_UP_TO] for at in range(0, len(submissions), FLUSH_UP_TO)]
        mine = [_Waiting(each, loop.create_future()) for each in pieces]
        for each in mine:
            self._waiting.setdefault(each.submissions[0].site_id, deque()).append(each)
            each.answer.add_done_callback(_seen)
        self._count += len(submissions)
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush_all())
        # As long as pieces are stored there is no hurry: only when nothing happens for seconds the database is away.
        return [outcome for each in mine for outcome in await answered(each.answer)]

    async def close(self) -> None:
        """Write what is still waiting."""
        if self._flushing:
            await self._flushing

    async def _flush_all(self) -> None:
        try:
            while self._waiting:
                await self._let_in()
                await self._flush(self._take())
        finally:
            self._flushing = None

    async def _let_in(self) -> None:
        """Whoever has sent a comment by now comes along: one turn of the loop, and more as long as each brings some."""
        before = -1
        while before < self._count < FLUSH_UP_TO:
            before = self._count
            await asyncio.sleep(0)

    def _take(self) -> list[_Waiting]:
        taken: list[_Waiting] = []
        count = 0
        while self._waiting:
            site, queue = next(iter(self._waiting.items()))
            if taken and count + len(queue[0].submissions) > FLUSH_UP_TO:
                break
            taken.append(queue.popleft())
            count += len(taken[-1].submissions)
            self._waiting.move_to_end(site)
            if not queue:
                del self._waiting[site]
        self._count -= count
        return taken

    async def _flush(self, taken: list[_Waiting]) -> None:
        together = [each for waiting in taken for each in waiting.submissions]
        try:
            outcomes = await run_in_threadpool(self._store, together)
        except Exception as broken:  # noqa: BLE001 - each caller gets it, and the next flush goes on
            await self._failed(taken, broken)
            return
        at = 0
        for waiting in taken:
            mine = outcomes[at : at + len(waiting.submissions)]
            at += len(waiting.submissions)
            if not waiting.answer.done():  # its caller may have gone away; the comment is stored all the same
                waiting.answer.set_result(mine)

    async def _failed(self, taken: list[_Waiting], broken: Exception) -> None:
        away = isinstance(broken, OperationalError | PoolTimeoutError)
        if len(taken) > 1 and not away:
            for waiting in taken:  # one of them cannot be stored; it must not sink the others
                await self._flush([waiting])
            return
        for waiting in taken:
            if not waiting.answer.done():
                waiting.answer.set_exception(broken)


def _seen(answer: "asyncio.Future[list[Outcome]]") -> None:
    """Of several pieces that failed, the caller hears of the first."""
    if not answer.cancelled():
        answer.exception()


def _store(submissions: list[Submission]) -> list[Outcome]:
    with transaction() as session:
        outcomes = intake.submit(session, submissions, clock(session))
        reach("accept.before_commit")
    reach("accept.committed")
    created = [each.comment for each in outcomes if isinstance(each, Accepted) and each.created]
    nudge.screen((each.id, len(each.body)) for each in created if backlog.may_be_nudged(each.site_id))
    for each in created:
        counted.count_received(each.site_id)
    return outcomes
