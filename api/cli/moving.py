"""greenroom import, export: a site's history comes along, and goes with it."""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.say import fail, measured, on_disk, plainly, result
from api.written import Format, lines
from moderation.exporting import What

if TYPE_CHECKING:
    from moderation.feeds import Reader, Row

AT_ONCE = 500  # comments in one transaction
MOST_LINES = 20  # named in the report, for each reason


class Source(StrEnum):
    WXR = "wxr"  # WordPress: Tools, Export
    DISQUS = "disqus"  # its XML
    ISSO = "isso"  # its database file
    JSONL = "jsonl"  # ours


AtSite = Annotated[str, typer.Option("--site", help="Its id or name")]


def import_(
    source: Source,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    at: AtSite,
    screen: Annotated[bool, typer.Option("--screen", help="Screen everything, whatever was decided there")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read it all, write nothing")] = False,
    json: Annotated[bool, typer.Option("--json", help="For machines")] = False,
) -> None:
    """Bring comments along, with what was decided of them. Interrupted, run it again: nothing comes twice."""
    from moderation.feeds import READERS

    read = READERS[source.value]
    if not file.is_file():
        fail(f"{file} is read twice, so it must be a file: save it first")
    with plainly(), on_disk():
        _find_site(at)
        found = _look_through(read, file)  # to its end, before anything is written
        new = None if dry_run else _take_over(read, file, at, found["comments"], screen=screen)
    report: dict[str, Any] = found if new is None else found | {"new": new, "here_already": found["comments"] - new}
    if json:
        result(report, as_json=True)
        return
    skipped: dict[str, Any] = report.pop("skipped")
    result(report, as_json=False)
    for why, where in skipped.items():
        named = "line" if len(where["lines"]) == 1 else "lines"
        typer.echo(f"skipped {where['count']}: {why} ({named} {', '.join(map(str, where['lines']))})")


def export(
    at: AtSite,
    what: Annotated[What, typer.Option(help="What of it")] = What.COMMENTS,
    form: Annotated[Format, typer.Option("--format", help="wxr is for comments alone")] = Format.JSONL,
    out: Annotated[Path | None, typer.Option(help="A file, instead of standard output")] = None,
) -> None:
    """Everything that a site has here, e-mails and addresses included, without a cap."""
    from moderation import exporting, people
    from moderation.database import reading

    if form is Format.WXR and what is not What.COMMENTS:
        fail("WordPress's format holds comments alone", 2)
    with plainly(), on_disk():
        with reading() as session:
            site_id = people.find_site(session, at).id
        try:
            with out.open("w", encoding="utf-8") if out else _standard_output() as stream:
                for line in lines(exporting.documents(what, site_id), form):
                    stream.write(line)
            sys.stdout.flush()
        except BrokenPipeError:  # '| head' has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _find_site(named: str) -> None:
    """Before a file of gigabytes is read for nothing."""
    from moderation import people
    from moderation.database import reading

    with reading() as session:
        people.find_site(session, named)


def _standard_output() -> Any:
    from contextlib import nullcontext

    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr] # a text stream, wherever it leads
    return nullcontext(sys.stdout)


def _look_through(read: "Reader", file: Path) -> dict[str, Any]:
    """How many comments there are, by status, and what is skipped and why."""
    from moderation.feeds import Skipped

    statuses: Counter[str] = Counter()
    skipped: dict[str, dict[str, Any]] = {}
    with measured("Reading", file.stat().st_size, "bytes") as advance:
        for each in read(file, advance):
            if isinstance(each, Skipped):
                named = skipped.setdefault(each.why, {"count": 0, "lines": []})
                named["count"] += 1
                named["lines"] += [each.line] if len(named["lines"]) < MOST_LINES else []
            else:
                statuses[each.status.value] += 1
    return {"comments": sum(statuses.values()), "statuses": dict(statuses), "skipped": skipped}


def _take_over(read: "Reader", file: Path, at: str, total: int, *, screen: bool) -> int:
    from moderation import importing, people
    from moderation.database import clock, transaction

    with transaction() as session:
        site = people.find_site(session, at)
        by = importing.importer(session, site, clock(session))
    new = 0
    with measured("Importing", total, "comments") as advance:
        rows = _rows(read, file)
        while some := list(islice(rows, AT_ONCE)):
            with transaction() as session:
                new += importing.take_over(session, site.id, by, some, clock(session), screen=screen)
            advance(len(some))
    return new


def _rows(read: "Reader", file: Path) -> "Iterator[Row]":
    from moderation.feeds import Row

    nobody: Callable[[int], object] = lambda _: None  # noqa: E731 - the comments are counted, not the bytes
    return (each for each in read(file, nobody) if isinstance(each, Row))
