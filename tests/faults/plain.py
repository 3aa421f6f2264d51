"""The control: Celery on Redis as most people run it, acks_late and no sweep. A message a comment; a line a verdict.

Nothing of ours: it shows that what the proof does loses comments where nothing makes them good.
"""

import os
import time
from pathlib import Path

from celery import Celery

WORK_SECONDS = 0.01

app = Celery("plain", broker=os.environ.get("PLAIN_BROKER", "memory://"))
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_ignore_result=True,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={"visibility_timeout": 5, "unacked_restore_interval": 1, "socket_timeout": 3},
)


@app.task(name="look")
def look(number: int) -> None:
    time.sleep(WORK_SECONDS)
    with Path(os.environ["PLAIN_VERDICTS"]).open("a") as verdicts:  # one short line: written whole
        verdicts.write(f"{number}\n")
