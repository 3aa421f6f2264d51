"""Names that a page has put under protection, also as initials, turned round, misspelt or disguised."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import islice
from typing import Any

import re2

from moderation.checks.found import Found, Plain
from moderation.checks.text import Text, Word, read

WHAT = "protected name"
FULL = 0.95
SURNAME = 0.85
WITH_INITIAL = 0.8  # 'Maria K.'
MISSPELT = 0.7
INITIALS_DOTTED = 0.65  # 'M.K.'
INITIALS = 0.5  # 'MK'
COMMON = 0.4  # a family name that is a word, in small letters
GIVEN = 0.4  # a given name alone: many have it

WORDS_KEPT = 20_000
LONGEST_WORD = 60  # letters; no name hides in a longer one
MOST_DOTTED = 100  # initials with dots; who has written more has made the point
COMPILED = 512  # pages' lists kept ready
LONG_ENOUGH = 6  # letters of a name that is looked for misspelt, inflected or inside other words
_MOST_ENDING = 3  # letters that an inflection may add: Kowalskiej
_SHORT_NAME = 4  # letters; 'Anna Lee' is not 'Anna Lea'
_FEW_CONSONANTS = 3
_SPACED_AT_LEAST = 4  # single letters in a row

# Family names that are words: alone they count only when written large.
_COMMON_WORDS = (
    "bacon baker banks bean bell berry best bill bird bishop black bond book boy brand bridge brook brooks brown "
    "bull burns bush butler carpenter carter case chance chase christian church clay close cloud coal cook cooper "
    "corn cross day dean drew drink duke early east england english faith farmer field fields fish fisher flood "
    "flower ford forest fox france french frost garden gates gold good grace grant grass gray green grey gun hall "
    "ham hand hard hardy head heart high hill hills hook hope horn house hunt hunter hurt ice iron jack jordan "
    "joy judge june keen key kind king knight lake lamb land lane law lawless leaf lemon little lock long lord "
    "love low major mann march mark marsh mason may mean miller mills moody moon moore moss music nice noble "
    "north page paine park parker parks parsons pay peace peacock pearl penny pepper perfect plant poor pope "
    "porter post potter power price pride prince queen rain read reed rice rich ring rivers road rock root rose "
    "rush sage sand savage sea self sergeant shade shepherd short silver singer small smith snow song spring "
    "stark steel stern still stone storm street strong summer summers sun sweet swift tailor taylor temple town "
    "trace true turner underwood vale walker wall walls ward waters way weaver webb weeks wells west wheeler "
    "white wild wilder will wine winter wise wolf wood woods word worth wright yard young "
)
_WORDS = frozenset(_COMMON_WORDS.split())
_SIGNS = "@$!*"
_LEET = str.maketrans("01345789@$!", "oieastbgasi")


@dataclass(frozen=True, slots=True, eq=False)
class _Names:
    """A page's names by the ways in which they are looked up."""

    surnames: frozenset[str]
    givens: dict[str, frozenset[str]]  # given name: the family names that go with it
    initials: frozenset[tuple[str, str]]  # (given name's, family name's)
    near: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])  # one letter less: the names
    joined: tuple[str, ...] = ()  # long names, and whole ones without the blank: found inside other words
    shortest: int = 0  # of those
    first_letters: frozenset[str] = frozenset()  # of the long names
    dotted: Any = None


def find(text: Text, given: Plain, names: Sequence[str]) -> Iterator[Found]:
    """The places where a text names, or nearly names, one of them."""
    known = _names(tuple(names))
    words = (*text.words, *_spelled_out(text.words), *_with_signs(text))
    shouted = text.original.isupper()
    for place, word in enumerate(words):
        after = words[place + 1] if place + 1 < len(words) else None
        before = words[place - 1] if place else None
        found = _at(text, known, before, word, after, shouted=shouted)
        if found is not None:
            yield found
    for match in islice(known.dotted.finditer(given.text), MOST_DOTTED) if known.dotted is not None else ():
        yield given.original(Found(f"{WHAT} (initials)", INITIALS_DOTTED, *match.span()))


def get_ready(names: Sequence[str]) -> None:
    """Compile a page's names."""
    _names(tuple(names))


