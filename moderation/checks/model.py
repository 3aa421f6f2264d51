"""Model files: arrays and a card (what it was made from), each a versioned file beside the checks.

`data/NAME-VERSION.npz`; a check's VERSION is its model's. Nothing in them is ever unpickled.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Model:
    arrays: dict[str, NDArray[Any]]
    card: dict[str, Any]  # sources, licences, seed, settings, what was measured when it was made


@cache
def load(name: str, version: str) -> Model:
    """The model that comes with this version; read once."""
    stored = (files("moderation.checks") / "data" / f"{name}-{version}.npz").read_bytes()
    return unpack(stored)


def pack(model: Model) -> bytes:
    """The same bytes for the same model."""
    written = BytesIO()
    card = np.frombuffer(json.dumps(model.card, sort_keys=True).encode(), dtype=np.uint8)
    arrays: dict[str, Any] = {name: model.arrays[name] for name in sorted(model.arrays)}
    np.savez_compressed(written, allow_pickle=False, card=card, **arrays)
    return written.getvalue()


def unpack(stored: bytes) -> Model:
    with np.load(BytesIO(stored), allow_pickle=False) as found:
        arrays = {name: found[name] for name in found.files}
    return Model(arrays, json.loads(arrays.pop("card").tobytes()))
