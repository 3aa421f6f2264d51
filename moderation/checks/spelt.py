"""Words whose letters are set apart by blanks or by any sign, each maybe doubled: f u c k, f.u.c.k, p, r, i, c, k."""

import re

from moderation.checks.drawn import SIGN_LETTERS
from moderation.checks.lexicon import FOUND, SHORTEST_DISGUISED, Entry, lexicon
from moderation.checks.reading import LONGEST_WORD, SHORTEST_WORD, stretched
from moderation.checks.words import LONGEST_FRAGMENT, dictionary

_UNIT = re.compile(r"([a-z0-9$@])\1*")
_AROUND = "aiur"  # single letters that are words themselves: 'i a m a'
_MOST_TRIMMED = 2
_MOST_INSIDE = 100  # words in one run


def is_unit(part: str) -> bool:
    """One letter, however often."""
    return len(part) <= LONGEST_WORD and part == part[0] * len(part)


def spelt(text: str, start: int, end: int) -> list[tuple[int, int, Entry]]:
    """Words in a run of letters set apart, between start and end."""
    units = [(found.group(), found.start() + start) for found in _UNIT.finditer(text[start:end])]
    letters = "".join([unit for unit, _ in units]).translate(SIGN_LETTERS)
    at = [place for unit, begin in units for place in range(begin, begin + len(unit))]
    if len(letters) < SHORTEST_WORD:
        return []
    if len(letters) <= LONGEST_WORD:
        entry = lexicon().exact.get(letters)
        if entry or letters in dictionary():
            return [(at[0], at[-1] + 1, entry)] if entry and entry.grade in FOUND else []
        for left, right in _trimmed(letters):
            if entry := _entry(letters[left:right], short=right - left == len(letters)):
                return [(at[left], at[right - 1] + 1, entry)]
    return [(at[left], at[right - 1] + 1, entry) for left, right, entry in _inside(letters)]


def _entry(word: str, *, short: bool) -> Entry | None:
    entry = lexicon().exact.get(word)
    if not entry and (found := stretched(word, short=short) or lexicon().guesses.get(word)):
        entry = found[0]
    return entry if entry and entry.grade in FOUND else None


def _trimmed(letters: str) -> list[tuple[int, int]]:
    """The run, and what is left of it without single words at its ends."""
    lefts, rights = [0], [len(letters)]
    while len(lefts) <= _MOST_TRIMMED and letters[lefts[-1]] in _AROUND:
        lefts.append(lefts[-1] + 1)
    while len(rights) <= _MOST_TRIMMED and letters[rights[-1] - 1] in _AROUND:
        rights.append(rights[-1] - 1)
    return [
        (left, right)
        for left in lefts
        for right in rights
        if right - left >= SHORTEST_DISGUISED or right - left == len(letters)
    ]


def _inside(letters: str) -> list[tuple[int, int, Entry]]:
    """Profane words in a run of several; what stands around them is made of words too, unless the run is long."""
    known = lexicon()
    found: list[tuple[int, int, Entry]] = []
    for root in known.roots.finditer(letters):
        left, right = root.span()
        if len(found) < _MOST_INSIDE and (entry := known.exact.get(root.group())):
            before_is_long, after_is_long = left > LONGEST_WORD, len(letters) - right > LONGEST_WORD
            if (before_is_long or splits(letters[:left])) and (after_is_long or splits(letters[right:])):
                found.append((left, right, entry))
    return found


def splits(letters: str) -> bool:
    """Whether letters are words in a row, every one in the dictionary."""
    reached = [True] + [False] * len(letters)
    for end in range(1, len(letters) + 1):
        reached[end] = any(
            reached[start] and (letters[start:end] in dictionary() or letters[start:end] in _AROUND)
            for start in range(max(0, end - LONGEST_FRAGMENT), end)
        )
    return reached[-1]
