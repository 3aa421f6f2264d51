"""Pages out of templates, with the headers that every page has."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape

from api.desk import access
from api.desk.shown import covered
from api.desk.words import around, harmless, pieces, where
from moderation.people import ADMINS, LEADS, SETTLES, WATCHES, Person
from moderation.preferences import Preferences

Kind = TypeVar("Kind")
HERE = Path(__file__).parent
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
KEYS = {"/desk/queue": "g q", "/desk/decisions": "g h", "/desk/health": "g o"}


def page(request: Request, name: str, status: int = 200, **shown: Any) -> HTMLResponse:
    """A page with the headers that every page has; templates know who is signed in as 'me'."""
    return HTMLResponse(part(request, name, **shown), status, headers())


def problem_page(request: Request, document: Mapping[str, Any], more: Mapping[str, str] | None = None) -> HTMLResponse:
    """What went wrong, in a sentence."""
    answer = page(request, "problem.html", int(document["status"]), problem=document)
    answer.headers.update(more or {})
    return answer


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
        "keys": KEYS,
        "covered": covered,
        "places": [(place, url, may[needed]) for place, url, needed in PLACES],
    }
    return _templates().get_template(name).render(common | shown)


def query(given: Mapping[str, Any]) -> str:
    """A page's address goes on with it; what is empty is left out."""
    return urlencode({name: value for name, value in given.items() if value not in ("", None, False)})


def one_of(kind: Callable[[str], Kind], named: str) -> Kind | None:
    """What a query says, or None where it says nothing that is known."""
    try:
        return kind(named) if named else None
    except ValueError:
        return None


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
    filters.update(harmless=harmless, pieces=pieces, where=where, around=around)
    return made
