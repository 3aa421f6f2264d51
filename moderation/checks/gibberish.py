"""Gibberish: keyboard noise, told from words by which letters follow which.

A comment is noise when its letters, on the whole, are likelier from hands that fall on a keyboard than from language;
a strange word, name or code in a sentence does not make it so.
"""

from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

import re2

from moderation.checks.model import load
from moderation.checks.signal import Facts, Signal
from moderation.checks.tongue import ENGLISH, tongue
from moderation.rules import Rules

NAME = "gibberish"
VERSION = "1"
SAYS = "It reads like random letters."

LONGEST_READ = 2_000  # characters; more noise is no more noise
FEWEST_LETTERS = 8
LONGEST_TOKEN = 80  # characters of one that are judged
MOST_SPANS = 50

_EVEN = 1.2  # odds by the letter (natural logarithm) at which the score is one half
_STEEPNESS = 1.5
_WORTH_SAYING = 0.5
_FULL = 3.0  # beyond it there is nothing to add
_ROW_ODDS = 1.5  # for each letter of three or more keys in a row
_CODE_ODDS = 2.0  # for each character where letters and digits take turns
_CODE_TURNS = 4
_CODE_LETTERS = 8  # a longer one counts like this: a hash in a sentence is no noise
_ONE_LETTER_ODDS = 1.4
_LAUGHTER = frozenset("hkwxmzjo")  # hhhhh, kkkkk, wwwww, xxxxx, mmmmm, zzzzz
_FEW_DIFFERENT = 2  # haha, lolol, xoxo
_KEEP_OF_A_STRETCH = 2

_BEFORE_A = _EDGE = ord("a") - 1  # a word's edge counts as the letter before a
_ROW_RUN_LETTERS = 3
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
# Links, addresses, mentions, tags, names of files, code, and codes of characters.
_NO_WORD = r"(?:https?://|www\.|[@#&$]).*|.*[^\s.]@.*|.*[^\W\d_][./_=:\\][^\W_].*|.*[(){}\[\]<>=;].*"

_Weight = tuple[float, int]  # odds, and the letters they are of


def look(facts: Facts) -> Signal:
    if tongue(facts) == ENGLISH:  # it has English's small words, or reads like English
        return Signal(NAME)
    read = facts.body[:LONGEST_READ]
    odds, letters = 0.0, 0
    for token in read.split():
        more, longer = _weigh(token[:LONGEST_TOKEN])
        odds += more
        letters += longer
    if letters < FEWEST_LETTERS or odds <= 0:
        return Signal(NAME)
    score = _score(odds / letters)
    if score < _WORTH_SAYING:
        return Signal(NAME, score=score)
    return Signal(NAME, score=score, spans=_spans(read), evidence=("letters in no word's order",))


def prepare(rules: Rules) -> None:
    del rules
    _odds()
    _no_word()


def _score(mean: float) -> float:
    """0.5 where noise begins, rising with the odds."""
    if mean >= _EVEN:
        return 0.5 + 0.5 * min(1.0, (mean - _EVEN) / (_FULL - _EVEN))
    return 0.5 * (mean / _EVEN) ** _STEEPNESS


def _spans(read: str) -> tuple[tuple[int, int], ...]:
    spans: list[tuple[int, int]] = []
    end = 0
    for token in read.split():
        start = read.index(token, end)
        end = start + len(token)
        if _weigh(token[:LONGEST_TOKEN])[0] > 0:
            spans.append((start, end))
    return tuple(spans[:MOST_SPANS])


@lru_cache(maxsize=20_000)
def _weigh(token: str) -> _Weight:
    """How much this token speaks for noise, and by how many letters."""
    if _no_word().fullmatch(token.encode("ascii", "replace").decode()):
        return 0.0, 0
    kept = "".join(each for each in token.lower() if each.isalnum())
    letters = len([each for each in kept if each.isalpha()])
    if not kept.isascii() or not letters:
        return 0.0, letters
    if letters < len(kept):
        return _weigh_code(kept)
    word = _shorten(kept)
    if len(set(word)) == 1:
        return _weigh_one_letter(kept)
    if len(set(word)) <= _FEW_DIFFERENT:
        return 0.0, 0
    return _weigh_word(word), len(word)


def _weigh_code(kept: str) -> _Weight:
    turns = len([1 for one, next_ in pairwise(kept) if one.isalpha() != next_.isalpha()])
    is_code = len(kept) >= FEWEST_LETTERS and turns >= _CODE_TURNS
    counted = min(len(kept), _CODE_LETTERS)
    return (_CODE_ODDS * counted, counted) if is_code else (0.0, 0)


def _weigh_one_letter(kept: str) -> _Weight:
    if len(kept) < FEWEST_LETTERS - 1 or kept[0] in _LAUGHTER:
        return 0.0, 0
    return _ONE_LETTER_ODDS * (len(kept) + 1), len(kept) + 1


def _weigh_word(word: str) -> float:
    odds, before, last = 0.0, 0, 0
    table = _odds()
    for letter in (*word.encode(), _EDGE):
        code = letter - _BEFORE_A
        odds += table[before][last][code]
        before, last = last, code
    return odds + _ROW_ODDS * _in_a_row(word)


def _shorten(kept: str) -> str:
    """'sooooo' reads as 'soo'."""
    return "".join(
        each for place, each in enumerate(kept) if kept[max(0, place - _KEEP_OF_A_STRETCH) : place] != each * 2
    )


def _in_a_row(word: str) -> int:
    """How many letters lie in runs of three or more neighbouring keys, there or back."""
    count, run, direction = 0, 1, 0
    for one, next_ in zip(word, word[1:] + " ", strict=True):
        step = _step(one, next_)
        if step and step == direction:
            run += 1
            continue
        count += run if run >= _ROW_RUN_LETTERS else 0
        run, direction = (2, step) if step else (1, 0)
    return count


_STEPS = {
    pair: step for row in _ROWS for one, next_ in pairwise(row)
    for pair, step in ((one + next_, 1), (next_ + one, -1))
}  # fmt: skip


def _step(one: str, next_: str) -> int:
    return _STEPS.get(one + next_, 0)


@cache
def _odds() -> list[list[list[float]]]:
    """By the two letters before and the letter itself; 0 is the edge of a word."""
    return load(NAME, VERSION).arrays["odds"].astype(float).tolist()


@cache
def _no_word() -> Any:
    return re2.compile(f"(?is){_NO_WORD}")
