"""Shouting: capitals nearly throughout."""

from moderation.checks.signal import Facts, Signal

NAME = "shouting"
VERSION = "1"
SAYS = "Most of it is in capitals."

ENOUGH_LETTERS = 20  # fewer are an abbreviation or a cheer


def look(facts: Facts) -> Signal:
    upper = sum(1 for each in facts.body if each.isupper())
    cased = upper + sum(1 for each in facts.body if each.islower())
    if cased < ENOUGH_LETTERS:
        return Signal(NAME)
    share = upper / cased
    return Signal(NAME, score=share, evidence=(f"{share:.0%} capitals",))
