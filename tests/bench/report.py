"""What a measurement found, as a table on the screen, as Markdown for docs/performance.md, and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "performance.md"
FIGURES = ROOT / "docs" / "performance.json"
BEGIN, END = "<!-- make bench writes from here -->", "<!-- to here -->"


@dataclass
class Found:
    """One table, and what it shows of the bar."""

    name: str
    title: str
    columns: Sequence[str]
    rows: list[Sequence[Any]] = field(default_factory=list)
    ratios: list[tuple[str, float, str]] = field(default_factory=list)  # what, how many times, the bar

    def ratio(self, what: str, value: float, bar: str) -> None:
        self.ratios.append((what, round(value, 2), bar))


def show(found: Sequence[Found], console: Console) -> None:
    for each in found:
        table = Table(*each.columns, title=each.title, title_justify="left")
        for row in each.rows:
            table.add_row(*map(shown, row))
        console.print(table)
        for what, value, bar in each.ratios:
            console.print(f"  {what}: {shown(value)}  (bar: {bar})")
        console.print()


def write(found: Sequence[Found], command: str, machine: str) -> None:
    """Into docs/: tables that were not measured this time stay as they are."""
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    kept: dict[str, Any] = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    for each in found:
        kept[each.name] = {**asdict(each), "command": command, "on": today, "machine": machine}
    FIGURES.write_text(json.dumps(kept, indent=1) + "\n")
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    tables = "\n\n".join(_markdown(each) for each in kept.values())
    PAGE.write_text(f"{before}{BEGIN}\n\n{tables}\n\n{END}{after}")


def shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}" if abs(value) >= 10 else f"{value:.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _markdown(kept: dict[str, Any]) -> str:
    lines = [f"### {kept['title']}", "", f"`{kept['command']}`, {kept['on']}, {kept['machine']}", ""]
    lines += [_row(kept["columns"]), _row(["---"] * len(kept["columns"])), *map(_row, kept["rows"])]
    if kept["ratios"]:
        lines += ["", _row(["", "times", "bar"]), _row(["---"] * 3), *map(_row, kept["ratios"])]
    return "\n".join(lines)


def _row(cells: Sequence[Any]) -> str:
    return f"| {' | '.join(map(shown, cells))} |"
