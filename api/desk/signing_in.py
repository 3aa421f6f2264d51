"""Signing in and out."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from api import guests
from api.desk import render
from api.desk.access import OURS, Me
from api.guests import SESSION_COOKIE
from moderation import live, people
from moderation.database import clock, transaction
from moderation.people import SESSION_LIFE
from moderation.settings import settings

router = APIRouter(prefix="/desk", include_in_schema=False)

SEE_OTHER = 303


@router.get("/sign-in")
def sign_in(request: Request, link: Annotated[str, Query(max_length=guests.LONGEST_KEY)] = "") -> Response:
    """Use up a one-time link."""
    with transaction() as session:
        secret = people.sign_in(session, link, clock(session)) if link.isascii() else None
    if secret is None:
        return render.page(request, "signed_out.html", 401, tried=bool(link))
    answer = RedirectResponse("/desk/queue", SEE_OTHER, render.headers())
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


@router.post("/sign-out", dependencies=[OURS])
def sign_out(request: Request, me: Me) -> Response:
    with transaction() as session:
        people.sign_out(session, request.cookies[SESSION_COOKIE], clock(session))
    guests.forget()
    live.changed([])
    del me
    answer = RedirectResponse("/desk/sign-in", SEE_OTHER, render.headers())
    answer.delete_cookie(SESSION_COOKIE, path="/")
    return answer
