"""What goes through Redis besides nudges: 'changed' messages, counters, and signs of life.

All of it may be lost at any moment; nothing waits for it.
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, TypedDict, cast
from uuid import UUID

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from moderation.settings import settings

SCREEN, DELIVER, UPKEEP = "screen", "deliver", "upkeep"
QUEUES = (SCREEN, DELIVER, UPKEEP)

CHANGED = "greenroom:changed"  # channel; ids of comments, comma-separated
COUNTERS = "greenroom:counters"  # hash; '<metric>|<site>|<label>' -> count
TIMINGS = "greenroom:timings"  # hash; '<metric>|<label>|<bucket>' -> count: api/metrics.py makes histograms of it
HEARTBEATS = "greenroom:heartbeats"  # hash; worker -> JSON: at (seconds since 1970) and what it does
TICK = "greenroom:beat"  # seconds since 1970 of the last sweep that beat called for
SENT = "greenroom:beat-sent"  # seconds since 1970 at which beat last sent anything
CANARIES = "greenroom:canaries"  # hash; '<queue>|first' and '<queue>|came': when these were sent
LOOKED = "greenroom:looked:"  # + minute; hash; check -> comments on which it did not run; '' -> comments looked at
ENTERED = "greenroom:entered:"  # + comment; the check that began with it last
ENTERED_SECONDS = 600
LOOKING = "greenroom:looking:"  # + case; hash; moderator's name -> seconds since 1970
LOOKING_SECONDS = 45
MINUTE_SECONDS = 60
LATELY_MINUTES = 5  # for which failing checks are remembered
FORGOTTEN_SECONDS = 600.0  # a worker that was silent for so long is gone for good: its host had another name
UNKNOWN = 1_000_000
TIMEOUT_SECONDS = 0.2  # a frozen Redis costs this once, not the 58 s of the defaults
CLOCK_SECONDS = 60.0  # for so long we trust what we know of Redis' clock
CLOCK_AGAIN_SECONDS = 5.0  # ... or that it could not be asked


class Pulse(TypedDict):
    """Everything about work that Redis knows, in one look. Times are seconds since 1970 by Redis' clock."""

    now: float
    milliseconds: float  # for the way there and back
    beat: float | None  # the last sweep
    sent: float | None  # beat's last sign of life
    workers: dict[str, float]  # name -> last heartbeat
    doing: dict[str, dict[str, Any]]  # name -> what it said it does
    canaries: dict[str, float | None]  # queue -> when the last one that arrived was sent, else the first one sent
    lengths: dict[str, int]  # queue -> nudges
    looked: int  # comments, lately
    failing: dict[str, int]  # check -> comments on which it did not run, lately


@cache
def client() -> "redis.Redis":
    return patient(TIMEOUT_SECONDS)


