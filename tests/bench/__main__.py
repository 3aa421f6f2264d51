"""make bench: everything is started on loopback and measured side by side; ratios within one run are what counts.

python -m tests.bench                        all of it, about twenty-five minutes
python -m tests.bench --quick                about six
python -m tests.bench intake --engine sqlite
"""

import argparse
import os
import platform
import time
from collections.abc import Callable

from rich.console import Console

from tests.bench import checks, desk, growth, intake, latency, memory, report, screening
from tests.bench.place import ENGINES
from tests.bench.report import Found

PARTS: dict[str, Callable[..., Found]] = {
    "intake": intake.measure,
    "screening": screening.measure,
    "latency": latency.measure,
    "growth": growth.measure,
    "memory": memory.measure,
    "desk": desk.measure,
}
ON_ONE = {"growth", "memory", "desk"}  # in a quick run: on one database


def main() -> None:
    asked = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    asked.add_argument("parts", nargs="*", choices=[*PARTS, "checks", []], default=[])
    asked.add_argument("--engine", choices=ENGINES, action="append")
    asked.add_argument("--quick", action="store_true", help="shorter, and without the million comments")
    asked.add_argument("--write", action="store_true", help="into docs/performance.md, too")
    given = asked.parse_args()
    wanted = given.parts or [*PARTS, "checks"]
    console = Console(width=None if os.isatty(1) else 140)
    whole = "make bench" + (" QUICK=1" if given.quick else "")
    parts = f"python -m tests.bench {' '.join(given.parts)}" + (" --quick" if given.quick else "")
    for name in wanted:
        shortened = ENGINES[:1] if given.quick and name in ON_ONE else ENGINES
        engines = (given.engine or shortened) if name != "checks" else ("",)
        for engine in engines:
            began = time.monotonic()
            made = checks.measure() if name == "checks" else [PARTS[name](engine, quick=given.quick)]
            report.show(made, console)
            console.print(f"{name} {engine} took {time.monotonic() - began:.0f} s", style="dim")
            if given.write or not given.parts:  # as it comes: a run that breaks has measured what it has measured
                report.write(made, parts if given.parts else whole, _machine())


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
