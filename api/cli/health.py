"""greenroom health and doctor: is work being done; can it be done on this machine."""

import sqlite3
import sys
import time
from contextlib import suppress
from typing import Annotated, Any

import typer

from api.cli.say import WRONG, result, table
from moderation.settings import settings

COLOURS = {"ok": "green", "warn": "yellow", "fail": "bold red"}
OLDEST_SQLITE = (3, 35)  # RETURNING
EVERY_SECONDS = 2.0


def health(
    watch: Annotated[bool, typer.Option("--watch", help="Again every two seconds, until Ctrl-C")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Workers, queues, what waits and what failed. Exit code 1 when something fails."""
    rows = _look(as_json=json)
    with suppress(KeyboardInterrupt):
        while watch:
            time.sleep(EVERY_SECONDS)
            rows = _look(as_json=json, over=True)
    if any(level == "fail" for _, level, _, _ in rows):
        raise typer.Exit(WRONG)


def doctor(json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Is everything here that Greenroom needs? Nothing has to be running."""
    found = [_python(), _sqlite(), _valkey(), _data()]
    _show(found, as_json=json)
    if any(level == "fail" for _, level, _, _ in found):
        raise typer.Exit(WRONG)


Row = tuple[str, str, str, str]


def _look(*, as_json: bool, over: bool = False) -> list[Row]:
    """Ask and show; over what was shown before, where somebody watches."""
    from moderation import health as parts

    rows = [(part.name, part.level.value, part.shows, part.limit) for part in parts.report()]
    if over and not as_json and sys.stdout.isatty():
        from rich.console import Console

        Console().clear()
    _show(rows, as_json=as_json)
    if not as_json:
        troubled = [f"{name} ({level})" for name, level, _, _ in rows if level != "ok"]
        typer.echo(f"\n{', '.join(troubled) or 'all is well'}")
    return rows


def _show(rows: list[Row], *, as_json: bool) -> None:
    if as_json:
        shown: list[dict[str, Any]] = [
            {"name": name, "status": level, "shows": shows, "limit": limit} for name, level, shows, limit in rows
        ]
        worst = max((level for _, level, _, _ in rows), key=list(COLOURS).index)
        result({"status": worst, "parts": shown}, as_json=True)
        return
    from rich.text import Text

    table(("", "status", "shows", "limit"), [(n, Text(level, COLOURS[level]), s, limit) for n, level, s, limit in rows])


def _python() -> Row:
    level = "ok" if sys.version_info >= (3, 11) else "fail"
    return "python", level, sys.version.partition(" ")[0], "3.11"


def _sqlite() -> Row:
    level = "ok" if sqlite3.sqlite_version_info >= OLDEST_SQLITE else "fail"
    return "sqlite", level, sqlite3.sqlite_version, "3.35"


def _valkey() -> Row:
    from moderation import embedded

    if settings().redis_url:
        return "valkey", "ok", "by GREENROOM_REDIS_URL", ""
    try:
        embedded.server()
    except embedded.NoValkeyError as missing:
        return "valkey", "fail", (type(missing).__doc__ or "").strip(), ""
    return "valkey", "ok", "comes along", ""


def _data() -> Row:
    folder = settings().data
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".doctor"
        probe.write_text("")
        probe.unlink()
    except OSError as broken:
        return "data folder", "fail", f"cannot be written: {broken.strerror}", ""
    return "data folder", "ok", str(folder), ""
