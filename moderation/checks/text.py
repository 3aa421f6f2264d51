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
from typing import NamedTuple

# Letters and digits: "don't" reads as don, t. One class, repeated: linear on any input.
_WORD = re.compile(r"[^\W_]+")
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
    if original.isascii():
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


class Phrases:
    """Many words and phrases, found as whole words in one pass: linear in the text, whatever the list's length.

    An entry's punctuation does not count: 'son-of-a-bitch' is found as four words in a row.
    """

    def __init__(self, entries: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for entry in entries:
            words = tuple(word.text for word in read(entry).words)
            if words:
                self._by_first.setdefault(words[0], []).append(words)
        for phrases in self._by_first.values():
            phrases.sort(key=len, reverse=True)  # the longest first: it says more

    def find(self, text: Text) -> list[tuple[str, int, int]]:
        """(phrase, start, end) of each, left to right, none inside another."""
        found: list[tuple[str, int, int]] = []
        words = text.words
        position = 0
        while position < len(words):
            phrase = self._at(words, position)
            if phrase is None:
                position += 1
                continue
            last = words[position + len(phrase) - 1]
            found.append((" ".join(phrase), words[position].start, last.end))
            position += len(phrase)
        return found

    def _at(self, words: tuple[Word, ...], position: int) -> tuple[str, ...] | None:
        for phrase in self._by_first.get(words[position].text, ()):
            here = words[position : position + len(phrase)]
            if len(here) == len(phrase) and all(a.text == b for a, b in zip(here, phrase, strict=True)):
                return phrase
        return None
