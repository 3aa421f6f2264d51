"""Lures: the phrases that advertising comments are made of, found in a text's folded words, by what they do."""

from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import NamedTuple

import ahocorasick_rs

from moderation.checks.text import Text, Word

MOST_LURES = 1_000  # a text with more has made its point


class Lure(NamedTuple):
    group: str
    phrase: str
    start: int  # in the plain text
    end: int


class Lexicon(NamedTuple):
    weights: dict[str, float]  # of each group: log odds, before any training
    phrases: tuple[tuple[str, str, bool], ...]  # group, phrase, whether it is only a beginning
    finder: ahocorasick_rs.AhoCorasick


def plain(text: Text) -> str:
    """The folded words with one blank between them, and one before the first."""
    return " ".join(["", *text.tokens])


def lures(words: str) -> list[Lure]:
    """All phrases in a plain text; they may overlap."""
    phrases, finder = lexicon().phrases, lexicon().finder
    found: list[Lure] = []
    size = len(words)
    for entry, start, end in finder.find_matches_as_indexes(words, overlapping=True):
        group, phrase, beginning = phrases[entry]
        if beginning or end == size or words[end] == " ":
            found.append(Lure(group, phrase, start + 1, end))
            if len(found) == MOST_LURES:
                break
    return found


def lures_outside(words: str, written: Sequence[Word], stretches: Sequence[tuple[int, int]]) -> list[Lure]:
    """Those that no stretch of the text as written holds: '/news/free-trade', in a page's address, sells nothing."""
    spots, kept = Spots(written), list[Lure]()
    begins = [start for start, _ in stretches]
    for lure in lures(words):
        start, end = spots.span(lure.start, lure.end)
        before = bisect_right(begins, start) - 1
        if before < 0 or end > stretches[before][1]:
            kept.append(lure)
    return kept


class Spots:
    """From places in a plain text back to the text as written."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._words = words
        self._begins = list(accumulate([len(word.text) + 1 for word in words], initial=1))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Of the words that a stretch of the plain text touches."""
        first = min(bisect_right(self._begins, start), len(self._words)) - 1
        last = min(bisect_right(self._begins, max(end - 1, start)), len(self._words)) - 1
        return self._words[max(first, 0)].start, self._words[max(last, 0)].end


@cache
def lexicon() -> Lexicon:
    """Read once. An entry stands in the first group that has it."""
    written = (files("moderation.checks") / "data" / "lures.txt").read_text(encoding="utf-8")
    weights: dict[str, float] = {}
    phrases: dict[str, tuple[str, str, bool]] = {}
    group = ""
    for line in filter(None, map(str.strip, written.splitlines())):
        if line.startswith("["):
            group, _, weight = line.strip("[]").partition(" ")
            weights[group] = float(weight)
        elif not line.startswith("#"):
            phrases.setdefault(line, (group, line, line.endswith("*")))
    finder = ahocorasick_rs.AhoCorasick([f" {each.rstrip('*')}" for each in phrases], store_patterns=False)
    return Lexicon(weights, tuple(phrases.values()), finder)
