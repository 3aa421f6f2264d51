"""Small trees over traits, one set for each kind of place that comments were collected from, and a gate.

A handle means one thing under a photograph and another in an answer; what two traits mean together, a sum cannot say.
Each tree asks two questions and adds one of four values. The gate says how much a comment looks like each kind of
place; a comment from a place of a new kind hears a little of all.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

PLACES = ("youtube", "instagram", "sms", "talk")
_LEAVES = 4  # of each tree
FARTHEST = 4.0  # standard deviations that the gate looks at

_Numbers = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Experts:
    """Trees stand place after place, as many for each. Questions: the first, and the second after a no and a yes."""

    feature: NDArray[np.intp]  # tree x 3
    threshold: NDArray[np.float32]  # tree x 3; yes is above it
    value: NDArray[np.float32]  # tree x 4
    base: NDArray[np.float32]  # by place
    middle: NDArray[np.float32]  # of each trait
    spread: NDArray[np.float32]
    gate_traits: NDArray[np.float32]  # trait x place
    gate_grams: NDArray[np.float32]  # bucket x place
    gate_bias: NDArray[np.float32]


def listen(experts: Experts, traits: _Numbers, grams: _Numbers) -> _Numbers:
    """Log odds for each comment; `grams` is what its grams say of each place."""
    gate = np.clip((traits - experts.middle) / experts.spread, -FARTHEST, FARTHEST) @ experts.gate_traits
    gate = gate + grams + experts.gate_bias
    gate = np.exp(gate - gate.max(axis=1, keepdims=True))
    gate /= gate.sum(axis=1, keepdims=True)
    return (gate * _say(experts, traits.astype(np.float32))).sum(axis=1)


def _say(experts: Experts, traits: NDArray[np.float32]) -> _Numbers:
    """Comment x place."""
    asked = [
        traits.take(experts.feature[:, question], axis=1) > experts.threshold[:, question] for question in range(3)
    ]
    leaf = np.where(asked[0], asked[2] + 2, asked[1])
    leaf += _LEAVES * np.arange(len(experts.value))
    values = experts.value.ravel().take(leaf)
    return values.reshape(len(traits), len(PLACES), -1).sum(axis=2) + experts.base


def experts_of(arrays: dict[str, NDArray[Any]]) -> Experts:
    """From a model file."""
    named = {name: arrays[name].astype(np.float32) for name in Experts.__dataclass_fields__ if name != "feature"}
    return Experts(feature=arrays["feature"].astype(np.intp), **named)
