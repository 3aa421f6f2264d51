"""Who is asking: a site's key, a moderator's token, or a signed-in browser. Judged before anything is read.

Found keys are remembered for two seconds, so that a revoked one is refused within five everywhere.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.concurrency import run_in_threadpool
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import answer, problem_of
from api.intime import KEY_WITHIN_SECONDS, in_time
from moderation import people
from moderation.database import clock, reading
from moderation.errors import KeyInvalidError, KeyMissingError, ModerationError, NotAllowedError, UnavailableError
from moderation.ids import secret_hash
from moderation.people import Person

REMEMBERED_SECONDS = 2.0
REMEMBERED = 10_000
LONGEST_KEY = 200
SESSION_COOKIE = "greenroom_session"
GUARDED = "/v1/"
SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True, slots=True)
class Site:
    """A site's backend."""

    id: UUID


Guest = Site | Person


class Doorkeeper:
    """ASGI: everything below /v1/ needs a key, and is asked for it before its body is looked at."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and str(scope["path"]).startswith(GUARDED):
            try:
                scope.setdefault("state", {})["guest"] = await guest(scope)
            except ModerationError as refused:
                await answer(problem_of(refused))(scope, receive, send)
                return
            except (OperationalError, PoolTimeoutError):
                await answer(problem_of(UnavailableError("The database does not answer.")))(scope, receive, send)
                return
        await self._app(scope, receive, send)


async def guest(scope: Scope) -> Guest:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    authorization = headers.get(b"authorization", b"").decode("latin-1")
    if authorization:
        scheme, _, key = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise KeyMissingError
        found = await _lookup(key.strip(), session=False)
    else:
        cookie = cookie_parser(headers.get(b"cookie", b"").decode("latin-1")).get(SESSION_COOKIE)
        if not cookie:
            raise KeyMissingError
        _refuse_other_sites(scope, headers)
        found = await _lookup(cookie, session=True)
    if found is None:
        raise KeyInvalidError
    return found


def forget() -> None:
    """Ask the database again for every key."""
    _found.clear()


_found: OrderedDict[str, tuple[float, Guest | None]] = OrderedDict()


async def _lookup(secret: str, *, session: bool) -> Guest | None:
    if not secret or len(secret) > LONGEST_KEY or not secret.isascii():
        return None
    name = secret_hash(secret)
    known = _found.get(name)
    if known and known[0] > time.monotonic():
        return known[1]
    found = await in_time(run_in_threadpool(_ask, secret, session=session), KEY_WITHIN_SECONDS)
    _found[name] = time.monotonic() + REMEMBERED_SECONDS, found
    _found.move_to_end(name)
    while len(_found) > REMEMBERED:
        _found.popitem(last=False)
    return found


def _ask(secret: str, *, session: bool) -> Guest | None:
    with reading() as database:
        if session:
            return people.person_of_session(database, secret, clock(database))
        site_id = people.site_of_key(database, secret)
        return Site(site_id) if site_id else people.person_of_token(database, secret)


def _refuse_other_sites(scope: Scope, headers: dict[bytes, bytes]) -> None:
    """A browser sends its cookie wherever a page tells it to: what changes something must come from our own pages."""
    if scope["method"] in SAFE or headers.get(b"sec-fetch-site") == b"same-origin":
        return
    origin = headers.get(b"origin", b"").partition(b"//")[2]
    if not origin or origin != headers.get(b"host"):
        raise NotAllowedError("This did not come from the desk.")


async def _site(request: Request) -> Site:  # no thread: all of them may be waiting for the database
    return site_of(request.state.guest)


def site_of(found: Any) -> Site:
    if not isinstance(found, Site):
        raise NotAllowedError("This takes a site's key.")
    return found


def person_of(found: Any) -> Person:
    if not isinstance(found, Person):
        raise NotAllowedError("This takes a moderator's token.")
    return found


ASiteKey = Annotated[Site, Depends(_site)]


async def _person(request: Request) -> Person:
    return person_of(request.state.guest)


APerson = Annotated[Person, Depends(_person)]
# For the API's description; the doorkeeper has judged the key long before.
TAKES_SITE_KEY = Security(HTTPBearer(auto_error=False, scheme_name="siteKey"))
TAKES_TOKEN = Security(HTTPBearer(auto_error=False, scheme_name="moderatorToken"))
