"""What an author changed: the words that went and the words that came."""

from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

import re2

MOST_WORDS = 600  # on each side; beyond, a text counts as written anew
_WORDS = re2.compile(r"\s+|[^\s]+")


class Part(NamedTuple):
    """A stretch of words: 'same', 'gone' or 'new'."""

    kind: str
    text: str


class Change(NamedTuple):
    """From one revision to the next."""

    revision: int  # the one that came of it
    parts: list[Part]


def of(bodies: list[str]) -> list[Change]:
    """The changes between a comment's texts, the oldest first."""
    first = 1
    return [
        Change(first + number, between(before, after)) for number, (before, after) in enumerate(pairwise(bodies), 1)
    ]


def between(before: str, after: str) -> list[Part]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(old), len(new)) > MOST_WORDS:
        return [Part("gone", before), Part("new", after)]
    parts: list[Part] = []
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            parts.append(Part("same", "".join(old[a:b])))
            continue
        parts += [Part(kind, "".join(some)) for kind, some in (("gone", old[a:b]), ("new", new[c:d])) if some]
    return parts
