"""Which language a comment is in, for the checks that know only some: sure, or no answer.

English is told by its small words, a script that only one language uses by its letters; for the rest py3langid is
asked, a hundred times dearer. It is unsure of slang and of few letters, and so are we: never a guess. Then the site's
word for it is taken, unless the words are English; without it the answer is None.
"""

from collections import Counter
from copy import copy
from functools import cache, lru_cache
from typing import Any
from unicodedata import name

import re2
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from moderation.checks.signal import Facts
from moderation.checks.text import Text
from moderation.checks.words import dictionary, names

LONGEST_READ = 1_000  # characters; no language hides longer
WORDS_READ = 60
ENGLISH = "en"
SHARED = "tongue"  # its place in Facts.shared

# Small words of English that are no words of its neighbours: 'was', 'die', 'in', 'to', 'no', 'on' are.
_SMALL_WORDS = (
    "the and of that you this with for it not have has had my your what but they she his their would from there been "
    "just like who when which about how because people get got than out know think why its our were these those "
    "should could where be are dont im if them then too yours him he being only some "
    "any into never ever always going gonna want make made time good really much please love right still even back "
    "after before here now say said see look one off over us by at ain youre thing things day need way"
)
_SMALL = frozenset(_SMALL_WORDS.split())
_FEWEST_SMALL = 2
_SMALL_SHARE = 0.16  # of the words; foreign sentences stay under 0.1, English ones are around 0.4
_FEWEST_WORDS = 5
_ENGLISH_SHARE = 0.75  # of the words in the dictionary, names aside; foreign sentences stay under 0.5

_FEWEST_LETTERS = 24  # in Latin letters; fewer are anything
_FEWEST_FOREIGN = 6  # in a script that is not English's
_MOSTLY = 0.6  # share of the letters that are of one script
_SURE = 0.6  # the library's probability; neighbours (Danish, Norwegian) share theirs
_ENGLISH_AT_MOST = 0.02  # ... of English, when it is to be another
_SURE_OF_SCRIPT = 0.4
# ... when the site has said that it is in another: a page's language is mostly that of its comments.
_SURE_AGAINST_THE_SITE = 0.95
_FEWEST_AGAINST_THE_SITE = 30  # letters
_NO_TONGUES = frozenset({"und", "mul", "mis", "zxx"})  # 'unknown', 'several', 'none' (ISO 639-2)

_ONE_LANGUAGE = {
    "HANGUL": "ko", "HIRAGANA": "ja", "KATAKANA": "ja", "CJK": "zh", "THAI": "th", "GREEK": "el", "HEBREW": "he",
    "GEORGIAN": "ka", "ARMENIAN": "hy", "TAMIL": "ta", "TELUGU": "te", "KHMER": "km", "LAO": "lo", "MYANMAR": "my",
    "SINHALA": "si", "MALAYALAM": "ml", "KANNADA": "kn", "GUJARATI": "gu", "GURMUKHI": "pa", "ETHIOPIC": "am",
}  # fmt: skip
_BY_SCRIPT = {
    "LATIN": (
        "af ca cs cy da de en es et eu fi fr ga gl hr hu id is it lt lv mt nl no pl pt ro sk sl sq sv sw tl tr vi"
    ),
    "CYRILLIC": "be bg kk ky mk mn ru sr tg uk",
    "ARABIC": "ar fa ku ps ug ur",
    "DEVANAGARI": "hi mr ne sa",
    "BENGALI": "as bn",
}
_KANA_SHARE = 0.1  # Japanese is written with Chinese signs too, but never with them alone
_AROUND_WORDS = ".,;:!?()[]\"'*_-"
# What is no language: links, mentions and tags, addresses.
_NO_LANGUAGE = r"(?i)(?:https?://|www\.)\S+|[@#][\w\pL]+|\S+@\S+|&[a-z#0-9]{2,8};|<[^<>]{0,40}>|\[(?:USER|URL)\]"


def tongue(facts: Facts) -> str | None:
    """The comment's language as a primary tag ('en', 'de'), or None when nobody could be sure."""
    if SHARED not in facts.shared:
        facts.shared[SHARED] = _tongue(facts.text, _said(facts.language))
    return facts.shared[SHARED]


def get_ready() -> None:
    """Load the library's model, half a second, and the dictionary."""
    dictionary()
    names()
    _libraries()


