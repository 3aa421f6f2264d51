"""One stretch of a comment without a blank in it, read in every way it may be meant.

As words, as one word in disguise, as words in disguise written against one another. Time is linear in the length of
the stretch; a long one is read only for its parts.
"""

import re
from typing import NamedTuple

from moderation.checks import shapes
from moderation.checks.drawn import DIGIT_LETTERS, read_drawn
from moderation.checks.lexicon import FOUND, SHORTEST_DISGUISED, Entry, lexicon
from moderation.checks.reading import INNOCENT, SHORTEST_WORD, Read, is_innocent_word, read_letters, stretched
from moderation.checks.spelt import is_unit, spelt
from moderation.checks.words import LONGEST_FRAGMENT, is_fragment, is_word

LONGEST_CHUNK = 96  # characters that are read as one word in disguise
FEWEST_UNITS = 3  # letters set apart
AROUND = "\"'.,;:?!`~…*_-“”«»\u2018\u2019"
"""Signs around a word that never are a letter of it."""
_AROUND_STARS = AROUND.replace("*", "")
_PART = re.compile(r"[^\W_]+")
_BETWEEN = re.compile(r"[-/,;:\"“”]+|\.{2,}|…")
_EDGE_LETTERS = frozenset("@$")  # signs that are letters even where the rest is a word: $hit, as$
_MOST_PIECES = 64
_DIGITS = "0123456789"


class Hit(NamedTuple):
    start: int  # in the folded text
    end: int
    entry: Entry
    how: str = ""  # the disguise, or nothing

    def moved(self, by: int) -> "Hit":
        return Hit(self.start + by, self.end + by, self.entry, self.how)


class Chunk(NamedTuple):
    """What is worth knowing of one stretch without blanks."""

    hits: tuple[Hit, ...] = ()
    is_unit: bool = False  # one letter, or only signs: may be part of a word set apart
    is_fragment: bool = False  # may be part of a word cut in two
    has_key: bool = False  # holds the word by which a phrase is found


NOTHING = Chunk()


def read_chunk(chunk: str, *, deep: bool = True) -> Chunk:
    """Read one stretch; spans count from its first character."""
    bare = chunk.strip(AROUND)
    if deep and "*" in chunk and len(chunk) <= LONGEST_CHUNK and (hit := _read_with_star(chunk, bare)):
        return Chunk((hit,))
    if bare.isalpha() and bare.isascii() and len(bare) <= LONGEST_CHUNK:
        return _read_plain(chunk, bare, deep=deep)
    parts = [(found.group(), found.start()) for found in _PART.finditer(chunk)]
    if not parts:
        hits = _read_whole(chunk, bare, []) if SHORTEST_DISGUISED <= len(bare) <= LONGEST_CHUNK and deep else []
        return Chunk(tuple(hits), is_unit=len(chunk) <= LONGEST_CHUNK)
    longer = [(part, start) for part, start in parts if len(part) >= SHORTEST_WORD - 1]
    read = _read_part if deep else _as_it_stands
    hits = [Hit(start, start + len(part), *found) for part, start in longer if (found := read(part))]
    if deep:
        if len(chunk) <= LONGEST_CHUNK:
            hits = _read_whole(chunk, bare, hits)
        hits = hits or _spelt(chunk, parts) or _pieces(chunk)
    return Chunk(
        hits=tuple(hits),
        is_unit=all(is_unit(part) for part, _ in parts),
        is_fragment=len(parts) == 1 and _may_be_cut(parts[0][0]),
        has_key=any(part in lexicon().keys for part, _ in parts),
    )


def _read_with_star(chunk: str, bare: str) -> Hit | None:
    """A star at one end of a word hides a letter (fuc*), unless it marks a footnote; at both it is emphasis."""
    drawn = chunk.strip(_AROUND_STARS)
    if len(drawn) - len(bare) != 1 or len(drawn) < SHORTEST_WORD or is_word(bare):
        return None
    found = read_drawn(drawn)
    start = chunk.find(drawn)
    return Hit(start, start + len(drawn), *found) if found and found != INNOCENT else None


def _read_plain(chunk: str, bare: str, *, deep: bool) -> Chunk:
    """Of letters only, maybe with stops and quotation marks around."""
    known = lexicon()
    has_key = bare in known.keys
    if bare not in known.exact and is_word(bare):
        return Chunk(is_unit=is_unit(bare), has_key=has_key)
    start = chunk.find(bare)
    found = read_letters(bare) if deep else _as_it_stands(bare)
    hits = (Hit(start, start + len(bare), *found),) if found else ()
    return Chunk(hits, is_unit(bare), not hits and _may_be_cut(bare), has_key)


