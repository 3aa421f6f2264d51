"""What the search for private data shares: the text in plain signs, and a find with its place."""

import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

import re2

from moderation.checks.text import Text

_DROPPED = frozenset({"Mn", "Me", "Cf", "Cc"})  # marks, format controls, controls
_OTHER = "~"  # a sign of another script: no part of a number, a name or an address here
_STANDS_FOR = dict(zip("ßłŁøØđĐ\u0131æÆ", "slLoOdDiaA", strict=True))
_FEW = 16  # different signs beyond ASCII, up to which replacing each is quicker than reading all
_PUNCTUATION = dict(  # quotation marks, degrees, dashes
    zip("\u2018\u2019\u201c\u201d\u00ba\u00b0\u2013\u2014\u2212\u2010", "''\"\"oo----", strict=True)
)


class Found(NamedTuple):
    what: str  # never the datum itself
    score: float
    start: int
    end: int


class Plain(NamedTuple):
    """A text in ASCII, sign by sign: letters without their marks, digits of any script as digits."""

    text: str
    places: Sequence[int]  # of each sign in the original, and of the end

    def near(self, start: int, end: int, before: int, after: int) -> str:
        """What stands around a find."""
        return self.text[max(0, start - before) : start] + " ~ " + self.text[end : end + after]

    def original(self, found: Found) -> Found:
        """The same, with its place in the text as written."""
        return found._replace(start=self.places[found.start], end=self.places[found.end - 1] + 1)


def plain(text: Text) -> Plain:
    """Links are blanked out: a number in one is an address of a page."""
    original = text.original
    if original.isascii():
        return Plain(_without_links(_blanks(original)), range(len(original) + 1))
    signs = _signs(original)
    if len(signs) == len(original):
        return Plain(_without_links(signs), range(len(original) + 1))
    places = [place for place, each in enumerate(original) if _sign(each)]
    return Plain(_without_links(signs), [*places, len(original)])


def _signs(original: str) -> str:
    strange = [each for each in set(original) if not each.isascii()]
    if len(strange) > _FEW:
        return "".join(map(_sign, original))
    for each in strange:
        original = original.replace(each, _sign(each))
    return _blanks(original)


def _blanks(signs: str) -> str:
    for each in "\t\r\0":
        if each in signs:
            signs = signs.replace(each, " ")
    return signs


def _without_links(signs: str) -> str:
    if "://" not in signs and "www." not in signs and "WWW." not in signs:
        return signs
    return str(_link().sub(_blank, signs))


def _blank(found: Any) -> str:
    return " " * len(found.group())


@lru_cache(maxsize=8_192)
def _sign(character: str) -> str:
    """One sign of ASCII, or nothing for what is invisible."""
    if character in _STANDS_FOR or character in _PUNCTUATION:
        return _STANDS_FOR.get(character) or _PUNCTUATION[character]
    if character.isspace():
        return "\n" if character == "\n" else " "
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(character)
    if category in _DROPPED:
        return ""
    apart = unicodedata.normalize("NFKD", character)[:1]
    return apart if apart.isascii() else "-" if category == "Pd" else _OTHER


@cache
def _link() -> Any:
    return re2.compile(r"(?i)(?:[a-z]{2,10}://|\bwww\.)[^\s<>\"]+")
