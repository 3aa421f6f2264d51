"""A comment's words as they are meant: disguises undone, and what means no harm here read as a word without weight.

What profanity found innocent where it stands ('summa cum laude'), and what the site allows, must not be held against
anybody by another check. What profanity read through a disguise is read so here too, and a few words more, of which
abuse is made and profanity is not: k!ll, m0ron, k.y.s.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import re2

from moderation.checks.lexicon import lexicon, with_one_sign
from moderation.checks.masked import PLAIN
from moderation.checks.signal import Facts
from moderation.checks.swearing import Swearing, swearing_in
from moderation.checks.text import Text

Span = tuple[int, int]
MOST_HIDDEN = 200  # places of one comment that are looked at
LONGEST_HIDDEN = 24  # characters
# What has none of these hides nothing: a sign beside a letter, or three letters set apart
_MAY_HIDE: Any = re2.compile(r"[a-z][0-9@$!|*]|[0-9@$!|*][a-z]|\b[a-z][^a-z0-9]{1,2}[a-z][^a-z0-9]{1,2}[a-z]\b")
_SIGNS = re.compile(r"[0-9@$!|*]+")
_STOPS = frozenset(".,;:!?\n")
_BLANK = re.compile(r"\s")
_AROUND = "\"'.,;:?~`()[]{}<>“”«»\u2018\u2019-_"
_APART = re.compile(r"(?<![^\W_])[^\W\d_](?:[^\w\n]{1,2}[^\W\d_]){2,15}(?![^\W_])")
_ALIKE = str.maketrans("01!|l34@5$7", "oiiiieaasst")
_SHORTEST, _SHORTEST_STARRED = 4, 4


class Meant(NamedTuple):
    """The words, and which of the comment's tokens each one stands for."""

    text: Text
    words: Sequence[str]
    first: Sequence[int]
    last: Sequence[int]
    spans: dict[int, Span]  # where a word was written, if not where its tokens were

    def parted(self, one: int, other: int) -> bool:
        """Whether a stop stands between these two tokens."""
        text = self.text
        start = text.begins[one] + len(text.tokens[one])
        return not _STOPS.isdisjoint(text.folded[start : text.begins[other]])

    def span(self, first: int, last: int) -> Span:
        """Where the tokens from the first to the last were written."""
        start, end = self.text.span_of_words(first, last)
        wider = [self.spans[place] for place in (first, last) if place in self.spans]
        if not wider:
            return start, end
        return min([start, *(begin for begin, _ in wider)]), max([end, *(stop for _, stop in wider)])


def meant(facts: Facts) -> Meant:
    text = facts.text
    tokens = text.tokens
    sworn = swearing_in(facts)
    changes = list(_of(text, sworn)) if sworn.hits or sworn.welcome else []
    if _MAY_HIDE.search(text.folded.encode("utf-8", "replace")):  # half a character has no encoding
        changes += _hidden(text.folded)
    if not changes:
        places = range(len(tokens))
        return Meant(text, tokens, places, places, {})
    return _changed(text, sorted(changes))


def as_written(text: Text) -> Meant:
    places = range(len(text.tokens))
    return Meant(text, text.tokens, places, places, {})


def get_ready() -> None:
    _hidden_words()


def _of(text: Text, sworn: Swearing) -> Iterator[tuple[int, int, str]]:
    """(start, end, word): folded stretches that profanity or the site reads otherwise."""
    innocent = {(hit.start, hit.end) for hit in sworn.innocent}
    for hit in sworn.hits:
        if (hit.start, hit.end) in innocent:
            yield hit.start, hit.end, PLAIN
        elif (hit.how or not hit.entry.word.isalpha()) and (word := _in_letters(hit.entry.word)):
            yield hit.start, hit.end, word
    for begin, stop in sworn.welcome:
        for token, start in zip(text.tokens, text.begins, strict=True):
            written, ended = text.span(start, start + len(token))
            if begin <= written and ended <= stop:
                yield start, start + len(token), PLAIN


def _in_letters(word: str) -> str | None:
    """A listed word without its signs: f**k, b!tch."""
    if word.isalpha():
        return word
    entry = lexicon().masked.get(word)
    return entry.word if entry else next(filter(str.isalpha, lexicon().listed_signs.get(with_one_sign(word), ())), None)


def _hidden(folded: str) -> Iterator[tuple[int, int, str]]:
    done = 0
    for number, found in enumerate(_SIGNS.finditer(folded)):
        if number >= MOST_HIDDEN:
            break
        at, behind = found.span()
        if at < done or not (folded[behind : behind + 1].isalpha() or folded[at - 1 : at].isalpha()):
            continue
        start, end = _stretch(folded, at)
        done = end
        if word := _unhidden(folded[start:end]):
            yield start, end, word
    for found in _APART.finditer(folded):
        letters = "".join(filter(str.isalpha, found.group()))
        word = letters if letters == "kys" else _hidden_words().get(letters.translate(_ALIKE))
        if word:
            yield *found.span(), word


def _stretch(folded: str, at: int) -> Span:
    """From blank to blank, without what stands around."""
    begin = max(0, at - LONGEST_HIDDEN)
    start = at - len(_BLANK.split(folded[begin:at])[-1])
    end = at + len(_BLANK.split(folded[at : at + LONGEST_HIDDEN], maxsplit=1)[0])
    chunk = folded[start:end]
    start += len(chunk) - len(chunk.lstrip(_AROUND))
    return start, max(start, end - (len(chunk) - len(chunk.rstrip(_AROUND))))


def _unhidden(chunk: str) -> str | None:
    words = _hidden_words()
    for each in dict.fromkeys((chunk, chunk.rstrip("!"), chunk.strip("*"))):
        reads = len(each) >= _SHORTEST and not each.isalpha() and sum(map(str.isalpha, each)) * 2 >= len(each)
        if reads and (word := words.get(each.translate(_ALIKE))):
            return word
    return None


@cache
def _hidden_words() -> dict[str, str]:
    """By what is left when letters that signs stand for are made alike, whole or with a star for one letter."""
    lines = (files("moderation.checks.data") / "hidden.txt").read_text("utf-8").splitlines()
    words = [word for line in lines if not line.startswith("#") for word in line.split()]
    known = {word.translate(_ALIKE): word for word in words}
    for word in words:
        if len(word) >= _SHORTEST_STARRED:
            for place in range(1, len(word) - 1):
                known.setdefault(f"{word[:place]}*{word[place + 1 :]}".translate(_ALIKE), word)
    return known


def _changed(text: Text, changes: Sequence[tuple[int, int, str]]) -> Meant:
    words, first, last = list[str](), list[int](), list[int]()
    spans: dict[int, Span] = {}
    coming, reach = 0, -1
    for place, (token, start) in enumerate(zip(text.tokens, text.begins, strict=True)):
        end = start + len(token)
        while coming < len(changes) and changes[coming][1] <= start:
            coming += 1
        if coming < len(changes) and changes[coming][0] < end:
            begin, stop, word = changes[coming]
            if reach == coming:
                last[-1] = place
                continue
            reach = coming
            spans[place] = text.span(begin, stop)
            words.append(word)
        else:
            words.append(token)
        first.append(place)
        last.append(place)
    return Meant(text, words, first, last, spans)
