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
from moderation.checks.grams import Grams, grams, summed
from moderation.checks.signal import Facts
from moderation.checks.traits import Read, look_at, numbers

BITS = 14  # of a gram's bucket; more were no better
RUNS = (3, 4, 5)
_WHOLE_WORDS = 1  # kinds of grams up to this are words and pairs: what a person can read
_WORTH_NAMING = 0.02  # log odds of one gram
_TINY = 1e-9
_ODDS = 1  # the column of a gram's log odds


@dataclass(frozen=True, slots=True)
class Weights:
    traits: NDArray[np.float64]
    grams: NDArray[np.float32]  # by bucket: the square of its rarity, its log odds, what it says of each place
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
    batch: Batch
    row: int  # in the batch
    length: float  # what the log odds of its grams are divided by

    def heavy(self, weights: Weights) -> list[tuple[float, int, int]]:
        """Words and pairs that spoke for spam: log odds, start and end among the tokens."""
        found = self.batch.grams
        readable = int(np.searchsorted(found.kind, _WHOLE_WORDS, side="right"))  # words and pairs stand first
        places = np.flatnonzero(found.text[:readable] == self.row)
        added = weights.grams[found.bucket[places], _ODDS] / self.length
        return [
            (float(log_odds), int(found.start[place]), int(found.end[place]))
            for place, log_odds in zip(places.tolist(), added.tolist(), strict=True)
            if log_odds > _WORTH_NAMING
        ]


def read_all(many: Sequence[Facts]) -> Batch:
    read = [look_at(facts) for facts in many]
    joined = [" ".join(each.tokens) for each in read]
    return Batch(read, numbers(many, read), grams(joined, BITS, RUNS, any_digit=True))


def weigh(batch: Batch, weights: Weights) -> list[Weighed]:
    """One for each comment."""
    odds, length = odds_of(batch.traits, batch.grams.bucket, batch.grams.text, weights)
    rows = zip(odds.tolist(), batch.read, length.tolist(), strict=True)
    return [Weighed(log_odds, read, batch, row, size) for row, (log_odds, read, size) in enumerate(rows)]


def odds_of(
    traits: NDArray[Any], bucket: NDArray[Any], text: NDArray[Any], weights: Weights
) -> tuple[NDArray[Any], NDArray[Any]]:
    """For each comment; and what the log odds of its grams (bucket, text) are divided by."""
    said = summed(weights.grams, bucket, text, len(traits)).astype(np.float64)
    length = np.sqrt(said[:, 0]) + _TINY
    said /= length[:, None]
    sums = weights.bias + traits @ weights.traits + said[:, _ODDS]
    return sums + listen(weights.experts, traits, said[:, _ODDS + 1 :]), length


def weights_of(arrays: dict[str, Any]) -> Weights:
    """From a model file."""
    experts = experts_of(arrays)
    rarity = arrays["rarity"].astype(np.float32)
    grams = np.column_stack([rarity * rarity, arrays["grams"].astype(np.float32), experts.gate_grams])
    return Weights(arrays["traits"].astype(np.float32), grams, float(arrays["bias"][0]), experts)
