"""One normalisation for all checks, with the way back to the original positions.

Compatibility forms are folded (NFKC), case and combining marks dropped, invisible characters skipped. Every folded
character knows which original character it came from, so that spans point into the text as written. Linear in the
length of the text.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

# Letters and digits: "don't" reads as don, t. One class, repeated: linear on any input.
_WORD = re.compile(r"[^\W_]+")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_DROPPED = frozenset({"Mn", "Me", "Cf", "Cc"})  # marks, format controls, controls
LONGEST_FOLDED = 4  # one sign may stand for eighteen letters; nobody hides a word in its tail
_FOLDED_CHARACTERS = 8_192  # how many distinct characters the cache keeps


class Word(NamedTuple):
    text: str  # folded
    start: int  # in the original
    end: int


@dataclass(frozen=True, slots=True)
class Text:
    original: str
    folded: str
    words: tuple[Word, ...]


def read(original: str) -> Text:
    """Fold a text and cut it into words."""
    folded, positions = _fold(original)
    words = tuple(
        Word(found.group(), positions[found.start()], positions[found.end() - 1] + 1)
        for found in _WORD.finditer(folded)
    )
    return Text(original, folded, words)


def _fold(original: str) -> tuple[str, "range | list[int]"]:
    if original.isascii() and not _CONTROL.search(original):
        return original.lower(), range(len(original))
    pieces: list[str] = []
    positions: list[int] = []
    for position, character in enumerate(original):
        folded = _fold_character(character)
        pieces.append(folded)
        positions.extend([position] * len(folded))
    return "".join(pieces), positions


@lru_cache(maxsize=_FOLDED_CHARACTERS)
def _fold_character(character: str) -> str:
    if character.isspace():
        return " "
    apart = unicodedata.normalize("NFKD", character).casefold()
    kept = "".join(each for each in apart if unicodedata.category(each) not in _DROPPED)
    return kept[:LONGEST_FOLDED]


_END = ""  # no word is empty
_Branch = dict[str, Any]  # word -> the branch of what may follow


class Phrases:
    """Many words and phrases, found as whole words: the time hangs on the text, not on the list's length.

    An entry's punctuation does not count: 'son-of-a-bitch' is found as four words in a row.
    """

    def __init__(self, entries: Iterable[str]) -> None:
        self._tree: _Branch = {}
        for entry in entries:
            words = [word.text for word in read(entry).words]
            branch = self._tree
            for word in words:
                branch = branch.setdefault(word, {})
            if words:
                branch[_END] = {}

    def find(self, text: Text) -> list[tuple[str, int, int]]:
        """(phrase, start, end) of each, left to right, none inside another."""
        found: list[tuple[str, int, int]] = []
        words = text.words
        position = 0
        while position < len(words):
            length = self._length_at(words, position)
            if length:
                here = words[position : position + length]
                found.append((" ".join(word.text for word in here), here[0].start, here[-1].end))
            position += max(length, 1)
        return found

    def _length_at(self, words: tuple[Word, ...], position: int) -> int:
        """Of the longest phrase that begins here, in words; 0: none does."""
        branch, length, longest = self._tree, 0, 0
        while position + length < len(words):
            follows = branch.get(words[position + length].text)
            if follows is None:
                break
            branch, length = follows, length + 1
            if _END in branch:
                longest = length
        return longest
