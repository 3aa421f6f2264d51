"""Live updates for desks: server-sent events out of the trail; 'Last-Event-ID' goes on where it broke off."""

import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlmodel import col, select
from starlette.concurrency import run_in_threadpool

from api import guests
from api.guests import TAKES_TOKEN, APerson
from api.shapes import moment
from api.waiting import Waiting
from moderation.database import reading
from moderation.errors import ModerationError
from moderation.models import Event, Moderator
from moderation.people import SETTLES, Person
from moderation.terms import Kind

router = APIRouter(tags=["queue"], dependencies=[TAKES_TOKEN])

SHOWN = {
    Kind.CASE_OPENED: "case.opened",
    Kind.CLAIMED: "case.claimed",
    Kind.RELEASED: "case.released",
    Kind.DECIDED: "case.closed",
    Kind.UNDONE: "case.opened",
    Kind.EDITED: "case.closed",
    Kind.RETRIED: "case.closed",
    Kind.ERASED: "case.closed",
}
AT_LEAST_EVERY_SECONDS = 2.0
LOOK_BACK_MS = 5_000  # a transaction that began earlier may commit later: its events have older ids
REMEMBERED = 20_000
MOST_AT_ONCE = 200


def _moderator(person: APerson) -> Person:
    """Before the answer begins: once it has, nobody can be refused any more."""
    person.must(SETTLES)
    return person


AModerator = Annotated[Person, Depends(_moderator)]


@router.get("/v1/stream", operation_id="stream", response_class=EventSourceResponse)
async def stream(
    request: Request, person: AModerator, last_event_id: Annotated[UUID | None, Header()] = None
) -> AsyncIterator[ServerSentEvent]:
    """Cases opened, claimed, closed on your sites."""
    waiting: Waiting = request.app.state.waiting
    seen: OrderedDict[UUID, None] = OrderedDict()
    since = _before(last_event_id) if last_event_id else _id_at(time.time_ns() // 1_000_000)
    if last_event_id:
        seen[last_event_id] = None
    yield ServerSentEvent(comment="listening")
    while True:
        after, page = since, await run_in_threadpool(_events, person, since)
        while page:
            for event, name in page:
                if event.id in seen or (last_event_id and event.id <= last_event_id) or not event.data.get("case_id"):
                    continue
                seen[event.id] = None
                yield ServerSentEvent(event=SHOWN[Kind(event.kind)], id=str(event.id), data=_data(event, name))
            after = page[-1][0].id
            page = await run_in_threadpool(_events, person, after) if len(page) == MOST_AT_ONCE else []
        since = max(since, _before(after))
        while len(seen) > REMEMBERED:
            seen.popitem(last=False)
        await waiting.anything(AT_LEAST_EVERY_SECONDS)
        try:
            person = _moderator(guests.person_of(await guests.guest(request.scope)))
        except ModerationError:
            return  # revoked, disabled, or no moderator any more


def _events(person: Person, since: UUID) -> list[tuple[Event, str | None]]:
    asked = select(Event).where(col(Event.id) > since, col(Event.kind).in_([each.value for each in SHOWN]))
    mine = person.sites(SETTLES)
    if mine is not None:
        asked = asked.where(col(Event.site_id).in_(mine))
    with reading() as session:
        events = session.exec(asked.order_by(col(Event.id)).limit(MOST_AT_ONCE)).all()
        return [(each, _name(session, each)) for each in events]


def _name(session: Any, event: Event) -> str | None:
    if Kind(event.kind) not in {Kind.CLAIMED, Kind.DECIDED, Kind.RELEASED, Kind.UNDONE}:
        return None
    return session.get_one(Moderator, UUID(event.by)).name


def _data(event: Event, name: str | None) -> dict[str, Any]:
    return {
        "case_id": event.data.get("case_id"),
        "comment_id": str(event.comment_id),
        "site_id": str(event.site_id),
        "kind": event.kind,
        "by": name,
        "at": moment(event.at),
    }


def _before(event_id: UUID) -> UUID:
    """An id that is LOOK_BACK_MS older (UUIDv7: the first 48 bits are milliseconds)."""
    return _id_at((event_id.int >> 80) - LOOK_BACK_MS)


def _id_at(milliseconds: int) -> UUID:
    return UUID(int=max(0, milliseconds) << 80)
