"""Honeypot: a hidden field was filled, or the form was sent faster than anybody types."""

from moderation.checks.signal import Facts, Signal

NAME = "honeypot"
VERSION = "1"
SAYS = "The form was filled as programs fill it."
NOTHING = Signal(NAME)

FILLED = 1.0
TOO_FAST = 0.7


def look(facts: Facts) -> Signal:
    if facts.honeypot:
        return Signal(NAME, score=FILLED, evidence=("hidden field filled",))
    took = facts.typed_for_seconds
    if took is not None and took < facts.rules.limits.typed_seconds:
        return Signal(NAME, score=TOO_FAST, evidence=(f"typed in {took:.1f} s",))
    return NOTHING
