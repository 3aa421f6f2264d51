"""What a batch took."""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from moderation.checks.signal import Signal
from moderation.live import counter

# Upper ends of the histograms' buckets, in seconds; the last one of each is endless.
SCREENING_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, math.inf)
CHECK_SECONDS = (0.00001, 0.0001, 0.001, 0.01, 0.1, 1.0, math.inf)
SUM = "sum"  # the bucket that holds microseconds instead of a count
MICROSECONDS = 1_000_000


class Took(NamedTuple):
    """A comment that was screened."""

    waited: float | None  # seconds from submit to verdict; when an edited text came in is not known
    signals: Sequence[Signal]


class Tally(NamedTuple):
    """To be added up in Redis: see live.measured()."""

    counts: Mapping[str, int]
    timings: Mapping[str, int]
    looked: Mapping[str, int]


def tally(took: Sequence[Took]) -> Tally:
    """Of a batch: submit to verdict, seconds for each check, and which did not run."""
    if not took:
        return Tally({}, {}, {})
    timings: Counter[str] = Counter()
    looked = Counter({"": len(took)})
    for each in took:
        if each.waited is not None:
            _add(timings, "screening", "", SCREENING_SECONDS, each.waited)
        looked.update(signal.check for signal in each.signals if not signal.ran and _failed(signal.why_not))
    for signal in took[0].signals:  # a batch shares its figures
        _add(timings, "check", signal.check, CHECK_SECONDS, signal.milliseconds / 1_000, len(took))
    failed = {counter("check_failures", "", check): count for check, count in looked.items() if check}
    return Tally(failed, timings, looked)


def _add(
    timings: "Counter[str]", metric: str, label: str, ends: Sequence[float], seconds: float, count: int = 1
) -> None:
    timings[counter(metric, label, str(ends[bisect_left(ends, seconds)]))] += count
    timings[counter(metric, label, SUM)] += max(0, round(seconds * MICROSECONDS)) * count


def _failed(why_not: str | None) -> bool:
    """It raised, or took too long. A check that does not know a language has not failed."""
    return (why_not or "").startswith(("failed", "took too long"))
