"""Linear models over words, pairs of words, runs of letters and hints: several outcomes for a whole batch at once.

The words that are known have places of their own, so that what weighed can be named; pairs and runs are hashed. What a
part adds is its weights' sum divided by the root of how many there were: a long comment is not louder than a short one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.checks.grams import grams, summed
from moderation.checks.hints import MARKS, NEAR, TRAITS, Column, hints
from moderation.checks.masked import PLAIN, Masked, mask
from moderation.checks.meant import Meant
from moderation.checks.phrases import KINDS, phrases_in
from moderation.checks.softened import MOST, is_a_manner_of_speaking, is_denied, is_of_a_thing, is_of_oneself
from moderation.checks.words import word_set

PAIRS, RUNS = 1, (3, 4, 5)  # kinds of grams
_GAP = [0] * NEAR
_HARD, _NOTABLE = 0.27, 0.3  # of a trait
_OWN_WILL = 5  # words in which somebody says what he would like to do
_I, _OTHERS = word_set("i we"), MARKS["you"] | MARKS["they"] | MARKS["group"] | word_set("all every everyone somebody")
_DENYING = word_set("not never t dont nobody")  # do not kill yourself


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

    @cached_property
    def _hard(self) -> NDArray[np.int8]:
        """By word, as bits: which softenings it may have."""
        by = {name: self.traits[:, place] for place, name in enumerate(TRAITS)}
        violent, sexual, slur = by["violent"] > 0, by["sexual"] >= _NOTABLE, by["slur"] >= _NOTABLE
        hard = (by["toxic"] >= _HARD) & ~violent
        may = (hard, hard & ~sexual, hard & ~sexual & ~slur, violent)
        return sum(each.astype(np.int8) << bit for bit, each in enumerate(may))  # type: ignore[return-value]

    def read(self, many: Sequence[Meant]) -> Batch:
        """Of a comment's words some may be left out."""
        masked = [mask(each.words, each.first, each.last) for each in many]
        ids: list[int] = []
        place = self.vocabulary.get
        for each in masked:
            ids.extend(map(place, each.words, repeat(0)))
            ids += _GAP
        known = np.array(ids, dtype=np.intp)
        lengths = np.fromiter((len(each.words) for each in masked), dtype=np.intp, count=len(masked))
        owner = np.repeat(np.arange(len(masked)), lengths + NEAR)
        self._soften(known, owner, masked, many)
        joined = [" ".join(each.words) for each in masked]
        found = grams(joined, self.bits, RUNS)
        wanted = slice(int(np.searchsorted(found.kind, PAIRS)), None)  # single words stand first
        pair = found.kind[wanted] == PAIRS
        return Batch(
            words=masked,
            ids=known,
            owner=owner,
            lengths=lengths,
            hints=hints(
                self.traits[known],
                self._marks[known],
                owner,
                [each.text.original for each in many],
                _phrases(joined, masked),
            ),
            bucket=found.bucket[wanted] + np.where(pair, 0, 1 << self.bits),
            text=found.text[wanted],
            pair=pair,
        )

    def _soften(
        self, ids: NDArray[np.intp], owner: NDArray[np.intp], masked: Sequence[Masked], many: Sequence[Meant]
    ) -> None:
        """In place: hard words that are meant of nobody read as a word without weight."""
        may = self._hard[ids]
        places = np.flatnonzero(may)
        if not len(places):
            return
        plain = self.vocabulary.get(PLAIN, 0)
        begins = np.searchsorted(owner, np.arange(len(masked)))
        seen = [0] * len(masked)
        whose: list[int] = owner[places].tolist()
        ats: list[int] = (places - begins[owner[places]]).tolist()
        for place, comment, at in zip(places.tolist(), whose, ats, strict=True):
            seen[comment] += 1
            if seen[comment] > MOST:
                continue
            read, bits = masked[comment], int(may[place])
            parted = partial(_parted, many[comment], read)
            if any(bits >> bit & 1 and softens(read.words, at, parted) for bit, softens in enumerate(_SOFTENINGS)):
                read.words[at] = PLAIN
                ids[place] = plain


# In the order of the bits that Reader._hard gives
_SOFTENINGS = (is_denied, is_of_oneself, is_of_a_thing, is_a_manner_of_speaking)


def _parted(meant: Meant, read: Masked, one: int, other: int) -> bool:
    return meant.parted(read.last[one], read.first[other])


def _phrases(joined: Sequence[str], masked: Sequence[Masked]) -> Column:
    """Comment x kind: whether there is such a phrase, and it is not denied."""
    table = np.zeros((len(joined), len(KINDS)), dtype=np.float32)
    for phrase in phrases_in(joined):
        words = masked[phrase.comment].words
        before = words[max(0, phrase.first - _OWN_WILL) : phrase.first]
        goes = words[phrase.first] == "go"
        if not (before and (before[-1] in _DENYING or (goes and _is_ones_own_will(before)))):
            table[phrase.comment, phrase.kind] = 1
    return table


def _is_ones_own_will(before: Sequence[str]) -> bool:
    """I want to go back to your country: where I go harms nobody; whom I want to kill does."""
    return before[-1] == "to" and not _I.isdisjoint(before) and _OTHERS.isdisjoint(before)


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
