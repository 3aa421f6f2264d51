"""Profanity: graded words, whole or disguised, never inside innocent ones.

What a stretch without blanks is, is remembered: most of a comment's were seen before, and cost one look-up.
"""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import accumulate
from typing import NamedTuple

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
from moderation.checks.lexicon import FOUND, GRADES, SHORTEST_DISGUISED, Entry, lexicon
from moderation.checks.quotation import quoted_in
from moderation.checks.shapes import turned
from moderation.checks.signal import Facts, Signal, quote
from moderation.checks.spelt import spelt
from moderation.checks.text import Text
from moderation.checks.tongue import ENGLISH, tongue
from moderation.checks.wordlist import allowed
from moderation.checks.words import dictionary, is_fragment, names, word_set
from moderation.rules import Rules

NAME = "profanity"
VERSION = "2"
SAYS = "The language is on a profanity list."

SCORES = {"slur": 0.95, "strong": 0.9, "sexual": 0.8, "mild": 0.6, "medical": 0.2, "benign": 0.1}
GUESSED = {"slur": 0.8, "strong": 0.8, "sexual": 0.7, "mild": 0.5}  # read through a disguise that hides letters
_GUESSES = frozenset({"letters swapped", "vowels left out", "backwards", "letters hidden", "cut in two", "upside down"})
NOTHING_SEEN = Signal(NAME)
TOLD_COUNTS = 0.4  # what is only quoted or reported holds nothing under the standard preset
OFTEN, FOR_OFTEN = 3, 0.05  # as many words found weigh so much more
MOST_SPANS = 100
MOST_IN_CONTEXT = 100  # hits whose neighbours are looked at; in a comment of more, the rest is taken as it stands
_REMEMBERED = 32_768  # chunks
_MOST_DEEP = 250  # chunks of one comment that nobody has seen before; what comes behind is read as it stands
_LONGEST_PHRASE = 5  # words

_WORD = re.compile(r"[^\W_]+")


class _Known(dict[str, Chunk | None]):
    """What each chunk holds; None: nothing worth knowing."""

    left = _MOST_DEEP

    def __missing__(self, chunk: str) -> Chunk | None:
        deep = self.left > 0
        self.left -= 1
        read = read_chunk(chunk, deep=deep)
        known = None if read == NOTHING else read
        if deep and len(chunk) <= LONGEST_CHUNK:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[chunk] = known
        return known


_known = _Known()


def look(facts: Facts) -> Signal:
    text = facts.text
    hits = _find(text)
    if hits and facts.rules.lists.words.allow:
        hits = _without_allowed(hits, facts)
    if not hits:
        language = tongue(facts)
        if language not in (None, ENGLISH):
            return Signal(NAME, ran=False, why_not=f"does not know this language: {language}")
        return NOTHING_SEEN
    hits = [_in_context(hit, text) for hit in hits[:MOST_IN_CONTEXT]] + hits[MOST_IN_CONTEXT:]
    shown = [hit for hit in hits if hit.entry.grade in FOUND] or hits
    told = _told(hits[:MOST_SPANS], facts)
    return Signal(
        NAME,
        score=_score(hits),
        spans=tuple(text.span(hit.start, hit.end) for hit in shown[:MOST_SPANS]),
        evidence=tuple(dict.fromkeys(_evidence(hits[:MOST_SPANS], told))),
        weight=TOLD_COUNTS if len(hits) <= MOST_SPANS and told.issuperset(shown) else 1.0,
    )


def prepare(rules: Rules) -> None:
    """Make the tables: it takes longer than a check may."""
    allowed(rules.lists)
    lexicon()
    dictionary()
    names()
    turned()


def _score(hits: Sequence[Hit]) -> float:
    score = max((GUESSED if hit.how in _GUESSES else SCORES).get(hit.entry.grade, 0.0) for hit in hits)
    found = sum(1 for hit in hits if hit.entry.grade in FOUND)
    return round(min(score + (FOR_OFTEN if found >= OFTEN else 0.0), 1.0), 2)


def _evidence(hits: Sequence[Hit], told: AbstractSet[Hit]) -> Iterator[str]:
    for hit in sorted(hits, key=lambda hit: GRADES.index(hit.entry.grade)):
        disguise = f" (disguised: {hit.how})" if hit.how else ""
        yield quote(f"{hit.entry.grade}: {hit.entry.word}{disguise}")
    for hit in hits:
        if hit in told:
            yield quote(f"quoted: {hit.entry.word}")


def _told(hits: Sequence[Hit], facts: Facts) -> set[Hit]:
    """Those that the comment tells of: somebody else said them."""
    told, text = quoted_in(facts), facts.text
    places = [(hit, *text.span(hit.start, hit.end)) for hit in hits] if told else []
    return {hit for hit, start, end in places if any(begin <= start and end <= stop for begin, stop in told)}


def _without_allowed(hits: Sequence[Hit], facts: Facts) -> list[Hit]:
    """Less what the site has allowed."""
    welcome = [(start, end) for _, start, end in allowed(facts.rules.lists).find(facts.text)]
    places = [(hit, *facts.text.span(hit.start, hit.end)) for hit in hits]
    return [hit for hit, start, end in places if not any(begin <= start and end <= stop for begin, stop in welcome)]


