"""The queue page: open cases in order or in groups, filtered, with the first free one open."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from api import cursors, fields
from api.desk import case_page, render
from api.desk.access import OURS, AModerator, Me
from api.routes.queue import filter_of
from moderation import casework, decided, filters, groups, live, queue
from moderation.checks import NAMES
from moderation.database import clock, transaction
from moderation.groups import GroupBy
from moderation.models import Case
from moderation.people import SETTLES, WATCHES, Person
from moderation.queue import Filter, Sort
from moderation.settings import settings
from moderation.terms import Why

router = APIRouter(prefix="/desk", include_in_schema=False)

SHOWN = 50  # cases on one page
SEE_OTHER = 303
AGES = {1: "an hour", 4: "four hours", 24: "a day", 72: "three days", 168: "a week"}  # hours


class Asked(BaseModel):
    """The page's query: which cases, in which order. An empty field of the form is as if it were not there."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    site: fields.Storable = Field(default="", max_length=100)
    check: fields.Storable = Field(default="", max_length=50)
    page_url: fields.Storable = Field(default="", max_length=fields.LONGEST_URL)
    author: fields.Storable = Field(default="", max_length=200)
    language: fields.Storable = Field(default="", max_length=35)
    reason: str = Field(default="", max_length=20)
    age: str = Field(default="", max_length=5)  # waits for at least so many hours
    mine: bool = False
    sort: Sort = Sort.URGENT
    group: str = Field(default="", max_length=20)

    def query(self, **other: Any) -> str:
        """What brings this view back, with some of it changed."""
        given = self.model_dump(mode="json", exclude_defaults=True) | other
        return render.query(given)

    def wanted(self, session: Session, me: Person, now: datetime) -> Filter:
        named = {name: getattr(self, name) or None for name in ("site", "check", "page_url", "author", "language")}
        hours = int(self.age) if self.age.isdecimal() else 0
        found = filter_of(session, me, named, render.one_of(Why, self.reason), me.id if self.mine else None)
        before = now - timedelta(hours=min(hours, max(AGES))) if hours else None
        return replace(found, opened_before=before)


def _asked(query: Annotated[Asked, Query()]) -> Asked:
    return query


AskedFor = Annotated[Asked, Depends(_asked)]


@router.get("")
@router.get("/queue")
def show_queue(
    request: Request,
    me: Me,
    asked: AskedFor,
    case: UUID | None = None,
    skipped: UUID | None = None,
    cursor: str | None = None,
    said: str = "",
) -> Response:
    """The open cases, the most urgent free one open; it is claimed by whoever looks at it."""
    if me.may(WATCHES) and not me.may(SETTLES):
        return RedirectResponse("/desk/health", SEE_OTHER, render.headers())
    me.must(SETTLES)
    by = render.one_of(GroupBy, asked.group)
    with transaction() as session:
        now = clock(session)
        queue.renew(session, me, now, settings().claim_lease)
        wanted = asked.wanted(session, me, now)
        common = _common(session, me, asked, wanted)
        if by:
            found = groups.listed(session, me, wanted, by)
            return render.page(request, "queue_groups.html", groups=found, by=by, now=now, **common)
        cases, more = _some(session, me, asked, wanted, cursor)
        chosen = case or _first_free(cases, me, now, skipped)
        if not chosen and more:  # a whole page of what is a lead's, or a colleague's
            beyond = queue.claim_next(session, me, 1, now, settings().claim_lease, wanted)
            chosen = beyond[0].id if beyond else None
        opened = case_page.opened(session, me, chosen, now) if chosen else None
        views = casework.views(session, cases)
        hard_today = decided.hard_on(session, me, now.date())
        recent = case_page.undoable(session, me, now)
    if opened and opened.mine:
        live.changed([opened.shown.view.comment.id])
    return render.page(
        request,
        "queue.html",
        rows=[_row(each, me, now) for each in views],
        next=more,
        opened=opened,
        recent=recent,
        now=now,
        reasons=case_page.REASONS,
        hard_today=hard_today,
        pause=case_page.should_pause(me, hard_today),
        said=case_page.SAID.get(said, ""),
        **common,
    )


