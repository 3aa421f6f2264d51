"""Where a comment swears: listed words, whole or disguised, each in its place, innocent or not.

Found once for all checks. What a stretch without blanks is, is remembered: most of a comment's were seen before, and
cost one look-up.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from moderation.checks.cut import Cut, is_cut, pairs, runs_of_units, set_apart
from moderation.checks.disguise import (
    AROUND,
    FEWEST_UNITS,
    LONGEST_CHUNK,
    NOTHING,
    Chunk,
    Hit,
    read_chunk,
    read_upside_down,
)
from moderation.checks.innocence import is_innocent
from moderation.checks.lexicon import FOUND, GRADES, Entry, lexicon
from moderation.checks.shapes import turned
from moderation.checks.signal import Facts
from moderation.checks.text import Text, places_of
from moderation.checks.tongue import ENGLISH, tongue
from moderation.checks.wordlist import allowed
from moderation.checks.words import dictionary, is_word, names, word_set
from moderation.rules import Rules

SHARED = "swearing"  # its place in Facts.shared
MOST_IN_CONTEXT = 100  # hits whose neighbours are looked at; in a comment of more, the rest is taken as it stands
_REMEMBERED = 32_768  # chunks
_MOST_DEEP = 1_500  # characters of one comment that are no words and new; what comes behind is read as it stands
_MOST_CUT = 100  # words with a blank in them
_LONGEST_PHRASE = 5  # words

_WORD = re.compile(r"[^\W_]+")


class Swearing(NamedTuple):
    """What was found in a comment."""

    hits: Sequence[Hit] = ()  # left to right; those that mean no harm where they stand are graded benign
    innocent: Sequence[Hit] = ()  # ... which ones these are
    welcome: Sequence[tuple[int, int]] = ()  # spans, in the text as written, that the site allows


NOTHING_SWORN = Swearing()


class _Known(dict[str, Chunk | None]):
    """What each chunk holds; None: nothing worth knowing."""

    left = _MOST_DEEP

    def __init__(self) -> None:
        super().__init__()
        self._passing: dict[str, Chunk | None] = {}  # what is known of this comment's only

    def begin(self) -> None:
        """A comment."""
        self.left = _MOST_DEEP
        self._passing = {}

    def __missing__(self, chunk: str) -> Chunk | None:
        if chunk in self._passing:
            return self._passing[chunk]
        deep = self.left > 0
        self.left -= 0 if is_word(chunk) else len(chunk)
        read = read_chunk(chunk, deep=deep)
        known = None if read == NOTHING else read
        if len(self) >= _REMEMBERED:
            self.clear()
        (self if deep and len(chunk) <= LONGEST_CHUNK else self._passing)[chunk] = known
        return known


_known = _Known()


def swearing_in(facts: Facts) -> Swearing:
    """Of a comment; found once for all checks."""
    if SHARED not in facts.shared:
        facts.shared[SHARED] = _look(facts)
    return facts.shared[SHARED]


def get_ready(rules: Rules) -> None:
    """Make the tables: it takes longer than a check may."""
    allowed(rules.lists)
    lexicon()
    dictionary()
    names()
    turned()


def _look(facts: Facts) -> Swearing:
    text = facts.text
    hits = _find(text)
    welcome: list[tuple[int, int]] = []
    if facts.rules.lists.words.allow:
        welcome = [(start, end) for _, start, end in allowed(facts.rules.lists).find(text)]
        hits = _without_allowed(hits, text, welcome)
    if not hits:
        return Swearing(welcome=welcome) if welcome else NOTHING_SWORN
    read = [_in_context(hit, text) for hit in hits[:MOST_IN_CONTEXT]]
    if any(map(_counts_in_english, read)) and tongue(facts) not in {None, ENGLISH}:
        read = [_benign(hit) if _counts_in_english(hit) else hit for hit in read]
    innocent = [hit for hit, known in zip(hits, read, strict=False) if hit is not known]
    return Swearing([*read, *hits[MOST_IN_CONTEXT:]], innocent, welcome)


def _without_allowed(hits: Sequence[Hit], text: Text, welcome: Sequence[tuple[int, int]]) -> list[Hit]:
    """Less what the site has allowed."""
    places = [(hit, *text.span(hit.start, hit.end)) for hit in hits]
    return [hit for hit, start, end in places if not any(begin <= start and end <= stop for begin, stop in welcome)]


def _find(text: Text) -> list[Hit]:
    """All hits, left to right, none inside another."""
    _known.begin()
    hits = _find_as_read(text)
    if text.original.isascii() or not text.otherwise:
        return hits
    return _apart(hits + _find_as_read(text.otherwise))


def _find_as_read(text: Text) -> list[Hit]:
    chunks = text.folded.split()
    known = list(map(_known.__getitem__, chunks))
    noted = [(place, chunk) for place, chunk in enumerate(known) if chunk]
    has_turned = not text.original.isascii() and not turned().isdisjoint(text.original)
    if not noted and not has_turned:
        return []
    cut = Cut(text, chunks, known, noted)
    units = [place for place, chunk in noted if chunk.is_unit]
    runs = list(runs_of_units(units)) if len(units) >= FEWEST_UNITS else []
    halves = list(islice(pairs(cut), _MOST_CUT))
    found = [(place, chunk) for place, chunk in noted if chunk.hits]
    keys = [place for place, chunk in noted if chunk.has_key]
    if not (runs or halves or found or keys or has_turned):
        return []
    starts = places_of(chunks, text.folded)
    hits = [hit.moved(starts[place]) for place, chunk in found for hit in chunk.hits]
    for first, last in runs:
        hits += set_apart(cut, first, last, starts)
    for left, right, entry in halves:
        if is_cut(cut, left, right, text.span(starts[left], starts[left] + 1)[0]):
            hits.append(Hit(starts[left], starts[right] + len(chunks[right].rstrip(AROUND)), entry, "cut in two"))
    if has_turned:
        hits += _upside_down(cut, starts)
    if keys:
        hits += _phrases(cut, keys, starts)
    return _apart(hits) if len(hits) > 1 else hits


def _upside_down(cut: Cut, starts: list[int]) -> Iterator[Hit]:
    for chunk, start in zip(cut.chunks, starts, strict=True):
        first, last = cut.text.span(start, start + len(chunk))
        if not turned().isdisjoint(cut.text.original[first:last]):
            yield from (hit.moved(start) for hit in read_upside_down(chunk))


def _phrases(cut: Cut, keys: Sequence[int], starts: list[int]) -> Iterator[Hit]:
    """Around the words by which phrases are found."""
    first = last = -1
    for place in [*keys, len(starts) + 2 * _LONGEST_PHRASE]:
        if last >= 0 and place - last >= _LONGEST_PHRASE:
            end = min(last + _LONGEST_PHRASE, len(starts)) - 1
            begin = starts[max(0, first - _LONGEST_PHRASE + 1)]
            found = _WORD.finditer(cut.text.folded, begin, starts[end] + len(cut.chunks[end]))
            yield from _phrases_in([(each.group(), *each.span()) for each in found])
            first = place
        elif last < 0:
            first = place
        last = place


def _phrases_in(words: Sequence[tuple[str, int, int]]) -> Iterator[Hit]:
    known = lexicon()
    for place, (word, start, _) in enumerate(words):
        if word not in known.starts:
            continue
        for length in range(min(_LONGEST_PHRASE, len(words) - place), 1, -1):
            row = words[place : place + length]
            if entry := known.phrases.get(tuple([word for word, _, _ in row])):
                yield Hit(start, row[-1][2], entry)
                break


def _apart(hits: list[Hit]) -> list[Hit]:
    """Left to right, none touching another; where they do, the gravest stays."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if kept and hit.start < kept[-1].end:
            if GRADES.index(hit.entry.grade) < GRADES.index(kept[-1].entry.grade):
                kept[-1] = hit
            continue
        kept.append(hit)
    return kept


def _in_context(hit: Hit, text: Text) -> Hit:
    return _benign(hit) if hit.entry.grade in FOUND and is_innocent(hit, text) else hit


def _benign(hit: Hit) -> Hit:
    return hit._replace(entry=Entry(hit.entry.word, "benign"))


def _counts_in_english(hit: Hit) -> bool:
    """Whether it swears in English alone: other languages borrow few words, and have others that look like one."""
    root = lexicon().roots.search(hit.entry.word)
    return hit.entry.grade in FOUND and (not root or root.group() in _FOREIGN_TOO)


_FOREIGN_TOO = word_set("slut wank")  # Swedish: end; German: sway
