"""Reading one word of letters.

As it stands, stretched (fuuuck), with one letter for another (fvck), with letters swapped or left out, backwards, or as
a part of a made-up word. A word of the dictionary is never a disguise.
"""

import re
from typing import NamedTuple

from moderation.checks.lexicon import (
    FOUND,
    SHORTEST_DISGUISED,
    UNSURE_ROOTS,
    Entry,
    Stretched,
    alike,
    counts,
    lexicon,
    skeleton,
)
from moderation.checks.words import dictionary, is_word, names, word_set

LONGEST_WORD = 64
SHORTEST_WORD = 3
_SURE_STRETCH = 2  # letters more than a short word has, before it counts as stretched
_MOST_RUNS = 10  # of letters, each of them once or twice: a thousand spellings
_RUN = re.compile(r"(.)\1*")


class Read(NamedTuple):
    entry: Entry
    how: str = ""  # the disguise, or nothing


INNOCENT = Read(Entry("", ""))  # an innocent word in disguise


def read_letters(word: str) -> Read | None:
    """The entry that small plain letters are."""
    known = lexicon()
    if entry := known.exact.get(word):
        return Read(entry)
    if len(word) < SHORTEST_WORD or is_word(word):
        return None
    if len(word) <= LONGEST_WORD:
        if found := stretched(word):
            return found
        if guess := known.guesses.get(word):
            return Read(*guess)
    return inside(word)


def read_drawn_letters(word: str) -> Entry | None:
    """The same of letters that were signs, which are a disguise already."""
    known = lexicon()
    entry = known.exact.get(word)
    if not entry and len(word) <= LONGEST_WORD:
        found = stretched(word, short=True) or known.guesses.get(word) or inside(word)
        entry = found[0] if found else None
    return entry if entry and entry.grade in FOUND else None


def is_innocent_word(word: str) -> bool:
    entry = lexicon().exact.get(word)
    return is_word(word) and (entry is None or entry.grade not in FOUND)


def stretched(word: str, *, short: bool = False) -> Read | None:
    """The entry of which this word has each letter, or one like it, at least as often in a row; the longest such."""
    known = lexicon()
    spellings = (word, word.replace("ph", "f")) if "ph" in word else (word,)
    best, how = None, "stretched"
    for spelt in spellings:
        best = best or _longest(known.stretched.get(skeleton(spelt)), spelt, short=short)
    if not best:
        how = "letters for others"
        for spelt in spellings:
            drawn = alike(spelt)
            if candidates := known.alike.get(skeleton(drawn)):
                # Where letters side by side became one, none was stretched: Shilts is no shit.
                became_one = len(skeleton(drawn)) < len(skeleton(spelt))
                best = best or _longest(candidates, drawn, short=short, exactly=became_one)
    if not best or is_longer_word_stretched(word, sum(best.counts)):
        return None
    return Read(best.entry, how)


def _longest(candidates: list[Stretched] | None, word: str, *, short: bool, exactly: bool = False) -> Stretched | None:
    if not candidates:
        return None
    runs = counts(word)
    fitting = [
        each
        for each in candidates
        if (runs == each.counts if exactly else all(map(int.__ge__, runs, each.counts)))
        and (short or sum(each.counts) >= SHORTEST_DISGUISED or sum(runs) - sum(each.counts) >= _SURE_STRETCH)
    ]
    return max(fitting, key=lambda each: sum(each.counts), default=None)


def is_longer_word_stretched(word: str, size: int) -> bool:
    """Whether a longer word of the dictionary is stretched here: assseeesss is 'assess'."""
    runs = [found.group() for found in _RUN.finditer(word)]
    if len(runs) > _MOST_RUNS:
        return False
    spellings = [""]
    for run in runs:
        choices = [run[0]] if len(run) == 1 else [run[0], run[0] * 2]
        spellings = [begun + choice for begun in spellings for choice in choices]
    return any(
        len(spelling) > size and spelling not in names() and is_innocent_word(spelling) for spelling in spellings
    )


def inside(word: str) -> Read | None:
    """A profane word that is part of a made-up one."""
    known = lexicon()
    for found in known.roots.finditer(word):
        root = found.group()
        if root not in UNSURE_ROOTS or (
            _may_stand_before(word[: found.start()]) and _may_stand_after(word[found.end() :])
        ):
            return Read(known.exact.get(root) or Entry(root, "strong"), "part of a word")
    return None


_ENDINGS = word_set("s z es ed er ers ing in y ish ass ness fit tin tier head hole")
_SHORTEST_LEFT, _SHORTEST_RIGHT = 3, 4  # letters of the other half: with fewer, any name would do


def _may_stand_before(half: str) -> bool:
    return not half or (_SHORTEST_LEFT <= len(half) <= LONGEST_WORD and half in dictionary())


def _may_stand_after(half: str) -> bool:
    return not half or half in _ENDINGS or (_SHORTEST_RIGHT <= len(half) <= LONGEST_WORD and half in dictionary())
