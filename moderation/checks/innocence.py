"""Where a listed word means no harm: names, birds, dogs, dykes - told by the words around it."""

import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from moderation.checks.disguise import Hit
from moderation.checks.lexicon import lexicon
from moderation.checks.text import Text
from moderation.checks.words import dictionary, is_fragment, is_word, names, word_set

_WINDOW = 60  # characters to either side
_NEAR = 8  # words to either side
_WORD = re.compile(r"[^\W_]+")
_TITLES = word_set(
    "mr mrs ms miss dr sir lord lady prof professor senator president congressman governor judge captain general "
    "sergeant coach uncle aunt father brother sister saint st king queen rev reverend van von de der la le el"
)
_SAYING = word_set("said says told wrote writes replied added asked thinks was is has had will")


class _Company(NamedTuple):
    """Words, or several in a row as in_the_armour, that tell a meaning."""

    before: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()
    near: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()  # what was done to somebody's
    place: frozenset[str] = frozenset()  # where a village of that name lies


def is_innocent(hit: Hit, text: Text) -> bool:
    """Whether a word that was found is innocent where it stands."""
    known = lexicon()
    written = text.folded[hit.start : hit.end]
    before = _WORD.findall(text.folded[max(0, hit.start - _WINDOW) : hit.start])
    after = _WORD.findall(text.folded[hit.end : hit.end + _WINDOW])
    if (not written.isalpha() and _is_code(hit, text, before)) or (
        hit.entry.word in known.plain_only and not _is_ascii(hit, text)
    ):
        return True
    if not hit.how:
        company = _companies().get(written)
        if company and (_is_in(company, before, after) or _is_village(company, hit, text, after)):
            return True
        if _is_half(written, before, after, text.folded, hit.start, hit.end):
            return True
        return (written in known.names or hit.entry.word in known.names) and _is_name(hit, text, before, after)
    if hit.how not in _READ_FROM_LETTERS:
        return False
    return _is_initials(hit, text) or _is_name(hit, text, before, after)


_READ_FROM_LETTERS = frozenset({"letters swapped", "vowels left out", "backwards", "letters for others", "stretched"})
_LONGEST_INITIALS = 5


def _is_initials(hit: Hit, text: Text) -> bool:
    """FPAS: a few capitals in a comment that is not all capitals."""
    first, last = text.span(hit.start, hit.end)
    word = text.original[first:last]
    return word.isupper() and len(word) <= _LONGEST_INITIALS and not text.original.isupper()


def _is_ascii(hit: Hit, text: Text) -> bool:
    first, last = text.span(hit.start, hit.end)
    return text.original[first:last].isascii()


def _is_code(hit: Hit, text: Text, before: list[str]) -> bool:
    """The A55, an F4G, error P155: capitals and digits in a comment that is not all capitals, said of nobody."""
    first, last = text.span(hit.start, hit.end)
    code = text.original[first:last]
    digits = sum(map(str.isdigit, code))
    return (
        bool(_CODE.fullmatch(code))
        and (2 * digits >= len(code) or len(code) <= _SHORT_CODE)
        and not text.original.isupper()
        and not (before and before[-1] in _OF_SOMEBODY)
    )


_CODE = re.compile(r"(?=.*\d)[A-Z][A-Z\d]{1,7}")
_SHORT_CODE = 3  # characters
_OF_SOMEBODY = word_set(
    "you u ur your his her my their youre such fucking stupid dumb ugly fat old little dirty damn what like"
)


def _is_in(company: _Company, before: list[str], after: list[str]) -> bool:
    return (
        any("_".join(before[-length:]) in company.before for length in range(1, _LONGEST_ROW + 1))
        or any("_".join(after[:length]) in company.after for length in range(1, _LONGEST_ROW + 1))
        or not company.near.isdisjoint(before[-_NEAR:] + after[:_NEAR])
        or (bool(before) and before[-1] in _SOMEBODYS and not company.told.isdisjoint(before[-_TOLD_WITHIN:]))
    )


