"""Words as the abuse model reads them: whichever group of people is named, it reads the same word.

That is how a group's name can never raise or lower a score: the model does not learn who was named, only that somebody
was, and what is said of them. 'Black people', 'women' and 'the deaf' are one word: several of a group.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

ONE = "onegroup"  # 'a Muslim', 'deaf', 'my gay': one of them, or a quality
MANY = "manygroups"  # 'Muslims', 'deaf people'
PLAIN = "-"  # what means no harm here, whatever it is: no letter of it is read
_PEOPLE = frozenset({"people", "peoples", "folk", "folks", "persons", "community", "communities"})
_PERSON = frozenset({"person", "individual"})
_MANY_BY_NATURE = frozenset({"men", "women", "ladies", "gentlemen", "wives", "children"})
_MASKS = frozenset({ONE, MANY})
_GOES_WITH = _MASKS | _PEOPLE | _PERSON


@dataclass(frozen=True, slots=True)
class Masked:
    """A comment's words after masking, and which of the comment's own words each one stands for."""

    words: list[str]
    first: Sequence[int]
    last: Sequence[int]


def mask(words: Sequence[str], first: Sequence[int] | None = None, last: Sequence[int] | None = None) -> Masked:
    """Names of groups as one word each; several in a row ('a young deaf woman') are one.

    `first` and `last`: which of the comment's own words each of these stands for, if not one for one.
    """
    places = range(len(words))
    masked = _mask(words)
    if first is None or last is None or first == places == last:
        return masked
    return Masked(masked.words, [first[place] for place in masked.first], [last[place] for place in masked.last])


def _mask(words: Sequence[str]) -> Masked:
    table = _table()
    read = list(map(table.get, words, words))
    groups = [place for place, word in enumerate(read) if word in _MASKS]
    if not any(read[place + 1] in _GOES_WITH for place in groups if place + 1 < len(read)):
        return Masked(read, range(len(read)), range(len(read)))
    return _joined(read)


def _joined(read: Sequence[str]) -> Masked:
    kept: list[str] = []
    first: list[int] = []
    last: list[int] = []
    for position, word in enumerate(read):
        after_group = bool(kept) and kept[-1] in _MASKS and last[-1] == position - 1
        if after_group and word in _GOES_WITH:
            last[-1] = position
            kept[-1] = MANY if word == MANY or word in _PEOPLE or kept[-1] == MANY else kept[-1]
            continue
        kept.append(word)
        first.append(position)
        last.append(position)
    return Masked(kept, first, last)


@cache
def _table() -> dict[str, str]:
    """Each name of a group, and what it is read as."""
    table = {"an": "a"}  # else an Asian and a Mexican would not read alike
    for line in (files("moderation.checks") / "data" / "groups.txt").read_text().splitlines():
        _, _, names = line.partition(":")
        if not names or line.startswith("#"):
            continue
        for name in names.split():
            table.setdefault(name, MANY if name in _MANY_BY_NATURE else ONE)
            if not name.endswith("s"):
                table[f"{name}s"] = MANY
            if name.endswith(("ese", "ish")):
                continue
            if name.endswith("y"):
                table[f"{name[:-1]}ies"] = MANY
    return table
