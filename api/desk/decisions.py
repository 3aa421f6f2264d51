"""What was decided: mine, for leads everybody's; to be read, undone while there is time, and taken away as a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from api import cursors, fields, written
from api.desk import render
from api.desk.access import AModerator
from moderation import decided
from moderation.casework import sites_of
from moderation.database import clock, reading
from moderation.decided import Row, Wanted
from moderation.people import LEADS, SETTLES, Person
from moderation.terms import Action, Reason

router = APIRouter(prefix="/desk", include_in_schema=False)

SHOWN = 50
COLUMNS = (
    "at",
    "moderator",
    "action",
    "reason",
    "note",
    "site_id",
    "external_id",
    "page_url",
    "page_title",
    "author_name",
    "comment",
    "revision",
    "settled_at",
    "void_at",
    "void_as",
    "decision_id",
    "case_id",
    "comment_id",
)


class Asked(BaseModel):
    """The page's query; an empty field of the form is as if it were not there."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    moderator: fields.Storable = Field(default="", max_length=40)
    site: fields.Storable = Field(default="", max_length=40)
    action: str = Field(default="", max_length=10)
    reason: str = Field(default="", max_length=20)
    since: str = Field(default="", max_length=10)  # 2026-11-25, in UTC
    until: str = Field(default="", max_length=10)

    def query(self, **other: Any) -> str:
        return render.query(self.model_dump(exclude_defaults=True) | other)

    def wanted(self, me: Person) -> Wanted:
        mine = me.id if not self.moderator else None
        until = _day(self.until)
        return Wanted(
            moderator_id=mine or render.one_of(UUID, self.moderator),
            site_id=render.one_of(UUID, self.site),
            action=render.one_of(Action, self.action),
            reason=render.one_of(Reason, self.reason),
            since=_day(self.since),
            until=until + timedelta(days=1) if until else None,
        )


def _asked(query: Annotated[Asked, Query()]) -> Asked:
    return query


AskedFor = Annotated[Asked, Depends(_asked)]


@dataclass(frozen=True, slots=True)
class Line:
    row: Row
    undoable: bool


@router.get("/decisions")
def show_decisions(request: Request, me: AModerator, asked: AskedFor, cursor: str | None = None) -> Response:
    listing = ("decided", str(me.id), asked.query())
    after: Any = cursors.read(cursor, listing, (UUID,))
    with reading() as session:
        now = clock(session)
        rows = decided.listed(session, me, asked.wanted(me), after[0] if after else None, SHOWN + 1)
        people = decided.moderators(session, me)
        sites = sites_of(session, me.sites(SETTLES))
    more = cursors.write(listing, (rows[SHOWN - 1].decision.id,)) if len(rows) > SHOWN else None
    return render.page(
        request,
        "decisions.html",
        lines=[Line(each, _undoable(each, me, now)) for each in rows[:SHOWN]],
        next=more,
        asked=asked,
        people=people,
        sites=sites,
        actions=(Action.APPROVE, Action.REJECT),
        reasons=list(Reason),
    )


@router.get("/decisions.csv")
def decisions_as_csv(me: AModerator, asked: AskedFor) -> Response:
    """All of them, without a cap; no cell is a formula."""
    documents = map(_document, decided.everything(me, asked.wanted(me)))
    return _file(written.csv_lines(documents, COLUMNS), "text/csv; charset=utf-8", "decisions.csv")


@router.get("/decisions.jsonl")
def decisions_as_json_lines(me: AModerator, asked: AskedFor) -> Response:
    """All of them, without a cap, one object a line."""
    lines = written.json_lines(map(_document, decided.everything(me, asked.wanted(me))))
    return _file(lines, "application/x-ndjson", "decisions.jsonl")


def _undoable(row: Row, me: Person, now: datetime) -> bool:
    made = row.decision
    mine = made.moderator_id == me.id or me.may(LEADS, made.site_id)
    return mine and made.void_at is None and made.settled_at is None and made.undo_until > now


def _document(row: Row) -> dict[str, Any]:
    """In the order of COLUMNS; nothing that a reader of the page would not see."""
    made, comment = row.decision, row.comment
    values = (
        made.at.isoformat(),
        row.moderator,
        made.action,
        made.reason,
        made.note,
        str(made.site_id),
        comment.external_id,
        row.page.url,
        row.page.title,
        comment.author_name,
        comment.body,
        made.revision,
        made.settled_at.isoformat() if made.settled_at else None,
        made.void_at.isoformat() if made.void_at else None,
        made.void_as,
        str(made.id),
        str(made.case_id),
        str(made.comment_id),
    )
    return dict(zip(COLUMNS, values, strict=True))


def _file(lines: Iterator[str], media_type: str, name: str) -> Response:
    shown = render.headers() | {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(lines, media_type=media_type, headers=shown)


def _day(given: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(given), time(), UTC)
    except ValueError:
        return None
