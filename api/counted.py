"""What this process has counted for /metrics."""

from collections import Counter
from threading import Lock
from uuid import UUID

_received: Counter[UUID] = Counter()
_lock = Lock()


def count_received(site_id: UUID) -> None:
    """One more comment was accepted."""
    with _lock:
        _received[site_id] += 1


def received() -> dict[UUID, int]:
    """Comments accepted since this process started, by site."""
    with _lock:
        return dict(_received)
