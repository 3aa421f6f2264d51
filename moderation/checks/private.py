"""Private: what is not told of a person in public: numbers, addresses, where they live, protected names."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import re2

from moderation.checks import identity, mails, outing, postal, protected, telephones
from moderation.checks.found import Found, Plain, plain
from moderation.checks.signal import Facts, Signal, quote
from moderation.rules import Rules

NAME = "private"
VERSION = "2"
SAYS = "It seems to tell private data of a person."

MOST_FINDS = 50
WORTH_SAYING = 0.2
HELD_SURELY = 0.8  # strong finds are above it

_Finder = Callable[[Plain], Iterator[Found]]
# What a text must have before a finder reads it: one pass over the text answers for all of them. Those that need a
# digit are only asked where there is one.
_DIGIT = r"\d"
_FINDERS: tuple[tuple[str, _Finder], ...] = (
    (telephones.HINT_SPOKEN, telephones.find_spoken),
    (mails.HINT, mails.find),
    (outing.HINT, outing.find),
)
_DIGIT_FINDERS: tuple[tuple[str, _Finder], ...] = (
    (telephones.HINT, telephones.find),
    (identity.HINT, identity.find),
    (postal.HINT_ENGLISH, postal.find_english),
    (postal.HINT_EUROPEAN, postal.find_european),
    (postal.HINT_BOX, postal.find_boxes),
)


def look(facts: Facts) -> Signal:
    found = _look_for(facts)
    if not found:
        return Signal(NAME)
    found = _surest(found)
    return Signal(
        NAME,
        score=_together(found),
        spans=tuple(sorted({(each.start, each.end) for each in found})),
        evidence=tuple(dict.fromkeys(quote(each.what) for each in found)),
    )


def prepare(rules: Rules) -> None:
    del rules
    _get_ready()


@cache
def _get_ready() -> None:
    _hints()
    for each in (telephones, mails, identity, postal, outing):
        each.get_ready()


def _look_for(facts: Facts) -> list[Found]:
    given = plain(facts.text)
    found = [each for finder in _asked(given.text) for each in finder(given)]
    found = [given.original(each) for each in found]
    if facts.protected_names:
        found.extend(protected.find(facts.text, given, facts.protected_names))
    return [each for each in found if each.score >= WORTH_SAYING]


def _asked(text: str) -> Iterator[_Finder]:
    """The finders that have something to look for here."""
    hints = _hints()
    for number in sorted(hints.always.Match(text) or ()):
        if number < len(_FINDERS):
            yield _FINDERS[number][1]
            continue
        yield from (_DIGIT_FINDERS[each][1] for each in sorted(hints.digits.Match(text) or ()))


def _surest(found: Sequence[Found]) -> list[Found]:
    """The surest first; of those that overlap, only the surest."""
    kept: list[Found] = []
    for each in sorted(found, key=lambda each: (-each.score, each.start)):
        if len(kept) == MOST_FINDS:
            break
        if not any(each.start < other.end and other.start < each.end for other in kept):
            kept.append(each)
    return kept


def _together(found: Sequence[Found]) -> float:
    """The surest's score; a hint at a protected person beside other data is more than either."""
    best = found[0].score
    names = max((each.score for each in found if each.what.startswith(protected.WHAT)), default=0.0)
    others = max((each.score for each in found if not each.what.startswith(protected.WHAT)), default=0.0)
    return max(best, 1 - (1 - names) * (1 - others)) if names and others else best


class _Hints(NamedTuple):
    always: Any
    digits: Any


@cache
def _hints() -> _Hints:
    return _Hints(
        _compile([*(hint for hint, _ in _FINDERS), _DIGIT]),
        _compile([hint for hint, _ in _DIGIT_FINDERS]),
    )


def _compile(hints: Sequence[str]) -> Any:
    compiled = re2.Set.SearchSet()
    for hint in hints:
        compiled.Add(hint)
    compiled.Compile()
    return compiled
