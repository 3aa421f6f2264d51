"""Text as the numbers of word pieces, the way BERT models read it (Devlin et al. 2019), bounded in length.

Lower case, accents off, punctuation apart; then the longest piece that the vocabulary knows, again and again.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

UNKNOWN, BEGIN, END = "[UNK]", "[CLS]", "[SEP]"
LONGEST_WORD = 100  # characters; a longer one is unknown
HEAD_CHARACTERS, TAIL_CHARACTERS = 1_000, 500  # of a long text, its beginning and its end are read
TAIL_SHARE = 3  # of the pieces of a long text, a third are its end
_CACHED_WORDS = 50_000
_LONGEST_CACHED = 40  # characters
_CJK = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0xF900, 0xFAFF), (0x20000, 0x2FA1F))
_ASCII_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


class Pieces:
    """A vocabulary, more words with a number of their own, and texts read by it."""

    def __init__(self, vocabulary: Sequence[str], more: Mapping[str, int]) -> None:
        known = {piece: number for number, piece in enumerate(vocabulary)} | dict(more)
        self._begin, self._end = known[BEGIN], known[END]
        self._read = _Reader(known)

    def read(self, text: str, most: int) -> list[int]:
        """At most so many numbers, the marks of begin and end among them."""
        if len(text) > HEAD_CHARACTERS + TAIL_CHARACTERS:
            text = f"{text[:HEAD_CHARACTERS]} {text[-TAIL_CHARACTERS:]}"
        pieces = [number for token in text.split() for number in self._read(token)]
        room = most - 2
        if len(pieces) > room:
            tail = room // TAIL_SHARE
            pieces = pieces[: room - tail] + pieces[len(pieces) - tail :]
        return [self._begin, *pieces, self._end]


class _Reader:
    def __init__(self, known: Mapping[str, int]) -> None:
        self._known = known
        self._unknown = known[UNKNOWN]
        self._cached = lru_cache(maxsize=_CACHED_WORDS)(self._split)

    def __call__(self, token: str) -> tuple[int, ...]:
        return self._cached(token) if len(token) <= _LONGEST_CACHED else self._split(token)

    def _split(self, token: str) -> tuple[int, ...]:
        return tuple(number for word in _words(token) for number in self._pieces(word))

    def _pieces(self, word: str) -> list[int]:
        if len(word) > LONGEST_WORD:
            return [self._unknown]
        found: list[int] = []
        start = 0
        while start < len(word):
            mark = "##" if start else ""
            ends = range(len(word), start, -1)
            end = next((end for end in ends if mark + word[start:end] in self._known), None)
            if end is None:
                return [self._unknown]
            found.append(self._known[mark + word[start:end]])
            start = end
        return found


def _words(token: str) -> Iterator[str]:
    """A token without blanks, its punctuation and ideographs apart."""
    if token.isascii() and token.isalnum():
        yield token.lower()
        return
    word: list[str] = []
    for character in unicodedata.normalize("NFD", token.lower()):
        if _stands_alone(character):
            if word:
                yield "".join(word)
            word = []
            yield character
        elif unicodedata.category(character) not in {"Mn", "Cc", "Cf", "Co", "Cs", "Cn"}:
            word.append(character)
    if word:
        yield "".join(word)


def _stands_alone(character: str) -> bool:
    if character.isascii():
        return character in _ASCII_PUNCTUATION
    code = ord(character)
    return unicodedata.category(character).startswith("P") or any(low <= code <= high for low, high in _CJK)
