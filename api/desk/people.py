"""The people page: who may do what where; invitations, roles, and the end of both."""

from collections.abc import Callable
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import StringConstraints
from sqlmodel import Session

from api import errors, fields, guests
from api.desk import render
from api.desk.access import OURS, AnAdmin
from api.desk.signing_in import SEE_OTHER
from moderation import casework, people, roster
from moderation.database import clock, reading, transaction
from moderation.errors import ModerationError
from moderation.people import ADMINS, Person
from moderation.settings import settings
from moderation.terms import Role

router = APIRouter(prefix="/desk", include_in_schema=False)

LONGEST_NAME = 100
EVERY_SITE = "all"
SAID = {
    "role": "The role is changed.",
    "disabled": "Their sessions and tokens have ended; what they decided stays.",
    "enabled": "They may come in again. Sessions and tokens of before stay ended.",
}
DOES = {  # what each role is for
    Role.MODERATOR: "decides cases",
    Role.LEAD: "decides what was left to a lead, and sees the rules",
    Role.ADMIN: "also changes rules, people and deliveries",
    Role.OPERATOR: "watches the machine, and decides nothing",
}
Name = Annotated[
    fields.Storable, StringConstraints(min_length=1, max_length=LONGEST_NAME, strip_whitespace=True), Form()
]
At = Annotated[UUID | Literal["all"], Form()]


@router.get("/people")
def show_people(request: Request, me: AnAdmin, said: str = "") -> Response:
    return _page(request, me, said=SAID.get(said, ""))


@router.post("/people", dependencies=[OURS])
def invite_somebody(request: Request, me: AnAdmin, name: Name, role: Annotated[Role, Form()], site: At) -> Response:
    """Make a moderator, and a link for them; it is on this page and on no other ever."""
    at = _site(site)

    def make(session: Session) -> str:
        roster.must_administer(me, at)
        if at:
            people.find_site(session, str(at))
        now = clock(session)
        return people.invite(session, people.make_moderator(session, name, role, at, now).id, now)

    return _with_link(request, me, name, make)


@router.post("/people/{moderator_id}/link", dependencies=[OURS])
def invite_again(request: Request, me: AnAdmin, moderator_id: UUID) -> Response:
    """A link stands for password and code: whoever makes one can be them."""
    named: list[str] = []

    def make(session: Session) -> str:
        moderator = roster.wholly_hers(session, me, moderator_id)
        named.append(moderator.name)
        return people.invite(session, moderator.id, clock(session))

    return _with_link(request, me, named, make)


@router.post("/people/{moderator_id}/role", dependencies=[OURS])
def set_role(
    request: Request, me: AnAdmin, moderator_id: UUID, role: Annotated[Role | Literal["none"], Form()], site: At
) -> Response:
    at = _site(site)
    try:
        with transaction() as session:
            roster.must_administer(me, at)
            if at:
                people.find_site(session, str(at))
            who = roster.visible(session, me, moderator_id)
            people.give_role(session, who.id, None if role == "none" else role, at)
    except ModerationError as refused:
        return _page(request, me, refused)
    return _back("role")


@router.post("/people/{moderator_id}/disable", dependencies=[OURS])
def disable(request: Request, me: AnAdmin, moderator_id: UUID) -> Response:
    try:
        with transaction() as session:
            people.disable(session, roster.wholly_hers(session, me, moderator_id), clock(session))
    except ModerationError as refused:
        return _page(request, me, refused)
    return _back("disabled")


@router.post("/people/{moderator_id}/enable", dependencies=[OURS])
def enable(request: Request, me: AnAdmin, moderator_id: UUID) -> Response:
    try:
        with transaction() as session:
            people.enable(session, roster.wholly_hers(session, me, moderator_id))
    except ModerationError as refused:
        return _page(request, me, refused)
    return _back("enabled")


def _site(site: UUID | str) -> UUID | None:
    return site if isinstance(site, UUID) else None


def _with_link(request: Request, me: Person, name: str | list[str], make: Callable[[Session], str]) -> Response:
    try:
        with transaction() as session:
            secret = make(session)
    except ModerationError as refused:
        return _page(request, me, refused)
    base = (settings().public_url or str(request.base_url)).rstrip("/")
    invited = name if isinstance(name, str) else name[0]
    return _page(request, me, link=f"{base}/desk/sign-in?link={secret}", invited=invited)


def _back(said: str) -> Response:
    guests.forget()
    return RedirectResponse(f"/desk/people?said={said}", SEE_OTHER, render.headers())


def _page(request: Request, me: Person, refused: ModerationError | None = None, **shown: Any) -> Response:
    mine = me.sites(ADMINS)
    with reading() as session:
        found = roster.listed(session, me)
        sites = casework.sites_of(session, mine)
    return render.page(
        request,
        "people.html",
        errors.STATUS[type(refused)] if refused else 200,
        listed=found,
        sites=sites,
        names={each.id: each.name for each in sites},
        everywhere=mine is None,
        every_site=EVERY_SITE,
        does=DOES,
        longest=LONGEST_NAME,
        wrong=refused.detail if refused else "",
        **shown,
    )
