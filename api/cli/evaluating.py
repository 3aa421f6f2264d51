"""Files of labelled comments in; tables, JSON, curves and a report out: what 'greenroom evaluate' does."""

import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import typer

from api.cli import figures
from api.cli.lines import rules as from_file
from api.cli.say import USAGE, fail, lines, progress
from moderation.checks import NAMES
from moderation.evaluation.document import document
from moderation.evaluation.drawing import pictures
from moderation.evaluation.figures import Asked, SetFigures, sets
from moderation.evaluation.report import Made, write
from moderation.evaluation.rows import Row, Unreadable, Wanted, read
from moderation.evaluation.scoring import Scored, score
from moderation.presets import preset
from moderation.rules import Rules
from moderation.terms import Preset

MOST_COMPLAINTS = 20  # about lines that cannot be used; the rest are counted
NAME_IT = "name it with --positive"  # in a complaint about a label

__all__ = ["Wanted", "asked", "rules_in_force", "run"]


def rules_in_force(presets: Sequence[Preset], file: Path | None) -> dict[str, Rules]:
    """The presets, the mildest first, and the site's own rules as 'yours'."""
    in_force = {each.value: preset(each) for each in Preset if each in presets}
    return in_force if file is None else in_force | {"yours": from_file(Preset.STANDARD, str(file))}


def asked(checks: Sequence[str], max_held: str) -> Asked:
    """Which checks are shown: each by its name, or a family ('abuse') by what stands before the dot."""
    for name in checks:
        if not any(_belongs(each, name) for each in NAMES):
            fail(f"there is no check '{name}'; there are {', '.join(NAMES)}", USAGE)
    chosen = tuple(each for each in NAMES if not checks or any(_belongs(each, name) for name in checks))
    try:
        most = float(max_held.strip().removesuffix("%")) / 100
    except ValueError:
        most = -1.0
    if not 0 <= most < 1:
        fail(f"--max-held is a share of the clean comments, like 0.5%, not '{max_held}'", USAGE)
    return Asked(chosen, most)


def _belongs(check: str, name: str) -> bool:
    return name in (check, check.partition(".")[0])


@dataclass(frozen=True, slots=True)
class Done:
    """A finished evaluation, and how it is told."""

    scored: Scored
    files: tuple[str, ...]
    figures: tuple[SetFigures, ...]
    asked: Asked
    command: str

    def show(self, *, as_json: bool, by_name: bool) -> None:
        complain(self.scored, self.files)
        if as_json:
            lines([document(self.scored, self.files, self.figures, self.asked.checks)])
        else:
            figures.show(self.scored, self.files, self.figures, self.asked.checks if by_name else ())

    def write_plots(self, folder: Path) -> None:
        for name, drawn in pictures(self.scored, self.figures).items():
            _write(folder / name, drawn)

    def write_report(self, path: Path, date: str | None) -> None:
        """The curves go into a folder beside it, named like it."""
        self.write_plots(path.with_suffix(""))
        made = Made(self.command, date or datetime.now(UTC).date().isoformat(), path.stem)
        _write(path, write(self.scored, self.figures, made))


def run(
    files: Sequence[str], wanted: Wanted, rules: dict[str, Rules], asked: Asked, *, worst: int, characters: int
) -> Done:
    """Score every line of every file, or end with a sentence where there is nothing to score."""
    with ExitStack() as stack:
        opened = [_open(each, stack) for each in files]
        total = None if "-" in files else sum(_count(each) for each in opened)
        with progress("scored", total) as advance:
            scored = score(_rows(opened, wanted), rules, worst, characters, advance)
    names = _names(files)
    done = Done(scored, names, sets(scored, names, asked), asked, _command(names, wanted, list(rules)))
    if not done.figures:
        complain(scored, names)
        fail("no labelled comment was read")
    return done


def complain(scored: Scored, files: Sequence[str]) -> None:
    """Say which lines cannot be used, and why."""
    for each in scored.unreadable[:MOST_COMPLAINTS]:
        typer.echo(f"greenroom: {files[each.file]}, line {each.line}: {each.why}", err=True)
    more = len(scored.unreadable) - MOST_COMPLAINTS
    if more > 0:
        typer.echo(f"greenroom: and {more} more lines that cannot be used", err=True)
    if any(NAME_IT in each.why for each in scored.unreadable):
        typer.echo("greenroom: of labels that are numbers say where they begin to be bad: --positive '>=0.5'", err=True)


def _open(file: str, stack: ExitStack) -> BinaryIO:
    if file == "-":
        return sys.stdin.buffer
    try:
        return stack.enter_context(Path(file).open("rb"))
    except OSError as broken:
        fail(f"cannot read {file}: {broken.strerror}", USAGE)


def _count(file: BinaryIO) -> int:
    if not file.seekable():
        return 0
    count = sum(1 for line in file if line.strip())
    file.seek(0)
    return count


def _rows(opened: Sequence[BinaryIO], wanted: Wanted) -> Iterator[Row | Unreadable]:
    """Split on line feeds alone: a text may hold any other line separator."""
    for number, file in enumerate(opened):
        for line, written in enumerate(file, 1):
            if written.strip():
                yield read(number, line, written, wanted)


def _names(files: Sequence[str]) -> tuple[str, ...]:
    """Without their folders; told apart by a number where two are alike."""
    names: list[str] = []
    for file in files:
        name = "standard input" if file == "-" else Path(file).name
        alike = sum(1 for each in names if each.partition(" (")[0] == name)
        names.append(f"{name} ({alike + 1})" if alike else name)
    return tuple(names)


def _command(names: Sequence[str], wanted: Wanted, rules: Sequence[str]) -> str:
    words = ["greenroom", "evaluate", *names]
    words += [] if wanted.label == "label" else ["--label", wanted.label]
    words += [word for each in wanted.positive for word in ("--positive", each)]
    words += ["--by", wanted.by] if wanted.by else []
    words += [word for each in rules if len(rules) < len(Preset) and each != "yours" for word in ("--preset", each)]
    return shlex.join([*words, "--report"])


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as broken:
        fail(f"cannot write {path}: {broken.strerror}")
