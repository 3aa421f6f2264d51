"""greenroom api, worker, beat, migrate: one process each, for containers and service managers."""

import os
import sys
from typing import Annotated

import typer

from api.cli.say import plainly, result

# glibc gives each thread a heap of its own, and what forty threads have let go of is nobody else's: an API that refused
# a million requests held 50 MB more afterwards. One heap for all costs nothing where one thread runs at a time.
# And what a batch of a thousand comments takes goes back to the system with it, instead of leaving gaps in the heap: it
# grew by a tenth within 60,000 comments. A worker has its own way: moderation/memory.py.
_LARGE = str(256 << 10)  # bytes
MEMORY = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": _LARGE, "MALLOC_TRIM_THRESHOLD_": _LARGE}

Host = Annotated[str, typer.Option(help="Where to listen")]
Port = Annotated[int, typer.Option(min=1, max=65535)]


def api_command(host: str, port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "uvicorn", "api.main:create_app", "--factory"),
        *("--host", host, "--port", str(port), "--no-access-log", "--log-level", "warning"),
        *("--timeout-graceful-shutdown", "5", "--no-server-header"),
    ]


def worker_command(queues: str, concurrency: int, name: str) -> list[str]:
    """Deliveries wait for other people's servers, so they run in threads; everything else in processes.

    Only processes enforce time limits, and a check may hang; a delivery has a deadline of its own.
    """
    pool = "threads" if queues == "deliver" else "prefork"
    return [
        *(sys.executable, "-m", "celery", "--quiet", "-A", "workers.app", "worker", "-n", f"{name}@%h"),
        *("-Q", queues, "-P", pool, "-c", str(concurrency), "--loglevel", "WARNING"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]


def beat_command() -> list[str]:
    scheduler = "workers.beat:Scheduler"
    return [
        sys.executable,
        "-m",
        "celery",
        "--quiet",
        "-A",
        "workers.app",
        "beat",
        "-S",
        scheduler,
        "--loglevel",
        "WARNING",
    ]


def api(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Run the web application."""
    _become(api_command(host, port))


def worker(
    queues: Annotated[str, typer.Option(help="Comma-separated: screen, deliver, upkeep")] = "screen,deliver,upkeep",
    concurrency: Annotated[int, typer.Option(min=1, max=256, help="Processes, or threads for deliver alone")] = 2,
    name: Annotated[str, typer.Option(help="Shown in health; unique per machine")] = "worker",
) -> None:
    """Run a worker."""
    _become(worker_command(queues, concurrency, name))


def beat() -> None:
    """Run the clock: it calls for a sweep every second. One is enough; two do no harm."""
    _become(beat_command())


def migrate(
    revision: Annotated[str, typer.Argument(help="Where to go")] = "head",
    down: Annotated[bool, typer.Option("--down", help="Go back to this revision instead")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Bring the database to the tables of this version."""
    from moderation import migrate as tables
    from moderation.database import reading

    with plainly(makes_data=True):
        tables.downgrade(revision) if down else tables.upgrade(revision)
        with reading() as session:
            result({"revision": tables.at(session) or "base"}, as_json=json)


def _become(command: list[str]) -> None:
    os.environ.update(MEMORY | dict(os.environ))
    os.execv(command[0], command)  # noqa: S606 - our own interpreter, our own arguments
