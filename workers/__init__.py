"""Time: the Celery app and its tasks. A task is ids, a block and a call; the rules live in moderation/."""

from moderation.live import DELIVER, QUEUES, SCREEN, UPKEEP

__all__ = ["DELIVER", "QUEUES", "SCREEN", "UPKEEP"]
