"""The figures of docs/reliability.md, measured.

python -m tests.faults.measure                      all of them, on both databases, into docs/reliability.md
python -m tests.faults.measure redis --engine sqlite
"""

import argparse
import json
import sys
from datetime import UTC, datetime
from typing import Any

from tests.faults.chaos import ENGINES
from tests.faults.figures import FIGURES, Row
from tests.faults.house import ROOT

PAGE, KEPT = ROOT / "docs" / "reliability.md", ROOT / "docs" / "reliability.json"
BEGIN, END = "<!-- measure writes from here -->", "<!-- to here, too -->"
COMMAND = "python -m tests.faults.measure"


def main() -> None:
    asked = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    asked.add_argument("figures", nargs="*", choices=[*FIGURES, []], default=[])
    asked.add_argument("--engine", choices=ENGINES, action="append")
    given = asked.parse_args()
    for engine in given.engine or ENGINES:
        for name in given.figures or FIGURES:
            found = FIGURES[name](engine)
            for what, much in found:
                print(f"{engine}: {what}: {much}", file=sys.stderr)
            keep(name, engine, found)


def keep(name: str, engine: str, found: list[Row]) -> None:
    """Each figure as soon as it is there; the others stay as they were measured before."""
    kept: dict[str, Any] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    kept.setdefault(name, {})[engine] = {"on": f"{datetime.now(UTC):%Y-%m-%d}", "rows": found}
    KEPT.write_text(json.dumps(kept, indent=1) + "\n")
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    tables = "\n\n".join(_table(each, kept[each]) for each in FIGURES if each in kept)
    PAGE.write_text(f"{before}{BEGIN}\n\n{tables}\n\n{END}{after}")


def _table(name: str, kept: dict[str, Any]) -> str:
    """A line for each thing measured, a column for each database."""
    engines = [each for each in ENGINES if each in kept]
    said = {engine: dict(kept[engine]["rows"]) for engine in engines}
    lines = dict.fromkeys(what for engine in engines for what in said[engine])
    days = " and ".join(dict.fromkeys(kept[engine]["on"] for engine in engines))
    head = [f"`{COMMAND} {name}`, {days}", "", _row(["", *engines]), _row(["---"] * (len(engines) + 1))]
    return "\n".join([*head, *(_row([what, *(said[engine].get(what, "-") for engine in engines)]) for what in lines)])


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
