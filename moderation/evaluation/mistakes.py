"""The worst mistakes: the clean comments that scored highest, the others that scored lowest. Bounded."""

import heapq
from dataclasses import dataclass, field
from zlib import crc32

from moderation.evaluation.rows import Row


@dataclass(frozen=True, slots=True)
class Mistake:
    score: float
    file: int
    line: int
    id: str | None
    excerpt: str  # cut, and nothing in it can rewrite a screen
    because: tuple[str, ...]  # the checks that spoke


_Kept = tuple[float, int, int, Mistake]  # how bad, then chance, then the order of reading


@dataclass(slots=True)
class Worst:
    """As many as are wanted of each kind. Among equals it is chance, the same in every run: not the file's order."""

    most: int
    characters: int
    _seen: int = 0
    _disturbed: list[_Kept] = field(default_factory=list["_Kept"])
    _missed: list[_Kept] = field(default_factory=list["_Kept"])

    def saw(self, row: Row, score: float, because: tuple[str, ...] = ()) -> None:
        kept, weight = (self._missed, -score) if row.positive else (self._disturbed, score)
        full = len(kept) == self.most
        if full and (not kept or weight < kept[0][0]):
            return
        self._seen += 1
        order = (weight, crc32(f"{row.file}:{row.line}".encode()), self._seen)
        if full and order <= kept[0][:3]:
            return
        body: str = row.known["body"]
        mistake = Mistake(score, row.file, row.line, row.id, visible(body, self.characters), because)
        (heapq.heapreplace if full else heapq.heappush)(kept, (*order, mistake))

    def disturbed(self) -> tuple[Mistake, ...]:
        """Clean, the highest score first."""
        return tuple(each[3] for each in sorted(self._disturbed, key=lambda each: (-each[0], each[1])))

    def missed(self) -> tuple[Mistake, ...]:
        """Not clean, the lowest score first."""
        return tuple(each[3] for each in sorted(self._missed, key=lambda each: (-each[0], each[1])))


def visible(text: str, characters: int) -> str:
    r"""A stranger's text, cut, with whatever does not print written as its number.

    >>> visible("a\u202eb\n" + "c" * 99, 8)
    'a\\u202eb\\nccc…'
    """
    cut = text if len(text) <= characters else text[: characters - 1 if characters else 0] + "…"
    return "".join(each if each.isprintable() else _escaped(each) for each in cut)


def _escaped(character: str) -> str:
    code = ord(character)
    named = {0x0A: r"\n", 0x0D: r"\r", 0x09: r"\t"}
    return named.get(code) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")  # noqa: PLR2004
