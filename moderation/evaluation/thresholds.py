"""For whoever sets thresholds: what each would do, and which one disturbs no more clean comments than is wanted."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import floor

import numpy as np

from moderation.evaluation.metrics import Curve, Interval, Rates, counted, share

GRID = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
_MOST_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class AtThreshold:
    threshold: float
    rates: Rates


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Which hold_at holds at most this share of the clean comments."""

    most: float
    hold_at: float | None  # None: no threshold does, so that this check should not hold here
    rates: Rates | None
    clean: int  # how many clean comments this is said from
    surely: Interval | None  # the share of clean comments held, and where it may truly be


def table(ranked: Curve, named: Iterable[float | None] = ()) -> tuple[AtThreshold, ...]:
    """A row for each threshold that changes something, and for each that a preset has."""
    presets = {each for each in named if each is not None}
    rows: list[AtThreshold] = []
    for threshold in sorted({*GRID, *presets}):
        row = AtThreshold(threshold, at(ranked, threshold))
        same = bool(rows) and rows[-1].rates == row.rates
        if same and threshold in presets and rows[-1].threshold not in presets:
            rows.pop()
        elif same and threshold not in presets:
            continue
        rows.append(row)
    return tuple(rows)


def at(ranked: Curve, threshold: float) -> Rates:
    """What is held from this score on."""
    reached = int(np.count_nonzero(ranked.thresholds >= threshold))
    found, disturbed = (int(ranked.found[reached - 1]), int(ranked.disturbed[reached - 1])) if reached else (0, 0)
    return counted(found, ranked.positives, disturbed, ranked.negatives)


def suggest(ranked: Curve, most: float) -> Suggestion | None:
    """The lowest threshold within the budget, as the shortest number that does it. None: no clean comment was seen."""
    if not ranked.negatives:
        return None
    within = int(np.count_nonzero(ranked.disturbed <= most * ranked.negatives))
    above = float(ranked.thresholds[within]) if within < len(ranked.thresholds) else 0.0
    lowest = float(ranked.thresholds[within - 1]) if within else 1.0
    if above >= 1:
        return Suggestion(most, None, None, ranked.negatives, None)
    hold_at = _short(above, lowest)
    does = at(ranked, hold_at)
    return Suggestion(most, hold_at, does, ranked.negatives, share(does.disturbed, ranked.negatives))


def _short(above: float, most: float) -> float:
    """The number with the fewest decimals that is above the one and not above the other.

    >>> _short(0.6312, 0.6398), _short(0.0, 1.0), _short(0.5, 0.51)
    (0.635, 0.5, 0.51)
    """
    for decimals in range(1, _MOST_DECIMALS):
        steps = 10**decimals
        for each in (round((above + most) / 2, decimals), (floor(above * steps) + 1) / steps):
            if above < each <= most:
                return each
    return most
