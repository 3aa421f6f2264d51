"""The deliveries page: what sites were told, what failed and why; to be sent again."""

from collections.abc import Collection
from typing import Annotated, Any
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from api import cursors, errors, fields
from api.desk import render
from api.desk.access import OURS, AnAdmin
from moderation import casework, deliveries, webhooks
from moderation.database import clock, reading, transaction
from moderation.errors import NotFoundError, NoWebhookError, WebhookDisabledError
from moderation.people import ADMINS, Person
from moderation.terms import DeliveryState
from workers import nudge

router = APIRouter(prefix="/desk", include_in_schema=False)

SHOWN = 50
SEE_OTHER = 303
SAID = {"again": "It is sent once more.", "test": "A test is on its way."}
STATES = {  # how an address is shown
    "working": "ok",
    "none": "",
    "failing": "warn",
    "resting": "warn",
    "disabled": "fail",
}


class Asked(BaseModel):
    """The page's query; an empty field of the form is as if it were not there."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    site: fields.Storable = Field(default="", max_length=40)
    state: str = Field(default="", max_length=10)

    def query(self, **other: Any) -> str:
        return render.query(self.model_dump(exclude_defaults=True) | other)


def _asked(query: Annotated[Asked, Query()]) -> Asked:
    return query


def _back(back: Annotated[fields.Storable, Form(max_length=200)] = "") -> Asked:
    """The page that a button was on."""
    return Asked.model_validate(dict(parse_qsl(back)))


AskedFor = Annotated[Asked, Depends(_asked)]
Back = Annotated[Asked, Depends(_back)]


@router.get("/deliveries")
def show_deliveries(
    request: Request, me: AnAdmin, asked: AskedFor, cursor: str | None = None, said: str = ""
) -> Response:
    return _page(request, me, asked, cursor, said=SAID.get(said, ""))


@router.post("/deliveries/{delivery_id}/redeliver", dependencies=[OURS])
def redeliver(request: Request, me: AnAdmin, delivery_id: UUID, site: Annotated[UUID, Form()], back: Back) -> Response:
    """Send it once more, with all its tries."""
    me.must(ADMINS, site)
    try:
        with transaction() as session:
            webhooks.redeliver(session, site, delivery_id, clock(session))
    except (NotFoundError, NoWebhookError, WebhookDisabledError) as refused:
        return _page(request, me, back, refused=refused)
    nudge.deliver([site])
    return RedirectResponse(f"/desk/deliveries?{back.query(said='again')}", SEE_OTHER, render.headers())


@router.post("/deliveries/test", dependencies=[OURS])
def send_test(request: Request, me: AnAdmin, site: Annotated[UUID, Form()], back: Back) -> Response:
    """Send a test; an address that was disabled is tried again."""
    me.must(ADMINS, site)
    try:
        with transaction() as session:
            webhooks.test(session, site, clock(session))
    except NoWebhookError as refused:
        return _page(request, me, back, refused=refused)
    nudge.deliver([site])
    return RedirectResponse(f"/desk/deliveries?{back.query(said='test')}", SEE_OTHER, render.headers())


def _page(
    request: Request,
    me: Person,
    asked: Asked,
    cursor: str | None = None,
    *,
    refused: NotFoundError | NoWebhookError | WebhookDisabledError | None = None,
    said: str = "",
) -> Response:
    listing = ("desk deliveries", str(me.id), asked.query())
    after: Any = cursors.read(cursor, listing, (UUID,))
    state = render.one_of(DeliveryState, asked.state)
    with reading() as session:
        sites = casework.sites_of(session, me.sites(ADMINS))
        chosen = _chosen(me.sites(ADMINS), render.one_of(UUID, asked.site))
        rows, more = deliveries.listed(session, chosen, state, after[0] if after else None, SHOWN)
        found = deliveries.addresses(session, sites, clock(session))
    return render.page(
        request,
        "deliveries.html",
        errors.STATUS[type(refused)] if refused else 200,
        rows=rows,
        next=cursors.write(listing, (more,)) if more else None,
        addresses=found,
        levels=STATES,
        asked=asked,
        sites=sites,
        states=list(DeliveryState),
        wrong=refused.detail if refused else "",
        said=said,
    )


def _chosen(mine: Collection[UUID] | None, site: UUID | None) -> Collection[UUID] | None:
    """One site, as far as it is theirs; else all that are."""
    if site is None:
        return mine
    return {site} if mine is None or site in mine else set()
