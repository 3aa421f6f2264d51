"""make chaos: many seeds, on both databases side by side, and what came of them as a table in docs/reliability.md.

python -m tests.faults.nights SEEDS SECONDS
"""

import json
import statistics
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.faults.chaos import ENGINES
from tests.faults.house import ROOT

PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- make chaos writes from here -->", "<!-- to here -->"
OVERHEAD_SECONDS = 400.0  # a run's start, calm and looking


def main() -> None:
    seeds, seconds = int(sys.argv[1]), float(sys.argv[2])
    reports: list[dict[str, Any]] = []
    writing = threading.Lock()

    def all_of(engine: str) -> None:
        for seed in range(1, seeds + 1):
            found = _one(engine, seed, seconds)
            with writing:  # after each, so that a night that is broken off has said what it saw
                reports.extend([found] if found else [])
                _write(PAGE, _section(reports, seeds, seconds))

    with ThreadPoolExecutor() as threads:
        list(threads.map(all_of, ENGINES))
    sys.exit(1 if any(each["violations"] for each in reports) or len(reports) < seeds * len(ENGINES) else 0)


def _one(engine: str, seed: int, seconds: float) -> dict[str, Any] | None:
    command = [sys.executable, "-m", "tests.faults.chaos", "--engine", engine]
    command += ["--seed", str(seed), "--seconds", str(seconds)]
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, text=True, timeout=seconds + OVERHEAD_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        print(f"{engine} seed {seed}: did not end", file=sys.stderr)
        return None
    return json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else None


def _section(reports: Sequence[dict[str, Any]], seeds: int, seconds: float) -> str:
    lines = [
        f"`make chaos SEEDS={seeds} SECONDS={seconds:g}`, {datetime.now(UTC):%Y-%m-%d}; seconds: median, most:",
        "",
        "| database | runs | faults | accepted | lost | doubled | undecided | violations | consuming again (s) |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for engine in ENGINES:
        mine = [each for each in reports if each["engine"] == engine]
        if mine:
            lines.append(_row(engine, mine))
    lines += ["", "| fault | times | consuming again (s) |", "| --- | --- | --- |"]
    times: Counter[str] = Counter()
    for each in reports:
        times.update(each["faults"])
    for fault in sorted(times):
        took = [second for each in reports for second in each["recovery"].get(fault, ())]
        lines.append(f"| {fault} | {times[fault]} | {_times(took)} |")
    broken = [f"- {each['engine']}, seed {each['seed']}: {name}" for each in reports for name in each["violations"]]
    return "\n".join([*lines, "", *(broken or ["No invariant was broken."])])


def _row(engine: str, reports: Sequence[dict[str, Any]]) -> str:
    def total(name: str) -> str:
        return f"{sum(each[name] for each in reports):,}"

    faults = sum(sum(each["faults"].values()) for each in reports)
    violations = sum(len(each["violations"]) for each in reports)
    took = [second for each in reports for some in each["recovery"].values() for second in some]
    cells = [engine, str(len(reports)), f"{faults:,}", *map(total, ("accepted", "lost", "doubled", "undecided"))]
    return f"| {' | '.join(cells)} | {violations} | {_times(took)} |"


def _times(seconds: Iterable[float]) -> str:
    took = sorted(seconds)
    return f"{statistics.median(took):.1f}, {took[-1]:.1f}" if took else "-"


def _write(page: Path, section: str) -> None:
    before, _, rest = page.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n\n{section}\n\n{END}{after}")


if __name__ == "__main__":
    main()
