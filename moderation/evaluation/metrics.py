"""The arithmetic of ranking and counting, each figure with the range that it may honestly be in (95 %).

Proportions: Wilson's interval. AUC: DeLong's variance (DeLong et al. 1988), on the logit scale, so that it stays
between 0 and 1. Average precision: the logit interval of Boyd, Eng and Page (2013), which needs no resampling.
"""

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

Z = 1.959963984540054  # 95 % of a normal distribution lie within so many standard deviations

Scores = NDArray[np.float64]
Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Interval:
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Rates:
    """What a threshold, or a verdict, does to the comments that should not pass and to those that should."""

    found: int  # should not pass, and did not
    missed: int  # should not pass, and did
    disturbed: int  # should pass, and did not
    passed: int  # should pass, and did
    precision: Interval | None  # None: nothing to divide by
    recall: Interval | None
    false_positives: Interval | None  # the share of the clean comments that was held
    held: Interval | None  # the share of all comments that was held
    accuracy: Interval | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class Curve:
    """For each distinct score, the highest first: how many comments of each kind have it or a higher one."""

    thresholds: Scores
    found: Counts
    disturbed: Counts
    positives: int
    negatives: int


def share(hits: int, of: int) -> Interval | None:
    """Wilson's interval, which is right for 0 of 100 too.

    >>> share(0, 100).high < 0.04 and share(0, 0) is None
    True
    """
    if of == 0:
        return None
    value = hits / of
    scale = 1 + Z * Z / of
    middle = (value + Z * Z / (2 * of)) / scale
    reach = Z * sqrt(value * (1 - value) / of + Z * Z / (4 * of * of)) / scale
    return Interval(value, min(value, max(0.0, middle - reach)), max(value, min(1.0, middle + reach)))


def rates(held: Flags, positive: Flags) -> Rates:
    """Counts and shares of what was held."""
    found = int(np.count_nonzero(held & positive))
    positives = int(np.count_nonzero(positive))
    disturbed = int(np.count_nonzero(held)) - found
    return counted(found, positives, disturbed, len(positive) - positives)


def counted(found: int, positives: int, disturbed: int, negatives: int) -> Rates:
    wrong = positives - found + disturbed
    return Rates(
        found=found,
        missed=positives - found,
        disturbed=disturbed,
        passed=negatives - disturbed,
        precision=share(found, found + disturbed),
        recall=share(found, positives),
        false_positives=share(disturbed, negatives),
        held=share(found + disturbed, positives + negatives),
        accuracy=share(positives + negatives - wrong, positives + negatives),
        f1=2 * found / (2 * found + wrong) if positives else None,
    )


def curve(scores: Scores, positive: Flags) -> Curve:
    """All that a threshold can do, in one sort."""
    order = np.argsort(-scores, kind="stable")
    ranked, hits = scores[order], positive[order]
    ends = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1) if len(ranked) else np.zeros(0, dtype=np.intp)
    found = np.cumsum(hits, dtype=np.int64)[ends]
    positives = int(np.count_nonzero(positive))
    return Curve(ranked[ends], found, ends + 1 - found, positives, len(positive) - positives)


def auc(scores: Scores, positive: Flags) -> Interval | None:
    """How often a comment that should not pass scores above one that should; a tie is half. None: one kind only."""
    bad, good = np.sort(scores[positive]), np.sort(scores[~positive])
    if not len(bad) or not len(good):
        return None
    above = (np.searchsorted(good, bad, "left") + np.searchsorted(good, bad, "right")) / (2 * len(good))
    below = 1 - (np.searchsorted(bad, good, "left") + np.searchsorted(bad, good, "right")) / (2 * len(bad))
    value, fewest = float(above.mean()), min(len(bad), len(good))
    if fewest < 2:  # noqa: PLR2004 - one comment has no variance
        return _between(value, None, fewest)
    deviation = sqrt(float(above.var(ddof=1)) / len(bad) + float(below.var(ddof=1)) / len(good))
    return _between(value, deviation, fewest)


def average_precision(ranked: Curve) -> Interval | None:
    """The precision at each found comment, averaged: the area under the steps of the precision-recall curve."""
    if not ranked.positives or not ranked.negatives:
        return None
    steps = np.diff(ranked.found, prepend=0) / ranked.positives
    value = float(np.sum(steps * ranked.found / (ranked.found + ranked.disturbed)))
    return _between(value, sqrt(max(0.0, value * (1 - value)) / ranked.positives), ranked.positives)


def recall_within(ranked: Curve, most: float) -> Interval | None:
    """The best recall of any threshold that holds at most this share of the clean comments."""
    if not ranked.positives or not ranked.negatives:
        return None
    allowed = ranked.found[ranked.disturbed <= most * ranked.negatives]
    return share(int(allowed[-1]) if len(allowed) else 0, ranked.positives)


def mean(values: Scores) -> Interval | None:
    """A mean and its range by the normal approximation, kept between 0 and 1."""
    if not len(values):
        return None
    value = float(values.mean())
    reach = Z * float(values.std(ddof=1)) / sqrt(len(values)) if len(values) > 1 else 1.0
    return Interval(value, max(0.0, value - reach), min(1.0, value + reach))


def _between(value: float, deviation: float | None, count: int) -> Interval:
    """On the logit scale. A perfect ranking has no variance, and is not certain for that: then as Wilson has it."""
    if not deviation or not 0 < value < 1:
        known = share(count, count)
        reach = 1 - known.low if known else 1.0
        return Interval(value, max(0.0, value - reach), min(1.0, value + reach))
    middle, reach = log(value / (1 - value)), Z * deviation / (value * (1 - value))
    return Interval(value, _logistic(middle - reach), _logistic(middle + reach))


def _logistic(value: float) -> float:
    return 1 / (1 + exp(-value)) if value >= 0 else 1 - 1 / (1 + exp(value))
