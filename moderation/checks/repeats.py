"""Repeats: the same author, the same text, within a day. Only ever holds."""

from moderation.checks.signal import Facts, Signal

NAME = "repeats"
VERSION = "1"
SAYS = "The same text was sent before."
NOTHING = Signal(NAME)

ONCE = 0.6
EACH_MORE = 0.1


def look(facts: Facts) -> Signal:
    if not facts.same_text:
        return NOTHING
    return Signal(
        NAME,
        score=min(1.0, ONCE + EACH_MORE * (facts.same_text - 1)),
        evidence=(f"sent {facts.same_text} times before",),
    )
