"""The figures of docs/reliability.md, measured.

python -m tests.faults.measure                      all of them, on both databases, into docs/reliability.md
python -m tests.faults.measure redis --engine sqlite
"""

import argparse
import sys
from datetime import UTC, datetime
from typing import Any

from tests.faults.chaos import ENGINES
from tests.faults.figures import FIGURES, Row
from tests.faults.house import ROOT

PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- measure writes from here -->", "<!-- to here, too -->"


def main() -> None:
    asked = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    asked.add_argument("figures", nargs="*", choices=[*FIGURES, []], default=[])
    asked.add_argument("--engine", choices=ENGINES, action="append")
    given = asked.parse_args()
    rows: dict[str, list[Row]] = {}
    for engine in given.engine or ENGINES:
        for name in given.figures or FIGURES:
            rows.setdefault(engine, []).extend(found := FIGURES[name](engine))
            for what, much in found:
                print(f"{engine}: {what}: {much}", file=sys.stderr)
    if not given.figures and not given.engine:
        _write(rows)


def _write(rows: dict[str, Any]) -> None:
    lines = [f"`python -m tests.faults.measure`, {datetime.now(UTC):%Y-%m-%d}", ""]
    for engine, found in rows.items():
        lines += [f"| {engine} | |", "| --- | --- |", *(f"| {what} | {much} |" for what, much in found), ""]
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text("\n".join([before.rstrip("\n"), "", BEGIN, "", *lines, END]) + after)


if __name__ == "__main__":
    main()