def primary(tag: str | None) -> str | None:
    """'de' of 'de-AT'."""
    return tag.replace("_", "-").partition("-")[0].casefold() or None if tag else None


def _said(tag: str | None) -> str | None:
    said = primary(tag)
    return (
        said if said and said.isascii() and said.isalpha() and len(said) in {2, 3} and said not in _NO_TONGUES else None
    )


def _tongue(text: Text, said: str | None) -> str | None:
    words = text.tokens[:WORDS_READ]
    small = sum(map(_SMALL.__contains__, words))
    if small >= _FEWEST_SMALL and small >= _SMALL_SHARE * len(words):
        return ENGLISH
    if len(words) >= _FEWEST_WORDS and sum(map(_is_english, words)) >= _ENGLISH_SHARE * len(words):
        return ENGLISH
    script, letters = _script_of(text.folded)
    if script in _ONE_LANGUAGE:
        return _ONE_LANGUAGE[script]
    few = letters < (_FEWEST_LETTERS if script == "LATIN" else _FEWEST_FOREIGN)
    read = text.original[:LONGEST_READ]
    heard = None if few or script not in _BY_SCRIPT else _ask(read, script, said)
    return heard or (said if said not in {None, ENGLISH} and _may_be_foreign(read) else None)


def _may_be_foreign(original: str) -> bool:
    """Too little to tell by, but words, and not what an English comment would be written in."""
    words = [each.strip(_AROUND_WORDS).casefold() for each in _words_alone(original).split()]
    words = [each for each in words if each.isalpha()]
    return sum(map(_is_english, words)) < _ENGLISH_SHARE * len(words)


def _words_alone(original: str) -> str:
    return str(_no_language().sub(" ", original.encode("utf-8", "ignore").decode()))


def _is_english(word: str) -> bool:
    return word in dictionary() and word not in names()


def _script_of(folded: str) -> tuple[str | None, int]:
    """The script that most letters are of, and how many letters."""
    if folded.isascii():
        return "LATIN", len(folded)
    counted = Counter(_script(each) for each in folded[:LONGEST_READ] if each.isalpha())
    letters = counted.total()
    if not letters:
        return None, 0
    counted["JAPANESE"] = counted["HIRAGANA"] + counted["KATAKANA"]
    if counted["JAPANESE"] >= _KANA_SHARE * letters and counted["JAPANESE"] + counted["CJK"] >= _MOSTLY * letters:
        return "KATAKANA", letters
    script, most = counted.most_common(1)[0]
    return (script if most >= _MOSTLY * letters else None), letters


@lru_cache(maxsize=8_192)
def _script(letter: str) -> str:
    """The first word of its Unicode name is its script."""
    return name(letter, "NONE").partition(" ")[0]


def _ask(original: str, script: str, said: str | None) -> str | None:
    read = _words_alone(original)
    letters = sum(map(str.isalpha, read))
    if script == "LATIN" and letters < _FEWEST_LETTERS:
        return None
    ranked = _libraries()[script].rank(read.casefold())
    (best, sure), english = ranked[0], dict(ranked).get(ENGLISH, 0.0)
    if best == ENGLISH:
        return ENGLISH if sure >= _SURE else None
    if said not in {None, best} and (sure < _SURE_AGAINST_THE_SITE or letters < _FEWEST_AGAINST_THE_SITE):
        return None
    if script != "LATIN":
        return best if sure >= _SURE_OF_SCRIPT else None
    return best if sure >= _SURE and english <= _ENGLISH_AT_MOST and not _only_names_are_foreign(read) else None


def _only_names_are_foreign(read: str) -> bool:
    """'Wang Yi met Blinken in Beijing': what is not written like a name is English."""
    words = [] if read.isupper() else [each.strip(_AROUND_WORDS) for each in read.split()]
    return all(_is_english(each) for each in words if each[:1].islower()) and any(map(str.istitle, words))


@cache
def _libraries() -> dict[str, Any]:
    """By script, the identifier for its languages; they keep no state between questions."""
    whole = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    found: dict[str, Any] = {}
    for script, languages in _BY_SCRIPT.items():
        found[script] = copy(whole)
        found[script].set_languages(languages.split())
        found[script]._full_model = None  # noqa: SLF001 - 27 MB in every worker, for set_languages() alone
    return found


@cache
def _no_language() -> Any:
    return re2.compile(_NO_LANGUAGE)
