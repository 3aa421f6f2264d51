"""greenroom up: everything on this machine, in one command. Ctrl-C stops it in order; the data stay."""

import fcntl
import json as jsonlib
import os
import signal
import sys
import time
from http.client import HTTPException
from pathlib import Path
from typing import Annotated, Any, TextIO
from urllib.request import urlopen

import typer

from api.cli import processes, serve
from api.cli.processes import Child, Household
from api.cli.say import RUNNING, WRONG, fail

READY_SECONDS = 60.0
LOOK_EVERY_SECONDS = 0.1
DELIVERY_THREADS = 16
DEFAULT_PORT = 8000
PORTS_TRIED = 50


Data = Annotated[Path, typer.Option(envvar="GREENROOM_DATA", help="Where database, queue and keys are kept")]


class _StopError(Exception):
    """Somebody pressed Ctrl-C, or asked us to end."""


def up(
    data: Data = Path(".greenroom"),
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 picks a free one")] = DEFAULT_PORT,
    host: Annotated[str, typer.Option(help="Where to listen")] = "127.0.0.1",
    demo: Annotated[bool, typer.Option("--demo/--no-demo", help="Feed a made-up newspaper's comments")] = True,
    json: Annotated[bool, typer.Option("--json", help="One line of JSON when ready")] = False,
) -> None:
    """Start database, queue, web application, workers and clock; print where they are."""
    data = data.absolute()
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = _lock(data)
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    os.environ["GREENROOM_DATA"] = str(data)
    os.environ[processes.MARK] = str(data)
    os.environ.update(serve.MEMORY | dict(os.environ))
    os.environ.setdefault("C_FORCE_ROOT", "1")  # messages are JSON: what Celery fears of root does not apply
    household = Household(os.environ, lambda sentence: typer.echo(f"greenroom: {sentence}", err=True))
    try:
        processes.sweep_out(str(data))  # what an earlier 'up' left when it was killed
        _run(household, data, host, _free_port(host, port), demo=demo, json=json)
    except _StopError:
        typer.echo("greenroom: stopping; the data stay", err=True)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # asked twice, by whatever means, it still stops in order
        household.stop()
        lock.close()


def _run(household: Household, data: Path, host: str, port: int, *, demo: bool, json: bool) -> None:
    url = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104 - asked for, not chosen
    _start_queue(household)
    # While these two import what they need, the tables are looked after; until then they say that they are not ready.
    household.add(Child("api", serve.api_command(host, port)))
    household.add(Child("worker", serve.worker_command("screen,upkeep", 2, "screen"), stop_seconds=12))
    _wait_for_queue(household)
    _migrate()
    shown = _shown(data, url)
    _wait_until_ready(household, url)
    household.add(Child("deliverer", serve.worker_command("deliver", DELIVERY_THREADS, "deliver"), stop_seconds=8))
    household.add(Child("beat", serve.beat_command(), stop_seconds=3))
    if demo:
        command = [sys.executable, "-m", "api.cli.demo", url, shown["site_key"]]
        household.add(Child("demo", command, stop_seconds=2, again=False))
    typer.echo(jsonlib.dumps(shown) if json else _welcome(shown, demo=demo))
    sys.stdout.flush()
    while True:
        household.look_after()
        time.sleep(LOOK_EVERY_SECONDS)


def _start_queue(household: Household) -> None:
    from moderation import embedded
    from moderation.settings import settings

    if not settings().redis_url:
        path = settings().socket
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.unlink(missing_ok=True)
        household.add(Child("valkey", embedded.server_command(settings().data, path)))


def _wait_for_queue(household: Household) -> None:
    from moderation import live

    ends = time.monotonic() + READY_SECONDS
    while not live.ping():
        if time.monotonic() > ends or household.children[0].ended() is not None:
            fail("the queue (Valkey) does not answer", WRONG)
        time.sleep(0.02)


def _migrate() -> None:
    from moderation import migrate
    from moderation.database import reading

    with reading() as session:
        there = migrate.at(session) == migrate.head()
    if not there:
        migrate.upgrade()


def _shown(data: Path, url: str) -> dict[str, Any]:
    from api.cli import firstrun

    kept = firstrun.credentials(data / firstrun.FILE, url)
    return {
        "url": url,
        "desk_url": firstrun.sign_in_link(url),
        "site_key": kept.site_key,
        "moderator_token": kept.moderator_token,
        "admin_token": kept.admin_token,
        "pid": os.getpid(),
    }


def _wait_until_ready(household: Household, url: str) -> None:
    ends = time.monotonic() + READY_SECONDS
    while time.monotonic() < ends:
        household.look_after()
        try:
            with urlopen(f"{url}/readyz", timeout=2):  # noqa: S310 - our own address
                return
        except (OSError, HTTPException):  # not there yet, or 503: not ready yet
            pass
        time.sleep(0.05)
    fail(f"{url} was not ready within {READY_SECONDS:.0f} s", WRONG)


def _lock(data: Path) -> TextIO:
    """One launcher per data folder, however it ended: the kernel lets go of the lock with the process."""
    opened = (data / "lock").open("a")
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        fail(f"is running already with {data}", RUNNING)
    return opened


def _free_port(host: str, wanted: int) -> int:
    """This one, or the next that is free; 0: any."""
    for port in range(wanted, wanted + PORTS_TRIED) if wanted else (0,):
        if found := processes.port_at(host, port):
            if port != wanted:
                typer.echo(f"greenroom: port {wanted} is in use; taking {port}", err=True)
            return found
    return fail(f"no free port from {wanted} on", WRONG)


def _welcome(shown: dict[str, Any], *, demo: bool) -> str:
    comment = {
        "external_id": "hello-1",
        "body": "Whoever hid this for nine years is a bastard. Thank you for printing it.",
        "author": {"id": "u-1", "name": "Ana"},
        "page": {"url": "https://courier.example/news/1"},
    }
    return (
        f"\nGreenroom is up at {shown['url']}   (API docs: {shown['url']}/docs)\n\n"
        f"  desk         {shown['desk_url']}\n"
        f"               signs you in once, as admin\n"
        f"  site key     {shown['site_key']}\n"
        f"  moderator    {shown['moderator_token']}\n\n"
        "Try it:\n\n"
        f"  curl {shown['url']}/v1/comments -H 'Authorization: Bearer {shown['site_key']}' "
        f"-H 'Content-Type: application/json' -H 'Prefer: wait=5' -d '{jsonlib.dumps(comment)}'\n\n"
        f"{'A made-up newspaper feeds 300 comments over the first four minutes. ' if demo else ''}"
        "Ctrl-C stops all of it; the data stay."
    )


def _stop(number: int, frame: object) -> None:
    del number, frame
    raise _StopError
