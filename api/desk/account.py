"""The account page: password, how the desk looks to its owner, sessions, tokens for the API."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session, col, select

from api import fields, guests
from api.desk import render, throttle
from api.desk.access import OURS, Me
from api.desk.signing_in import SEE_OTHER, TOO_MANY, signed_out, throttled, too_many
from api.guests import SESSION_COOKIE
from moderation import people, signin
from moderation.database import clock, reading, transaction
from moderation.ids import secret_hash
from moderation.models import Moderator, ModeratorToken
from moderation.people import Person
from moderation.preferences import Preferences

router = APIRouter(prefix="/desk", include_in_schema=False)

UNPROCESSABLE = 422
LONGEST_LABEL = 100
MOST_TOKENS = 50  # live ones of one moderator
SAID = {
    "preferences": "Kept.",
    "password": "Your password is changed. All your other sessions have ended.",
    "factor": "From now on, signing in takes a code of your authenticator.",
    "no_factor": "Signing in takes no code any more.",
    "ended": "That session has ended.",
    "others": "All your other sessions have ended.",
    "revoked": "That token opens nothing any more.",
}
Password = Annotated[fields.Storable, Form(max_length=4 * signin.LONGEST)]


def _preferences(
    theme: Annotated[Literal["auto", "light", "dark"], Form()] = "auto",
    text_size: Annotated[Literal["small", "normal", "large"], Form()] = "normal",
    worst: Annotated[Literal["as_they_come", "first", "last"], Form()] = "as_they_come",
    pause_after: Annotated[int, Form(ge=0, le=1_000)] = 0,
    *,
    greyscale: Annotated[bool, Form()] = False,
    masked: Annotated[bool, Form()] = False,
    keys: Annotated[bool, Form()] = False,
) -> Preferences:
    """A box that is not ticked is not sent."""
    return Preferences(
        theme=theme,
        text_size=text_size,
        worst=worst,
        pause_after=pause_after,
        greyscale=greyscale,
        masked=masked,
        keys=keys,
    )


@router.get("/account")
def show_account(request: Request, me: Me, said: str = "") -> Response:
    return page(request, me, said=SAID.get(said, ""))


@router.post("/account/preferences", dependencies=[OURS])
def set_preferences(me: Me, wanted: Annotated[Preferences, Depends(_preferences)]) -> Response:
    with transaction() as session:
        signin.set_preferences(session, me.id, wanted)
    return back("preferences")


@router.post("/account/password", dependencies=[OURS])
def set_password(request: Request, me: Me, new: Password, again: Password, old: Password = "") -> Response:
    """A new password ends every other session: whoever knew the old one is out."""
    if wrong := signin.objection(me.name, new) or ("" if new == again else "The two new passwords differ."):
        return page(request, me, UNPROCESSABLE, wrong=wrong)
    moderator, recovering = look(request, me)
    if moderator.password and not recovering:
        if seconds := throttle.take(me.name, request):
            return throttled(page(request, me, TOO_MANY, wrong=too_many(seconds)), seconds)
        if not signin.matches(moderator, old):
            throttle.failed(request)
            return page(request, me, UNPROCESSABLE, wrong="That is not your present password.")
        throttle.forgive(me.name)
    made = signin.hashed(new)
    with transaction() as session:
        if not signin.set_password(session, moderator, made):
            return page(request, me, UNPROCESSABLE, wrong="Your password has just been changed elsewhere.")
        signin.end_sessions(session, me.id, clock(session), but=request.cookies[SESSION_COOKIE])
    return back("password")


@router.post("/account/sessions/{session_id}/end", dependencies=[OURS])
def end_session(request: Request, me: Me, session_id: UUID) -> Response:
    with transaction() as session:
        ended = signin.end_session(session, me.id, session_id, clock(session))
    answer = back("ended")
    return signed_out() if ended.hash == _this(request) else answer


@router.post("/account/sessions/end", dependencies=[OURS])
def end_sessions(request: Request, me: Me, which: Annotated[Literal["others", "all"], Form()] = "others") -> Response:
    """Sign out everywhere; 'others' spares this browser."""
    with transaction() as session:
        spared = request.cookies[SESSION_COOKIE] if which == "others" else ""
        signin.end_sessions(session, me.id, clock(session), but=spared)
    answer = back("others")
    return answer if which == "others" else signed_out()


@router.post("/account/tokens", dependencies=[OURS])
def make_token(
    request: Request, me: Me, label: Annotated[fields.Storable, Form(max_length=LONGEST_LABEL)] = ""
) -> Response:
    """No redirect: the token is on this page, and on no other ever."""
    with transaction() as session:
        if len(_tokens(session, me.id)) >= MOST_TOKENS:
            return page(request, me, UNPROCESSABLE, wrong=f"{MOST_TOKENS} tokens are enough. Revoke one first.")
        _, secret = people.make_token(session, me.id, label.strip(), clock(session))
    return page(request, me, token=secret)


@router.post("/account/tokens/{token_id}/revoke", dependencies=[OURS])
def revoke_token(me: Me, token_id: UUID) -> Response:
    with transaction() as session:
        people.revoke_token(session, me.id, token_id, clock(session))
    return back("revoked")


def look(request: Request, me: Person) -> tuple[Moderator, bool]:
    """My row, and whether a one-time link has just stood for what I know."""
    with reading() as session:
        moderator = session.get_one(Moderator, me.id)
        return moderator, signin.recovering(session, request.cookies[SESSION_COOKIE], clock(session))


def back(said: str) -> Response:
    """To the account page, by a browser that is looked up anew."""
    guests.forget()
    return RedirectResponse(f"/desk/account?said={said}", SEE_OTHER, render.headers())


def page(request: Request, me: Person, status: int = 200, **shown: Any) -> Response:
    moderator, recovering = look(request, me)
    with reading() as session:
        live = signin.sessions(session, me.id, clock(session))
        tokens = _tokens(session, me.id)
    return render.page(
        request,
        "account.html",
        status,
        has_password=moderator.password is not None,
        has_factor=moderator.totp_secret is not None,
        recovering=recovering,
        sessions=live,
        this=_this(request),
        tokens=tokens,
        shortest=signin.SHORTEST,
        longest=signin.LONGEST,
        **shown,
    )


def _this(request: Request) -> str:
    return secret_hash(request.cookies[SESSION_COOKIE])


def _tokens(session: Session, moderator_id: UUID) -> list[ModeratorToken]:
    """Those that still open something, the newest first."""
    asked = select(ModeratorToken).where(
        ModeratorToken.moderator_id == moderator_id, col(ModeratorToken.revoked_at).is_(None)
    )
    return list(session.exec(asked.order_by(col(ModeratorToken.id).desc())).all())
