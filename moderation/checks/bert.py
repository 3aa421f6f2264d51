"""The forward pass of a small BERT (Devlin et al. 2019) in numpy: sentences in, one vector each out.

Weights are read from a safetensors file where it lies, mapped, so that processes share them until they write. The
dense layers see all tokens of a batch in one row, so nothing is padded and a text's vector does not depend on its
neighbours.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
HEADS = 12
EPSILON = np.float32(1e-12)
_MOST_HEADER = 1_000_000  # bytes
_TANH = np.float32(0.7978845608)  # sqrt(2 / pi)
_CUBE = np.float32(0.044715)


@dataclass(frozen=True, slots=True)
class Layer:
    """Weights as (in, out); the attention's scale is in `mixed` already."""

    mixed: Floats  # query, key and value side by side
    mixed_bias: Floats
    attended: Floats
    attended_bias: Floats
    first_norm: tuple[Floats, Floats]
    wide: Floats
    wide_bias: Floats
    narrow: Floats
    narrow_bias: Floats
    second_norm: tuple[Floats, Floats]


@dataclass(frozen=True, slots=True)
class Bert:
    words: Floats
    positions: Floats  # with what stands for 'first sentence' added
    norm: tuple[Floats, Floats]
    layers: tuple[Layer, ...]


def open_weights(path: Path) -> dict[str, Floats]:
    """The float32 tensors of a safetensors file: eight bytes of length, a JSON header, raw numbers."""
    with path.open("rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        if length > _MOST_HEADER:
            raise ValueError("this is no safetensors file")
        header: dict[str, Any] = json.loads(opened.read(length))
    raw: NDArray[np.uint8] = np.memmap(path, dtype=np.uint8, mode="c", offset=8 + length)
    return {
        name: raw[slice(*each["data_offsets"])].view(np.float32).reshape(each["shape"])
        for name, each in header.items()
        if each.get("dtype") == "F32"
    }


def build(weights: Mapping[str, Floats], layers: int, deltas: Mapping[str, Floats]) -> Bert:
    """The first layers of a model; a delta (out, in) is added to the weights of its name."""
    embeddings = "embeddings."
    return Bert(
        words=weights[embeddings + "word_embeddings.weight"],
        positions=weights[embeddings + "position_embeddings.weight"]
        + weights[embeddings + "token_type_embeddings.weight"][0],
        norm=_norm(weights, deltas, embeddings + "LayerNorm"),
        layers=tuple(_layer(weights, deltas, f"encoder.layer.{number}.") for number in range(layers)),
    )


def pooled(bert: Bert, many: Sequence[Sequence[int]]) -> Floats:
    """For each text its tokens' mean and maximum, side by side."""
    lengths = np.fromiter((len(each) for each in many), dtype=np.intp, count=len(many))
    starts = np.cumsum(lengths) - lengths
    tokens = np.fromiter((number for each in many for number in each), dtype=np.intp, count=int(lengths.sum()))
    places = np.arange(len(tokens)) - np.repeat(starts, lengths)
    state = _normalised(bert.words[tokens] + bert.positions[places], bert.norm)
    alike = _alike(starts, lengths)
    for layer in bert.layers:
        state = _through(layer, state, alike)
    means = (np.add.reduceat(state, starts, axis=0) / lengths[:, None]).astype(np.float32)
    most: Floats = np.maximum.reduceat(state, starts, axis=0)
    return np.concatenate([means, most], axis=1)


def _layer(weights: Mapping[str, Floats], deltas: Mapping[str, Floats], name: str) -> Layer:
    def changed(part: str) -> Floats:
        weight = weights[name + part]
        delta = deltas.get(name + part)
        return weight if delta is None else weight + delta

    parts = [f"attention.self.{each}" for each in ("query", "key", "value")]
    mixed = np.concatenate([changed(f"{each}.weight").T for each in parts], axis=1)
    bias = np.concatenate([changed(f"{each}.bias") for each in parts])
    width = len(bias) // len(parts)
    scale = np.float32((width / HEADS) ** -0.5)
    mixed[:, :width] *= scale
    bias[:width] *= scale
    return Layer(
        mixed=mixed,
        mixed_bias=bias,
        attended=np.ascontiguousarray(changed("attention.output.dense.weight").T),
        attended_bias=changed("attention.output.dense.bias"),
        first_norm=_norm(weights, deltas, name + "attention.output.LayerNorm"),
        wide=np.ascontiguousarray(changed("intermediate.dense.weight").T),
        wide_bias=changed("intermediate.dense.bias"),
        narrow=np.ascontiguousarray(changed("output.dense.weight").T),
        narrow_bias=changed("output.dense.bias"),
        second_norm=_norm(weights, deltas, name + "output.LayerNorm"),
    )


def _norm(weights: Mapping[str, Floats], deltas: Mapping[str, Floats], name: str) -> tuple[Floats, Floats]:
    names = (name + ".weight", name + ".bias")
    weight, bias = (weights[each] + deltas[each] if each in deltas else weights[each] for each in names)
    return weight, bias


def _alike(starts: NDArray[np.intp], lengths: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """The rows of texts of one length, as (texts, length): their attention is computed at once."""
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for start, length in zip(starts.tolist(), lengths.tolist(), strict=True):
        groups[length].append(start)
    return [np.asarray(begins)[:, None] + np.arange(length) for length, begins in groups.items()]


def _through(layer: Layer, state: Floats, alike: Sequence[NDArray[np.intp]]) -> Floats:
    mixed = state @ layer.mixed + layer.mixed_bias
    seen = np.empty_like(state)
    for rows in alike:
        seen[rows] = _attend(mixed[rows])
    added: Floats = seen @ layer.attended + layer.attended_bias
    state = _normalised(state + added, layer.first_norm)
    added = _gelu(state @ layer.wide + layer.wide_bias) @ layer.narrow + layer.narrow_bias
    return _normalised(state + added, layer.second_norm)


def _attend(mixed: Floats) -> Floats:
    """(texts, length, query | key | value) to (texts, length, width)."""
    texts, length, _ = mixed.shape
    query, key, value = mixed.reshape(texts, length, 3, HEADS, -1).transpose(2, 0, 3, 1, 4)
    likeness: Floats = query @ key.swapaxes(-1, -2)
    likeness -= likeness.max(axis=-1, keepdims=True)
    np.exp(likeness, out=likeness)
    likeness /= likeness.sum(axis=-1, keepdims=True)
    return (likeness @ value).swapaxes(1, 2).reshape(texts, length, -1)


def _normalised(state: Floats, norm: tuple[Floats, Floats]) -> Floats:
    weight, bias = norm
    centred = state - state.mean(axis=-1, keepdims=True)
    spread = np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + EPSILON)
    return centred / spread * weight + bias


def _gelu(state: Floats) -> Floats:
    """By its usual approximation with tanh (Hendrycks and Gimpel 2016)."""
    inner = state * state
    inner *= _CUBE
    inner += np.float32(1)
    inner *= state
    inner *= _TANH
    np.tanh(inner, out=inner)
    inner += np.float32(1)
    inner *= state
    inner *= np.float32(0.5)
    return inner