def _at(
    text: Text, known: _Names, before: Word | None, word: Word, after: Word | None, *, shouted: bool
) -> Found | None:
    if len(word.text) > LONGEST_WORD:
        return None
    spelled = word.text if word.text in known.surnames or word.text in known.givens else _without_disguise(word.text)
    if spelled in known.surnames:
        return _surname(text, known, before, word, after, spelled)
    if spelled in known.givens:
        return _given(text, known, before, word, after, spelled)
    written = text.original[word.start : word.end]
    if len(written) == 2 and written.isupper() and not shouted and tuple(spelled) in known.initials:  # noqa: PLR2004
        return Found(f"{WHAT} (initials)", INITIALS, word.start, word.end)
    if len(spelled) >= LONG_ENOUGH - 1:
        score = _nearly(known, spelled)
        return Found(WHAT, score, word.start, word.end) if score else None
    return None


@lru_cache(maxsize=WORDS_KEPT)
def _without_disguise(word: str) -> str:
    """Letters for the digits and signs that look like them; 'kowaaalska' is no longer stretched."""
    if word.isalpha() and len(set(word)) > len(word) - 2:  # nothing to replace, nothing stretched
        return word
    letters = word.translate(_LEET)
    return "".join(each for place, each in enumerate(letters) if letters[max(0, place - 2) : place] != each * 2)


def _surname(text: Text, known: _Names, before: Word | None, word: Word, after: Word | None, spelled: str) -> Found:
    """'Maria Kowalska', 'M. Kowalska', 'Kowalska, Maria', 'Kowalska'."""
    if before is not None and _goes_with(known, before.text, spelled):
        return Found(WHAT, FULL, before.start, word.end)
    if after is not None and spelled in known.givens.get(after.text, ()):
        return Found(WHAT, FULL, word.start, after.end)
    if spelled in _WORDS and not text.original[word.start : word.start + 1].isupper():
        return Found(WHAT, COMMON, word.start, word.end)
    return Found(WHAT, SURNAME, word.start, word.end)


def _goes_with(known: _Names, given: str, surname: str) -> bool:
    return surname in known.givens.get(given, ()) or (len(given) == 1 and (given, surname[0]) in known.initials)


def _given(text: Text, known: _Names, before: Word | None, word: Word, after: Word | None, spelled: str) -> Found:
    """'Maria K.', 'Maria Kowalzka', or only 'Maria'."""
    if after is not None and len(after.text) == 1 and (spelled[0], after.text) in known.initials:
        follows = text.original[after.start : after.end + 1]
        if follows[:1].isupper() or follows.endswith("."):
            return Found(WHAT, WITH_INITIAL, word.start, after.end)
    for beside in (after, before):
        if beside is not None and any(_sounds_like(beside.text, family) for family in known.givens[spelled]):
            return Found(WHAT, MISSPELT, min(word.start, beside.start), max(word.end, beside.end))
    return Found(f"{WHAT} (given name)", GIVEN, word.start, word.end)


@lru_cache(maxsize=WORDS_KEPT)
def _sounds_like(word: str, family: str) -> bool:
    """Beside the given name a misspelt family name need not be long, and may be a word: 'Anna Millers', 'Mueller'."""
    if not word or word[0] != family[0] or len(family) < _SHORT_NAME or len(word) > LONGEST_WORD:
        return False
    consonants = _without_vowels(family)
    return (
        _one_off(word, family)
        or _inflected(word, family)
        or (len(consonants) >= _FEW_CONSONANTS and _without_vowels(word) == consonants)
    )


def _without_vowels(name: str) -> str:
    return "".join(each for each in name if each not in "aeiouy")


@lru_cache(maxsize=WORDS_KEPT)
def _nearly(known: _Names, spelled: str) -> float:
    """One letter off, with another ending, or inside a longer word."""
    if len(spelled) >= known.shortest and any(name in spelled for name in known.joined):
        return SURNAME
    if spelled[0] not in known.first_letters:
        return 0.0
    for candidate in (spelled, *_one_less(spelled)):
        for name in known.near.get(candidate, ()):
            if _one_off(spelled, name) or _inflected(spelled, name):
                return MISSPELT
    stem = next((spelled[:-cut] for cut in range(1, _MOST_ENDING + 1) if spelled[:-cut] in known.near), None)
    return MISSPELT if stem and any(_inflected(spelled, name) for name in known.near[stem]) else 0.0


