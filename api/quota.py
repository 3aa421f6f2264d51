"""Per-site quota: so many comments in such a time, counted by this process in a sliding window."""

import time
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

from moderation.errors import QuotaExceededError
from moderation.settings import settings

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import SlidingWindowCounterRateLimiter

OFF = "off"


def spend(site_id: UUID, count: int) -> dict[str, str]:
    """Take this many from the site's quota; what is left, as RateLimit fields. Raises QuotaExceededError."""
    item = _item()
    if item is None:
        return {}
    granted = _limiter().hit(item, site_id.hex, cost=count)
    window = _limiter().get_window_stats(item, site_id.hex)
    reset = max(1, round(window.reset_time - time.time()))
    fields = {
        "RateLimit-Policy": f'"default";q={item.amount};w={item.get_expiry()}',
        "RateLimit": f'"default";r={max(0, window.remaining)};t={reset}',
    }
    if not granted:
        raise QuotaExceededError(headers={**fields, "Retry-After": str(reset)})
    return fields


def get_ready() -> None:
    """Import what the first request would wait for."""
    _item()
    _limiter()


@cache
def _item() -> "RateLimitItem | None":
    from limits import parse

    limit = settings().rate_limit
    return None if limit == OFF else parse(limit)


@cache
def _limiter() -> "SlidingWindowCounterRateLimiter":
    from limits.storage import MemoryStorage
    from limits.strategies import SlidingWindowCounterRateLimiter

    return SlidingWindowCounterRateLimiter(MemoryStorage())
