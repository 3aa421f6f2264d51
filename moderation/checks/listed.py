"""A site's own words in disguise: which of a list's words a stretch of a comment may be meant to be.

The same disguises as for the lists that come with the product: signs for letters, letters set apart, stretched, hidden
behind a star or parted by a sign. A list may be in any language, so only what nobody writes by accident counts: a
letter three times in a row, a digit among letters. Linear in the text; what a long list may cost is bounded.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from moderation.checks.disguise import AROUND, FEWEST_UNITS
from moderation.checks.drawn import SIGN_LETTERS
from moderation.checks.lexicon import counts, skeleton
from moderation.checks.reading import is_longer_word_stretched
from moderation.checks.spelt import is_unit, splits
from moderation.checks.text import Text, places_of
from moderation.checks.words import dictionary, is_fragment, is_word, word_set

SHORTEST = 4  # letters of a word that is looked for in disguise; a shorter one is mostly another
LONGEST = 96  # characters that are read as one word
MOST_STEPS = 20_000  # of comparing with a list's words, for one text
MOST_DEEP = 3_000  # characters of one text that are no words and new; what comes behind is read as it stands
_REMEMBERED = 8_192  # stretches without blanks, by each list
_MOST_INSIDE = 100  # words in one run of letters set apart

_PIECE = re.compile(r"[^\s,;:/\\\"“”()\[\]<>{}…]+")
_LETTERS = re.compile(r"[^\W\d_]")
_PART = re.compile(r"[^\W_]+|[@$!|+]+")
_TRIPLE = re.compile(r"([^\W\d_])\1\1+")
_PRICE = re.compile(r"[$£€¥]\d")
_HIDING = frozenset("*#%&^~_")  # each for one letter
_PARTING = re.compile(r"[-._*~+=|]+")
_BESIDE = AROUND + "()[]<>{}/"
_ENGLISH = word_set("the and of you your that this they what with for have not was are he she my we i")
_L = str.maketrans("i", "l")  # 1, ! and | are either: both are made one
_ONE_IS_L = str.maketrans("1!|", "lll")
_ANY_LETTER = "abcdefghijklmnopqrstuvwxyz"


class Meant(NamedTuple):
    """A stretch of the folded text that may be meant to be one of these words."""

    start: int
    end: int
    words: tuple[str, ...]


class _Shape(NamedTuple):
    counts: tuple[int, ...]  # of each letter in a row
    word: str


class _Note(NamedTuple):
    meant: tuple[Meant, ...] = ()
    units: tuple[tuple[str, int], ...] = ()  # letters set apart, if it is nothing else
    bare: str = ""  # what may be a part of a word


class Steps:
    """What is left of the work that one text may cost."""

    def __init__(self) -> None:
        self.left = MOST_STEPS


class _Notes(dict[str, _Note | None]):
    """What each stretch without blanks holds; None: nothing worth knowing. Most of a comment's were seen before."""

    def __init__(self, note: Callable[[str, Steps], _Note | None]) -> None:
        super().__init__()
        self._note = note
        self.begin()

    def begin(self) -> None:
        """A comment."""
        self._steps, self._left = Steps(), MOST_DEEP

    def __missing__(self, chunk: str) -> _Note | None:
        if self._left <= 0:
            return None
        self._left -= 0 if is_word(chunk) else len(chunk)
        note = self._note(chunk, self._steps)
        if self._steps.left > 0 and len(chunk) <= LONGEST:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[chunk] = note
        return note