def _one_less(word: str) -> Iterator[str]:
    return (word[:place] + word[place + 1 :] for place in range(min(len(word), 30)))


def _one_off(word: str, name: str) -> bool:
    """One letter added, left out, other, or two changed round; the first letter stays."""
    if word[0] != name[0] or abs(len(word) - len(name)) > 1:
        return False
    if len(word) != len(name):
        shorter, longer = sorted((word, name), key=len)
        return any(each == shorter for each in _one_less(longer))
    differ = [place for place, (one, other) in enumerate(zip(word, name, strict=True)) if one != other]
    if len(differ) == 1:
        return True
    return len(differ) == 2 and word[differ[0]] == name[differ[1]] and word[differ[1]] == name[differ[0]]  # noqa: PLR2004


def _inflected(word: str, name: str) -> bool:
    """Kowalskiej, Kowalskich: the name without its last letter, and an ending."""
    return word.startswith(name[:-1]) and len(word) - len(name) < _MOST_ENDING


def _spelled_out(words: Sequence[Word]) -> Iterator[Word]:
    """'K o w a l s k a' as one word."""
    run: list[Word] = []
    for word in (*words, Word("", 0, 0)):
        if len(word.text) == 1:
            run.append(word)
            continue
        if len(run) >= _SPACED_AT_LEAST:
            yield Word("".join(each.text for each in run), run[0].start, run[-1].end)
        run = []


def _with_signs(text: Text) -> Iterator[Word]:
    """'kow@lska', 'Kow*lska': the signs belong to the word."""
    if not any(sign in text.folded for sign in _SIGNS):
        return
    for match in _signed().finditer(text.folded):
        written = match.group().strip("*!$@")
        if len(written) >= LONG_ENOUGH and not written.isalnum():
            yield Word(written, *text.span(match.start(), match.end()))


@cache
def _signed() -> Any:
    return re.compile(rf"[\w{re.escape(_SIGNS)}]{{{LONG_ENOUGH},40}}")  # one class, repeated: linear on any input


@lru_cache(maxsize=COMPILED)
def _names(listed: tuple[str, ...]) -> _Names:
    parts = [each for each in (_parts(name) for name in listed) if each[1]]
    surnames = frozenset(surname for _, family in parts for surname in family)
    givens: dict[str, set[str]] = {}
    near: dict[str, set[str]] = {}
    for given, family in parts:
        for each in given:
            givens.setdefault(each, set()).update(family)
    for name in surnames:
        for key in (name, *_one_less(name)) if len(name) >= LONG_ENOUGH and name not in _WORDS else ():
            near.setdefault(key, set()).add(name)
    initials = frozenset((given[0][0], family[-1][0]) for given, family in parts if given)
    joined = {*near.keys() & surnames, *(given[0] + family[-1] for given, family in parts if given)}
    return _Names(
        surnames,
        {name: frozenset(families) for name, families in givens.items() if name not in surnames},
        initials,
        {key: frozenset(found) for key, found in near.items()},
        tuple(sorted(joined)),
        min(map(len, joined), default=0),
        frozenset(name[0] for name in near.keys() & surnames),
        _dotted(initials),
    )


def _parts(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Given names and family names: 'Maria Nowak-Kowalska', 'Kowalska, Maria'; a single one is a family name."""
    family, comma, given = name.partition(",")
    if comma and given.strip():
        return _words(given), _words(family)
    pieces = name.split()
    if len(pieces) < 2:  # noqa: PLR2004 - one
        return (), _words(name)
    return tuple(word for piece in pieces[:-1] for word in _words(piece) if piece[:1].isupper()), _words(pieces[-1])


def _words(name: str) -> tuple[str, ...]:
    return tuple(word.text for word in read(name).words if len(word.text) > 1)


def _dotted(initials: frozenset[tuple[str, str]]) -> Any:
    if not initials:
        return None
    pairs = "|".join(
        rf"{re2.escape(first.upper())}\. ?{re2.escape(last.upper())}\b\.?" for first, last in sorted(initials)
    )
    return re2.compile(rf"\b(?:{pairs})")
