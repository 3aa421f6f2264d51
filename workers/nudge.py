"""Nudging: "look now". Bounded and in a thread of its own, so that Redis, whatever it does, never slows a caller.

A nudge that is dropped is made good by the sweep within seconds: the rows know what is still to do.
"""

import os
import queue
import threading
import time
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple
from uuid import UUID

from redis.exceptions import RedisError

from moderation.failpoints import reach
from moderation.logs import log
from workers import DELIVER, SCREEN

MOST_IDS = 200  # in one message
MOST_CHARACTERS = 200_000  # of comments in one message: a batch must be screened well within its time limit
WAITING = 2_000  # nudges kept for the publisher
REST_SECONDS = 1.0  # after a failure nothing is tried for so long


class _Nudge(NamedTuple):
    task: str
    ids: tuple[str, ...]


def screen(comments: Iterable[tuple[UUID, int]], most: int = MOST_IDS) -> None:
    """Have these (comment, characters) screened, so many at once."""
    for batch in cut(comments, most):
        _put(_Nudge(SCREEN, tuple(map(str, batch))))


def screen_alone(comment_ids: Iterable[UUID]) -> None:
    """Have each of these screened by itself: a batch with it has failed before."""
    for each in comment_ids:
        _put(_Nudge(SCREEN, (str(each),)))


def deliver(site_ids: Iterable[UUID]) -> None:
    """Have these sites told what is due."""
    for each in site_ids:  # a message each: a dead site keeps nobody behind it waiting
        _put(_Nudge(DELIVER, (str(each),)))


def cut(comments: Iterable[tuple[UUID, int]], most: int = MOST_IDS) -> list[list[UUID]]:
    """Batches of at most so many comments and, but for a single long one, MOST_CHARACTERS."""
    batches: list[list[UUID]] = []
    room = 0
    for comment_id, characters in comments:
        room -= characters
        if not batches or room < 0 or len(batches[-1]) == most:
            batches.append([])
            room = MOST_CHARACTERS - characters
        batches[-1].append(comment_id)
    return batches


def get_ready() -> None:
    """Start this process's publisher, so that the first nudge finds it warm."""
    _put(_Nudge("", ()))


def flush(seconds: float) -> None:
    """Wait until everything put so far was sent or dropped, but no longer than this."""
    ends = time.monotonic() + seconds
    while _post(os.getpid()).unfinished_tasks and time.monotonic() < ends:
        time.sleep(0.01)


def _put(nudge: _Nudge) -> None:
    try:
        _post(os.getpid()).put_nowait(nudge)
    except queue.Full:
        return  # the sweep tops up


@cache
def _post(process: int) -> "queue.Queue[_Nudge]":
    """The waiting nudges and their publisher; a forked process gets its own."""
    waiting: queue.Queue[_Nudge] = queue.Queue(WAITING)
    threading.Thread(target=_publish_all, args=(waiting,), name=f"nudges-{process}", daemon=True).start()
    return waiting


def _publish_all(waiting: "queue.Queue[_Nudge]") -> None:
    rest_until = 0.0
    while True:
        nudge = waiting.get()
        if time.monotonic() >= rest_until and not _publish(nudge.task, nudge.ids):
            rest_until = time.monotonic() + REST_SECONDS
        waiting.task_done()


def _publish(task: str, ids: Sequence[str]) -> bool:
    # Here, in the publisher's own thread: Celery takes half a second to import, and a web process need not wait for it.
    from kombu.exceptions import KombuError, OperationalError

    from workers.app import publisher

    if not task:
        return True
    reach("nudge.sending")
    try:
        publisher.send_task(task, args=[list(ids)], queue=task, retry=False, ignore_result=True)
    except (KombuError, OperationalError, RedisError, OSError) as broken:
        log(__name__).warning("nudge not sent", task=task, count=len(ids), error=type(broken).__name__)
        return False
    return True
