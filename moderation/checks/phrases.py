"""Phrases of abuse whose words are harmless one by one: 'go play in traffic', 'those people are vermin'.

data/phrases.txt lists them by kind. All are looked for in one pass over a batch's words (Aho-Corasick), as whole
words. What a phrase says is for the model to learn; here is only where it stands.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import accumulate, product
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from moderation.checks.masked import MANY

KINDS = ("insult", "threat", "hate", "sexual")
MOST = 10_000  # in one batch; a batch of more has nothing else to say
_SET = re.compile(r"\{(\w+)\}")


class Phrase(NamedTuple):
    kind: int  # its place in KINDS
    comment: int  # of the batch
    first: int  # of the comment's words
    last: int


def phrases_in(many: Sequence[str]) -> list[Phrase]:
    """In each comment's words, one blank between them."""
    finder, kinds = _finder()
    texts = [f" {each} " for each in many]
    joined = "\n".join(texts)
    found = finder.find_matches_as_indexes(joined, overlapping=True)
    if not found:
        return []
    begins = list(accumulate((len(each) + 1 for each in texts), initial=0))
    placed: list[Phrase] = []
    reached, blanks = 0, 0  # matches come in the order of their ends: each blank is counted once
    before = {0: 0}  # comment -> blanks before it
    for which, start, end in found[:MOST]:
        comment = bisect_right(begins, start) - 1
        if comment not in before:
            blanks += joined.count(" ", reached, begins[comment])
            reached, before[comment] = begins[comment], blanks
        blanks += joined.count(" ", reached, end)
        reached = end
        last = blanks - before[comment] - 2
        placed.append(Phrase(kinds[which], comment, last - joined.count(" ", start, end) + 2, last))
    return placed


def listed() -> Iterator[tuple[str, str]]:
    """(kind, phrase), each once."""
    sets = {"people": [MANY]}
    seen: set[str] = set()
    for line in (files("moderation.checks.data") / "phrases.txt").read_text("utf-8").splitlines():
        head, _, rest = line.partition(":")
        if line.startswith("#") or not rest:
            continue
        phrases = [each for written in rest.split("|") for each in _filled(written.strip(), sets)]
        if head.startswith("set "):
            sets[head.removeprefix("set ")] = phrases
            continue
        for phrase in phrases:
            if phrase not in seen:
                seen.add(phrase)
                yield head, phrase


def get_ready() -> None:
    _finder()


def _filled(written: str, sets: dict[str, list[str]]) -> Iterator[str]:
    names = _SET.findall(written)
    for chosen in product(*(sets[name] for name in names)):
        rest = iter(chosen)
        yield _SET.sub(lambda _, rest=rest: next(rest), written)


@cache
def _finder() -> tuple[AhoCorasick, list[int]]:
    entries = list(listed())
    return AhoCorasick([f" {phrase} " for _, phrase in entries]), [KINDS.index(kind) for kind, _ in entries]