def _as_it_stands(word: str) -> Read | None:
    entry = lexicon().exact.get(word)
    return Read(entry) if entry else None


def _may_be_cut(part: str) -> bool:
    if not part.isascii() or len(part) > LONGEST_FRAGMENT or not part[:1].isalpha():
        return False  # 5h it: a number with its unit
    return is_fragment(part if part.isalpha() else part.translate(DIGIT_LETTERS))


def _read_part(part: str) -> Read | None:
    """The entry that a run of letters and digits is."""
    if part.isascii() and part.isalpha():
        return read_letters(part)
    if not part.isascii() or part in lexicon().exact:
        return _as_it_stands(part)
    bare = part.strip(_DIGITS)
    if not bare or len(part) > LONGEST_CHUNK:
        return None  # a number is a number
    if found := read_drawn(part):
        return None if found == INNOCENT else found
    return read_letters(bare) if bare.isalpha() and len(bare) >= SHORTEST_DISGUISED else None


def _read_whole(chunk: str, bare: str, parts: list[Hit]) -> list[Hit]:
    """The stretch read as one word in disguise; if it is an innocent word so, nothing in it is profane."""
    known = lexicon()
    if entry := known.exact.get(chunk) or known.exact.get(bare):
        start = 0 if chunk in known.exact else chunk.find(bare)
        return [Hit(start, start + len(chunk if chunk in known.exact else bare), entry)]
    unsigned = _without_signs_around(bare)
    if _EDGE_LETTERS.isdisjoint(bare.replace(unsigned, "", 1)) and is_innocent_word(unsigned):
        bare = unsigned  # (ok is no word with a c, and #gay none with an h
    for drawn in dict.fromkeys((bare.lstrip("#"), unsigned)):
        found = read_drawn(drawn) if len(drawn) >= SHORTEST_WORD else None
        if found == INNOCENT:
            return []
        if found and (not parts or len(found.entry.word) > max(len(hit.entry.word) for hit in parts)):
            start = chunk.find(drawn)
            return [Hit(start, start + len(drawn), *found)]
    return parts


def _without_signs_around(bare: str) -> str:
    found = [each.span() for each in _PART.finditer(bare)]
    return bare[found[0][0] : found[-1][1]] if found else bare


def _pieces(chunk: str) -> list[Hit]:
    """Words in disguise that other words are written against: totally-f*cked, p*ssies...sad."""
    cuts = [found.span() for found in _BETWEEN.finditer(chunk)][:_MOST_PIECES]
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(chunk)]
    hits: list[Hit] = []
    for start, end in zip(starts, ends, strict=True):
        piece = chunk[start:end]
        if cuts and SHORTEST_DISGUISED <= len(piece) <= LONGEST_CHUNK and not piece.isalnum():
            hits += [hit.moved(start) for hit in _read_whole(piece, piece.strip(AROUND), [])]
    return hits


def _spelt(chunk: str, parts: list[tuple[str, int]]) -> list[Hit]:
    """Words whose letters are set apart by signs; the stretch is walked through once."""
    hits: list[Hit] = []
    begin = 0
    while begin < len(parts):
        end = begin
        while end < len(parts) and is_unit(parts[end][0]):
            end += 1
        if end - begin >= FEWEST_UNITS:
            # The signs around belong to it: in $_h_i_t the dollar is the first letter.
            first = parts[begin - 1][1] + len(parts[begin - 1][0]) if begin else 0
            last = parts[end][1] if end < len(parts) else len(chunk)
            hits += [Hit(*found, "letters set apart") for found in spelt(chunk, first, last)]
        begin = end + 1
    return hits


def read_upside_down(chunk: str) -> list[Hit]:
    """A word whose letters are upright already, and in the wrong order."""
    bare = chunk.strip(AROUND)
    if not (bare.isalpha() and bare.isascii() and len(bare) <= LONGEST_CHUNK):
        return []
    word = shapes.turn(bare)
    entry = lexicon().exact.get(word)
    if not entry and not is_word(word) and (found := stretched(word)):
        entry = found.entry
    start = chunk.find(bare)
    return [Hit(start, start + len(bare), entry, "upside down")] if entry and entry.grade in FOUND else []
