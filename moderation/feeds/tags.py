"""XML, element by element, with line numbers. Document types and entities are refused before they can do anything.

Expat reads it in pieces of CHUNK bytes; what an element may hold is bounded, so a line of gigabytes is refused after
some of it.
"""

from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from xml.parsers import expat

from moderation.errors import FeedBrokenError

CHUNK = 64 * 1024
MOST_CHARACTERS = 10_000_000  # of one element and all that it stands in: articles are in the file as well
MOST_UNENDED = 4_000_000  # bytes of a tag or comment whose end is not in sight: with each piece Expat begins it anew
MOST_DEEP = 50


class Element(NamedTuple):
    """One that has ended."""

    path: tuple[str, ...]  # with its own name last
    text: str
    attributes: dict[str, str]
    line: int  # on which it began


def elements(file: Path, root: str, read_so_far: Callable[[int], object]) -> Iterator[Element]:
    """Each element at its end, so an element's children come before it. Raises FeedBrokenError with the line.

    `root`: the outermost element's name; a document of another kind is refused.
    """
    reading = _Reading(root)
    try:
        with file.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                reading.parser.Parse(chunk, False)
                read_so_far(len(chunk))
                if stream.tell() - reading.parser.CurrentByteIndex > MOST_UNENDED:
                    line = reading.parser.CurrentLineNumber
                    raise FeedBrokenError(f"Line {line}: a tag or comment is longer than any that makes sense.")
                yield from reading.ended()
            reading.parser.Parse(b"", True)
            yield from reading.ended()
    except expat.ExpatError as broken:
        what = expat.ErrorString(broken.code)
        raise FeedBrokenError(f"Line {broken.lineno}: this is no well-formed XML ({what}).") from None
    except (LookupError, ValueError):
        raise FeedBrokenError(f"Line {reading.parser.CurrentLineNumber}: this charset is not known.") from None


class _Reading:
    def __init__(self, root: str) -> None:
        self._root = root
        self._open: list[tuple[str, dict[str, str], int, list[str]]] = []
        self._room = MOST_CHARACTERS  # for what is open
        self._ended: deque[Element] = deque()
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._say

    def ended(self) -> Iterator[Element]:
        while self._ended:
            yield self._ended.popleft()

    def _refuse(self, *_: Any) -> None:
        raise FeedBrokenError(f"Line {self.parser.CurrentLineNumber}: document types and entities are not read.")

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if not self._open and name != self._root:
            raise FeedBrokenError(f"Line {self.parser.CurrentLineNumber}: <{self._root}> is expected here.")
        if len(self._open) == MOST_DEEP:
            raise FeedBrokenError(f"Line {self.parser.CurrentLineNumber}: elements are nested too deeply.")
        self._open.append((name, attributes, self.parser.CurrentLineNumber, []))

    def _say(self, text: str) -> None:
        if not self._open:
            return
        self._room -= len(text)
        if self._room < 0:
            raise FeedBrokenError(f"Line {self.parser.CurrentLineNumber}: an element is longer than any comment.")
        self._open[-1][3].append(text)

    def _end(self, name: str) -> None:
        del name  # the innermost that is open: Expat sees to it
        path = tuple(each[0] for each in self._open)
        _, attributes, line, pieces = self._open.pop()
        text = "".join(pieces)
        self._room += len(text)
        self._ended.append(Element(path, text, attributes, line))