class _Cut(NamedTuple):
    """A comment in stretches without blanks, and what is worth knowing of them."""

    text: Text
    chunks: list[str]
    known: list[Chunk | None]
    noted: list[tuple[int, Chunk]]  # those that are worth it, and their places

    def at(self, place: int) -> Chunk:
        return self.known[place] or NOTHING if 0 <= place < len(self.known) else NOTHING


def _find(text: Text) -> list[Hit]:
    """All hits, left to right, none inside another."""
    _known.left = _MOST_DEEP
    chunks = text.folded.split()
    known = list(map(_known.__getitem__, chunks))
    noted = [(place, chunk) for place, chunk in enumerate(known) if chunk]
    has_turned = not text.original.isascii() and not turned().isdisjoint(text.original)
    if not noted and not has_turned:
        return []
    cut = _Cut(text, chunks, known, noted)
    units = [place for place, chunk in noted if chunk.is_unit]
    runs = list(_runs_of_units(units)) if len(units) >= FEWEST_UNITS else []
    pairs = list(_pairs(cut))
    found = [(place, chunk) for place, chunk in noted if chunk.hits]
    keys = [place for place, chunk in noted if chunk.has_key]
    if not (runs or pairs or found or keys or has_turned):
        return []
    starts = _starts(chunks, text.folded)
    hits = [hit.moved(starts[place]) for place, chunk in found for hit in chunk.hits]
    for first, last in runs:
        hits += [
            Hit(*each, "letters set apart")
            for each in spelt(text.folded, starts[first], starts[last] + len(chunks[last]))
        ]
    for left, right, entry in pairs:
        if _is_cut(cut, left, right, text.span(starts[left], starts[left] + 1)[0]):
            hits.append(Hit(starts[left], starts[right] + len(chunks[right].rstrip(AROUND)), entry, "cut in two"))
    if has_turned:
        hits += _upside_down(cut, starts)
    if keys:
        hits += _phrases(cut, keys, starts)
    return _apart(hits) if len(hits) > 1 else hits


def _starts(chunks: Sequence[str], folded: str) -> list[int]:
    if " ".join(chunks) == folded:
        return list(accumulate(map((1).__add__, map(len, chunks)), initial=0))[:-1]
    starts: list[int] = []
    end = 0
    for chunk in chunks:
        start = folded.index(chunk, end)  # between two chunks there are only blanks
        end = start + len(chunk)
        starts.append(start)
    return starts


def _runs_of_units(units: Sequence[int]) -> Iterator[tuple[int, int]]:
    """From which chunk to which only single letters stand: f u c k."""
    first = last = -2
    for place in units:
        if place != last + 1:
            if last - first + 1 >= FEWEST_UNITS:
                yield first, last
            first = place
        last = place
    if last - first + 1 >= FEWEST_UNITS and last >= 0:
        yield first, last


def _pairs(cut: _Cut) -> Iterator[tuple[int, int, Entry]]:
    """Two or three chunks that are one word with blanks in it: fu ck."""
    core = lexicon().core
    chunks, last = cut.chunks, len(cut.chunks) - 1
    for place, chunk in cut.noted:
        if not chunk.is_fragment:
            continue
        for left, right in ((place - 1, place), (place, place + 1), (place - 1, place + 1)):
            if left < 0 or right > last or sum(map(len, chunks[left : right + 1])) < SHORTEST_DISGUISED:
                continue
            whole = "".join(chunks[left : right + 1])
            entry = core.get(whole) or core.get("".join([each.strip(AROUND) for each in chunks[left : right + 1]]))
            if entry and not any(cut.at(at).hits for at in range(left, right + 1)):
                yield left, right, entry
                break


# These letters alone before a word are mostly what is left of another one: that s hit, don t its. After these words
# they are not.
_LEFT_OVERS = frozenset("stdm")
_BEFORE_A_NOUN = word_set("a an the this such of you your my some full holy still think say lol ur like is are")


def _is_cut(cut: _Cut, left: int, right: int, start: int) -> bool:
    first, last = cut.chunks[left].strip(AROUND), cut.chunks[right].strip(AROUND)
    if len(first) > 1 or is_fragment(last):
        return True
    before = cut.chunks[left - 1] if left else ""
    if first not in _LEFT_OVERS:
        return cut.text.original[start].islower()
    return not before or before.strip(AROUND) in _BEFORE_A_NOUN or not before[-1].isalnum()


def _upside_down(cut: _Cut, starts: list[int]) -> Iterator[Hit]:
    for chunk, start in zip(cut.chunks, starts, strict=True):
        first, last = cut.text.span(start, start + len(chunk))
        if not turned().isdisjoint(cut.text.original[first:last]):
            yield from (hit.moved(start) for hit in read_upside_down(chunk))


def _phrases(cut: _Cut, keys: Sequence[int], starts: list[int]) -> Iterator[Hit]:
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
    if hit.entry.grade in FOUND and is_innocent(hit, text):
        return hit._replace(entry=Entry(hit.entry.word, "benign"))
    return hit
