"""How the command line speaks: tables for people, JSON for machines, errors on standard error with an exit code."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NoReturn

import typer

from moderation.errors import ModerationError

WRONG, USAGE, RUNNING, REFUSED = 1, 2, 3, 4


def result(value: Any, *, as_json: bool) -> None:
    """Standard output is the answer, and nothing else."""
    if as_json:
        typer.echo(json.dumps(value))
        return
    for name, each in value.items():
        typer.echo(f"{name}: {each}")


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        shown.add_row(*(each if isinstance(each, Text) else Text(printable(str(each))) for each in row))
    Console().print(shown)


def printable(text: str) -> str:
    """A stranger's text on a terminal: control and format characters, which could rewrite the screen, made visible."""
    return "".join(each if each.isprintable() else "�" if ord(each) > 0x20 else " " for each in text)  # noqa: PLR2004


def fail(sentence: str, code: int = WRONG) -> NoReturn:
    typer.echo(f"greenroom: {sentence}", err=True)
    raise typer.Exit(code)


@contextmanager
def plainly(*, makes_data: bool = False) -> Iterator[None]:
    """What the rules or the database refuse is a sentence and an exit code, not a traceback."""
    from sqlalchemy.exc import SQLAlchemyError

    from moderation.settings import settings

    if not makes_data and not settings().has_data:
        fail(f"there are no data in {settings().data}: start Greenroom there, or name its folder in GREENROOM_DATA")
    try:
        yield
    except ModerationError as refused:
        fail(refused.detail, REFUSED)
    except SQLAlchemyError as broken:
        reason = str(broken.__cause__ or broken).partition("\n")[0]
        fail(f"the database cannot be used: {reason}. Has 'greenroom migrate' been run?")


@contextmanager
def on_disk() -> Iterator[None]:
    """A disk that is full, or a folder that may not be written, is a sentence too."""
    try:
        yield
    except OSError as broken:
        fail(f"the file cannot be used: {broken.strerror}")


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Any]:
    """A bar on a terminal's standard error; elsewhere nothing. Yields advance(n)."""
    if not sys.stderr.isatty():
        yield lambda n=1: None  # noqa: ARG005
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=total)
        yield lambda n=1: bar.advance(task, n)


@contextmanager
def measured(what: str, total: int, unit: str) -> Iterator[Callable[[int], object]]:
    """The same, with how fast it goes ('1,200 comments/s'). Yields advance(n)."""
    if not sys.stderr.isatty():
        yield int
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskProgressColumn, TextColumn
    from rich.progress import TimeRemainingColumn as Left
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.finished_speed or task.speed or 0:,.0f} {unit}/s")

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), Rate(), Left())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=total)
        yield partial(bar.advance, task)


def lines(rows: Iterable[Mapping[str, Any]]) -> None:
    for row in rows:
        typer.echo(json.dumps(row))
