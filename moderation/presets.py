"""What relaxed, standard and strict mean: the rules a site starts from, and changes where it likes."""

from collections.abc import Mapping
from typing import Any

from moderation.checks import NAMES
from moderation.errors import RulesInvalidError
from moderation.policy import MAY_REJECT
from moderation.rules import CheckRule, Limits, Rules
from moderation.terms import Mode, Preset

# check: (hold_at, reject_at); None: never by this check
_THRESHOLDS: dict[Preset, dict[str, tuple[float | None, float | None]]] = {
    Preset.RELAXED: {
        "profanity": (0.8, None),
        "blocklist": (0.5, 1.0),
        "links": (0.5, None),
        "repeats": (0.75, None),
        "flood": (0.5, None),
        "shouting": (None, None),
        "newcomer": (None, None),
        "spam": (0.95, 0.995),
        "abuse.insult": (0.6, None),
        "abuse.threat": (0.6, None),
        "abuse.hate": (0.7, None),
        "abuse.sexual": (0.7, None),
        "private": (0.8, None),
        "gibberish": (None, None),
        "campaign": (0.75, None),
        "language": (None, None),
        "honeypot": (0.5, None),
    },
    Preset.STANDARD: {
        "profanity": (0.5, None),
        "blocklist": (0.5, 1.0),
        "links": (0.5, None),
        "repeats": (0.5, None),
        "flood": (0.5, None),
        "shouting": (0.9, None),
        "newcomer": (None, None),
        "spam": (0.88, 0.99),
        "abuse.insult": (0.5, 0.98),
        "abuse.threat": (0.5, None),
        "abuse.hate": (0.5, None),
        "abuse.sexual": (0.5, None),
        "private": (0.5, None),
        "gibberish": (0.5, None),
        "campaign": (0.5, None),
        "language": (None, None),
        "honeypot": (0.5, None),
    },
    Preset.STRICT: {
        "profanity": (0.2, None),
        "blocklist": (0.5, 1.0),
        "links": (0.5, None),
        "repeats": (0.5, None),
        "flood": (0.5, None),
        "shouting": (0.7, None),
        "newcomer": (0.4, None),
        "spam": (0.6, 0.98),
        "abuse.insult": (0.3, 0.95),
        "abuse.threat": (0.3, None),
        "abuse.hate": (0.4, None),
        "abuse.sexual": (0.4, None),
        "private": (0.4, None),
        "gibberish": (0.5, None),
        "campaign": (0.4, None),
        "language": (None, None),
        "honeypot": (0.5, None),
    },
}

_LIMITS = {
    Preset.RELAXED: Limits(links=6, links_newcomer=4, per_author_minute=20, per_ip_minute=60, reports_to_hold=5),
    Preset.STANDARD: Limits(),
    Preset.STRICT: Limits(links=2, links_newcomer=1, per_author_minute=5, per_ip_minute=15, reports_to_hold=1),
}


def preset(name: Preset) -> Rules:
    """The rules that go by this name."""
    checks = {
        check: CheckRule(mode=Mode.ON, hold_at=hold_at, reject_at=reject_at)
        for check, (hold_at, reject_at) in _THRESHOLDS[name].items()
    }
    return Rules(preset=name, checks=checks, limits=_LIMITS[name])


def rules_from(document: Mapping[str, Any]) -> Rules:
    """Rules from what a site sent: its preset, overlaid with what it names.

    Raises pydantic's ValidationError for a wrong shape and RulesInvalidError for what no shape can say.
    """
    sent = Rules.model_validate(document)
    base = preset(sent.preset)
    checks = base.checks | {
        name: base.rule(name).model_copy(update=rule.model_dump(exclude_unset=True))
        for name, rule in sent.checks.items()
    }
    _refuse_what_cannot_be(checks)
    limits = base.limits.model_copy(update=sent.limits.model_dump(exclude_unset=True))
    return sent.model_copy(update={"checks": checks, "limits": limits})


def _refuse_what_cannot_be(checks: Mapping[str, CheckRule]) -> None:
    for name, rule in checks.items():
        here = f"/checks/{name[:50]}"
        if name not in NAMES:
            raise RulesInvalidError(f"There is no such check; there are {', '.join(NAMES)}.", pointer=here)
        if rule.reject_at is None:
            continue
        if name not in MAY_REJECT:
            raise RulesInvalidError("This check only ever holds.", pointer=f"{here}/reject_at")
        if rule.hold_at is not None and rule.reject_at < rule.hold_at:
            raise RulesInvalidError("reject_at must not be below hold_at.", pointer=f"{here}/reject_at")
