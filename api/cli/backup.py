"""greenroom backup and restore: everything into one file, while it runs; and back again."""

import time
from pathlib import Path
from typing import Annotated

import typer

from api.cli.say import REFUSED, RUNNING, fail, on_disk, plainly, progress, result

HEARD_WITHIN_SECONDS = 20.0

Json = Annotated[bool, typer.Option("--json", help="For machines")]


def backup(
    file: Annotated[Path, typer.Argument(help="Where to; it holds comments, addresses and secrets: keep it like them")],
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of a file that is there")] = False,
    json: Json = False,
) -> None:
    """Back up the database into one file, while everything goes on. Either database can be restored from it."""
    from moderation import backup as parts
    from moderation.database import reading

    if file.exists() and not replace:
        fail(f"{file} is there already: --replace takes its place", REFUSED)
    if not file.parent.is_dir():
        fail(f"{file.parent} is no folder", REFUSED)
    started = time.monotonic()
    with plainly(), on_disk():
        with reading() as session:
            total = parts.count(session)
        with progress("rows", total) as advance:
            made = parts.write(file, advance)
    took = round(time.monotonic() - started, 1)
    size = file.stat().st_size
    shown = {"file": str(file), "at": made.at, "revision": made.revision, "rows": made.rows, "bytes": size}
    result({**shown, "seconds": took}, as_json=json)


def restore(
    file: Annotated[Path, typer.Argument(help="A backup", exists=True, dir_okay=False)],
    replace: Annotated[bool, typer.Option("--replace", help="Whatever the database holds goes first")] = False,
    json: Json = False,
) -> None:
    """Fill an empty database from a backup, all of it or nothing. Stop Greenroom first.

    Sessions and sign-in links are not restored; every delivery that waits is sent. Keys that were revoked, and comments
    that were erased, since the backup are as they were: revoke and erase them again.
    """
    from moderation import backup as parts

    if replace and _is_running():
        fail("Greenroom is running: stop its API, workers and beat, then restore", RUNNING)
    started = time.monotonic()
    with plainly(makes_data=True), on_disk(), progress("rows", None) as advance:
        made = parts.restore(file, advance, replace=replace)
    took = round(time.monotonic() - started, 1)
    result({"restored": str(file), "at": made.at, "rows": made.rows, "seconds": took}, as_json=json)


def _is_running() -> bool:
    """Whether a worker was heard of just now; a queue that does not answer knows of none."""
    from moderation import live

    pulse = live.pulse()
    return pulse is not None and any(pulse["now"] - at < HEARD_WITHIN_SECONDS for at in pulse["workers"].values())
