"""Labelled rows through the checks and the policy: scores kept as numbers, texts forgotten but for the worst mistakes.

A check may look at the rules, so everything is run under each set of rules.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.checks import NAMES, run_many
from moderation.checks.signal import Facts, Signal
from moderation.evaluation.metrics import Flags, Scores
from moderation.evaluation.mistakes import Worst
from moderation.evaluation.overlap import f1
from moderation.evaluation.rows import Row, Span, Unreadable
from moderation.policy import GRAVITY, Because, Verdict, judge
from moderation.rules import Rules
from moderation.terms import Action

VERDICT = "verdict"  # beside the checks' names
BATCH = 200  # rows looked at together
MOST_GROUPS = 500
OTHERS = "(others)"
_JUST_BELOW = 0.999

Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Judged:
    """All rows under one set of rules."""

    scores: Mapping[str, Scores]  # by check, as much of each as the policy counts; NaN: it did not run
    gravity: NDArray[np.int8]  # what the verdict did: see policy.GRAVITY
    concern: Scores  # how much spoke against a comment: the verdict as a ranking
    failed: Flags  # held because a check did not run, and for nothing else
    spans: Mapping[str, Scores]  # character F1 by check, and of what the verdict points at; NaN: no spans to compare


@dataclass(frozen=True, slots=True)
class Scored:
    presets: Mapping[str, Rules]
    reference: str  # the preset whose scores rank
    positive: Flags
    file: Numbers
    group: Numbers
    groups: tuple[str, ...]
    judged: Mapping[str, Judged]
    worst: Mapping[str, Worst]  # by check, and VERDICT
    unreadable: tuple[Unreadable, ...]


@dataclass(slots=True)
class _Kept:
    scores: dict[str, "array[float]"]
    spans: dict[str, "array[float]"]
    gravity: "array[int]" = field(default_factory=lambda: array("b"))
    concern: "array[float]" = field(default_factory=lambda: array("d"))
    failed: "array[int]" = field(default_factory=lambda: array("b"))
    pointed: set[str] = field(default_factory=lambda: {VERDICT})  # a check that never points has no say about where


def score(
    rows: Iterable[Row | Unreadable],
    presets: Mapping[str, Rules],
    worst: int,
    characters: int,
    advance: Callable[[int], Any] = lambda _: None,
    look: Callable[[Sequence[Facts]], Sequence[Sequence[Signal]]] = run_many,
) -> Scored:
    """Memory grows by a few numbers a row."""
    reference = "standard" if "standard" in presets else next(iter(presets))
    kept = {name: _Kept(_arrays(NAMES), _arrays((*NAMES, VERDICT))) for name in presets}
    mistakes = {name: Worst(worst, characters) for name in (*NAMES, VERDICT)}
    unreadable: list[Unreadable] = []
    positive, file, group = array("b"), array("i"), array("i")
    groups: dict[str, int] = {}
    readable = _readable(rows, unreadable, advance)
    while batch := list(islice(readable, BATCH)):
        for name, rules in presets.items():
            looked = look([row.facts(rules) for row in batch])
            for row, signals in zip(batch, looked, strict=True):
                verdict = judge(signals, rules)
                _keep(kept[name], row, signals, verdict)
                if name == reference:
                    _remember(mistakes, row, signals, verdict)
        for row in batch:
            positive.append(row.positive)
            file.append(row.file)
            group.append(_group(groups, row.group))
    return Scored(
        presets,
        reference,
        np.array(positive, dtype=np.bool_),
        np.array(file, dtype=np.int32),
        np.array(group, dtype=np.int32),
        tuple(groups),
        {name: _judged(each) for name, each in kept.items()},
        mistakes,
        tuple(unreadable),
    )


def _arrays(names: Sequence[str]) -> dict[str, "array[float]"]:
    return {name: array("d") for name in names}


def _readable(
    rows: Iterable[Row | Unreadable], unreadable: list[Unreadable], advance: Callable[[int], Any]
) -> Iterator[Row]:
    for row in rows:
        advance(1)
        if isinstance(row, Row):
            yield row
        else:
            unreadable.append(row)


def _group(groups: dict[str, int], named: str | None) -> int:
    if named is None:
        return -1
    name = named if named in groups or len(groups) < MOST_GROUPS else OTHERS
    return groups.setdefault(name, len(groups))


def _keep(kept: _Kept, row: Row, signals: Sequence[Signal], verdict: Verdict) -> None:
    for signal in signals:
        kept.scores[signal.check].append(signal.score * signal.weight if signal.ran else np.nan)
        kept.spans[signal.check].append(np.nan if row.spans is None or not signal.ran else f1(signal.spans, row.spans))
        if signal.spans:
            kept.pointed.add(signal.check)
    spoke = {each.check for each in verdict.because}
    pointed: list[Span] = [span for signal in signals if signal.check in spoke for span in signal.spans]
    kept.spans[VERDICT].append(np.nan if row.spans is None else f1(pointed, row.spans))
    kept.gravity.append(GRAVITY[verdict.action])
    kept.concern.append(concern(verdict))
    kept.failed.append(bool(verdict.because) and all(each.score is None for each in verdict.because))


def concern(verdict: Verdict) -> float:
    """The verdict as one number: 2-3 rejected, 1-2 held, below 1 how near it came to being held."""
    if verdict.action is not Action.APPROVE:
        return GRAVITY[verdict.action] + verdict.sureness * _JUST_BELOW
    return max((_nearness(each) for each in verdict.others), default=0.0)


def _nearness(each: Because) -> float:
    """How far towards holding; what was waived is not near at all."""
    if each.to_hold is None or not each.hold_at or each.to_hold <= 0:
        return 0.0
    return (1 - each.to_hold / each.hold_at) * _JUST_BELOW


def _remember(mistakes: Mapping[str, Worst], row: Row, signals: Sequence[Signal], verdict: Verdict) -> None:
    for signal in signals:
        counted = signal.score * signal.weight
        wrong = counted < 1 if row.positive else counted > 0
        if signal.ran and wrong:
            mistakes[signal.check].saw(row, counted)
    if row.positive == (verdict.action is Action.APPROVE):
        mistakes[VERDICT].saw(row, concern(verdict), tuple(each.check for each in verdict.because))


def _judged(kept: _Kept) -> Judged:
    return Judged(
        {name: np.array(each) for name, each in kept.scores.items()},
        np.array(kept.gravity, dtype=np.int8),
        np.array(kept.concern),
        np.array(kept.failed, dtype=np.bool_),
        {name: np.array(each if name in kept.pointed else [np.nan] * len(each)) for name, each in kept.spans.items()},
    )
