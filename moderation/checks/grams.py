"""Words and runs of letters as numbers, for the models: a whole batch in a few passes over one array.

Feature hashing (Weinberger et al. 2009). A text is its folded characters; a gram is a run of 2 to 5 of them that may
touch, but not cross, a blank, or one word, or two words in a row. Each falls into one of 2**bits buckets. Every pass
is over the batch's characters at once, so that a comment costs microseconds, and time and memory grow linearly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

U64 = np.uint64
_PRIME = U64(0x100000001B3)  # FNV's
_SPREAD = U64(0x9E3779B97F4A7C15)  # Fibonacci hashing: the high bits are the good ones
_BORDER = 1  # between two texts; never part of a gram
_BLANK = 32
_PAIR = 2  # the shortest run: nothing is inside it
CHARACTERS = (2, 3, 4, 5)  # lengths of runs


@dataclass(frozen=True, slots=True)
class Grams:
    """The grams of a batch, in parallel arrays."""

    bucket: NDArray[np.intp]
    text: NDArray[np.intp]  # which text of the batch
    start: NDArray[np.intp]  # in that text's folded characters
    end: NDArray[np.intp]
    kind: NDArray[np.intp]  # 0 one word, 1 two words in a row, 2-5 a run of so many characters


def grams(folded: Sequence[str], bits: int, runs: Sequence[int] = CHARACTERS, *, any_digit: bool = False) -> Grams:
    """All grams of these texts; of each kind, from the first text to the last. A digit may read like any other."""
    if any("\x01" in each for each in folded):  # it stands for a border here
        folded = [each.replace("\x01", " ") for each in folded]
    characters, begins, owner = _lay_out(folded, any_digit=any_digit)
    lengths = np.fromiter((len(each) for each in folded), dtype=np.intp, count=len(folded))
    blank = characters == _BLANK
    found = [*_words(characters, blank, owner), *_runs(characters, blank, runs)]
    bucket = np.concatenate([_spread(hashes, kind, bits) for hashes, _, _, kind in found])
    start = np.concatenate([start for _, start, _, _ in found])
    end = np.concatenate([end for _, _, end, _ in found])
    kind = np.concatenate([np.full(len(hashes), kind) for hashes, _, _, kind in found])
    text = owner[start] if len(start) else start
    shift, length = (begins[text], lengths[text]) if len(start) else (start, start)
    return Grams(bucket, text, np.maximum(start - shift, 0), np.minimum(end - shift, length), kind)


def summed(table: NDArray[np.float32], rows: NDArray[np.intp], owner: NDArray[np.intp], count: int) -> Any:
    """For each of so many owners the sum of its rows of the table.

    Owners stand in order, or in order several times: once for each kind of gram.
    """
    sums = np.zeros((count, table.shape[1]), dtype=np.float32)
    for begin, end in pairwise([0, *(np.flatnonzero(np.diff(owner) < 0) + 1).tolist(), len(owner)]):
        here = owner[begin:end]
        first = np.flatnonzero(np.diff(here, prepend=-1))
        if len(first):
            sums[here[first]] += np.add.reduceat(table.take(rows[begin:end], axis=0), first, axis=0)
    return sums


def _lay_out(folded: Sequence[str], *, any_digit: bool) -> tuple[NDArray[Any], NDArray[np.intp], NDArray[np.intp]]:
    """One array: border, blank, text, blank, border, ...; with where each text begins, and whose each character is.

    Whatever is no letter, digit or apostrophe reads as a blank.
    """
    whole = "\x01" + "".join(f" {each} \x01" for each in folded)
    characters = np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    table = _read_as(any_digit)
    read = np.where(characters < len(table), table[np.minimum(characters, len(table) - 1)], characters)
    lengths = np.fromiter((len(each) + 3 for each in folded), dtype=np.intp, count=len(folded))
    begins = np.cumsum(lengths) - lengths + 2
    owner = np.concatenate([np.zeros(1, dtype=np.intp), np.repeat(np.arange(len(folded)), lengths)])
    return read, begins, owner


@cache
def _read_as(any_digit: bool) -> NDArray[np.uint32]:
    """For each character of the basic plane: itself, or a blank."""
    table = np.fromiter(
        (
            _BORDER if code == _BORDER else code if chr(code).isalnum() or chr(code) == "'" else _BLANK
            for code in range(0x10000)
        ),
        dtype=np.uint32,
        count=0x10000,
    )
    if any_digit:
        table[ord("0") : ord("9") + 1] = ord("0")
    return table


def _words(
    characters: NDArray[Any], blank: NDArray[np.bool_], owner: NDArray[np.intp]
) -> list[tuple[Any, Any, Any, int]]:
    inside = ~blank & (characters != _BORDER)
    edges = np.diff(inside.astype(np.int8))
    start = np.flatnonzero(edges == 1) + 1
    end = np.flatnonzero(edges == -1) + 1
    powers, inverses = _powers(len(characters))
    sums = np.concatenate([np.zeros(1, dtype=U64), np.cumsum(characters.astype(U64) * powers)])
    hashes = (sums[end] - sums[start]) * inverses[start]
    paired = owner[start[:-1]] == owner[start[1:]]
    pairs = (hashes[:-1] * _PRIME + (hashes[1:] ^ (hashes[1:] >> U64(29))))[paired]
    return [(hashes, start, end, 0), (pairs, start[:-1][paired], end[1:][paired], 1)]


def _runs(characters: NDArray[Any], blank: NDArray[np.bool_], runs: Sequence[int]) -> list[tuple[Any, Any, Any, int]]:
    wide, border, size = characters.astype(U64), characters == _BORDER, len(characters)
    rolled, outside, parted = wide, border, np.zeros(size, dtype=np.bool_)
    found: list[tuple[Any, Any, Any, int]] = []
    for length in range(2, max(runs, default=1) + 1):
        windows = size - length + 1
        rolled = rolled[:windows] * _PRIME + wide[length - 1 :]
        outside = outside[:windows] | border[length - 1 :]
        parted = parted[:windows] | blank[length - 2 : size - 1] if length > _PAIR else parted[:windows]
        if length in runs:
            start = np.flatnonzero(~(outside | parted))
            found.append((rolled[start], start, start + length, length))
    return found


def _spread(hashes: NDArray[Any], kind: int, bits: int) -> NDArray[np.intp]:
    salted = (hashes ^ (hashes >> U64(32))) + U64(kind * int(_SPREAD) % (1 << 64))
    salted = (salted ^ (salted >> U64(31))) * _SPREAD
    return (salted >> U64(64 - bits)).astype(np.intp)


_ready: dict[str, NDArray[Any]] = {}


def _powers(size: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """The prime's powers and their inverses modulo 2**64, as many as the longest batch has needed so far."""
    if len(_ready.get("powers", ())) < size:
        wanted = max(size, 1 << 16) * 2
        inverse = U64(pow(int(_PRIME), -1, 1 << 64))
        ones = np.ones(1, dtype=U64)
        _ready["powers"] = np.concatenate([ones, np.cumprod(np.full(wanted - 1, _PRIME))])
        _ready["inverses"] = np.concatenate([ones, np.cumprod(np.full(wanted - 1, inverse))])
    return _ready["powers"][:size], _ready["inverses"][:size]
