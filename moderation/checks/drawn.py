"""Words with signs among their letters.

Signs for letters (5h!t, |=uck), letters hidden behind signs (f*ck, f@#k), words broken up by a sign or a picture.
"""

import re

from moderation.checks.lexicon import LISTED_SIGNS, SHORT_WITH_SIGNS, SHORTEST_DISGUISED, Entry, lexicon, with_one_sign
from moderation.checks.reading import (
    INNOCENT,
    LONGEST_WORD,
    Read,
    is_innocent_word,
    read_drawn_letters,
    read_letters,
)
from moderation.checks.words import is_fragment

# Letters drawn with several signs, the longest first; then those that one sign stands for.
_DRAWN = {
    "|\\/|": "m", "|\\|": "n", "\\/\\/": "w", "|_|": "u", "(_)": "u", "|-|": "h", "}{": "h", "|)": "d", "|<": "k",
    "|{": "k", "/\\": "a", "\\/": "v", "()": "o", "[]": "o", "|>": "p", "|=": "f", "|2": "r", "|3": "b", "><": "x",
}  # fmt: skip
_DRAWING = re.compile("|".join(re.escape(signs) for signs in _DRAWN))
SIGN_LETTERS = str.maketrans("@48(<{[¢3€69#1!|¡05$§7+2£¥", "aabccccceegghiiiiossstt" + "zly")
DIGIT_LETTERS = str.maketrans("4836910572", "abeggiostz")
_LETTERS = re.compile(r"[a-z]+")
_LETTER = re.compile(r"[a-z]")
_SIGN = re.compile(r"[^a-z0-9]")
_FEWEST_SIGNS = 2  # in a word without any letter: $#17; with one it is a price
_FEWEST_LETTERS = 2  # in a word of which others are hidden
_LONGEST_STOP = 2  # more of them part sentences
_PICTURE = re.compile(r"[^\x00-\x7f\w]+")
_HIDING = re.compile(r"[*#@$%&!?^~+]+|-+|_+|\.+|[/,:]")
_QUIET_SIGNS = frozenset(".-/,:")  # these stand in words that hide nothing
_VOWELS = "aeiouy"


def read_drawn(drawn: str) -> Read | None:
    """The entry, INNOCENT for an innocent word likewise, or nothing."""
    return read_signs(drawn) or _without_pictures(drawn) or _listed(drawn) or _hidden(drawn) or _broken(drawn)


def read_signs(drawn: str) -> Read | None:
    """A word that is written with digits and signs in the place of letters."""
    letters = len(_LETTER.findall(drawn))
    signs = len(_SIGN.findall(drawn))
    if letters == len(drawn) or (not letters and signs < _FEWEST_SIGNS):
        return None  # a word, or a number
    word = _DRAWING.sub(lambda found: _DRAWN[found.group()], drawn).translate(SIGN_LETTERS)
    if not (word.isalpha() and word.isascii()) or (len(word) < SHORTEST_DISGUISED and word not in SHORT_WITH_SIGNS):
        return None
    readings = (word, word.replace("i", "l"))  # 1 and | are both
    if any(is_innocent_word(reading) for reading in readings):
        return INNOCENT
    for reading in readings:
        if entry := read_drawn_letters(reading):
            return Read(entry, "signs for letters")
    return None


def _listed(drawn: str) -> Read | None:
    """With better-profanity's own signs, where one sign may be several letters: m*th@rf*ck3r."""
    if _HAS_LISTED_SIGN.isdisjoint(drawn) or not _LETTER.search(drawn):
        return None
    for word in lexicon().listed_signs.get(with_one_sign(drawn), ()):
        if all(
            sign == letter or sign in LISTED_SIGNS.get(letter, "") for sign, letter in zip(drawn, word, strict=True)
        ):
            return Read(lexicon().exact[word], "letters hidden")
    return None


_HAS_LISTED_SIGN = frozenset("@*$410357")


def _without_pictures(drawn: str) -> Read | None:
    if drawn.isascii():
        return None
    bare = _PICTURE.sub("", drawn)
    if bare == drawn or not (bare.isalnum() and bare.isascii()):
        return None
    if is_innocent_word(bare):
        return INNOCENT
    found = read_letters(bare) if bare.isalpha() else read_signs(bare)
    return found._replace(how="broken up") if found and found != INNOCENT else found


def _hidden(drawn: str) -> Read | None:
    """f*ck, f**k, f@#k: signs inside a word, each or most of them for one letter."""
    found = _HIDING.search(drawn)
    if not found or len(_LETTER.findall(drawn)) < _FEWEST_LETTERS:
        return None
    hiding, is_inside = found.group(), found.start() > 0 and found.end() < len(drawn)
    if (not is_inside and hiding.strip("*")) or (hiding[0] == "." and len(hiding) > _LONGEST_STOP):
        return None
    starred = _HIDING.sub(lambda run: "*" * len(run.group()), drawn.translate(DIGIT_LETTERS))
    if len(hiding) > 1 and is_inside:
        entry = _masked_about(starred)
    else:
        entry = lexicon().masked.get(starred)
        quiet = not entry or hiding in _QUIET_SIGNS
        if quiet and any(is_innocent_word(starred.replace("*", vowel)) for vowel in _VOWELS):
            return INNOCENT
    return Read(entry, "letters hidden") if entry else None


def _masked_about(starred: str) -> Entry | None:
    """Who hides letters may miscount them by one."""
    masked = lexicon().masked
    return masked.get(starred) or masked.get(starred.replace("*", "**", 1)) or masked.get(starred.replace("**", "*", 1))


def _broken(drawn: str) -> Read | None:
    """Cut by a sign in places where no word ends: fu.ck, bit-ch."""
    if "'" in drawn or "\u2019" in drawn:
        return None  # who're
    parts = _LETTERS.findall(drawn)
    joined = "".join(parts)
    if len(parts) < 2 or not SHORTEST_DISGUISED <= len(joined) <= LONGEST_WORD:  # noqa: PLR2004 - cut is in two
        return None
    if not any(is_fragment(part) for part in parts):
        return None
    if is_innocent_word(joined):
        return INNOCENT
    entry = lexicon().core.get(joined)
    return Read(entry, "broken up") if entry else None
