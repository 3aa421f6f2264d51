"""The second factor: a QR code for an authenticator, codes from then on, and the way back."""

import io
from typing import Annotated

import segno
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from api import fields
from api.desk import render, throttle
from api.desk.access import OURS, Me
from api.desk.account import UNPROCESSABLE, Password, back, look, page
from api.desk.signing_in import LONGEST_CODE, SEE_OTHER, TOO_MANY, throttled, too_many
from moderation import signin
from moderation.database import clock, transaction
from moderation.people import Person

router = APIRouter(prefix="/desk", include_in_schema=False)

Code = Annotated[fields.Storable, Form(max_length=LONGEST_CODE)]


@router.get("/account/authenticator")
def show_factor(request: Request, me: Me) -> Response:
    """A new secret each time; nothing is kept before a code has shown that the authenticator has it."""
    moderator, _ = look(request, me)
    if moderator.totp_secret or not moderator.password:
        return RedirectResponse("/desk/account", SEE_OTHER, render.headers())
    return _page(request, me, signin.new_factor())


@router.post("/account/authenticator", dependencies=[OURS])
def begin_factor(
    request: Request, me: Me, secret: Annotated[str, Form(pattern="^[A-Z2-7]{32}$")], code: Code = ""
) -> Response:
    with transaction() as session:
        if not signin.begin_factor(session, me.id, secret, code, clock(session)):
            return _page(request, me, secret, UNPROCESSABLE, wrong="That code does not fit. Wait for the next one.")
    return back("factor")


@router.post("/account/authenticator/end", dependencies=[OURS])
def end_factor(request: Request, me: Me, password: Password = "", code: Code = "") -> Response:
    """Password or code; whoever has come by a one-time link may have lost both."""
    moderator, recovering = look(request, me)
    if not recovering:
        if seconds := throttle.take(me.name, request):
            return throttled(page(request, me, TOO_MANY, wrong=too_many(seconds)), seconds)
        with transaction() as session:
            proved = signin.take_code(session, moderator, code, clock(session)) if code else False
        if not proved and not signin.matches(moderator, password):
            throttle.failed(request)
            return page(request, me, UNPROCESSABLE, wrong="Neither your password nor a code that fits.")
        throttle.forgive(me.name)
    with transaction() as session:
        signin.end_factor(session, me.id)
    return back("no_factor")


def _page(request: Request, me: Person, secret: str, status: int = 200, wrong: str = "") -> Response:
    drawn = _drawn(signin.factor_address(secret, me.name))
    return render.page(request, "authenticator.html", status, secret=secret, drawn=drawn, wrong=wrong)


def _drawn(address: str) -> Markup:
    """A QR code as SVG, dark on light whatever the theme: many cameras read nothing else."""
    out = io.BytesIO()
    code = segno.make_qr(address, error="m")
    code.save(out, kind="svg", xmldecl=False, svgclass="qr", lineclass=None, dark="#000", light="#fff", omitsize=True)
    return Markup(out.getvalue().decode())  # noqa: S704 - made by segno out of paths; the address is in its squares only
