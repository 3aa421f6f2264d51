"""One normalisation for all checks, with the way back to the original positions.

Decorated letters are read as what they look like (compatibility forms, look-alikes, small capitals, turned and boxed
letters), case and marks dropped, invisible characters skipped. A word of another script is left as it is, unless it
plays with Latin ones: it mixes scripts, or stands in a Latin comment and every letter of it looks like a Latin one.
Every folded character knows which original character it came from, so that spans point into the text as written.
Linear in the length of the text.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from itertools import accumulate
from typing import Any, NamedTuple

from moderation.checks import shapes

# Letters and digits: "don't" reads as don, t. One class, repeated: linear on any input.
_WORD = re.compile(r"[^\W_]+")
# ... and in scripts that write vowels as marks, the marks.
_MARKED = (
    "\u0900-\u0963\u0966-\u0df3\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ecd\u0f18-\u0f39\u0f40-\u0fbc"
    "\u1000-\u1049\u1050-\u109f\u1780-\u17d3"
)
_HAS_MARKED = re.compile(f"[{_MARKED}]")
_MARKED_WORD = re.compile(rf"(?:[^\W_]|[{_MARKED}])+")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_DROPPED = frozenset({"Cf", "Cc"})  # format controls, controls
# Blocks of marks that go with any letter, and points that are left out as often as not; the marks of other scripts
# are half of their letters, and stay.
_LOOSE_MARK = re.compile(
    r"[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    r"\u180b-\u180f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef]"
)
_EMPTY_LETTERS = frozenset("\u115f\u1160\u17b4\u17b5\u3164\uffa0")  # letters that nobody sees
_LATIN = {"LATIN"}
_WITHOUT_ACCENTS = frozenset({"", "LATIN", "GREEK"})  # the others keep theirs: a letter with one is another letter
LONGEST_FOLDED = 4  # one sign may stand for eighteen letters; nobody hides a word in its tail
MOST_GROWTH = 1.5  # times as long as written; a text of nothing but such signs is read by their first letters
_REMEMBERED_CHARACTERS = 16_384  # by each table


class Word(NamedTuple):
    text: str  # folded
    start: int  # in the original
    end: int


_a_word: Callable[[tuple[str, int, int]], Word] = partial(tuple.__new__, Word)  # type: ignore[assignment] # a third of the time


@dataclass(frozen=True)
class Text:
    original: str
    folded: str
    positions: Sequence[int]  # of each folded character in the original

    @cached_property
    def tokens(self) -> list[str]:
        """The words without their places, which most comments are never asked for."""
        word = _MARKED_WORD if not self.folded.isascii() and _HAS_MARKED.search(self.folded) else _WORD
        return word.findall(self.folded)

    @cached_property
    def begins(self) -> list[int]:
        """Where each of the tokens begins, in the folded text."""
        find, begins, end = self.folded.find, list[int](), 0
        for token in self.tokens:
            start = find(token, end)  # between two words stands nothing that a word could begin with
            begins.append(start)
            end = start + len(token)
        return begins

    @cached_property
    def otherwise(self) -> "Text | None":
        """Read another way, where a borrowed letter looks like one Latin letter and is used for another as well."""
        other = shapes.otherwise()
        if self.original.isascii() or other.keys().isdisjoint(self.original):
            return None
        letters = [
            other.get(self.original[place], letter) if letter.isascii() else letter
            for letter, place in zip(self.folded, self.positions, strict=True)
        ]
        folded = "".join(letters)
        return None if folded == self.folded else Text(self.original, folded, self.positions)

    @cached_property
    def words(self) -> tuple[Word, ...]:
        found = zip(self.tokens, self.begins, strict=True)
        if isinstance(self.positions, range):  # nothing has moved
            return tuple([_a_word((token, start, start + len(token))) for token, start in found])
        return tuple([_a_word((token, *self.span(start, start + len(token)))) for token, start in found])

    def span_of_words(self, first: int, last: int) -> tuple[int, int]:
        """Where the words from the first to the last, by their numbers, were written."""
        return self.span(self.begins[first], self.begins[last] + len(self.tokens[last]))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a folded stretch (not empty) was written."""
        return self.positions[start], self.positions[end - 1] + 1


def read(original: str) -> Text:
    """Fold a text."""
    if original.isascii() and not _CONTROL.search(original):
        return Text(original, original.lower(), range(len(original)))
    pieces = [_folded[each] for each in original]
    if not _borrowable().isdisjoint(original):
        _read_borrowed_letters(original, pieces)
    folded = "".join(pieces)
    if len(folded) > MOST_GROWTH * len(original) + LONGEST_FOLDED:
        pieces = [each[:1] for each in pieces]
        folded = "".join(pieces)
    if len(folded) == len(original) and all(pieces):
        return Text(original, folded, range(len(original)))
    return Text(original, folded, [position for position, piece in enumerate(pieces) for _ in piece])


def places_of(chunks: Sequence[str], folded: str) -> list[int]:
    """Where each of the stretches without blanks begins."""
    if " ".join(chunks) == folded:
        return list(accumulate(map((1).__add__, map(len, chunks)), initial=0))[:-1]
    starts: list[int] = []
    end = 0
    for chunk in chunks:
        start = folded.index(chunk, end)  # between two chunks there are only blanks
        end = start + len(chunk)
        starts.append(start)
    return starts


def _read_borrowed_letters(original: str, pieces: list[str]) -> None:
    """In place: the letters of other scripts, in words that play with Latin ones."""
    latin = theirs = 0
    doubtful: list[tuple[int, int]] = []
    borrowable = _borrowable()
    for found in _WORD.finditer(original):
        start, end = found.span()
        word = found.group()
        if word.isascii():
            latin += end - start
            continue
        scripts = set(map(_script.__getitem__, word)) - {""}
        if len(scripts) > 1:
            _borrow(original, pieces, start, end)
        elif scripts == _LATIN:
            latin += end - start
        elif all(each in borrowable or not _script[each] for each in word):
            doubtful.append((start, end))
        else:
            theirs += end - start
    if latin > theirs:
        for start, end in doubtful:
            _borrow(original, pieces, start, end)


def _borrow(original: str, pieces: list[str], start: int, end: int) -> None:
    looks = shapes.borrowed()
    pieces[start:end] = [
        looks.get(each, piece) for each, piece in zip(original[start:end], pieces[start:end], strict=True)
    ]


@cache
def _borrowable() -> frozenset[str]:
    return frozenset(shapes.borrowed())


class _Table(dict[str, str]):
    """What a function says of a character, remembered."""

    def __init__(self, function: Callable[[str], str]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, character: str) -> str:
        if len(self) >= _REMEMBERED_CHARACTERS:
            self.clear()
        said = self[character] = self._function(character)
        return said


def _fold(character: str) -> str:
    if character.isspace():
        return " "
    if character in _EMPTY_LETTERS or _LOOSE_MARK.match(character) or unicodedata.category(character) in _DROPPED:
        return ""
    script = _script[character]
    if script not in _WITHOUT_ACCENTS:
        return unicodedata.normalize("NFKC", character).casefold()[:LONGEST_FOLDED]
    apart = _LOOSE_MARK.sub("", unicodedata.normalize("NFKD", character).casefold())
    if not apart.isascii() and script != "GREEK":
        return shapes.letters().get(character, apart[:LONGEST_FOLDED])
    return apart[:LONGEST_FOLDED]


_folded, _script = _Table(_fold), _Table(shapes.script_of)


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
