"""A comment's words as the spam model's grams read them: with marks among them, pictures behind, groups masked."""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import islice

from moderation.checks.marks import KINDS, Mark
from moderation.checks.masked import mask
from moderation.checks.signal import Facts
from moderation.checks.text import Word

_SPOKEN_AS = {kind: f"x{kind}" for kind in KINDS}  # a mark is one word to the model, whatever stands in it
_KEPT = frozenset(
    {"handle", "hashtag", "link", "bare", "spelt", "mail"}
)  # ... and what stands in these is read as well


SIGN = re.compile("[\u2190-\u2bff\U0001f000-\U0001faff]")  # one class: linear
_MOST_SIGNS = 40
_STANDS_IN = 0x3400  # a picture reads as one of these rare ideographs: a word like any other
_STAND_INS = 6_000


def tokens(facts: Facts, found: Sequence[Mark]) -> Sequence[Word]:
    """The words, with each mark as a word of its own kind, and the pictures behind them.

    'thanks to @jane' reads 'thanks to xhandle jane'; whichever group of people is named, it reads alike.
    """
    read = _spoken(facts, found)
    if _masked().isdisjoint(facts.text.tokens):
        return read
    masked = mask([word.text for word in read])
    return [
        Word(text, read[first].start, read[last].end)
        for text, first, last in zip(masked.words, masked.first, masked.last, strict=True)
    ]


@cache
def _masked() -> frozenset[str]:
    """Every word that is read as another; most comments have none, and to know that is quick."""
    written = (files("moderation.checks") / "data" / "groups.txt").read_text(encoding="utf-8")
    named = {word for line in written.splitlines() for word in line.partition(":")[2].split()} | {"an"}
    forms = named | {f"{word}s" for word in named} | {f"{word[:-1]}ies" for word in named}
    return frozenset(word for word in forms if mask([word]).words != [word])


def plainly(words: Sequence[str]) -> Sequence[str]:
    """The tokens of a text without marks and pictures."""
    return words if _masked().isdisjoint(words) else mask(words).words


def get_ready() -> None:
    """Read which words are masked."""
    _masked()


def _spoken(facts: Facts, found: Sequence[Mark]) -> list[Word]:
    words = facts.text.words
    signs = islice(SIGN.finditer(facts.body), _MOST_SIGNS)
    read: list[Word] = []
    place, size = 0, len(words)
    for mark in found:
        while place < size and words[place].start < mark.start:
            read.append(words[place])
            place += 1
        read.append(Word(_SPOKEN_AS[mark.kind], mark.start, mark.end))
        while place < size and words[place].start < mark.end:
            if mark.kind in _KEPT:
                read.append(words[place])
            place += 1
    read.extend(words[place:])
    read.extend(Word(_stand_in(sign.group()), sign.start(), sign.end()) for sign in signs)
    return read


def _stand_in(sign: str) -> str:
    return chr(_STANDS_IN + ord(sign) % _STAND_INS)