class Listed:
    """The words of one list, by the ways to hide them."""

    def __init__(self, words: Iterable[str], *, wild: bool) -> None:
        self._wild = wild  # whether wildcards are to be tried on what is read
        self._words = frozenset(words)
        self._by_shape: dict[str, list[_Shape]] = defaultdict(list)
        self._by_ends: dict[tuple[int, str, str], list[tuple[str, str]]] = defaultdict(list)
        self._flat: dict[str, str] = {}
        for word in sorted(self._words):
            flat = _flat(word)
            if len(flat) >= SHORTEST and flat.isalpha():
                self._by_shape[skeleton(flat)].append(_Shape(counts(flat), word))
                self._by_ends[len(flat), flat[0], flat[-1]].append((flat, word))
                self._flat.setdefault(flat, word)
        self._parts = frozenset(
            part for word in self._flat.values() for cut in range(1, len(word)) for part in (word[:cut], word[cut:])
        )
        self._notes = _Notes(self._note)
        self._inside = list(self._flat.values())
        self._finder = AhoCorasick(list(self._flat)) if self._flat else None

    def meant(self, text: Text) -> list[Meant]:
        """Left to right, none touching another."""
        if not self._flat and not self._wild:
            return []
        self._notes.begin()
        chunks = text.folded.split()
        notes = list(map(self._notes.__getitem__, chunks))
        if not any(notes):
            return []
        starts = places_of(chunks, text.folded)
        found: list[Meant] = []
        run: list[tuple[str, int]] = []  # letters set apart, and their places
        for note, start in zip(notes, starts, strict=True):
            if note and note.units:
                run += [(unit, start + place) for unit, place in note.units]
                continue
            if run:
                found += self._spelt(run)
                run = []
            if note:
                found += [Meant(start + each.start, start + each.end, each.words) for each in note.meant]
        return _apart([*found, *self._spelt(run), *self._cut(chunks, notes, starts)])

    def _note(self, chunk: str, steps: Steps) -> _Note | None:
        """What is worth knowing of a stretch without blanks."""
        bare = chunk.strip(AROUND)
        if bare.isalpha() and len(bare) > 1 and not _TRIPLE.search(bare):
            return _Note(bare=bare) if bare in self._parts and is_fragment(bare) else None
        pieces = list(_pieces(chunk))
        units = [(unit, start + place) for piece, start in pieces for unit, place in _units(piece)]
        if units and all(_units(piece) for piece, _ in pieces):
            return _Note(units=tuple(units))
        found: list[Meant] = []
        run: list[tuple[str, int]] = []
        for piece, start in pieces:
            if apart := _units(piece):
                run += [(unit, start + place) for unit, place in apart]
                continue
            found += self._spelt(run)
            run = []
            if words := self._read(piece, steps):
                found.append(Meant(start, start + len(piece), words))
        found += self._spelt(run)
        bare = pieces[0][0] if len(pieces) == 1 else ""
        may_be_cut = bare in self._parts and is_fragment(bare)
        return _Note(meant=tuple(found), bare=bare if may_be_cut else "") if found or may_be_cut else None

    def _cut(self, chunks: Sequence[str], notes: Sequence[_Note | None], starts: Sequence[int]) -> list[Meant]:
        """Of two: bre xit. Only among English words, where it can be told that a part is none."""
        found: set[Meant] = set()
        for place, note in enumerate(notes):
            if not note or not note.bare:
                continue
            for left, right in ((place - 1, place), (place, place + 1)):
                if left < 0 or right == len(chunks):
                    continue
                first, last = chunks[left].lstrip(_BESIDE), chunks[right].rstrip(_BESIDE)
                whole = first + last
                if whole in self._words and len(whole) >= SHORTEST:
                    start = starts[left] + len(chunks[left]) - len(first)
                    found.add(Meant(start, starts[right] + len(last), (whole,)))
        return list(found) if found and (len(chunks) == 2 * len(found) or not _ENGLISH.isdisjoint(chunks)) else []

    def _read(self, piece: str, steps: Steps) -> tuple[str, ...]:
        if len(piece) > LONGEST or piece in self._words or _PRICE.match(piece):
            return ()
        if piece.isalpha() and not _TRIPLE.search(piece):
            return ()
        letters = len(_LETTERS.findall(piece))
        if 2 * letters < len(piece):
            return ()
        words = [*self._of_shape(piece, steps), *self._hidden(piece, steps), *self._parted(piece)]
        return tuple(dict.fromkeys(words + (_readings(piece) if self._wild else [])))

    def _of_shape(self, piece: str, steps: Steps) -> Iterator[str]:
        """Signs read as letters, what is stretched made short."""
        flat = _flat(piece)
        candidates = self._by_shape.get(skeleton(flat), ()) if flat.isalpha() else ()
        runs = counts(flat) if candidates else ()
        for each in candidates:
            steps.left -= 1
            if steps.left > 0 and all(map(_may_be_stretched, runs, each.counts)):
                steps.left -= 2 ** min(sum(run > 1 for run in runs), 10)
                if runs == each.counts or not is_longer_word_stretched(piece.translate(SIGN_LETTERS), sum(each.counts)):
                    yield each.word

    def _hidden(self, piece: str, steps: Steps) -> Iterator[str]:
        hidden = [place for place, each in enumerate(piece) if each in _HIDING]
        if not hidden or 2 * len(hidden) > len(piece):
            return
        flat = _flat(piece)
        if any(each != "*" for each in piece if each in _HIDING) and _is_word_with(piece, hidden):
            return
        for whole, word in self._by_ends.get((len(flat), flat[0], flat[-1]), ()):
            steps.left -= 1
            if steps.left > 0 and all(flat[at] == letter or at in hidden for at, letter in enumerate(whole)):
                yield word

    def _parted(self, piece: str) -> Iterator[str]:
        """bre-xit: not where every part is a word, on-line."""
        parts = _PARTING.split(piece)
        if len(parts) > 1 and not all(map(is_word, parts)):
            word = self._flat.get(_flat("".join(parts)))
            if word:
                yield word

    def _spelt(self, run: Sequence[tuple[str, int]]) -> list[Meant]:
        """Words in a run of letters set apart; what stands around them is made of words too."""
        if len(run) < FEWEST_UNITS:
            return []
        letters = "".join([unit for unit, _ in run])
        at = [place for unit, begin in run for place in range(begin, begin + len(unit))]
        plain = letters.translate(SIGN_LETTERS)
        if plain in dictionary() and plain not in self._words:
            return []
        whole = self._whole(letters) if len(letters) <= LONGEST else ()
        if whole:
            return [Meant(at[0], at[-1] + 1, whole)]
        inside = self._finder.find_matches_as_indexes(_flat(letters))[:_MOST_INSIDE] if self._finder else []
        return [
            Meant(at[left], at[right - 1] + 1, (self._inside[index],))
            for index, left, right in inside
            if _are_words(plain[:left]) and _are_words(plain[right:])
        ]

    def _whole(self, letters: str) -> tuple[str, ...]:
        flat = _flat(letters)
        runs = counts(flat)
        words = [
            each.word for each in self._by_shape.get(skeleton(flat), ()) if all(map(int.__ge__, runs, each.counts))
        ]
        return tuple(words + (_readings(letters) if self._wild else []))


