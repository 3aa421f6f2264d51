"""Likeness: fingerprints of texts that stay alike when a tenth of the words is changed and the rest is dressed up.

A text is its letters alone: no blanks, no signs, digits and signs that stand for letters read as them, runs of one
letter as one. What is left is cut into overlapping runs, and MinHash (Broder 1997; rensa's R-MinHash) draws 128 of
them by lot, the same lot for every text: the share of equal draws estimates how much two texts have in common. Bands of
two draws find, without comparing everybody with everybody, who is worth comparing (Leskovec et al., Mining of Massive
Datasets, chapter 3). On a thousand variants, runs of six in eight bands of two found as many as any other cut, for the
fewest index entries; ordinary comments share a band with one in 8,000 others.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import rensa
from numpy.typing import NDArray

from moderation.checks.text import Text

RUN = 6  # letters
SLOTS = 128  # draws, a byte of each: an estimate is off by 0.04
BANDS = 8
DRAWS_IN_A_BAND = 2
FEWEST_LETTERS = 40  # below, people say the same thing by chance: 'thanks for pointing it out'
FEWEST_RUNS = 20  # different ones: 'hahahaha' has two
PIGEONHOLES = 128  # different runs are counted by these: a power of two
LONGEST = 4_000  # characters; who copies a longer text has copied its beginning
TOGETHER = 60_000  # characters in one pass; of much more, rensa starts threads, which a forked worker must not have
SEED = 42  # of the lots; another one makes another fingerprint of everything

# Letters that are written for one another; 'l' is among them, since '1' is written for it and for 'i'.
_STANDS_FOR = dict(zip("0134578@$l", "oieastbasi", strict=True))
# Who answers the same people is no campaign. Two and more, since one may be a word: '@bout'. Linear: no class that is
# repeated holds what has to follow it.
_MENTIONS = re.compile(r"(?<!\w)@\w+(?:[\s,]+@\w+)+")
_PLANE = 0x10000
_rensa: Any = rensa  # it ships no types
_U64 = np.uint64
_PRIME = _U64(0x100000001B3)  # FNV's
_SPREAD = _U64(0x9E3779B97F4A7C15)  # Fibonacci hashing


@dataclass(frozen=True, slots=True)
class Fingerprint:
    key: str  # the same for the same draws
    bands: tuple[int, ...]  # signed, 64 bits each; who shares one may be alike
    signature: bytes  # SLOTS bytes


def fingerprint(text: Text) -> Fingerprint | None:
    """Of one text; None when it is too short to be told from its kind."""
    return fingerprints([text.folded])[0]


def fingerprints(folded: Sequence[str]) -> list[Fingerprint | None]:
    """Of many folded texts, in order."""
    return [each for some in _together([_own_words(text[:LONGEST]) for text in folded]) for each in _fingerprints(some)]


def likeness(signatures: Sequence[bytes], to: bytes) -> list[float]:
    """How much each has in common with one, 0-1: an estimate of the runs that both hold, of those that either holds."""
    drawn = np.frombuffer(b"".join(signatures), dtype=np.uint8).reshape(-1, SLOTS)
    return (drawn == np.frombuffer(to, dtype=np.uint8)).mean(axis=1).tolist()


def _own_words(folded: str) -> str:
    return _MENTIONS.sub(" ", folded) if "@" in folded else folded


def _together(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    begin, characters = 0, 0
    for position, text in enumerate(texts):
        characters += len(text)
        if characters > TOGETHER:
            yield texts[begin:position]
            begin, characters = position, len(text)
    yield texts[begin:]


def _fingerprints(texts: Sequence[str]) -> list[Fingerprint | None]:
    found: list[Fingerprint | None] = [None] * len(texts)
    letters, owner = _letters(texts)
    ends = np.cumsum(np.bincount(owner, minlength=len(texts)))
    hashes = _runs(letters)
    different = _different(hashes, owner, len(texts))
    spans = [
        (which, begin, end - RUN + 1)
        for which, (begin, end) in enumerate(pairwise([0, *ends.tolist()]))
        if end - begin >= FEWEST_LETTERS and different[which] >= FEWEST_RUNS
    ]
    if not spans:
        return found
    offsets = np.cumsum([0, *(end - begin for _, begin, end in spans)])
    mine = np.concatenate([hashes[begin:end] for _, begin, end in spans])
    drawn = _rensa.RMinHash.digest_matrix_from_flat_token_hashes(mine, offsets, SLOTS, SEED)
    slots = np.array(drawn.to_rows(), dtype=np.uint32)
    bands, signatures = _bands(slots), slots.astype(np.uint8)
    for row, (which, _, _) in enumerate(spans):
        signature = signatures[row].tobytes()
        key = hashlib.blake2b(signature, digest_size=8).hexdigest()
        found[which] = Fingerprint(key, tuple(bands[row]), signature)
    return found


def _letters(texts: Sequence[str]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """The letters of all texts, runs of one letter as one; and whose each is."""
    characters = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    letters = _read_as()[np.minimum(characters, _PLANE - 1)]
    owner = np.repeat(np.arange(len(texts)), [len(each) for each in texts])
    kept = letters != 0
    letters, owner = letters[kept], owner[kept]
    fresh = np.ones(len(letters), dtype=np.bool_)
    fresh[1:] = (letters[1:] != letters[:-1]) | (owner[1:] != owner[:-1])
    return letters[fresh], owner[fresh]


def _runs(letters: NDArray[Any]) -> NDArray[Any]:
    """The hash of the run that begins at each letter."""
    windows = max(len(letters) - RUN + 1, 0)
    rolled = letters[:windows]
    for step in range(1, RUN):
        rolled = rolled * _PRIME + letters[step : step + windows]
    return (rolled ^ (rolled >> _U64(31))) * _SPREAD


def _different(hashes: NDArray[Any], owner: NDArray[np.intp], texts: int) -> list[int]:
    """About how many different runs each text has, up to a few less than PIGEONHOLES."""
    hole = (hashes >> _U64(64 - PIGEONHOLES.bit_length() + 1)).astype(np.intp)
    taken = np.bincount(owner[: len(hashes)] * PIGEONHOLES + hole, minlength=texts * PIGEONHOLES)
    return np.count_nonzero(taken.reshape(texts, PIGEONHOLES), axis=1).tolist()


def _bands(slots: NDArray[np.uint32]) -> list[list[int]]:
    drawn = slots[:, : BANDS * DRAWS_IN_A_BAND].astype(_U64).reshape(-1, BANDS, DRAWS_IN_A_BAND)
    both = (drawn[:, :, 0] << _U64(32)) | drawn[:, :, 1]
    salted = (both ^ (both >> _U64(29))) * _SPREAD + np.arange(1, BANDS + 1, dtype=_U64) * _PRIME
    return ((salted ^ (salted >> _U64(32))) * _SPREAD).astype(np.int64).tolist()


@cache
def _read_as() -> NDArray[Any]:
    """For each character of the basic plane: the letter that it stands for, or 0."""
    return np.fromiter(
        (ord(_STANDS_FOR.get(chr(code), chr(code))) if _counts(chr(code)) else 0 for code in range(_PLANE)),
        dtype=_U64,
        count=_PLANE,
    )


def _counts(character: str) -> bool:
    return character in _STANDS_FOR or character.isalpha()
