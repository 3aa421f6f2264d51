"""A stranger's text on a page: what checks saw is marked, what would play tricks is made visible and harmless."""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from typing import NamedTuple

MOST_MARKS = 60  # of checks; a text in which more was seen is seen well enough
MOST_COMBINING = 4  # marks on one letter; a language needs two or three, a prank thousands
CONTROLS = {"Cf", "Cc", "Co", "Cn", "Cs", "Zl", "Zp"}
KEPT = {"\n", "\t", "\u200d", "\ufe0f"}  # joiners and selectors that emoji are made of
LOOK_LATIN = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "FULLWIDTH", "MATHEMATICAL", "COPTIC", "LISU")


class Mark(NamedTuple):
    """What a check saw from 'start' to before 'end', in words; 'hard' is covered until asked for."""

    start: int
    end: int
    says: str
    hard: bool = False
    host: str = ""  # of a link that ends here


class Piece(NamedTuple):
    """A stretch of text that looks one way."""

    text: str
    kind: str  # 'plain', 'seen' (a check saw it), 'hard' (covered), 'lookalike' or 'control' (shown as its number)
    says: str = ""
    host: str = ""


def pieces(body: str, marks: Sequence[Mark] = ()) -> list[Piece]:
    """The body cut into pieces to be escaped and shown one after the other."""
    some = marks[:MOST_MARKS]
    over = [0] * len(body)  # which marks lie over each character: a bit for each
    for number, mark in enumerate(some):
        for at in range(max(0, mark.start), min(mark.end, len(body))):
            over[at] |= 1 << number
    ends = {mark.end: mark.host for mark in some if mark.host}
    made: list[Piece] = []
    at = 0
    for (kind, bits, _), group in groupby(_characters(body, over, ends), key=lambda each: each[1]):
        drawn = list(group)
        at += sum(width for _, _, width in drawn)
        made.append(_piece("".join(text for text, _, _ in drawn), kind, bits, some, ends.get(at, "")))
    return made


def harmless(text: str | None) -> str:
    """The same for a name, a title, an address: one line of plain text."""
    return "".join(piece.text for piece in pieces(" ".join((text or "").split())))


def where(body: str, words: str) -> list[Mark]:
    """Where words occur, whatever their case."""
    text, sought = body.lower(), words.lower()
    found: list[Mark] = []
    at = text.find(sought) if len(text) == len(body) and sought else -1
    while at >= 0 and len(found) < MOST_MARKS:
        found.append(Mark(at, at + len(sought), ""))
        at = text.find(sought, at + len(sought))
    return found


def around(body: str, words: str, most: int = 400) -> str:
    """The stretch of a text in which the words occur first; its beginning, where they do not."""
    first = next(iter(where(body, words)), None)
    start = max(0, first.start - most // 4) if first and first.end > most else 0
    return ("…" if start else "") + body[start : start + most]


def _piece(text: str, kind: str, bits: int, marks: Sequence[Mark], host: str) -> Piece:
    mine = [mark for number, mark in enumerate(marks) if bits >> number & 1]
    if kind == "plain" and mine:
        kind = "hard" if any(mark.hard for mark in mine) else "seen"
    says = "; ".join(dict.fromkeys(mark.says for mark in mine if mark.says))
    if kind == "lookalike":
        says = unicodedata.name(text[0], "").lower().capitalize() + (f"; {says}" if says else "")
    return Piece(text, kind, says, host)


Drawn = tuple[str, tuple[str, int, int], int]  # text, (kind, marks, stretch), characters of the body


def _characters(body: str, over: Sequence[int], ends: dict[int, str]) -> Iterator[Drawn]:
    combining, stretch = 0, 0
    latin = _among_latin(body)
    for at, character in enumerate(body):
        stretch += at in ends  # a link's host is shown where the link ends, whatever comes after
        category = "Ll" if character.isascii() and character.isalnum() else unicodedata.category(character)
        combining = combining + 1 if category in {"Mn", "Me"} else 0
        if combining > MOST_COMBINING:
            yield "", ("plain", over[at], stretch), 1
        elif category in CONTROLS and character not in KEPT:
            yield f"[U+{ord(character):04X}]", ("control", over[at], stretch), 1
        elif at in latin:
            yield character, ("lookalike", over[at], stretch), 1
        else:
            yield character, ("plain", over[at], stretch), 1


def _among_latin(body: str) -> set[int]:
    """Where letters that only look Latin stand in a word with Latin ones."""
    found: set[int] = set()
    if body.isascii():
        return found
    at = 0
    for is_word, group in groupby(body, key=str.isalpha):
        word = list(group)
        if is_word and any(each.isascii() for each in word):
            found.update(at + offset for offset, each in enumerate(word) if _looks_latin(each))
        at += len(word)
    return found


@cache
def _looks_latin(character: str) -> bool:
    return not character.isascii() and unicodedata.name(character, "").startswith(LOOK_LATIN)
