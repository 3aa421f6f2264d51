"""Linear models over words, pairs of words, runs of letters and hints: several outcomes for a whole batch at once.

The words that are known have places of their own, so that what weighed can be named; pairs and runs are hashed. What a
part adds is its weights' sum divided by the root of how many there were: a long comment is not louder than a short one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.checks.grams import grams, summed
from moderation.checks.hints import MARKS, NEAR, Column, hints
from moderation.checks.masked import Masked, mask
from moderation.checks.text import Text

PAIRS, RUNS = 1, (3, 4, 5)  # kinds of grams
_GAP = [0] * NEAR


@dataclass(frozen=True, slots=True)
class Batch:
    """Comments as the model reads them, their words in one row."""

    words: list[Masked]
    ids: NDArray[np.intp]  # of every word, 0: not known; NEAR zeros end every comment
    owner: NDArray[np.intp]
    lengths: NDArray[np.intp]  # in words
    hints: Column
    bucket: NDArray[np.intp]  # of pairs and runs, in one table after the other
    text: NDArray[np.intp]  # whose gram
    pair: NDArray[np.bool_]  # which grams are pairs: the first ones


@dataclass(frozen=True)
class Reader:
    """Reads comments by one model's vocabulary."""

    vocabulary: dict[str, int]  # no word has place 0
    traits: Column  # a row for each word; 0 for the unknown
    bits: int

    @cached_property
    def _marks(self) -> NDArray[np.int8]:
        table = np.zeros(len(self.traits), dtype=np.int8)
        for bit, words in enumerate(MARKS.values()):
            for word in words:
                table[self.vocabulary[word]] |= 1 << bit
        return table

    def read(self, texts: Sequence[Text]) -> Batch:
        return self.read_words([text.tokens for text in texts], [text.original for text in texts])

    def read_words(self, words: Sequence[Sequence[str]], originals: Sequence[str]) -> Batch:
        """`words` may leave out some of a comment's own."""
        masked = [mask(each) for each in words]
        ids: list[int] = []
        place = self.vocabulary.get
        for each in masked:
            ids.extend(map(place, each.words, repeat(0)))
            ids += _GAP
        known = np.array(ids, dtype=np.intp)
        lengths = np.fromiter((len(each.words) for each in masked), dtype=np.intp, count=len(masked))
        owner = np.repeat(np.arange(len(masked)), lengths + NEAR)
        found = grams([" ".join(each.words) for each in masked], self.bits, RUNS)
        wanted = slice(int(np.searchsorted(found.kind, PAIRS)), None)  # single words stand first
        pair = found.kind[wanted] == PAIRS
        return Batch(
            words=masked,
            ids=known,
            owner=owner,
            lengths=lengths,
            hints=hints(self.traits[known], self._marks[known], owner, originals),
            bucket=found.bucket[wanted] + np.where(pair, 0, 1 << self.bits),
            text=found.text[wanted],
            pair=pair,
        )


@dataclass(frozen=True, slots=True)
class Weights:
    """For several outcomes: a row for each word and bucket, a column for each outcome."""

    words: Column
    grams: Column  # pairs, then runs
    hints: Column
    bias: Column


def logits(batch: Batch, weights: Weights) -> Column:
    """A row per comment, a column per outcome."""
    count = len(batch.lengths)
    roots = [np.sqrt(np.maximum(each, 1)) for each in _counts(batch)]
    pairs = np.count_nonzero(batch.pair)
    parts = [
        summed(weights.words, batch.ids, batch.owner, count) / roots[0][:, None],
        summed(weights.grams, batch.bucket[:pairs], batch.text[:pairs], count) / roots[1][:, None],
        summed(weights.grams, batch.bucket[pairs:], batch.text[pairs:], count) / roots[2][:, None],
    ]
    return (sum(parts) + batch.hints @ weights.hints + weights.bias).astype(np.float32)


def _counts(batch: Batch) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    count = len(batch.lengths)
    pairs = np.bincount(batch.text[batch.pair], minlength=count)
    return batch.lengths, pairs, np.bincount(batch.text, minlength=count) - pairs
