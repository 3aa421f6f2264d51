"""The profanity lexicon: every word with its grade, and the forms in which it may be hidden.

better-profanity's list is its base, graded by grades.txt; profanity.txt adds to it, with inflections and compounds.
All forms are made once, so that a comment costs a look into a few tables, however long the lists are.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import groupby, product
from typing import NamedTuple

from moderation.checks import shapes
from moderation.checks.words import is_word, word_set

GRADES = ("strong", "slur", "sexual", "mild", "medical", "benign")  # the gravest first
FOUND = GRADES[:4]  # a comment that holds one of these is found; the others are innocent alone
_RESPELT = "respelt "
_NEVER, _NAMES, _PARTS, _ROOTS = "never in disguise", "maybe a name", "parts", "roots"
SHORTEST_DISGUISED = 4  # letters; a shorter word in disguise is mostly another one
_LONGEST_MASKED = 14
_VOWELS = frozenset("aeiou")
_SYMMETRIC = frozenset("bdnpquosxz")  # upside down these are letters still
_FEWEST_CONSONANTS = 3  # that tell a word without any vowel
_MOST_VOWELS = 4  # masked in every combination
_ALIKE = str.maketrans("iv", "lu")


class Entry(NamedTuple):
    word: str
    grade: str


class Stretched(NamedTuple):
    """A word as its letters and how many of each stand in a row."""

    counts: tuple[int, ...]
    entry: Entry


class Lexicon(NamedTuple):
    exact: dict[str, Entry]  # single words
    phrases: dict[tuple[str, ...], Entry]
    stretched: dict[str, list[Stretched]]  # by skeleton
    alike: dict[str, list[Stretched]]  # by skeleton, of letters made alike
    guesses: dict[str, tuple[Entry, str]]  # letters swapped, a vowel left out, backwards; and which of these
    masked: dict[str, Entry]  # a letter hidden: f*ck; several in a row: f**k
    listed_signs: dict[str, list[str]]  # words by what is left when every sign of better-profanity's is made one
    core: dict[str, Entry]  # what may be cut in two, or built into another word
    begun: frozenset[str]  # the first letters of these, however many
    roots: re.Pattern[str]
    names: frozenset[str]
    plain_only: frozenset[str]  # respelt, and so short that with an accent they are words of another language
    keys: frozenset[str]  # the rarest word of each phrase
    starts: frozenset[str]  # the first


# better-profanity's signs for letters.
LISTED_SIGNS = {"a": "@*4", "i": "*l1", "o": "*0@", "u": "*v", "v": "*u", "l": "1", "e": "*3", "s": "$5", "t": "7"}
_ONE_SIGN = str.maketrans(dict.fromkeys("aeioulv@*4103", "*") | dict.fromkeys("s$5", "s") | {"7": "t"})


def with_one_sign(word: str) -> str:
    return word.translate(_ONE_SIGN)


def alike(word: str) -> str:
    """Letters that are written for one another made one."""
    return word.translate(_ALIKE)


def skeleton(word: str) -> str:
    """Each run of a letter made one letter."""
    return "".join([letter for letter, _ in groupby(word)])


def counts(word: str) -> tuple[int, ...]:
    """How long each run of a letter is."""
    return tuple(sum(1 for _ in run) for _, run in groupby(word))


@cache
def lexicon() -> Lexicon:
    sections = _sections("profanity.txt")
    graded = _graded(sections)
    never = {form for word in sections[_NEVER] for form in _forms(word)}
    singles = {word: entry for word, entry in graded.items() if " " not in word}
    plain = {word for word in singles if word.isalpha() and word.isascii()}
    compounds = {root + part for root, part in product(*(line.split() for line in sections[_PARTS]))}
    respelt = {form for grade in GRADES for word in sections.get(_RESPELT + grade, ()) for form in _forms(word)}
    # Where a disguise may be several words, it is the first of these.
    found = sorted(
        (word for word in plain if singles[word].grade in FOUND),
        key=lambda word: (word in respelt, word in compounds, GRADES.index(singles[word].grade), len(word), word),
    )
    core = {word: singles[word] for word in found if len(word) >= SHORTEST_DISGUISED and word not in never | respelt}
    phrases = {tuple(word.split()): entry for word, entry in graded.items() if " " in word}
    return Lexicon(
        exact=singles,
        phrases=phrases,
        stretched=_stretched({word: singles[word] for word in found}),
        alike=_stretched({alike(word): singles[word] for word in found}),
        guesses=_guesses(core),
        masked=_masked(
            [*core, *(word for word in found if word not in core and len(word) >= SHORTEST_DISGUISED)], singles
        ),
        listed_signs=_listed_signs(
            [*found, *(word for word in singles if word not in plain and singles[word].grade in FOUND)]
        ),
        core=core,
        begun=frozenset(word[:length] for word in core for length in range(1, len(word))),
        roots=re.compile("|".join(sorted(sections[_ROOTS], key=len, reverse=True))),
        names=frozenset(sections[_NAMES]),
        plain_only=frozenset(never & respelt),
        keys=frozenset(_key(words) for words in phrases),
        starts=frozenset(words[0] for words in phrases),
    )


# Found inside another word only where the rest of it is a word as well: -shita, -bitch and -wank- are names.
UNSURE_ROOTS = frozenset({"cunt", "bitch", "whore", "slut", "shit", "wank", "pussy"})


def _key(words: tuple[str, ...]) -> str:
    return max(words, key=lambda word: (word not in _FREQUENT, len(word)))


_FREQUENT = word_set("the this that these what who why where how big go get to off on of me my you with job style")


def _sections(name: str) -> dict[str, list[str]]:
    """The entries of a file, by their heading."""
    sections: dict[str, list[str]] = {}
    heading = ""
    for line in (files("moderation.checks.data") / name).read_text("utf-8").splitlines():
        if line.startswith("["):
            heading = line.strip("[]")
        elif line and not line.startswith("#"):
            entries = [line] if heading == _PARTS else (each.strip() for each in line.split(","))
            sections.setdefault(heading, []).extend(each for each in entries if each)
    return sections


def _graded(sections: dict[str, list[str]]) -> dict[str, Entry]:
    """Every form with its grade; what is graded by hand in grades.txt stands."""
    graded: dict[str, Entry] = {}
    first, second = (line.split() for line in sections[_PARTS])
    for root, part in product(first, second):
        graded[root + part] = Entry(root + part, "strong")
    for grade in reversed(GRADES):
        for word in (*sections.get(_RESPELT + grade, ()), *sections.get(grade, ())):
            base = word.partition(":")[0]
            graded.update((form, Entry(base, grade)) for form in _forms(word))
    grades = {word: grade for grade, words in _sections("grades.txt").items() for word in words}
    listed = (files("better_profanity") / "profanity_wordlist.txt").read_text("utf-8").split("\n")
    for word in filter(None, (each.strip().lower() for each in listed)):
        graded[word] = Entry(word, grades.get(word, "mild"))  # one that a newer version of the list brings
    return graded


def _forms(marked: str) -> Iterator[str]:
    """The inflections that a word's mark stands for."""
    word, _, mark = marked.partition(":")
    yield word
    if not mark:
        return
    yield _plural(word)
    stem = word + word[-1] if len(mark) > 1 else word.removesuffix("e") if word.endswith("e") else word
    if mark[0] == "v":
        for ending in ("ed", "ing", "in", "er", "ers", "ings"):
            yield stem + ending
    if mark in {"nn", "vv"}:
        yield stem + "y"