def patient(seconds: float) -> "redis.Redis":
    """A client of one's own that waits so long for an answer, and tries once."""
    return redis.Redis.from_url(
        settings().redis,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
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


def measured(counts: Mapping[str, int], timings: Mapping[str, int], looked: Mapping[str, int]) -> None:
    """Add what a batch took, and which checks did not run on how many of it. One round trip; fails silently."""
    lately = f"{LOOKED}{int(now() // MINUTE_SECONDS)}"
    try:
        with client().pipeline(transaction=False) as together:
            for key, counted in ((COUNTERS, counts), (TIMINGS, timings), (lately, looked)):
                for name, by in counted.items():
                    together.hincrby(key, name, by)
            together.expire(lately, 2 * LATELY_MINUTES * MINUTE_SECONDS)
            together.execute()
    except redis.RedisError:
        return


def now() -> float:
    """Redis' clock, so that machines whose clocks differ agree on ages; our own where it does not answer."""
    return _clock.read()


def tick(seconds: float) -> None:
    """Beat's sweep was here."""
    _quietly(lambda: client().set(TICK, seconds))


def beat_sent(seconds: float) -> None:
    """Beat itself is at work, whoever takes what it sends."""
    _quietly(lambda: client().set(SENT, seconds))


def canary_sent(queue: str, seconds: float) -> None:
    """Remembered once: while none has arrived, age counts from here."""
    _quietly(lambda: client().hsetnx(CANARIES, f"{queue}|first", str(seconds)))


def canary_came(queue: str, sent: float) -> None:
    _quietly(lambda: client().hset(CANARIES, f"{queue}|came", str(sent)))


def heartbeat(worker: str, seconds: float, doing: Mapping[str, Any] | None = None) -> None:
    _quietly(lambda: client().hset(HEARTBEATS, worker, json.dumps({"at": seconds, **(doing or {})})))


def goodbye(worker: str) -> None:
    """A worker that stops in order is not missing."""
    _quietly(lambda: client().hdel(HEARTBEATS, worker))


def entering(comment_id: UUID, check: str) -> None:
    """Which check begins with a comment that has failed before."""
    _quietly(lambda: client().set(f"{ENTERED}{comment_id}", check, ex=ENTERED_SECONDS))


def entered(comment_id: UUID) -> str | None:
    """In which check it was last seen; None when nobody knows."""
    found: Any = _quietly(lambda: client().get(f"{ENTERED}{comment_id}"))
    return found


def is_first(name: str, seconds: float) -> bool:
    """Whether nobody has asked for this within so many seconds. Nobody is first while Redis does not answer."""
    return bool(_quietly(lambda: client().set(f"greenroom:first:{name}", 1, nx=True, px=round(seconds * 1_000))))


def length(queue: str) -> int:
    """How many nudges wait; a queue that cannot be asked counts as full, so that nothing is piled onto it."""
    found: Any = _quietly(lambda: client().llen(queue))
    return UNKNOWN if found is None else int(found)


def ping() -> bool:
    return _quietly(lambda: client().ping()) is not None


def looking(case_id: UUID, name: str) -> list[str]:
    """Say that somebody looks at a case, and who else does; nobody, where Redis does not answer."""
    key, at = f"{LOOKING}{case_id}", time.time()
    try:
        with client().pipeline(transaction=False) as together:
            together.hset(key, name, str(at))
            together.expire(key, LOOKING_SECONDS)
            together.hgetall(key)
            here: dict[str, str] = together.execute()[2]
    except redis.RedisError:
        return []
    return sorted(each for each, seen in here.items() if each != name and at - float(seen) < LOOKING_SECONDS)


def pulse() -> Pulse | None:
    """What health and metrics show of Redis; None when it does not answer. One round trip."""
    minute = int(now() // MINUTE_SECONDS)  # this connects, which is not what is measured
    started = time.perf_counter()
    found: Any = _quietly(lambda: _ask_all(minute))
    if found is None:
        return None
    took = (time.perf_counter() - started) * 1_000
    (seconds, micros), ticked, sent, beats, canaries, *rest = found
    at = seconds + micros / 1e6
    said = {name: _read(each) for name, each in beats.items()}
    alive = {name: each for name, each in said.items() if each["at"] > at - FORGOTTEN_SECONDS}
    lengths, minutes = rest[: len(QUEUES)], rest[len(QUEUES) :]
    failing: dict[str, int] = {}
    for each in minutes:
        for check, count in each.items():
            failing[check] = failing.get(check, 0) + int(count)
    return Pulse(
        now=at,
        milliseconds=took,
        beat=float(ticked) if ticked else None,
        sent=float(sent) if sent else None,
        workers={name: each["at"] for name, each in alive.items()},
        doing=alive,
        canaries={queue: _last(canaries, queue) for queue in QUEUES},
        lengths=dict(zip(QUEUES, map(int, lengths), strict=True)),
        looked=failing.pop("", 0),
        failing=failing,
    )


def counters() -> dict[str, int]:
    """Everything counted since Redis was last emptied; nothing when it does not answer."""
    return _counts(COUNTERS)


def timings() -> dict[str, int]:
    """The same for durations: how many fell into which bucket."""
    return _counts(TIMINGS)


def counter(metric: str, site: object, label: str = "") -> str:
    return f"{metric}|{site}|{label}"


def _ask_all(minute: int) -> list[Any]:
    with client().pipeline(transaction=False) as together:
        together.time()
        together.get(TICK)
        together.get(SENT)
        together.hgetall(HEARTBEATS)
        together.hgetall(CANARIES)
        for queue in QUEUES:
            together.llen(queue)
        for each in range(minute - LATELY_MINUTES, minute + 1):
            together.hgetall(f"{LOOKED}{each}")
        return together.execute()


def _read(heartbeat: str) -> dict[str, Any]:
    """What a worker said of itself; the previous version's said only when."""
    said: Any = json.loads(heartbeat)
    return cast("dict[str, Any]", said) if isinstance(said, dict) else {"at": float(said)}


def _last(canaries: Mapping[str, str], queue: str) -> float | None:
    sent = canaries.get(f"{queue}|came") or canaries.get(f"{queue}|first")
    return float(sent) if sent else None


def _counts(key: str) -> dict[str, int]:
    found: Any = _quietly(lambda: client().hgetall(key))
    return {name: int(value) for name, value in (found or {}).items()}


def _quietly(asked: Callable[[], Any]) -> Any:
    try:
        return asked()
    except redis.RedisError:
        return None


class _Clock:
    """By how much Redis' clock is ahead of this machine's monotonic one."""

    def __init__(self) -> None:
        self._ahead = time.time() - time.monotonic()
        self._until = 0.0

    def read(self) -> float:
        if time.monotonic() > self._until:
            found: Any = _quietly(lambda: client().time())
            if found:
                self._ahead = found[0] + found[1] / 1e6 - time.monotonic()
            self._until = time.monotonic() + (CLOCK_SECONDS if found else CLOCK_AGAIN_SECONDS)
        return time.monotonic() + self._ahead


_clock = _Clock()
