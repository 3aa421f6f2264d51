"""A case as its page shows it: one plain sentence why it is here, the text with what was seen, every check."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from api.desk.words import Mark
from moderation.casework import CaseView
from moderation.checks import profanity
from moderation.checks.hosts import find_hosts
from moderation.checks.signal import Facts
from moderation.presets import preset
from moderation.rules import Rules
from moderation.terms import Preset, Reason, Status, Why

LEAST_SEEN = 0.2  # a lower score has seen next to nothing: its marks would only make the text restless
MOST_LINKS = 20
COVERED = {"slur", "sexual"}  # grades of profanity that are covered until asked for
NAMED = ("spam", "profanity", "abuse.insult", "abuse.threat", "abuse.hate", "abuse.sexual")  # said also when clean
SUGGESTED = {
    "profanity": Reason.PROFANITY,
    "spam": Reason.SPAM,
    "links": Reason.SPAM,
    "repeats": Reason.SPAM,
    "flood": Reason.SPAM,
    "campaign": Reason.SPAM,
    "honeypot": Reason.SPAM,
    "abuse.insult": Reason.ABUSE,
    "abuse.threat": Reason.THREAT,
    "abuse.hate": Reason.HATE,
    "abuse.sexual": Reason.SEXUAL,
    "private": Reason.PRIVATE_DATA,
}


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check in the table."""

    name: str
    score: float | None  # None: it did not run
    hold_at: float | None
    reject_at: float | None
    evidence: str
    acted: bool  # it is a reason of the verdict


@dataclass(frozen=True, slots=True)
class Shown:
    view: CaseView
    why: str
    marks: tuple[Mark, ...]
    checks: tuple[CheckRow, ...]
    suggested: Reason

    @property
    def hard(self) -> bool:
        """There is something in it that is covered."""
        return any(mark.hard for mark in self.marks)


def shown(view: CaseView) -> Shown:
    signals = _signals(view)
    heard = _heard(view)
    checks = tuple(_row(each, heard.get(str(each["check"]), {})) for each in signals)
    return Shown(view, _why(view), marks(view), checks, _suggested(view))


def marks(view: CaseView) -> tuple[Mark, ...]:
    """What the checks saw in the text, and where its links lead."""
    heard = _heard(view)
    found: list[Mark] = []
    for each in _signals(view):
        if not each["ran"] or (each["score"] or 0) < LEAST_SEEN:
            continue
        says = _measured(each["check"], heard.get(each["check"], each))
        spans, evidence = each["spans"], each["evidence"]
        graded = evidence if each["check"] == "profanity" and len(evidence) == len(spans) else [""] * len(spans)
        found += [
            Mark(start, end, says, hard=grade.partition(":")[0] in COVERED)
            for (start, end), grade in zip(spans, graded, strict=True)
        ]
    links = find_hosts(view.comment.body)[:MOST_LINKS]
    found[:0] = [Mark(start, end, f"leads to {host}", host=host) for host, start, end in links]
    return tuple(found)


def covered(text: str) -> tuple[Mark, ...]:
    """What of a text that no screening is at hand for would be covered."""
    signal = profanity.look(Facts("", text, _rules()))
    graded = zip(signal.spans, signal.evidence, strict=False)
    return tuple(Mark(*span, "", hard=True) for span, grade in graded if grade.partition(":")[0] in COVERED)


@cache
def _rules() -> Rules:
    return preset(Preset.STANDARD)


def _signals(view: CaseView) -> list[dict[str, Any]]:
    erased = view.comment.status == Status.ERASED
    return view.screening.signals if view.screening and not erased else []


def _heard(view: CaseView) -> Mapping[str, dict[str, Any]]:
    """What the verdict said of each check: its thresholds are those that were in force."""
    verdict: Any = view.screening.verdict if view.screening else {}
    return {each["check"]: each for each in [*verdict.get("others", ()), *verdict.get("because", ())]}


def _row(signal: dict[str, Any], heard: dict[str, Any]) -> CheckRow:
    evidence = ", ".join(signal["evidence"]) if signal["ran"] else str(signal["why_not"] or "")
    return CheckRow(
        name=signal["check"],
        score=signal["score"] if signal["ran"] else None,
        hold_at=heard.get("hold_at"),
        reject_at=heard.get("reject_at"),
        evidence=evidence,
        acted=heard.get("action") in {"hold", "reject"},
    )


def _why(view: CaseView) -> str:
    """One plain sentence."""
    verdict: Any = view.screening.verdict if view.screening else {}
    because, others = verdict.get("because", []), verdict.get("others", [])
    parts = [_part(each) for each in because]
    if view.case.why == Why.REPORTED:
        parts.insert(0, f"by {view.case.reports} readers" if view.case.reports != 1 else "by one reader")
    parts += [f"{each['check']} clean" for each in others if each["check"] in NAMED and each["score"] == 0]
    silent = [each["check"] for each in [*because, *others] if each["score"] is None and each["hold_at"] is not None]
    if silent:
        parts.append(f"{', '.join(dict.fromkeys(silent))} did not run")
    return f"{view.case.why.capitalize()}: {'; '.join(parts)}." if parts else f"{view.case.why.capitalize()}."


def _part(each: dict[str, Any]) -> str:
    return each["explanation"].rstrip(".") if each["score"] is None else _measured(each["check"], each)


def _measured(name: str, each: Mapping[str, Any]) -> str:
    """Say 'spam 0.62, holds at 0.40, rejects at 0.85'."""
    parts = [f"{name} {each['score']:.2f}"]
    parts += [f"{verb} at {each[key]:.2f}" for verb, key in _THRESHOLDS if each.get(key) is not None]
    return ", ".join(parts)


_THRESHOLDS = (("holds", "hold_at"), ("rejects", "reject_at"))


def _suggested(view: CaseView) -> Reason:
    """The reason that the gravest check suggests."""
    return next((SUGGESTED[each] for each in view.case.checks.split() if each in SUGGESTED), Reason.OTHER)
