"""Who is at the desk, and that a form came out of a page of theirs."""

import hashlib
import hmac
from typing import Annotated

from fastapi import Depends, Form, Header, Request

from api import guests
from api.guests import SESSION_COOKIE
from moderation.errors import KeyMissingError, NotAllowedError
from moderation.people import ADMINS, LEADS, SETTLES, WATCHES, Person

LONGEST_CSRF = 100


async def signed_in(request: Request) -> Person:
    """The person behind the cookie; no token opens a page."""
    if "authorization" in request.headers:
        raise KeyMissingError("Pages take a signed-in browser, not a key.")
    found = await guests.guest(request.scope)
    if not isinstance(found, Person):
        raise NotAllowedError
    request.state.person = found
    return found


Me = Annotated[Person, Depends(signed_in)]


def _moderator(me: Me) -> Person:
    me.must(SETTLES)
    return me


def _lead(me: Me) -> Person:
    me.must(LEADS)
    return me


def _admin(me: Me) -> Person:
    me.must(ADMINS)
    return me


def _operator(me: Me) -> Person:
    me.must(WATCHES)
    return me


AModerator = Annotated[Person, Depends(_moderator)]
ALead = Annotated[Person, Depends(_lead)]
AnAdmin = Annotated[Person, Depends(_admin)]
AnOperator = Annotated[Person, Depends(_operator)]


def csrf(request: Request) -> str:
    """What every form of this session carries, and every fetch in 'x-csrf'."""
    secret = request.cookies.get(SESSION_COOKIE, "")
    return hashlib.sha256(f"csrf:{secret}".encode()).hexdigest()


def must_be_ours(
    request: Request,
    csrf_field: Annotated[str, Form(alias="csrf", max_length=LONGEST_CSRF)] = "",
    x_csrf: Annotated[str, Header(max_length=LONGEST_CSRF)] = "",
) -> None:
    """A form counts only when it came out of this very session."""
    given = x_csrf or csrf_field
    if not hmac.compare_digest(given.encode("ascii", "replace"), csrf(request).encode()):
        raise NotAllowedError("This form is not from your session. Load the page again.")


OURS = Depends(must_be_ours)
