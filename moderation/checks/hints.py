"""What a batch's words say about who is meant and how hard, as a few numbers a comment: the abuse model's other half.

Each word has traits (how toxic, a slur, sexual, violent, ...). The hints say how much of them a comment has, and what
stands near them: 'you', 'he', a group, 'I', 'will'. Every pass is over the batch's words at once.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.checks.masked import MANY, ONE
from moderation.checks.phrases import KINDS as PHRASES
from moderation.checks.words import word_set

# How toxic, by the word lists and by what people marked; a slur; sexual; violent; and Jigsaw's word weight with its idf
TRAITS = ("toxic", "slur", "sexual", "violent", "jigsaw", "idf")
MARKS: dict[str, frozenset[str]] = {
    "you": frozenset(
        {"you", "your", "yours", "yourself", "u", "ur", "youre", "ya", "yall", "ye", "yourselves", "thou"}
    ),
    "they": frozenset({"he", "she", "they", "him", "her", "his", "hers", "them", "their", "these", "those", "who"}),
    "self": frozenset({"i", "me", "my", "im", "myself", "mine", "we", "our"}),
    "group": frozenset({ONE, MANY}),
    "will": frozenset(
        {
            "will",
            "gonna",
            "ll",
            "should",
            "deserve",
            "deserves",
            "hope",
            "wish",
            "must",
            "need",
            "needs",
            "let",
            "going",
        }
    ),
}
NEAR = 4  # words to either side
HINTS = (
    "toxic",
    "second toxic",
    "toxic share",
    "any toxic",
    "toxic near you",
    "toxic near they",
    "toxic near self",
    "toxic near a group",
    "slur",
    "slur near you",
    "sexual",
    "sexual share",
    "sexual near you",
    "sexual near they",
    "violent",
    "violent near you",
    "violent near a group",
    "violent will",
    "violent will near you",
    "you share",
    "group share",
    "they share",
    "self share",
    "jigsaw",
    "jigsaw word",
    "capitals",
    "exclamations",
    "questions",
    "words",
    *(f"{kind} by phrase" for kind in PHRASES),
)
# By themselves they tell nobody why a comment was held
FUNCTION_WORDS = word_set(
    "a an the of to in on at by for from with as is are am was were be been being it its this that these those and or "
    "but if so than then there here not no do does did have has had i me my im we us our you your u ur he him his she "
    "her they them their who whom whose what which when where why how all any some such just like only too very can "
    "could will would shall should may might must s t re ve ll d m up out about into over off one own"
)
_CAPITALS_FROM = 12  # letters; 'OK' is no shouting
_MOST_MARKS = 3  # more say no more
Column = NDArray[np.float32]


def hints(
    traits: Column,
    marks: NDArray[np.int8],
    owner: NDArray[np.intp],
    originals: Sequence[str],
    phrases: Column,
) -> Column:
    """One row per comment. `owner` tells whose each word is; NEAR words without traits end every comment.

    `phrases`: a row per comment, a column for each kind of phrase.
    """
    count = len(originals)
    by = {name: np.ascontiguousarray(traits[:, place]) for place, name in enumerate(TRAITS)}
    near = {name: _near((marks >> bit) & 1) for bit, name in enumerate(MARKS)}
    words = np.maximum(np.bincount(owner, minlength=count) - NEAR, 0).astype(np.float32)
    root = np.sqrt(np.maximum(words, 1))
    pool = _Pool(owner, count)
    toxic, second = pool.two_largest(by["toxic"])
    threatening = by["violent"] * near["will"]
    found = [
        toxic,
        second,
        pool.sum(by["toxic"] * (by["toxic"] > _NOTABLE)) / root,
        1 - np.exp(pool.sum(np.log1p(-np.minimum(by["toxic"], _ALMOST) * (by["toxic"] > _NOTABLE)))),
        *(pool.largest(by["toxic"] * near[name]) for name in ("you", "they", "self", "group")),
        pool.largest(by["slur"]),
        pool.largest(by["slur"] * near["you"]),
        pool.largest(by["sexual"]),
        pool.sum(by["sexual"]) / root,
        *(pool.largest(by["sexual"] * near[name]) for name in ("you", "they")),
        pool.largest(by["violent"]),
        *(pool.largest(by["violent"] * near[name]) for name in ("you", "group")),
        pool.largest(threatening),
        pool.largest(threatening * near["you"]),
        *(pool.sum((marks >> _BIT[name]) & 1) / root for name in ("you", "group", "they", "self")),
        pool.sum(by["jigsaw"] * by["idf"]) / np.sqrt(np.maximum(pool.sum(by["idf"] ** 2), 1)) * _JIGSAW,
        pool.largest(by["jigsaw"] * by["idf"]) * _JIGSAW_WORD,
        *_of_characters(originals),
        np.log1p(words) / _LONG,
        *phrases.T,
    ]
    return np.stack(found, axis=1).astype(np.float32)


_NOTABLE = 0.15  # below this a word is as good as clean
_ALMOST = 0.98
_JIGSAW = 0.2  # brings its scores to about the size of the others
_JIGSAW_WORD = 0.02
_LONG = 5.0
_BIT = {name: bit for bit, name in enumerate(MARKS)}


class _Pool:
    """Sums and maxima over each comment's words."""

    def __init__(self, owner: NDArray[np.intp], count: int) -> None:
        self._owner = owner
        self._count = count
        self._begins = np.searchsorted(owner, np.arange(count))

    def sum(self, values: NDArray[Any]) -> Column:
        return np.bincount(self._owner, weights=values, minlength=self._count).astype(np.float32)

    def largest(self, values: NDArray[Any]) -> Column:
        return np.maximum.reduceat(values, self._begins)

    def two_largest(self, values: Column) -> tuple[Column, Column]:
        first = self.largest(values)
        places = np.flatnonzero((values == first[self._owner]) & (values > 0))
        ones = places[np.unique(self._owner[places], return_index=True)[1]]
        others = values.copy()
        others[ones] = 0
        return first, self.largest(others)


def _near(flags: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether one of these stands within NEAR words; the gaps between comments are as wide."""
    width = 2 * NEAR + 1
    sums = np.concatenate([np.zeros(NEAR + 1, dtype=np.int32), np.cumsum(flags, dtype=np.int32)])
    padded = np.concatenate([sums, np.full(NEAR, sums[-1], dtype=np.int32)])
    return (padded[width:] - padded[:-width]) > 0


def _of_characters(originals: Sequence[str]) -> tuple[Column, Column, Column]:
    """The share of capitals among the letters a-z, and how many exclamation and question marks, up to three."""
    lengths = np.fromiter((len(each) for each in originals), dtype=np.intp, count=len(originals))
    ends = np.cumsum(lengths)
    characters = np.frombuffer("".join(originals).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)

    def count(which: NDArray[np.bool_]) -> Column:
        sums = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(which)])
        return (sums[ends] - sums[ends - lengths]).astype(np.float32)

    upper = count((characters >= ord("A")) & (characters <= ord("Z")))
    lower = count((characters >= ord("a")) & (characters <= ord("z")))
    capitals = np.where(upper + lower >= _CAPITALS_FROM, upper / np.maximum(upper + lower, 1), 0)
    marks = [np.minimum(count(characters == ord(mark)), _MOST_MARKS) / _MOST_MARKS for mark in "!?"]
    return capitals.astype(np.float32), marks[0].astype(np.float32), marks[1].astype(np.float32)
