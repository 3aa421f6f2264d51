"""What a letter looks like: which plain letter stands behind a decorated, borrowed or turned one.

Unicode's own table of look-alikes (UTS 39, by way of confusable-homoglyphs), and beside it what that table leaves
out because it is no mistake but a game: small capitals, turned letters, letters in boxes.
"""

import json
import unicodedata
from functools import cache
from importlib.resources import files
from string import ascii_letters
from typing import Any

# Upside down, these turn into one another.
_TURNS = str.maketrans("bdnpqu", "qpudbn")

_OTHERWISE = "otherwise"  # a section of shapes.txt
_PAIR = 2  # characters: what is written, and what it is read as


def turn(word: str) -> str:
    """A word that was written upside down, the right way up."""
    return word[::-1].translate(_TURNS)


# Scripts whose words are never a game with Latin letters, though a stroke of them may look like one.
_NEVER_BORROWED = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "ARABIC", "HEBREW", "BOPOMOFO", "HALFWIDTH")


def script_of(character: str) -> str:
    """'LATIN', 'CYRILLIC', ...; empty for what is no letter."""
    plain = unicodedata.normalize("NFKD", character)[0]
    if not plain.isalpha():
        return ""
    name = unicodedata.name(plain, "").partition(" ")[0]
    return "LATIN" if name in _LATIN_NAMES else name


_LATIN_NAMES = frozenset(
    {"LATIN", "MODIFIER", "FULLWIDTH", "DOUBLE-STRUCK", "SCRIPT", "BLACK-LETTER", "TURNED", "ROMAN"}
)


@cache
def borrowed() -> dict[str, str]:
    """Letters of other scripts that look like a Latin one, with the one they look like."""
    return {
        character: letter
        for character, letter in letters().items()
        if script_of(character) not in ("", "LATIN") and not script_of(character).startswith(_NEVER_BORROWED)
    }


@cache
def letters() -> dict[str, str]:
    """The plain small letter that a character looks like, for every character that looks like one."""
    shapes = {**_look_alikes(), **_boxed()}
    sections = [section for name, section in _tables().items() if name != _OTHERWISE]
    for character, letter in (pair for section in sections for pair in section.items()):
        shapes[character] = letter
        if len(large := character.upper()) == 1 and large != character:
            shapes.setdefault(large, letter)
    return {character: letter for character, letter in shapes.items() if not character.isascii()}


def _look_alikes() -> dict[str, str]:
    """From Unicode's table; a letter that looks like another look-alike of a plain one counts as well."""
    table: dict[str, list[dict[str, Any]]] = json.loads(
        (files("confusable_homoglyphs") / "confusables.json").read_text("utf-8")
    )
    shapes: dict[str, str] = {}
    for letter in ascii_letters:
        for each in table.get(letter, ()):
            if len(character := each["c"]) == 1 and character.isalpha():
                shapes[character] = letter.lower()
    for character, targets in table.items():
        if len(character) == 1 and character.isalpha() and character not in shapes:
            plain = {_unmarked(target["c"]) for target in targets}.intersection(ascii_letters)
            if len(plain) == 1:
                shapes[character] = plain.pop().lower()
    return {character: _not_an_l(character, letter, shapes) for character, letter in shapes.items()}


def _unmarked(text: str) -> str:
    return "".join(each for each in text if not unicodedata.combining(each))


def _not_an_l(character: str, letter: str, shapes: dict[str, str]) -> str:
    """A capital that looks like 'l' looks like 'I' as well, and is mostly meant so: its small letter says which."""
    return shapes.get(character.lower(), letter) if letter == "l" else letter


def _boxed() -> dict[str, str]:
    """Letters in parentheses, white ones in black circles and squares, and those that flags are made of."""
    rows = (0x249C, 0x1F150, 0x1F170, 0x1F1E6)
    return {chr(first + place): chr(ord("a") + place) for first in rows for place in range(26)}


@cache
def otherwise() -> dict[str, str]:
    """Letters that look like one Latin letter and are used for another as well, with the other one."""
    small = _tables()[_OTHERWISE]
    return {spelt: letter for each, letter in small.items() for spelt in (each, each.upper())}


@cache
def turned() -> frozenset[str]:
    """Letters that are only written upside down."""
    return frozenset(_tables()["turned"])


@cache
def _tables() -> dict[str, dict[str, str]]:
    sections: dict[str, dict[str, str]] = {}
    section: dict[str, str] = {}
    for line in (files("moderation.checks.data") / "shapes.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            section = sections.setdefault(line.strip("[]"), {})
        elif not line.startswith("#"):
            section.update((pair[0], pair[1]) for pair in line.split() if len(pair) == _PAIR)
    return sections