@router.get("/queue/rows")
def show_rows(request: Request, me: AModerator, asked: AskedFor, cursor: str | None = None) -> Response:
    """The next page of the list, to be put below it."""
    with transaction() as session:
        now = clock(session)
        cases, more = _some(session, me, asked, asked.wanted(session, me, now), cursor)
        rows = [_row(each, me, now) for each in casework.views(session, cases)]
    html = render.part(request, "queue_rows.html", rows=rows, next=more, asked=asked, opened=None, now=now)
    return HTMLResponse(html, headers=render.headers())


@router.post("/filters", dependencies=[OURS])
def save_filter(
    me: AModerator,
    name: Annotated[fields.Storable, Form(max_length=filters.LONGEST_NAME)],
    query: Annotated[fields.Storable, Form(max_length=filters.LONGEST_QUERY)] = "",
) -> Response:
    """Keep this view under a name."""
    with transaction() as session:
        filters.save(session, me, name, query, clock(session))
    return RedirectResponse(f"/desk/queue?{query}", SEE_OTHER, render.headers())


@router.post("/filters/{filter_id}/forget", dependencies=[OURS])
def forget_filter(me: AModerator, filter_id: UUID) -> Response:
    with transaction() as session:
        filters.forget(session, me, filter_id)
    return RedirectResponse("/desk/queue", SEE_OTHER, render.headers())


def _common(session: Session, me: Person, asked: Asked, wanted: Filter) -> dict[str, Any]:
    count = queue.count_open(session, me, wanted)
    return {
        "asked": asked,
        "count": f"{queue.COUNT_UP_TO:,}+" if count > queue.COUNT_UP_TO else f"{count:,}",
        "sites": casework.sites_of(session, me.sites(SETTLES)),
        "saved": filters.mine(session, me),
        "checks": NAMES,
        "whys": list(Why),
        "ages": AGES,
        "sorts": list(Sort),
        "ways": list(GroupBy),
    }


def _some(
    session: Session, me: Person, asked: Asked, wanted: Filter, cursor: str | None
) -> tuple[list[Case], str | None]:
    """One page of cases, and the cursor of the next."""
    listing = ("desk", str(me.id), asked.query(group=""))
    after: Any = cursors.read(cursor, listing, (float if asked.sort is Sort.URGENT else datetime, UUID))
    cases = queue.listed(session, me, wanted, asked.sort, after, SHOWN + 1)
    if len(cases) <= SHOWN:
        return _as_wished(cases, me), None
    last = cases[SHOWN - 1]
    return _as_wished(cases[:SHOWN], me), cursors.write(
        listing, (last.rank if asked.sort is Sort.URGENT else last.opened_at, last.id)
    )


def _as_wished(cases: list[Case], me: Person) -> list[Case]:
    """Among those of one page: the hard ones first, last, or as they come."""
    if me.preferences.worst == "as_they_come":
        return cases
    hard_first = me.preferences.worst == "first"
    return sorted(cases, key=lambda case: bool(set(case.checks.split()) & set(decided.HARD)) is not hard_first)


def _row(view: casework.CaseView, me: Person, now: datetime) -> dict[str, Any]:
    """One line of the list."""
    case = view.case
    theirs = bool(case.claimed_by and case.claimed_by != me.id and case.claimed_until and case.claimed_until > now)
    return {
        "view": view,
        "holder": view.claimed_by if theirs else None,
        "shown": case_page.preview(view),
        "mine": case_page.may_decide(case, me),
    }


def _first_free(cases: list[Case], me: Person, now: datetime, skipped: UUID | None) -> UUID | None:
    """The first that nobody else has, and that is not somebody else's to decide."""
    free = (
        each.id
        for each in cases
        if each.id != skipped
        and case_page.may_decide(each, me)
        and (each.claimed_by in {None, me.id} or each.claimed_until is None or each.claimed_until <= now)
    )
    return next(free, None)
