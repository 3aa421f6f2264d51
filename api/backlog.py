"""Which sites have a backlog: their comments are stored, and nudged by the sweep alone, which is fair between sites.

Otherwise one site's flood would fill the queue that everybody's comments wait in.
"""

import asyncio
from collections import Counter
from contextlib import suppress
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from moderation import upkeep
from moderation.database import reading

AT_ONCE = 400  # comments of a site that may be waiting, and be nudged between two looks
LOOK_EVERY_SECONDS = 0.5

behind: frozenset[UUID] = frozenset()  # as of the last look
_nudged: Counter[UUID] = Counter()  # since the last look


def may_be_nudged(site_id: UUID) -> bool:
    """Whether one more comment of this site goes into the queue at once."""
    if site_id in behind or _nudged[site_id] >= AT_ONCE:
        return False
    _nudged[site_id] += 1
    return True


async def watch() -> None:
    """Look who is behind, as long as anybody sends or was behind."""
    global behind  # noqa: PLW0603 - one answer per process
    while True:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        if _nudged or behind:
            with suppress(SQLAlchemyError):  # a database that does not answer takes no comments either
                behind = await run_in_threadpool(_look)
                _nudged.clear()


def _look() -> frozenset[UUID]:
    with reading() as session:
        return frozenset(upkeep.sites_behind(session, AT_ONCE))
