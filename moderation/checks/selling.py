"""The model behind spam: traits and grams of a chunk of comments, weighed into log odds.

Log odds are a sum: what each trait adds, what the grams add, each by its rarity and all of them by their length
together, so that a long comment is not louder than a short one, and what the experts say (experts.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.checks.experts import Experts, experts_of, listen
from moderation.checks.grams import Grams, grams
from moderation.checks.signal import Facts
from moderation.checks.traits import Read, look_at, numbers

BITS = 14  # of a gram's bucket; more were no better
RUNS = (3, 4, 5)
_DIGITS = str.maketrans("123456789", "000000000")  # a number is a number
_WHOLE_WORDS = 1  # kinds of grams up to this are words and pairs: what a person can read
_WORTH_NAMING = 0.02  # log odds of one gram
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Weights:
    traits: NDArray[np.float64]
    grams: NDArray[np.float32]  # by bucket, times the rarity
    rarity: NDArray[np.float32]  # by bucket
    bias: float
    experts: Experts


@dataclass(frozen=True, slots=True)
class Batch:
    """A chunk of comments as the model reads them."""

    read: list[Read]
    traits: NDArray[np.float64]
    grams: Grams  # places are in the tokens joined by blanks


@dataclass(frozen=True, slots=True)
class Weighed:
    """One comment."""

    odds: float  # natural logarithm
    read: Read
    heavy: list[tuple[float, int, int]]  # words that spoke for spam: log odds, start and end among the tokens


def read_all(many: Sequence[Facts]) -> Batch:
    read = [look_at(facts) for facts in many]
    joined = [" ".join([word.text for word in each.tokens]).translate(_DIGITS) for each in read]
    return Batch(read, numbers(many, read), grams(joined, BITS, RUNS))


def weigh(batch: Batch, weights: Weights, *, worth_naming: float) -> list[Weighed]:
    """One for each comment; words are named in those with log odds from worth_naming on."""
    found, count = batch.grams, len(batch.read)
    odds, added = odds_of(batch.traits, found.bucket, found.text, weights)
    heavy: list[list[tuple[float, int, int]]] = [[] for _ in range(count)]
    named = np.flatnonzero((found.kind <= _WHOLE_WORDS) & (added > _WORTH_NAMING) & (odds >= worth_naming)[found.text])
    for place in named.tolist():
        heavy[int(found.text[place])].append((float(added[place]), int(found.start[place]), int(found.end[place])))
    return [Weighed(float(odds[row]), batch.read[row], heavy[row]) for row in range(count)]


def odds_of(
    traits: NDArray[Any], bucket: NDArray[Any], text: NDArray[Any], weights: Weights
) -> tuple[NDArray[Any], NDArray[Any]]:
    """For each comment; and what each of its grams (bucket, text) adds."""
    count = len(traits)
    rarity = weights.rarity[bucket]
    length = np.sqrt(np.bincount(text, weights=rarity * rarity, minlength=count)) + _TINY
    added = weights.grams[bucket] / length[text]
    sums = weights.bias + traits @ weights.traits + np.bincount(text, weights=added, minlength=count)
    return sums + listen(weights.experts, traits, bucket, text, length), added


def weights_of(arrays: dict[str, Any]) -> Weights:
    """From a model file."""
    return Weights(
        arrays["traits"].astype(np.float32),
        arrays["grams"].astype(np.float32),
        arrays["rarity"].astype(np.float32),
        float(arrays["bias"][0]),
        experts_of(arrays),
    )
