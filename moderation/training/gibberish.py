"""How gibberish is told from language: two models of three letters in a row, of people's words and of keyboard noise.

The words are those of the comments in the folder, and the names of the world's places, as phonenumbers has them in
many languages; the noise is made here, by hands that fall on a keyboard.
"""

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import re2
from numpy.typing import NDArray

from moderation.checks.model import Model

NAME, VERSION = "gibberish", "1"
SEED = 20_260_501
NOISE_TOKENS = 120_000
SMOOTHING = 0.3  # added to every count of three; what is seen in neither says nothing
MOST_OF_ONE_WORD = 50  # times that a word counts: the model is of words, not of how often they are said

# File and the labels that are read: spam is full of codes, the rest is how people write, whatever they say.
SOURCES = {
    "spam_train.jsonl": (0,),
    "abuse_train_davidson.jsonl": (0, 1),
    "abuse_train_spans.jsonl": (1,),
    "abuse_train_wikipedia.jsonl": (0, 1),
    "hate_train_sexism.jsonl": (0, 1),
}
LICENCES = (
    "SMS and YouTube Spam Collection CC BY 4.0; ScamSpot, Davidson et al. MIT; SemEval-2021, EDOS CC0; "
    "Pavlopoulos et al., phonenumbers Apache-2.0"
)

LETTERS = 27  # a-z, and the edge of a word
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_ALL = "".join(_ROWS)
_NO_WORD = r"(?:https?://|www\.)\S+|[@#&]\S+|\S*[./_\d]\S*\w"


def train(folder: Path) -> Model:
    """Which runs of three letters speak for noise, and how much (natural logarithm of the odds)."""
    words, rows = _words(folder)
    language = _count(words)
    random = Random(SEED)  # noqa: S311 - nothing secret: noise that is the same each time
    noise = _count({_noise(random): 1 for _ in range(NOISE_TOKENS)})
    odds = np.log(_chances(noise)) - np.log(_chances(language))
    card: dict[str, Any] = {
        "name": NAME,
        "version": VERSION,
        "for": "telling keyboard noise from words; learnt on English, held off other languages by its check",
        "sources": [*sorted(SOURCES), "phonenumbers' names of places"],
        "licences": LICENCES,
        "seed": SEED,
        "settings": {"smoothing": SMOOTHING, "noise_tokens": NOISE_TOKENS, "most_of_one_word": MOST_OF_ONE_WORD},
        "rows": rows,
    }
    return Model({"odds": odds.astype(np.float16)}, card)


def _words(folder: Path) -> tuple[dict[str, int], int]:
    counted: dict[str, int] = {}
    rows = 0
    no_word, letters = re2.compile(_NO_WORD), re2.compile("[a-z]+")
    for text in _texts(folder):
        rows += 1
        for word in letters.findall(no_word.sub(" ", text.lower().replace("'", ""))):
            counted[word] = min(counted.get(word, 0) + 1, MOST_OF_ONE_WORD)
    for word in letters.findall(_places()):
        counted[word] = min(counted.get(word, 0) + 1, MOST_OF_ONE_WORD)
    return counted, rows


def _places() -> str:
    """In Latin letters without their marks."""
    from phonenumbers.geodata import GEOCODE_DATA

    names = "\n".join(sorted({name for names in GEOCODE_DATA.values() for name in names.values()}))
    return "".join(each for each in unicodedata.normalize("NFKD", names.lower()) if not unicodedata.combining(each))


def _texts(folder: Path) -> Iterator[str]:
    for name, labels in SOURCES.items():
        for line in (folder / name).read_bytes().split(b"\n"):
            row = json.loads(line) if line.strip() else {"label": None}
            if row["label"] in labels:
                yield str(row["text"]).encode("utf-8", "ignore").decode()


def _count(words: dict[str, int]) -> NDArray[np.float64]:
    counts = np.zeros((LETTERS, LETTERS, LETTERS))
    for word, times in words.items():
        codes = [0, 0, *(ord(each) - 96 for each in word), 0]
        for first, second, third in zip(codes, codes[1:], codes[2:], strict=False):
            counts[first, second, third] += times
    return counts


def _chances(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of a letter after two others; where those two are rare, of a letter after one other."""
    after_one = counts.sum(axis=0) + SMOOTHING
    after_one /= after_one.sum(axis=1, keepdims=True)
    backed = counts + SMOOTHING * LETTERS * after_one[None, :, :]
    return backed / backed.sum(axis=2, keepdims=True)


def _noise(random: Random) -> str:
    length = random.randint(3, 14)
    hand = random.choice((_rolling, _falling, _walking, _repeating, _anything))
    return hand(random, length)


def _rolling(random: Random, length: int) -> str:
    """Along a row, there or back."""
    row = random.choice(_ROWS)
    row = row if random.random() < 0.7 else row[::-1]  # noqa: PLR2004 - mostly from left to right
    start = random.randrange(len(row))
    return (row[start:] + row)[:length]


def _falling(random: Random, length: int) -> str:
    """Both hands on the middle row, seldom elsewhere."""
    return "".join(random.choices(_ALL, [1] * 10 + [5] * 9 + [1] * 7, k=length))


def _walking(random: Random, length: int) -> str:
    """From key to a key nearby."""
    row, column, typed = random.randrange(3), random.randrange(7), ""
    for _ in range(length):
        row = min(2, max(0, row + random.choice((-1, 0, 0, 0, 1))))
        column = min(len(_ROWS[row]) - 1, max(0, column + random.choice((-2, -1, 1, 2))))
        typed += _ROWS[row][column]
    return typed


def _repeating(random: Random, length: int) -> str:
    part = _falling(random, random.randint(2, 4))
    return (part * length)[:length]


def _anything(random: Random, length: int) -> str:
    letters = random.choice(("abcdefghijklmnopqrstuvwxyz", "bcdfghjklmnpqrstvwxz"))
    return "".join(random.choices(letters, k=length))
