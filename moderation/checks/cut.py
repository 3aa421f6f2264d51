"""Words that are cut by blanks: fu ck, f u c k, f u c king.

A comment as stretches without blanks, and the words that several of these are together.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from moderation.checks.disguise import AROUND, FEWEST_UNITS, NOTHING, Chunk, Hit
from moderation.checks.drawn import DIGIT_LETTERS
from moderation.checks.lexicon import SHORTEST_DISGUISED, Entry, lexicon
from moderation.checks.spelt import spelt
from moderation.checks.text import Text
from moderation.checks.words import is_fragment, word_set


class Cut(NamedTuple):
    """A comment in stretches without blanks, and what is worth knowing of them."""

    text: Text
    chunks: list[str]
    known: list[Chunk | None]
    noted: list[tuple[int, Chunk]]  # those that are worth it, and their places

    def at(self, place: int) -> Chunk:
        return self.known[place] or NOTHING if 0 <= place < len(self.known) else NOTHING


def runs_of_units(units: Sequence[int]) -> Iterator[tuple[int, int]]:
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


def set_apart(cut: Cut, first: int, last: int, starts: Sequence[int]) -> Iterator[Hit]:
    """Words in a run of letters set apart, and one whose last letters stand together: f u c king."""
    chunks, end = cut.chunks, starts[last] + len(cut.chunks[last])
    rest = chunks[last + 1].rstrip(AROUND) if last + 1 < len(chunks) else ""
    whole = _joined([each.strip(AROUND) for each in chunks[first : last + 1]] + [rest]) if rest else ""
    found = list(spelt(cut.text.folded, starts[first], end))
    if (entry := lexicon().core.get(whole)) and (not found or _is_tail(rest)):
        found = [(starts[first], starts[last + 1] + len(rest), entry)]
    for each in found:
        yield Hit(*each, "letters set apart")


def pairs(cut: Cut) -> Iterator[tuple[int, int, Entry]]:
    """Two or three chunks that are one word with blanks in it: fu ck."""
    known, chunks, last = lexicon(), cut.chunks, len(cut.chunks) - 1
    bare = _Bare(chunks)
    for place, chunk in cut.noted:
        if not chunk.is_fragment or sum(map(len, chunks[max(0, place - 1) : place + 2])) < SHORTEST_DISGUISED:
            continue
        three, two = (place - 1, place + 1), ((place - 1, place), (place, place + 1))
        goes_on = place < last and _is_tail(bare[place + 1])  # fu ck ing, and not fu ck it
        for left, right in (three, *two) if goes_on else (*two, three):
            if left < 0 or right > last or bare[left].translate(DIGIT_LETTERS) not in known.begun:
                continue
            parts = [bare[at] for at in range(left, right + 1)]
            entry = known.core.get(_joined(parts)) if sum(map(len, parts)) >= SHORTEST_DISGUISED else None
            if entry and not any(cut.at(at).hits for at in range(left, right + 1)):
                yield left, right, entry
                break


class _Bare(dict[int, str]):
    """Chunks without the signs around them, by their places."""

    def __init__(self, chunks: Sequence[str]) -> None:
        self._chunks = chunks

    def __missing__(self, place: int) -> str:
        bare = self[place] = self._chunks[place].strip(AROUND)
        return bare


def _is_tail(rest: str) -> bool:
    return rest in _TAILS or is_fragment(rest)


_TAILS = word_set("ing ings ed er ers es s y")


def _joined(parts: Sequence[str]) -> str:
    """Digits among the letters read as letters; a part of nothing else is a number."""
    whole = "".join(parts)
    return whole if whole.isalpha() or any(map(str.isdigit, parts)) else whole.translate(DIGIT_LETTERS)


# These letters alone before a word are mostly what is left of another one: that s hit, don t its. After these words
# they are not.
_LEFT_OVERS = frozenset("stdm")
_BEFORE_A_NOUN = word_set("a an the this such of you your my some full holy still think say lol ur like is are")


def is_cut(cut: Cut, left: int, right: int, start: int) -> bool:
    first, last = cut.chunks[left].strip(AROUND), cut.chunks[right].strip(AROUND)
    if len(first) > 1 or is_fragment(last):
        return True
    before = cut.chunks[left - 1] if left else ""
    if first not in _LEFT_OVERS:
        return cut.text.original[start].islower()
    return not before or before.strip(AROUND) in _BEFORE_A_NOUN or not before[-1].isalnum()
