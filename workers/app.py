"""The Celery apps: one that only publishes nudges, one that works them off. Every setting with its reason.

The database is the record. A message may be lost, doubled or reordered; the sweep makes good what is missing.
"""

import time
import warnings
from datetime import UTC, datetime, timedelta
from typing import Any

from celery import Celery
from celery.beat import BeatLazyFunc
from celery.platforms import SecurityWarning
from celery.schedules import schedule
from celery.signals import setup_logging, worker_init, worker_process_init
from kombu.entity import Queue

from moderation import checks, database, live, logs, memory
from moderation.presets import preset
from moderation.settings import settings
from moderation.terms import Preset
from workers import DELIVER, QUEUES, SCREEN, UPKEEP

SWEEP_EVERY = timedelta(seconds=1)
CANARY_EVERY = timedelta(seconds=10)
CANARY_STALE_SECONDS = 60  # by then health has failed, and when workers come back they have better things to do
PRUNE_EVERY = timedelta(hours=1)

# For the API, and for the sweep inside workers. A frozen Redis must cost a bounded moment, never a request: by default
# publishing has no bound at all when Redis is frozen; with these it takes at most 0.11 s, in a thread of its own.
_PUBLISHER: dict[str, Any] = {
    "task_publish_retry": False,
    "broker_transport_options": {
        "socket_timeout": 0.15,
        "socket_connect_timeout": 0.15,
        "retry_on_timeout": False,
        "max_retries": 0,
        "interval_start": 0,
        "interval_step": 0,
        "interval_max": 0,
    },
    "broker_pool_limit": 40,
    "broker_pool_acquire_timeout": 0.1,  # the default waits for ever
}

_WORKER: dict[str, Any] = {
    "task_acks_late": True,  # a killed worker's message comes back
    "task_reject_on_worker_lost": False,  # ... but a message that kills its worker must not come back for ever:
    "task_retry_on_worker_lost": False,  # the row's attempts decide, and the sweep nudges it alone
    "task_acks_on_failure": True,
    "task_acks_on_timeout": True,
    "task_soft_time_limit": 5,  # seconds
    "task_time_limit": 8,  # below the lease of 20 s. Prefork only: threads do not enforce them
    "worker_prefetch_multiplier": 1,  # a batch is not kept waiting behind another on a busy worker
    "worker_enable_remote_control": True,  # without it, a Redis that dies while all slots are busy stalls the worker
    "worker_proc_alive_timeout": 30,  # seconds; on a starved machine the default 4 kill each before it is up, for ever
    "worker_max_tasks_per_child": 1_000,  # what leaks in a library leaks no further
    "worker_max_memory_per_child": 600_000,  # KB; with every table loaded a process holds 260,000
    "worker_soft_shutdown_timeout": 10,  # seconds
    "worker_eta_task_limit": 100,
    "worker_hijack_root_logger": False,  # our logs are structured: moderation/logs.py
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,  # Redis may be away for as long as it likes
    "broker_transport_options": {
        "visibility_timeout": 60,  # seconds: what a dead worker had taken comes back
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "unacked_restore_limit": 100,
        "unacked_mutex_expire": 30,
        "socket_timeout": 3,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "health_check_interval": 5,  # half-open connections: the defaults never recover
    },
}


def _make(options: dict[str, Any]) -> Celery:
    made = Celery("greenroom", broker=settings().broker)
    made.conf.update(
        task_ignore_result=True,  # the rows are the result
        accept_content=["json"],
        task_serializer="json",
        task_default_queue=SCREEN,
        task_queues=[Queue(name) for name in QUEUES],
        task_create_missing_queues=False,
        timezone="UTC",
        **options,
    )
    return made


_STARTED, _STARTED_AT = time.monotonic(), datetime.now(UTC)


def _steady() -> datetime:
    """Time that has gone by: with a clock that is set back, beat would wait until that has caught up."""
    return _STARTED_AT + timedelta(seconds=time.monotonic() - _STARTED)


def _canary(queue: str) -> dict[str, Any]:
    """One through each queue; it takes along when it was sent."""

    def now() -> float:
        live.canary_sent(queue, sent := live.now())
        return sent

    options = {"queue": queue, "expires": CANARY_STALE_SECONDS}
    return {"task": "canary", "schedule": CANARY_EVERY, "args": (queue, BeatLazyFunc(now)), "options": options}


# Celery warns whoever runs it as root of messages that are pickles. Ours are JSON, and only JSON is accepted.
warnings.filterwarnings("ignore", category=SecurityWarning)

publisher = _make(_PUBLISHER)
app = _make(_WORKER)
app.conf.imports = ("workers.tasks", "workers.liveness", "workers.canary")
app.conf.task_routes = {
    "screen": {"queue": SCREEN},
    "deliver": {"queue": DELIVER},
    "sweep": {"queue": UPKEEP},
    "prune": {"queue": UPKEEP},
}
app.conf.beat_schedule = {
    # They do not expire: a worker whose clock is ahead of beat's would throw every one of them away.
    "sweep": {"task": "sweep", "schedule": schedule(SWEEP_EVERY, nowfun=_steady)},
    "prune": {"task": "prune", "schedule": schedule(PRUNE_EVERY, nowfun=_steady)},
    **{f"canary through {queue}": _canary(queue) for queue in QUEUES},
}


@setup_logging.connect
def _our_logs(**_: Any) -> None:
    logs.set_up(settings().log_level)


@worker_init.connect
def _get_ready(**_: Any) -> None:
    """Before the fork: a child that had to load its tables within a task's time limit never gets there when starved."""
    if SCREEN in app.amqp.queues.consume_from:
        checks.get_ready(preset(Preset.STANDARD))
        memory.leave_loaded_alone()
        memory.keep_what_batches_take()


@worker_process_init.connect
def _after_fork(**_: Any) -> None:
    """A forked child opens connections of its own; its parent's are not to be touched."""
    database.forget(close=False)
    live.client.cache_clear()