def _apart(found: Sequence[Meant]) -> list[Meant]:
    kept: list[Meant] = []
    for each in sorted(found):
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept


def _flat(piece: str) -> str:
    return piece.translate(SIGN_LETTERS).translate(_L)


def _pieces(folded: str) -> Iterator[tuple[str, int]]:
    for found in _PIECE.finditer(folded):
        bare = found.group().strip(AROUND + "#")
        if bare:
            yield bare, found.start() + found.group().find(bare)


def _units(piece: str) -> list[tuple[str, int]]:
    """The letters of a piece in which all stand apart: b.r.e, or one alone."""
    if piece.isalpha():
        return [(piece, 0)] if len(piece) <= LONGEST and is_unit(piece) else []
    parts = [(found.group(), found.start()) for found in _PART.finditer(piece)]
    return parts if all(is_unit(part) for part, _ in parts) else []


def _may_be_stretched(run: int, least: int) -> bool:
    return run == least or run >= max(least, 3)  # twice may be another word: Rasse and Rase


def _is_word_with(piece: str, hidden: Sequence[int]) -> bool:
    """Whether a single sign that is no star stands in an innocent word."""
    before, after = piece[: hidden[0]], piece[hidden[0] + 1 :]
    return len(hidden) == 1 and any(is_word(before + letter + after) for letter in _ANY_LETTER)


def _readings(piece: str) -> list[str]:
    """For wildcards: the letters that the signs stand for."""
    bare = piece.lstrip("@")
    joined = _PARTING.sub("", bare)
    read = [each.translate(SIGN_LETTERS) for each in (bare, bare.translate(_ONE_IS_L), joined)]
    return [each for each in dict.fromkeys(read) if each.isalpha()]


def _are_words(letters: str) -> bool:
    return len(letters) > LONGEST or splits(letters)
