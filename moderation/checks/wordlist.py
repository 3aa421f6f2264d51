"""Word lists: a site's own words, phrases and wildcards, found as whole words however many there are.

'*' stands for any run of letters within a word, also for none ('casin*', '*coin', 'f*ed'); '?' stands for one letter.
A word of nothing but these, between others, stands for any word: 'buy * now'. An entry's other signs do not count:
'son-of-a-bitch' is found as four words in a row.

Plain words are looked up. For wildcards, one pass over a word (Aho-Corasick) tells which of them have their longest
run of letters in it; each of those is tried in one more pass (Shift-And: one shift and two masks for each letter). So
neither '*a*a*a*a*' nor ten thousand of its kind can hang on a word, and what a whole text may cost is bounded.

A comment is read once as it stands and once as what it may be meant to be: c4sino, c a s i n o, casiiino, c*sino.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from ahocorasick_rs import AhoCorasick

from moderation.checks.listed import Listed, Meant
from moderation.checks.text import Text, read
from moderation.rules import Lists

LONGEST_WORD = 100  # letters; wildcards are not tried on longer ones
MOST_STEPS = 20_000  # of trying wildcards on one text; then only plain entries are looked for
COMPILED = 256  # lists kept ready: one for each version of a site's rules in use

_TOKEN = re.compile(r"(?:[^\W_]|[*?])+")  # one class, repeated
_WILD = re.compile(r"[*?]")
_PARTS = re.compile(r"[*?]+")
_END = ""  # no word is empty

_Found = tuple[str, int, int]  # the entry, and where it stands in the text as written
_Branch = dict[Any, Any]  # a word or a wildcard -> the branch of what may follow; _END -> the entry


class WordList:
    def __init__(self, entries: Iterable[str]) -> None:
        self._tree: _Branch = {}
        self._wildcards: dict[str, _Wildcard] = {}
        self._plain: set[str] = set()
        for entry in entries:
            self._add(entry)
        self._by_part: dict[str, list[_Wildcard]] = defaultdict(list)
        for wildcard in self._wildcards.values():
            self._by_part[wildcard.part].append(wildcard)
        self._any_word = self._by_part.pop("", [])
        self._parts = list(self._by_part)
        self._finder = AhoCorasick(self._parts) if self._parts else None
        self._disguised = Listed(self._plain, wild=bool(self._wildcards))

    def find(self, text: Text) -> list[tuple[str, int, int]]:
        """(entry, start, end) of each, left to right, none inside another, the longest first."""
        if not self._tree:
            return []
        tried = _Tried(self._fitting) if self._wildcards else None
        found = self._find(text, tried)
        if not text.original.isascii() and text.otherwise:
            found += self._find(text.otherwise, tried)
        return _apart(found) if len(found) > 1 else found

    def _find(self, text: Text, tried: "_Tried | None") -> list[_Found]:
        found: list[_Found] = []
        if tried or not self._tree.keys().isdisjoint(text.tokens):
            found = _walk(self._tree, [_Read((word.text,), word.start, word.end) for word in text.words], tried)
        if meant := self._disguised.meant(text):
            found += _walk(self._tree, _as_meant(text, meant), tried)
        return found

    def _add(self, entry: str) -> None:
        branch = self._tree
        tokens = _tokens(entry)
        self._plain.update(token for token in tokens if not _WILD.search(token))
        for token in tokens:
            key = self._wildcards.setdefault(token, _Wildcard(token)) if _WILD.search(token) else token
            branch = branch.setdefault(key, {})
        if tokens:
            branch.setdefault(_END, entry)

    def _fitting(self, word: str, most: int) -> tuple[list["_Wildcard"], int]:
        """The wildcards that a word fits, and the steps it took to find them: not many more than 'most'."""
        parts = self._finder.find_matches_as_indexes(word, overlapping=True) if self._finder else []
        steps = len(parts)
        fitting: list[_Wildcard] = []
        for part in {each[0] for each in parts} | {-1}:
            wildcards = self._by_part[self._parts[part]] if part >= 0 else self._any_word
            tried = wildcards[: max(most - steps, 0)]
            steps += len(tried)
            fitting += [each for each in tried if each.fits(word)]
        return fitting, steps


@lru_cache(maxsize=COMPILED)
def allowed(lists: Lists) -> WordList:
    """What a site has allowed: no word list may hold it against anybody."""
    return WordList(lists.words.allow)


class _Wildcard:
    """A pattern for one word, as bits: the n-th is set while the first n letters of the pattern have been read."""

    def __init__(self, pattern: str) -> None:
        self.part = max(_PARTS.split(pattern), key=len)  # whatever fits holds it
        self._letters: dict[str, int] = {}
        self._any_letter = self._stays = 0
        read_so_far = 1
        for each in pattern:
            if each == "*":
                self._stays |= read_so_far
                continue
            read_so_far <<= 1
            if each == "?":
                self._any_letter |= read_so_far
            else:
                self._letters[each] = self._letters.get(each, 0) | read_so_far
        self._whole = read_so_far

    def fits(self, word: str) -> bool:
        state = 1
        for letter in word:
            state = (state << 1 & (self._letters.get(letter, 0) | self._any_letter)) | (state & self._stays)
            if not state:
                return False
        return bool(state & self._whole)


class _Tried:
    """Which wildcards the words of one text fit, each word tried once, until MOST_STEPS are gone."""

    def __init__(self, fitting: Any) -> None:
        self._fitting = fitting
        self._known: dict[str, list[_Wildcard]] = {}
        self._left = MOST_STEPS

    def of(self, word: str) -> list[_Wildcard]:
        known = self._known.get(word)
        if known is None:
            known, steps = self._fitting(word, self._left) if self._left > 0 and len(word) <= LONGEST_WORD else ([], 0)
            self._known[word] = known
            self._left -= steps
        self._left -= len(known)
        return known if self._left > 0 else []


class _Read(NamedTuple):
    """A word of the text, and what it may be meant to be."""

    words: tuple[str, ...]
    start: int  # in the original
    end: int


def _as_meant(text: Text, meant: Sequence[Meant]) -> list[_Read]:
    """The words of a text, each of those in disguise as all that it may be meant to be."""
    read = [_Read(each.words, *text.span(each.start, each.end)) for each in meant]
    disguised = 0
    for word in text.words:
        while disguised < len(meant) and read[disguised].end <= word.start:
            disguised += 1
        if disguised == len(meant) or word.end <= read[disguised].start:
            read.append(_Read((word.text,), word.start, word.end))
    return sorted(read, key=lambda each: each.start)


def _walk(tree: _Branch, words: Sequence[_Read], tried: _Tried | None) -> list[_Found]:
    found: list[_Found] = []
    position = 0
    while position < len(words):
        entry, length = _longest(tree, words, position, tried)
        if length:
            found.append((entry, words[position].start, words[position + length - 1].end))
        position += max(length, 1)
    return found


def _apart(found: list[_Found]) -> list[_Found]:
    """Left to right, none touching another."""
    kept: list[_Found] = []
    for each in sorted(found, key=lambda each: (each[1], -each[2])):
        if not kept or each[1] >= kept[-1][2]:
            kept.append(each)
    return kept


def _longest(tree: _Branch, words: Sequence[_Read], position: int, tried: _Tried | None) -> tuple[str, int]:
    """The entry that reaches furthest from here, and its length in words; 0: none begins here."""
    branches, entry, length, reached = [tree], "", 0, 0
    while branches and position + reached < len(words):
        here = words[position + reached].words
        branches = [follows for branch in branches for word in here for follows in _follow(branch, word, tried)]
        reached += 1
        for branch in branches:
            if _END in branch:
                entry, length = branch[_END], reached
    return entry, length


def _follow(branch: _Branch, word: str, tried: _Tried | None) -> list[_Branch]:
    follows = [branch[word]] if word in branch else []
    return follows + [branch[each] for each in tried.of(word) if each in branch] if tried else follows


def _tokens(entry: str) -> list[str]:
    """An entry's words, folded; wildcards that would stand for any word count only between two others."""
    if not _WILD.search(entry):
        return [word.text for word in read(entry).words]
    tokens = [_fewer_stars(found) for found in _TOKEN.findall(read(entry).folded)]
    while tokens and not _PARTS.sub("", tokens[0]):
        del tokens[0]
    while tokens and not _PARTS.sub("", tokens[-1]):
        del tokens[-1]
    return tokens


def _fewer_stars(token: str) -> str:
    return re.sub(r"\*+", "*", token)
