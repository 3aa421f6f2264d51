"""Beat's scheduler: it sends nothing into a queue that nobody empties.

Without a worker, sweeps would pile up, one a second, until Redis is full; and whoever came back would have to work
off a night of them, where one is enough.
"""

from typing import Any

from celery import beat

from moderation import live
from workers import UPKEEP
from workers.canary import sign

MOST_SWEEPS = 10  # waiting: more would do nothing that these do not
MOST_CANARIES = 1_000  # messages before them: then their age tells already what is to be told


class Scheduler(beat.Scheduler):
    """Celery's own, in memory: every sweep is harmless, so nothing needs remembering."""

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        queue = entry.options.get("queue", UPKEEP)
        most = MOST_SWEEPS if queue == UPKEEP else MOST_CANARIES
        if live.length(queue) < most:  # one that cannot be asked counts as full
            super().apply_entry(entry, producer=producer)
        else:
            sign()
