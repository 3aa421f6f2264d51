"""Judging: signals and the site's rules make a verdict. Pure.

The gravest wins. A check has a say when its mode is 'on'; one that did not run holds, unless the site says otherwise:
for the check, or by naming among its languages the one that the check does not know.
What is quoted or reported ('he called me a ...') keeps its score, but counts for less.
A sensitive page holds everything. Where the site's own lists vouch for an author and nothing is on its lists
against the comment, the other checks' holds do not count.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from moderation.checks import SAYS
from moderation.checks.signal import Signal
from moderation.rules import CheckRule, Rules
from moderation.terms import Action, Mode, OnFailure

# Links, flood, repeats, newcomer, campaign and the rest only ever hold, however often they fire.
MAY_REJECT = frozenset({"blocklist", "spam", "abuse.insult", "abuse.threat", "abuse.hate", "abuse.sexual"})
GRAVITY = {Action.APPROVE: 0, Action.HOLD: 1, Action.REJECT: 2}
SENSITIVE = "sensitive_page"
FOREIGN = "does not know"  # how a check that understands English only says why it did not run


@dataclass(frozen=True, slots=True)
class Because:
    """One reason of a verdict, and the distance to each threshold."""

    check: str
    action: Action
    score: float | None  # None: it did not run, or no check is behind it
    hold_at: float | None
    reject_at: float | None
    to_hold: float | None  # how far the score is from holding; negative: that far beyond
    to_reject: float | None
    explanation: str


@dataclass(frozen=True, slots=True)
class Verdict:
    action: Action
    because: tuple[Because, ...]  # what spoke for it, the gravest first
    others: tuple[Because, ...]  # what did not, with its distances
    sureness: float  # 0-1: how sure the checks are that something is wrong


def judge(signals: Sequence[Signal], rules: Rules, *, sensitive: bool = False) -> Verdict:
    """What becomes of a comment with these signals."""
    heard = [_hear(signal, rules) for signal in signals]
    if _vouched(signals, heard, rules):
        heard = [_waive(each) for each in heard]
    action = max((each.action for each in heard), key=GRAVITY.__getitem__, default=Action.APPROVE)
    because = [each for each in heard if each.action is not Action.APPROVE]
    if sensitive:
        action = Action.HOLD
        because.append(
            Because(SENSITIVE, Action.HOLD, None, None, None, None, None, "Everything on this page is held.")
        )
    because.sort(key=lambda each: (-GRAVITY[each.action], -(each.score or 0)))
    return Verdict(
        action=action,
        because=tuple(because),
        others=tuple(each for each in heard if each.action is Action.APPROVE),
        sureness=max((_sureness(each) for each in because), default=0.0),
    )


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    """A verdict as it is stored and shown."""
    return {
        "action": verdict.action.value,
        "because": [because_document(each) for each in verdict.because],
        "others": [because_document(each) for each in verdict.others],
    }


def because_document(each: Because) -> dict[str, Any]:
    return {
        "check": each.check,
        "action": each.action.value,
        "score": each.score,
        "hold_at": each.hold_at,
        "reject_at": each.reject_at,
        "to_hold": each.to_hold,
        "to_reject": each.to_reject,
        "explanation": each.explanation,
    }


def _hear(signal: Signal, rules: Rules) -> Because:
    rule = rules.rule(signal.check)
    if signal.ran and not signal.score:  # most of what all checks say of most comments: the same sentence each time
        return _hear_nothing(signal.check, rule.mode, rule.hold_at, rule.reject_at)
    return _weigh(signal, rule, rules.languages)


@lru_cache(maxsize=1_000)
def _hear_nothing(check: str, mode: Mode, hold_at: float | None, reject_at: float | None) -> Because:
    return _weigh(Signal(check), CheckRule(mode=mode, hold_at=hold_at, reject_at=reject_at), ())


def _weigh(signal: Signal, rule: CheckRule, languages: Sequence[str]) -> Because:
    return Because(
        check=signal.check,
        action=_action(signal, rule, languages),
        score=round(signal.score, 4) if signal.ran else None,
        hold_at=rule.hold_at,
        reject_at=rule.reject_at if signal.check in MAY_REJECT else None,
        to_hold=_distance(signal, rule.hold_at),
        to_reject=_distance(signal, rule.reject_at),
        explanation=_explain(signal),
    )


def _explain(signal: Signal) -> str:
    if not signal.ran:
        unknown = " It does not know this language." if _unknown_language(signal) else ""
        return f"The check '{signal.check}' did not run.{unknown}"
    said = SAYS.get(signal.check, "")
    return f"{said} It is quoted or reported, and counts for less." if signal.weight < 1 and signal.score else said


def _unknown_language(signal: Signal) -> str | None:
    """The language for want of which a check did not run; one that failed for another reason has none."""
    why = signal.why_not or ""
    return why.rpartition(" ")[2] if why.startswith(FOREIGN) else None


def _counts(signal: Signal) -> float:
    return signal.score * signal.weight


def _action(signal: Signal, rule: CheckRule, languages: Sequence[str]) -> Action:
    if rule.mode is not Mode.ON:
        return Action.APPROVE
    if not signal.ran:
        # A site that says it reads German has not asked an English check: else everything there would be held.
        unasked = _unknown_language(signal) in languages
        return Action.HOLD if rule.on_failure is OnFailure.HOLD and not unasked else Action.APPROVE
    if rule.reject_at is not None and _counts(signal) >= rule.reject_at and signal.check in MAY_REJECT:
        return Action.REJECT
    if rule.hold_at is not None and _counts(signal) >= rule.hold_at:
        return Action.HOLD
    return Action.APPROVE


def _distance(signal: Signal, threshold: float | None) -> float | None:
    return round(threshold - _counts(signal), 4) if signal.ran and threshold is not None else None


def _vouched(signals: Sequence[Signal], heard: Sequence[Because], rules: Rules) -> bool:
    """A list vouches only while its own check has a say and has nothing against the comment."""
    return any(
        signal.vouches and rules.rule(signal.check).mode is Mode.ON and each.action is Action.APPROVE
        for signal, each in zip(signals, heard, strict=True)
    )


def _waive(each: Because) -> Because:
    """A vouched-for comment is not held for what a check saw; one that did not run still holds it."""
    if each.action is not Action.HOLD or each.score is None:
        return each
    return replace(each, action=Action.APPROVE, explanation="Waived: the site's lists vouch for the author.")


def _sureness(each: Because) -> float:
    if each.score is None or each.hold_at is None or each.hold_at >= 1:
        return 0.5
    return max(0.0, min(1.0, (each.score - each.hold_at) / (1 - each.hold_at)))
