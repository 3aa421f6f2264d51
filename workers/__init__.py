"""Time: the Celery app and its tasks. A task is ids, a block and a call; the rules live in moderation/."""

SCREEN, DELIVER, UPKEEP = "screen", "deliver", "upkeep"
QUEUES = (SCREEN, DELIVER, UPKEEP)
