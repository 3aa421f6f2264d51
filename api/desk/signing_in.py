"""Signing in, by password or by a one-time link, and out."""

from math import ceil
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from api import fields, guests
from api.desk import render, throttle
from api.desk.access import OURS, signed_in
from api.guests import SESSION_COOKIE
from moderation import people, signin
from moderation.database import clock, reading, transaction
from moderation.errors import NotAllowedError
from moderation.people import SESSION_LIFE, SETTLES, WATCHES, Person
from moderation.settings import settings

router = APIRouter(prefix="/desk", include_in_schema=False)

SEE_OTHER, NOT_SIGNED_IN, TOO_MANY = 303, 401, 429
LONGEST_CODE = 20
SPENT = "This link was used before, or is too old."
WRONG = "Name, password and code do not belong together."
BROWSERS = (  # the first that is named: most of them also name those that they are like
    ("Edge", "Edg"),
    ("Opera", "OPR/"),
    ("Samsung Internet", "SamsungBrowser/"),
    ("Firefox", "Firefox/"),
    ("Firefox", "FxiOS/"),
    ("Chrome", "Chrome/"),
    ("Chrome", "CriOS/"),
    ("Safari", "Safari/"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("macOS", "Mac OS"),
    ("Linux", "Linux"),
)
LONGEST_UNKNOWN = 40  # characters of a browser's name that we cannot read

Link = Annotated[str, Query(max_length=guests.LONGEST_KEY)]
Name = Annotated[fields.Storable, Form(max_length=100)]
Password = Annotated[fields.Storable, Form(max_length=4 * signin.LONGEST)]
Code = Annotated[str, Form(max_length=LONGEST_CODE)]


def from_here(request: Request) -> None:
    """Nobody else's page signs anybody in: whoever has no session yet has no secret to prove a form with."""
    if request.headers.get("sec-fetch-site") == "same-origin":
        return
    origin = request.headers.get("origin", "").partition("//")[2]
    if not origin or origin != request.headers.get("host"):
        raise NotAllowedError("This did not come from the desk.")


@router.get("/sign-in")
def show_sign_in(request: Request, link: Link = "") -> Response:
    """The form; with a one-time link, straight in."""
    if not link:
        return render.page(request, "sign_in.html")
    with transaction() as session:
        now = clock(session)
        secret = people.sign_in(session, link, now, seen_as(request)) if link.isascii() else None
        person = people.person_of_session(session, secret, now) if secret else None
        if person:
            _end_the_one_before(request, session)
    if secret is None or person is None:
        return render.page(request, "sign_in.html", NOT_SIGNED_IN, wrong=SPENT)
    return _landed(request, person, secret)


@router.post("/sign-in", dependencies=[Depends(from_here)])
def sign_in(request: Request, name: Name = "", password: Password = "", code: Code = "") -> Response:
    """By password, and by a code where they have an authenticator; whatever was wrong, the answer is the same."""
    if seconds := throttle.take(name, request):
        wrong = f"{too_many(seconds)} A one-time link works at once."
        return throttled(render.page(request, "sign_in.html", TOO_MANY, wrong=wrong, named=name), seconds)
    with reading() as session:
        moderator = signin.known(session, name)
    right = signin.matches(moderator, password)
    with transaction() as session:
        now = clock(session)
        secret = signin.sign_in(session, moderator, code, now, seen_as(request)) if right and moderator else None
        person = people.person_of_session(session, secret, now) if secret else None
        if person:
            _end_the_one_before(request, session)
    if secret is None or person is None or moderator is None:
        throttle.failed(request)
        return render.page(request, "sign_in.html", NOT_SIGNED_IN, wrong=WRONG, named=name)
    throttle.forgive(name)
    if signin.outdated(moderator):
        made = signin.hashed(password)
        with transaction() as session:
            signin.set_password(session, moderator, made)
    return _landed(request, person, secret)


@router.post("/sign-out", dependencies=[OURS, Depends(signed_in)])
def sign_out(request: Request) -> Response:
    with transaction() as session:
        people.sign_out(session, request.cookies[SESSION_COOKIE], clock(session))
    guests.forget()
    return signed_out()


def signed_out() -> Response:
    answer = RedirectResponse("/desk/sign-in", SEE_OTHER, render.headers())
    answer.delete_cookie(SESSION_COOKIE, path="/")
    return answer


def too_many(seconds: int) -> str:
    minutes = ceil(seconds / 60)
    return f"Too many tries. Try again in {f'{minutes} minutes' if minutes > 1 else 'a minute'}."


def throttled(answer: Response, seconds: int) -> Response:
    answer.headers["Retry-After"] = str(seconds)
    return answer


def seen_as(request: Request) -> str:
    """A browser's name for its owner, like 'Firefox on Linux'."""
    named = request.headers.get("user-agent", "")
    browser = next((name for name, token in BROWSERS if token in named), "")
    system = next((name for name, token in SYSTEMS if token in named), "")
    return " on ".join(filter(None, (browser, system))) or named[:LONGEST_UNKNOWN]


def _end_the_one_before(request: Request, session: Session) -> None:
    """Whoever signs in anew leaves no session behind that no browser knows any more."""
    before = request.cookies.get(SESSION_COOKIE, "")
    if before:
        people.sign_out(session, before, clock(session))


def _landed(request: Request, person: Person, secret: str) -> Response:
    guests.forget()
    where = "/desk/queue" if person.may(SETTLES) else "/desk/health" if person.may(WATCHES) else "/desk/account"
    answer = RedirectResponse(where, SEE_OTHER, render.headers())
    answer.set_cookie(
        SESSION_COOKIE,
        secret,
        max_age=int(SESSION_LIFE.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure="https" in {request.url.scheme, settings().public_url.partition(":")[0]},
    )
    return answer
