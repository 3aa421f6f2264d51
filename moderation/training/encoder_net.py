"""The encoder in torch, its own weights frozen, with low-rank deltas to learn (Hu et al. 2022); as bert.py reads it."""

# pyright: reportMissingImports=false, reportUntypedBaseClass=false
# Since torch is installed only where the encoder is trained

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from moderation.checks.bert import EPSILON, HEADS, Floats
from moderation.checks.encoder import KINDS, STAND_INS

HIDDEN = 64
DROPPED = 0.1
FAR_BELOW = -1e9  # what padding is, before a maximum is taken


class Dense(nn.Module):
    def __init__(self, weights: Mapping[str, Any], name: str, rank: int) -> None:
        super().__init__()
        self.name = name
        self.weight, self.bias = weights[name + ".weight"], weights[name + ".bias"]
        outs, ins = self.weight.shape
        self.a = nn.Parameter(torch.randn(rank, ins) / math.sqrt(ins))
        self.b = nn.Parameter(torch.zeros(outs, rank))
        self.shift = nn.Parameter(torch.zeros(outs))

    def forward(self, state: Any) -> Any:
        told = functional.linear(state, self.weight, self.bias + self.shift)
        return told + functional.linear(functional.linear(state, self.a), self.b)

    def arrays(self) -> dict[str, Any]:
        return {f"{self.name}.weight:a": self.a, f"{self.name}.weight:b": self.b, f"{self.name}.bias": self.shift}


class Norm(nn.Module):
    def __init__(self, weights: Mapping[str, Any], name: str) -> None:
        super().__init__()
        self.name = name
        self.weight, self.bias = weights[name + ".weight"], weights[name + ".bias"]
        self.scale = nn.Parameter(torch.zeros_like(self.weight))
        self.shift = nn.Parameter(torch.zeros_like(self.bias))

    def forward(self, state: Any) -> Any:
        width = (state.shape[-1],)
        return functional.layer_norm(state, width, self.weight + self.scale, self.bias + self.shift, float(EPSILON))

    def arrays(self) -> dict[str, Any]:
        return {f"{self.name}.weight": self.scale, f"{self.name}.bias": self.shift}


class Layer(nn.Module):
    def __init__(self, weights: Mapping[str, Any], number: int, rank: int) -> None:
        super().__init__()
        name = f"encoder.layer.{number}."
        self.query = Dense(weights, name + "attention.self.query", rank)
        self.key = Dense(weights, name + "attention.self.key", rank)
        self.value = Dense(weights, name + "attention.self.value", rank)
        self.attended = Dense(weights, name + "attention.output.dense", rank)
        self.first_norm = Norm(weights, name + "attention.output.LayerNorm")
        self.wide = Dense(weights, name + "intermediate.dense", rank)
        self.narrow = Dense(weights, name + "output.dense", rank)
        self.second_norm = Norm(weights, name + "output.LayerNorm")
        self.dropped = nn.Dropout(DROPPED)

    def forward(self, state: Any, present: Any) -> Any:
        texts, length, width = state.shape
        query, key, value = (
            part(state).view(texts, length, HEADS, -1).transpose(1, 2) for part in (self.query, self.key, self.value)
        )
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=present[:, None, None, :])
        seen = self.attended(seen.transpose(1, 2).reshape(texts, length, width))
        state = self.first_norm(state + self.dropped(seen))
        wide = functional.gelu(self.wide(state), approximate="tanh")
        return self.second_norm(state + self.dropped(self.narrow(wide)))


class Net(nn.Module):
    def __init__(self, weights: Mapping[str, Any], layers: int, rank: int, stand_ins: Floats) -> None:
        super().__init__()
        self.words = weights["embeddings.word_embeddings.weight"]
        first = weights["embeddings.token_type_embeddings.weight"][0]
        self.positions = weights["embeddings.position_embeddings.weight"] + first
        self.stand_ins = nn.Parameter(torch.tensor(stand_ins))
        self.norm = Norm(weights, "embeddings.LayerNorm")
        self.layers = nn.ModuleList([Layer(weights, number, rank) for number in range(layers)])
        self.dropped = nn.Dropout(DROPPED)
        self.hidden = nn.Linear(2 * self.words.shape[1], HIDDEN)
        self.told = nn.Linear(HIDDEN, len(KINDS))

    def forward(self, numbers: Any, present: Any) -> Any:
        words = self.words[numbers]
        for place, number in enumerate(STAND_INS.values()):
            words = torch.where((numbers == number)[:, :, None], self.stand_ins[place], words)
        state = self.dropped(self.norm(words + self.positions[: numbers.shape[1]]))
        for layer in self.layers:
            state = layer(state, present)
        state, present = state.float(), present[:, :, None]
        mean = (state * present).sum(1) / present.sum(1)
        most = state.masked_fill(~present, FAR_BELOW).amax(1)
        return self.told(self.dropped(torch.tanh(self.hidden(self.dropped(torch.cat([mean, most], 1))))))

    def arrays(self) -> dict[str, Any]:
        """What was learnt, as encoder.py reads it; half precision is enough for deltas."""
        found: dict[str, Any] = {
            "stand-ins:": self.stand_ins,
            "hidden:weight": self.hidden.weight,
            "hidden:bias": self.hidden.bias,
            "told:weight": self.told.weight,
            "told:bias": self.told.bias,
        }
        for part in self.modules():
            if isinstance(part, Dense | Norm):
                found |= part.arrays()
        return {name: values.detach().numpy().astype(np.float16) for name, values in found.items()}


def padded(texts: Sequence[Sequence[int]], step: int) -> tuple[Any, Any]:
    """Numbers and which of them are present, the length a multiple of `step`: few shapes are quick."""
    length = -(-max(len(each) for each in texts) // step) * step
    numbers = torch.zeros(len(texts), length, dtype=torch.long)
    for row, text in enumerate(texts):
        numbers[row, : len(text)] = torch.tensor(text)
    lengths = torch.tensor([len(each) for each in texts])
    return numbers, torch.arange(length)[None, :] < lengths[:, None]
