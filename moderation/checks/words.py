"""A dictionary of English: which words are only words, however much they look like something else."""

import gzip
from functools import cache
from importlib.resources import files


def word_set(row: str) -> frozenset[str]:
    return frozenset(row.split())


# Of one or two letters only these: in a larger list every pair of letters is a word.
_SHORT = word_set(
    "a i ad ah am an as at ax be by do eh em en er ex go ha he hi hm ho id if in is it la ma me mm mr my no of oh "
    "ok on or ow ox pa re so to uh um up us we ye yo"
)
LONGEST_FRAGMENT = 14  # letters
_NO_FRAGMENTS = frozenset({"er", "em", "en", "re", "la", "ex", "ad", "id", "ho"})


@cache
def dictionary() -> frozenset[str]:
    """Words and names of three letters and more in lower case, with their inflections, and the short ones."""
    return frozenset(_listed().lower().split("\n")) | _SHORT


@cache
def names() -> frozenset[str]:
    """What is written with a capital, maybe beside a word that is not, in lower case."""
    return frozenset(word.lower() for word in _listed().split("\n") if word[0].isupper())


def _listed() -> str:
    return gzip.decompress((files("moderation.checks.data") / "words.txt.gz").read_bytes()).decode("ascii")


@cache
def look_alikes() -> frozenset[str]:
    """Rarer words and names, of which only those are kept that would be mistaken for something else."""
    return frozenset((files("moderation.checks.data") / "look_alikes.txt").read_text("utf-8").split())


def is_word(word: str) -> bool:
    return word in dictionary() or word in look_alikes()


def is_fragment(word: str) -> bool:
    """Whether it stands alone only when something was cut in two."""
    return word in _NO_FRAGMENTS or not is_word(word)
