"""From scores to figures: per set of comments, for each check, for the verdicts under each preset, and by group."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.evaluation import metrics, thresholds
from moderation.evaluation.metrics import Curve, Flags, Interval, Rates
from moderation.evaluation.scoring import VERDICT, Judged, Scored
from moderation.evaluation.thresholds import AtThreshold, Suggestion
from moderation.policy import GRAVITY
from moderation.rules import Rules
from moderation.terms import Action

FALSE_POSITIVES = (0.01, 0.05)  # recall is said where so many of the clean comments are held
TOGETHER = "all files together"

Picked = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class AtPreset:
    hold_at: float | None  # None: never held by this check alone
    rates: Rates | None
    did_not_run: int


@dataclass(frozen=True, slots=True)
class CheckFigures:
    check: str
    ran: int
    did_not_run: int  # these are in no other figure of this check
    fired: int  # scored above nothing
    auc: Interval | None
    average_precision: Interval | None
    recall_within: Mapping[str, Interval | None]  # by share of clean comments held
    presets: Mapping[str, AtPreset]
    thresholds: tuple[AtThreshold, ...]
    suggestion: Suggestion | None
    span_f1: Interval | None


@dataclass(frozen=True, slots=True)
class VerdictFigures:
    auc: Interval | None
    average_precision: Interval | None
    held: Rates  # held or rejected
    rejected: Rates
    did_not_run: int  # held for no other reason than a check that did not run
    span_f1: Interval | None


@dataclass(frozen=True, slots=True)
class GroupFigures:
    group: str
    rows: int
    positives: int
    recall: Interval | None  # of the verdict
    false_positives: Interval | None
    means: Mapping[str, float | None]  # by check: the mean score of those it ran on
    spreads: Mapping[str, float | None]  # ... and their standard deviation
    recalls: Mapping[str, float | None]  # ... and what it finds at its threshold


@dataclass(frozen=True, slots=True)
class SetFigures:
    name: str
    file: int | None  # None: all of them
    rows: int
    positives: int
    checks: tuple[CheckFigures, ...]
    verdicts: Mapping[str, VerdictFigures]  # by preset
    groups: tuple[GroupFigures, ...]
    between: Mapping[str, float]  # by check: the highest group's mean score less the lowest's


@dataclass(frozen=True, slots=True)
class Asked:
    """What the figures are wanted for."""

    checks: tuple[str, ...]
    most_held: float  # share of clean comments, for the suggestions


def sets(scored: Scored, files: Sequence[str], asked: Asked) -> tuple[SetFigures, ...]:
    """One for each file, and where there are several, one for all of them together, last."""
    found = [_set(scored, name, number, asked) for number, name in enumerate(files)]
    found = [each for each in found if each.rows]
    if len(found) > 1:
        found.append(_set(scored, TOGETHER, None, asked))
    return tuple(found)


def ranking(scored: Scored, check: str, file: int | None) -> Curve:
    """The curve of a check over those that it ran on."""
    scores, positive = _ran(scored.judged[scored.reference], check, scored.positive, _picked(scored, file))
    return metrics.curve(scores, positive)


def judging(scored: Scored, file: int | None) -> Curve:
    """The curve of the verdicts, by how much spoke against each comment."""
    picked = _picked(scored, file)
    return metrics.curve(scored.judged[scored.reference].concern[picked], scored.positive[picked])


def _picked(scored: Scored, file: int | None) -> Picked:
    return np.arange(len(scored.positive)) if file is None else np.flatnonzero(scored.file == file)


def _set(scored: Scored, name: str, file: int | None, asked: Asked) -> SetFigures:
    picked = _picked(scored, file)
    groups = _groups(scored, picked, asked.checks)
    return SetFigures(
        name=name,
        file=file,
        rows=len(picked),
        positives=int(np.count_nonzero(scored.positive[picked])),
        checks=tuple(_check(scored, check, picked, asked.most_held) for check in asked.checks),
        verdicts={preset: _verdict(judged, scored.positive, picked) for preset, judged in scored.judged.items()},
        groups=groups,
        between={check: spread for check in asked.checks if (spread := _between(groups, check)) is not None},
    )


def _ran(judged: Judged, check: str, positive: Flags, picked: Picked) -> tuple[Any, Flags]:
    scores = judged.scores[check][picked]
    ran = ~np.isnan(scores)
    return scores[ran], positive[picked][ran]


def _check(scored: Scored, check: str, picked: Picked, most_held: float) -> CheckFigures:
    scores, positive = _ran(scored.judged[scored.reference], check, scored.positive, picked)
    ranked = metrics.curve(scores, positive)
    return CheckFigures(
        check=check,
        ran=len(scores),
        did_not_run=len(picked) - len(scores),
        fired=int(np.count_nonzero(scores > 0)),
        auc=metrics.auc(scores, positive),
        average_precision=metrics.average_precision(ranked),
        recall_within={str(most): metrics.recall_within(ranked, most) for most in FALSE_POSITIVES},
        presets={name: _at(scored, name, rules, check, picked) for name, rules in scored.presets.items()},
        thresholds=thresholds.table(ranked, (rules.rule(check).hold_at for rules in scored.presets.values())),
        suggestion=thresholds.suggest(ranked, most_held),
        span_f1=_spans(scored.judged[scored.reference], check, picked),
    )


def _at(scored: Scored, preset: str, rules: Rules, check: str, picked: Picked) -> AtPreset:
    scores, positive = _ran(scored.judged[preset], check, scored.positive, picked)
    hold_at = rules.rule(check).hold_at
    counted = None if hold_at is None else metrics.rates(scores >= hold_at, positive)
    return AtPreset(hold_at, counted, len(picked) - len(scores))


def _verdict(judged: Judged, positive: Flags, picked: Picked) -> VerdictFigures:
    wanted, gravity, concern = positive[picked], judged.gravity[picked], judged.concern[picked]
    return VerdictFigures(
        auc=metrics.auc(concern, wanted),
        average_precision=metrics.average_precision(metrics.curve(concern, wanted)),
        held=metrics.rates(gravity >= GRAVITY[Action.HOLD], wanted),
        rejected=metrics.rates(gravity >= GRAVITY[Action.REJECT], wanted),
        did_not_run=int(np.count_nonzero(judged.failed[picked])),
        span_f1=_spans(judged, VERDICT, picked),
    )


def _spans(judged: Judged, name: str, picked: Picked) -> Interval | None:
    measured = judged.spans[name][picked]
    return metrics.mean(measured[~np.isnan(measured)])


def _groups(scored: Scored, picked: Picked, checks: Sequence[str]) -> tuple[GroupFigures, ...]:
    present = np.unique(scored.group[picked])
    return tuple(
        _group(scored, scored.groups[number], picked[scored.group[picked] == number], checks)
        for number in present.tolist()
        if number >= 0
    )


def _group(scored: Scored, name: str, members: Picked, checks: Sequence[str]) -> GroupFigures:
    judged, rules = scored.judged[scored.reference], scored.presets[scored.reference]
    verdict = _verdict(judged, scored.positive, members)

    def each(measure: Callable[[str, Any, Flags], float | None]) -> dict[str, float | None]:
        return {check: measure(check, *_ran(judged, check, scored.positive, members)) for check in checks}

    def recall(check: str, scores: Any, positive: Flags) -> float | None:
        hold_at = rules.rule(check).hold_at
        found = None if hold_at is None else metrics.rates(scores >= hold_at, positive).recall
        return found.value if found else None

    return GroupFigures(
        group=name,
        rows=len(members),
        positives=int(np.count_nonzero(scored.positive[members])),
        recall=verdict.held.recall,
        false_positives=verdict.held.false_positives,
        means=each(lambda _check, scores, _positive: float(scores.mean()) if len(scores) else None),
        spreads=each(lambda _check, scores, _positive: float(scores.std()) if len(scores) else None),
        recalls=each(recall),
    )


def _between(groups: Sequence[GroupFigures], check: str) -> float | None:
    means = [mean for each in groups if (mean := each.means[check]) is not None]
    return max(means) - min(means) if len(means) > 1 else None
