"""A stranger's text on a page: what checks saw is marked, what would play tricks is made visible and harmless."""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape

from api.desk import access
from moderation.people import ADMINS, LEADS, SETTLES, WATCHES, Person
from moderation.preferences import Preferences

HERE = Path(__file__).parent
MOST_MARKS = 4  # combining marks on one letter; a language needs two or three, a prank thousands
CONTROLS = {"Cf", "Cc", "Co", "Cn", "Zl", "Zp"}
KEPT = {"\n", "\t", "\u200d", "\ufe0f"}  # joiners and selectors that emoji are made of
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)

PLACES = (  # name, address, what one must be allowed to do
    ("Queue", "/desk/queue", "settle"),
    ("Decisions", "/desk/decisions", "settle"),
    ("Rules", "/desk/rules", "lead"),
    ("People", "/desk/people", "administer"),
    ("Deliveries", "/desk/deliveries", "administer"),
    ("Health", "/desk/health", "watch"),
)


class Piece(NamedTuple):
    """A stretch of text that looks one way."""

    text: str
    kind: str  # 'plain', 'seen' (a check saw it) or 'control' (not text: shown as its number)


def pieces(body: str, spans: Sequence[Sequence[int]] = ()) -> list[Piece]:
    """The body cut into pieces to be escaped and shown one after the other."""
    seen = bytearray(len(body))
    for start, end in spans:
        seen[start:end] = b"\x01" * (min(end, len(body)) - start)
    each = _characters(body, seen)
    return [Piece("".join(text for text, _ in group), kind) for kind, group in groupby(each, key=lambda pair: pair[1])]


def harmless(text: str | None) -> str:
    """The same for a name, a title, an address: one line of plain text."""
    return "".join(piece.text for piece in pieces(" ".join((text or "").split())))


def page(request: Request, name: str, status: int = 200, **shown: Any) -> HTMLResponse:
    """A page with the headers that every page has; templates know who is signed in as 'me'."""
    return HTMLResponse(part(request, name, **shown), status, headers())


def part(request: Request, name: str, **shown: Any) -> str:
    """A template's HTML."""
    me: Person | None = getattr(request.state, "person", None)
    may = _may(me)
    common: dict[str, Any] = {
        "request": request,
        "me": me,
        "csrf": access.csrf(request),
        "may": may,
        "prefs": me.preferences if me else Preferences(),
        "places": [(place, url, may[needed]) for place, url, needed in PLACES],
    }
    return _templates().get_template(name).render(common | shown)


def _may(me: Person | None) -> dict[str, bool]:
    """What to offer; the pages themselves look again."""
    roles = {"settle": SETTLES, "lead": LEADS, "administer": ADMINS, "watch": WATCHES}
    return {name: me is not None and me.may(needed) for name, needed in roles.items()}


def headers() -> dict[str, str]:
    return {"Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin", "Cache-Control": "no-store"}


@cache
def _templates() -> Environment:
    made = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=select_autoescape())
    filters: dict[str, Any] = made.filters
    filters.update(harmless=harmless, pieces=pieces)
    return made


def _characters(body: str, seen: bytearray) -> Iterator[tuple[str, str]]:
    marks = 0
    for position, character in enumerate(body):
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks > MOST_MARKS:
            continue
        if category in CONTROLS and character not in KEPT:
            yield f"[U+{ord(character):04X}]", "control"
        else:
            yield character, "seen" if seen[position] else "plain"