def _plural(word: str) -> str:
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    return word[:-1] + "ies" if word.endswith("y") and word[-2] not in _VOWELS else word + "s"


def _stretched(entries: dict[str, Entry]) -> dict[str, list[Stretched]]:
    found: dict[str, list[Stretched]] = {}
    for word, entry in entries.items():
        for spelt in {word, word.replace("ph", "f")}:
            if len(spelt) >= SHORTEST_DISGUISED - 1:
                found.setdefault(skeleton(spelt), []).append(Stretched(counts(spelt), entry))
    return found


def _guesses(core: dict[str, Entry]) -> dict[str, tuple[Entry, str]]:
    """What one has to guess; a word that is one already is never taken for a disguise."""
    guesses: dict[str, tuple[Entry, str]] = {}
    for word, entry in core.items():
        for how, form in _guessable(word):
            if len(form) >= SHORTEST_DISGUISED and form not in core and not is_word(form):
                guesses.setdefault(form, (entry, how))
    return guesses


def _guessable(word: str) -> Iterator[tuple[str, str]]:
    yield "backwards", word[::-1]
    if _SYMMETRIC.issuperset(word):
        yield "upside down", shapes.turn(word)
    for place in range(len(word) - 1):
        yield "letters swapped", word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    for place, letter in enumerate(word):
        if letter in _VOWELS:
            yield "vowels left out", word[:place] + word[place + 1 :]
    for bare in (
        "".join(letter for letter in word if letter not in _VOWELS),
        word[0] + "".join(letter for letter in word[1:] if letter not in _VOWELS),
    ):
        if len(set(bare)) >= _FEWEST_CONSONANTS:
            yield "vowels left out", bare


def _masked(words: Iterable[str], singles: dict[str, Entry]) -> dict[str, Entry]:
    """With one letter or some vowels hidden by a star each, or a stretch of letters."""
    masked: dict[str, Entry] = {}
    for word in words:
        entry = singles[word]
        if len(word) > _LONGEST_MASKED:
            continue
        for place in range(len(word)):
            masked.setdefault(word[:place] + "*" + word[place + 1 :], entry)
        for places in _some_vowels(word):
            masked.setdefault("".join("*" if at in places else letter for at, letter in enumerate(word)), entry)
        for start in range(1, len(word) - 1):
            for end in range(start + 2, len(word)):
                masked.setdefault(word[:start] + "*" * (end - start) + word[end:], entry)
    return masked


def _listed_signs(words: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in words:
        if len(word) >= SHORTEST_DISGUISED or word in SHORT_WITH_SIGNS:
            found.setdefault(with_one_sign(word), []).append(word)
    return found


# A shorter one is a formula or an abbreviation: n*g, w*p, tlt.
SHORT_WITH_SIGNS = frozenset({"ass", "fag", "cum", "fuk", "tit", "s0b"})


def _some_vowels(word: str) -> Iterable[set[int]]:
    vowels = [place for place, letter in enumerate(word) if letter in _VOWELS][:_MOST_VOWELS]
    for chosen in product((False, True), repeat=len(vowels)):
        yield {place for place, is_chosen in zip(vowels, chosen, strict=True) if is_chosen}
