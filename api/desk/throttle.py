"""Guesses at passwords and codes, counted by name and by address: in Redis for all processes, else in this one."""

import hashlib
import time
from contextlib import suppress
from functools import cache
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from fastapi import Request
from redis.exceptions import RedisError

from moderation import live

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import FixedWindowRateLimiter

OF_NAME, OF_ADDRESS = "5 per 5 minutes", "20 per 5 minutes"
IPV6_HOUSEHOLD = 64  # bits; whoever has one such address has all of them


def take(name: str, request: Request) -> int:
    """Count a try at this name; the seconds to wait when there were too many, else 0."""
    if wait := _waits(OF_ADDRESS, _address(request)):
        return wait
    return 0 if _hit(OF_NAME, _named(name)) else _waits(OF_NAME, _named(name)) or 1


def guessed_too_often(request: Request, at: str = "") -> bool:
    """Whether this address has to wait, whatever it tries there ('': signing in)."""
    return _waits(OF_ADDRESS, at + _address(request)) > 0


def failed(request: Request, at: str = "") -> None:
    """This address guessed wrong; tries at a name are counted beforehand, so that many at once are no way round."""
    _hit(OF_ADDRESS, at + _address(request))


def forgive(name: str) -> None:
    """It was them: the name's tries are forgotten. The address's are not, or one's own name would reset them."""
    with suppress(RedisError, OSError):
        _shared().clear(_item(OF_NAME), _named(name))
    _own().clear(_item(OF_NAME), _named(name))


def _hit(limit: str, whose: str) -> bool:
    """One more; False when that is too many."""
    try:
        return _shared().hit(_item(limit), whose)
    except (RedisError, OSError):
        return _own().hit(_item(limit), whose)


def _waits(limit: str, whose: str) -> int:
    """Seconds until a try is free; 0: now."""
    try:
        window = _shared().get_window_stats(_item(limit), whose)
    except (RedisError, OSError):
        window = _own().get_window_stats(_item(limit), whose)
    return 0 if window.remaining > 0 else max(1, round(window.reset_time - time.time()))


def _named(name: str) -> str:
    """Short, whatever was typed; nobody's name is left lying in Redis."""
    return "name-" + hashlib.sha256(name.strip().casefold().encode()).hexdigest()


def _address(request: Request) -> str:
    host = request.client.host if request.client else ""
    try:
        found = ip_address(host)
    except ValueError:
        return f"address-{host}"
    return f"address-{found if found.version == 4 else ip_network((found, IPV6_HOUSEHOLD), strict=False)}"  # noqa: PLR2004 - a version


@cache
def _item(limit: str) -> "RateLimitItem":
    from limits import parse

    return parse(limit)


@cache
def _shared() -> "FixedWindowRateLimiter":
    from limits.storage import RedisStorage
    from limits.strategies import FixedWindowRateLimiter

    pool = live.client().connection_pool  # with its short patience
    return FixedWindowRateLimiter(RedisStorage("redis://", connection_pool=pool, key_prefix="greenroom:sign-in"))


@cache
def _own() -> "FixedWindowRateLimiter":
    from limits.storage import MemoryStorage
    from limits.strategies import FixedWindowRateLimiter

    return FixedWindowRateLimiter(MemoryStorage())


def start_anew() -> None:
    """Forget every count of this process, and which Redis it asked."""
    _shared.cache_clear()
    _own.cache_clear()
