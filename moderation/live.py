"""What goes through Redis besides nudges: 'changed' messages and counters. May be lost at any moment; nothing waits."""

import time
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any
from uuid import UUID

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from moderation.settings import settings

CHANGED = "greenroom:changed"  # channel; ids of comments, comma-separated
COUNTERS = "greenroom:counters"  # hash; '<metric>|<site>|<label>' -> count
HEARTBEATS = "greenroom:heartbeats"  # hash; worker -> seconds since 1970
TICK = "greenroom:beat"  # seconds since 1970 of beat's last sweep
FORGOTTEN_SECONDS = 3_600.0  # a worker that was silent for so long is gone for good: its host had another name
UNKNOWN = 1_000_000
TIMEOUT_SECONDS = 0.2  # a frozen Redis costs this once, not the 58 s of the defaults


@cache
def client() -> "redis.Redis":
    return redis.Redis.from_url(
        settings().redis,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
        decode_responses=True,
    )


def changed(ids: Iterable[UUID], counted: Mapping[str, int] | None = None) -> None:
    """Wake whoever waits for these comments, and count what was done. One round trip; fails silently."""
    message = ",".join(str(each) for each in ids)
    try:
        with client().pipeline(transaction=False) as together:
            if message:
                together.publish(CHANGED, message)
            for name, by in (counted or {}).items():
                together.hincrby(COUNTERS, name, by)
            together.execute()
    except redis.RedisError:
        return  # callers poll as well, and counters may start anew


def tick(seconds: float) -> None:
    """Beat's sweep was here."""
    _quietly(lambda: client().set(TICK, seconds))


def heartbeat(worker: str, seconds: float) -> None:
    _quietly(lambda: client().hset(HEARTBEATS, worker, str(seconds)))


def goodbye(worker: str) -> None:
    """A worker that stops in order is not missing."""
    _quietly(lambda: client().hdel(HEARTBEATS, worker))


def length(queue: str) -> int:
    """How many nudges wait; a queue that cannot be asked counts as full, so that nothing is piled onto it."""
    found: Any = _quietly(lambda: client().llen(queue))
    return UNKNOWN if found is None else int(found)


def pulse() -> dict[str, Any] | None:
    """What /v1/health shows of Redis: heartbeats and beat's last tick; None when it does not answer."""
    found: Any = _quietly(lambda: (client().hgetall(HEARTBEATS), client().get(TICK)))
    if found is None:
        return None
    beats, ticked = found
    since = time.time() - FORGOTTEN_SECONDS
    return {
        "workers": {name: float(seconds) for name, seconds in beats.items() if float(seconds) > since},
        "beat": float(ticked) if ticked else None,
    }


def ping() -> bool:
    return _quietly(lambda: client().ping()) is not None


def _quietly(asked: Callable[[], Any]) -> Any:
    try:
        return asked()
    except redis.RedisError:
        return None


def counters() -> dict[str, int]:
    """Everything counted since Redis was last emptied; nothing when it does not answer."""
    try:
        found: Any = client().hgetall(COUNTERS)
    except redis.RedisError:
        return {}
    return {name: int(value) for name, value in found.items()}


def counter(metric: str, site: object, label: str = "") -> str:
    return f"{metric}|{site}|{label}"