def _is_village(company: _Company, hit: Hit, text: Text, after: list[str]) -> bool:
    """Fucking, Austria: with a capital, and the country behind it as an address has it."""
    if not company.place or company.place.isdisjoint(after[:_PLACE_WITHIN]):
        return False
    first, last = text.span(hit.start, hit.end)
    return _is_capitalised(text.original[first:last]) and bool(_IN_PLACE.match(text.original, last))


_LONGEST_ROW = 3  # words
_PLACE_WITHIN = 3  # words
_IN_PLACE = re.compile(r",| in | near ")
_SOMEBODYS = word_set("my her his their our s the")
_TOLD_WITHIN = 5  # words: 'grabbed another woman by the ...'
_SHORTEST_HALF = 3  # 'cum in' is not cumin
_GAPS = frozenset(" -")
# Letters that stand alone, or are left of it's and don't; a colour: the bird is written as one word.
_LONE_WORDS = frozenset({"", "a", "i", "u", "s", "t", "black"})


def _is_half(written: str, before: list[str], after: list[str], folded: str, start: int, end: int) -> bool:
    """Whether it is half of an innocent word that was cut in two: cock pit, ass ess."""
    exact = lexicon().exact
    for whole, other, gap in (
        (written + (after[0] if after else ""), after[0] if after else "", folded[end : end + 1]),
        ((before[-1] if before else "") + written, before[-1] if before else "", folded[max(0, start - 1) : start]),
    ):
        joins = len(other) >= _SHORTEST_HALF or is_fragment(other)
        if joins and gap in _GAPS and other not in _LONE_WORDS and whole in dictionary() and whole not in exact:
            return True
    return False


def _is_name(hit: Hit, text: Text, before: list[str], after: list[str]) -> bool:
    """Capitalised like a name, and in a name's place: beside another name or a title, within a sentence, or alone."""
    first, last = text.span(hit.start, hit.end)
    as_written = text.original[first:last]
    if not as_written.isascii() or not _is_capitalised(as_written):
        return False  # nobody writes a name in letters of three alphabets
    if not before and not after:
        return True
    ahead, behind = text.original[last : last + _WINDOW], text.original[max(0, first - _WINDOW) : first]
    following, preceding = _WORD_AFTER.match(ahead), _WORD_BEFORE.search(behind)
    if (before and before[-1] in _TITLES) or (after and after[0] in _SAYING and not before):
        return True
    if following and _is_capitalised(following.group(1)):
        return True
    if preceding and _is_capitalised(preceding.group(1)):
        word = preceding.group(1).lower()
        return not _begins_sentence(behind[: preceding.start(1)]) or word in names() or not is_word(word)
    return bool(preceding) and preceding.group(1).lower() not in _BEFORE_A_NOUN


_BEFORE_A_NOUN = word_set(
    "a an the this that these those such my your his her its our their no some any of big fat little old stupid "
    "fucking good best suck sucks sucking eat eats like total real huge tiny limp small dumb absolute and or with in on"
)
_WORD_AFTER = re.compile(r"(?:'s)?[ ,-]{0,2}(?:[A-Z]\. ?)?([^\W\d_]+)")
_WORD_BEFORE = re.compile(r"([^\W\d_]+)(?: [A-Z]\.)?[ ,]{1,2}$")


def _is_capitalised(word: str) -> bool:
    return word[:1].isupper() and not word.isupper()


def _begins_sentence(behind: str) -> bool:
    return not behind.strip() or behind.rstrip()[-1] in ".!?\"'“:"


@cache
def _companies() -> dict[str, _Company]:
    companies: dict[str, _Company] = {}
    for line in (files("moderation.checks.data") / "innocence.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            word, _, rest = line.partition(": ")
            rules = dict(each.strip().split(": ", 1) for each in rest.split(";"))
            companies[word] = _Company(**{where: frozenset(words.split()) for where, words in rules.items()})
    return companies
