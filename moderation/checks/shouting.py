"""Shouting: capitals nearly throughout."""

import string

from moderation.checks.signal import Facts, Signal

NAME = "shouting"
VERSION = "1"
SAYS = "Most of it is in capitals."
NOTHING = Signal(NAME)

ENOUGH_LETTERS = 20  # fewer are an abbreviation or a cheer
NORMAL = 0.3  # as many capitals nobody calls shouting

_UPPER = string.ascii_uppercase.encode()
_LOWER = string.ascii_lowercase.encode()


def look(facts: Facts) -> Signal:
    upper, lower = _count(facts.body)
    if upper + lower < ENOUGH_LETTERS or upper < NORMAL * (upper + lower):
        return NOTHING
    share = upper / (upper + lower)
    return Signal(NAME, score=share, evidence=(f"{share:.0%} capitals",))


def _count(body: str) -> tuple[int, int]:
    """Upper and lower case letters."""
    if body.isascii():  # a tenth of the time
        plain = body.encode()
        return len(plain) - len(plain.translate(None, _UPPER)), len(plain) - len(plain.translate(None, _LOWER))
    return sum(map(str.isupper, body)), sum(map(str.islower, body))
