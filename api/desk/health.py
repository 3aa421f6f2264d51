"""The health page: is work being done? A tile without data is red, and so is a page that is old."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import SQLAlchemyError

from api import errors
from api.desk import charts, render
from api.desk.access import OURS, AnOperator
from moderation import casework, deadletters, health, live
from moderation.database import clock, reading, transaction
from moderation.errors import LetterClosedError, NotFoundError, NotRetryableError
from moderation.health import Level, Part, throughput
from moderation.health.bounded import Bounded
from moderation.models import DeadLetter
from moderation.people import WATCHES, Person
from workers import nudge

router = APIRouter(prefix="/desk", include_in_schema=False)

SEE_OTHER = 303
MOST_LETTERS = 50  # shown
CHART_SECONDS = 2.0  # a database that takes longer leaves the charts empty, not the page
SAID = {"retried": "It is being screened once more.", "settled": "Noted: somebody has looked."}
GROUPS = (  # what it is called, the parts that must be there, and how the names of others begin
    (
        "Is work being done?",
        ("canary screen", "canary deliver", "canary upkeep", "pending", "queues", "beat", "sweep", "workers"),
        (),
    ),
    ("Workers", (), ("worker ",)),
    ("What failed or waits for people", ("checks", "deliveries", "dead letters", "open cases"), (health.WEBHOOK,)),
    ("What it stands on", ("database", "migrations", "broker", "disk"), ()),
)
UNKNOWN = ("none sent yet", "never", "unknown")
WORDS = {Level.OK: "Working", Level.WARN: "Working, with warnings", Level.FAIL: "Not working"}


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    row: DeadLetter
    site: str


@router.get("/health")
def show_health(request: Request, me: AnOperator, said: str = "") -> Response:
    return _page(request, me, said=SAID.get(said, ""))


@router.post("/health/letters/{letter_id}/retry", dependencies=[OURS])
def retry_letter(request: Request, me: AnOperator, letter_id: UUID) -> Response:
    """Have the comment screened once more."""
    try:
        with transaction() as session:
            _, comment = deadletters.retry(session, me.sites(WATCHES), letter_id, me.id, clock(session))
    except (LetterClosedError, NotRetryableError, NotFoundError) as refused:
        return _page(request, me, refused)
    nudge.screen_alone([comment.id])
    live.changed([comment.id])
    return RedirectResponse("/desk/health?said=retried", SEE_OTHER, render.headers())


@router.post("/health/letters/{letter_id}/settle", dependencies=[OURS])
def settle_letter(request: Request, me: AnOperator, letter_id: UUID) -> Response:
    """Somebody has looked."""
    try:
        with transaction() as session:
            deadletters.settle(session, me.sites(WATCHES), letter_id, me.id, clock(session))
    except (LetterClosedError, NotFoundError) as refused:
        return _page(request, me, refused)
    return RedirectResponse("/desk/health?said=settled", SEE_OTHER, render.headers())


def grouped(parts: Sequence[Part]) -> list[Group]:
    """By what they are about. What must be there and is not, or knows nothing, has failed."""
    named = {each.name: _judged(each) for each in parts}
    groups: list[Group] = []
    for name, needed, beginnings in GROUPS:
        others = [each for each in named.values() if beginnings and each.name.startswith(beginnings)]
        found = [named.get(each, Part(each, Level.FAIL, "no data")) for each in needed]
        groups.append(Group(name, (*found, *others)))
    shown = {part.name for group in groups for part in group.parts}
    rest = tuple(each for each in named.values() if each.name not in shown)
    groups.append(Group("Else", rest))
    return [each for each in groups if each.parts]


def _judged(part: Part) -> Part:
    return replace(part, level=Level.FAIL) if part.shows.startswith(UNKNOWN) else part


def _page(
    request: Request,
    me: Person,
    refused: LetterClosedError | NotRetryableError | NotFoundError | None = None,
    said: str = "",
) -> Response:
    asked, until = _drawn.begin(), time.monotonic() + CHART_SECONDS
    groups = grouped(health.theirs(me, health.report()))
    level = health.worst(part for group in groups for part in group.parts)
    return render.page(
        request,
        "health.html",
        errors.STATUS[type(refused)] if refused else 200,
        groups=groups,
        level=level,
        word=WORDS[level],
        counts={each: sum(part.level is each for group in groups for part in group.parts) for each in Level},
        charts=_charts(asked, until),
        size=(charts.WIDTH, charts.HEIGHT),
        letters=_letters(me),
        wrong=refused.detail if refused else "",
        said=said,
        at=datetime.now(UTC),
    )


def _charts(asked: Callable[[float], Any], until: float) -> tuple[charts.Chart, ...]:
    try:
        hour, day = asked(until)
    except (TimeoutError, SQLAlchemyError):
        return ()
    return (
        charts.throughput("screened-hour", "Screened in the last hour, every 5 minutes", hour),
        charts.times("time-hour", "Time to a verdict in the last hour", hour),
        charts.throughput("screened-day", "Screened in the last day, every hour", day),
        charts.times("time-day", "Time to a verdict in the last day", day),
    )


def _letters(me: Person) -> list[Letter] | None:
    """The open ones; None: nobody knows."""
    try:
        with reading() as session:
            found = deadletters.listed(session, me.sites(WATCHES), open_only=True, before=None, limit=MOST_LETTERS)
            names = {each.id: each.name for each in casework.sites_of(session, {each.site_id for each in found})}
    except SQLAlchemyError:
        return None
    return [Letter(each, names.get(each.site_id, "")) for each in found]


def _look_up() -> tuple[list[throughput.Stretch], list[throughput.Stretch]]:
    with reading() as session:
        now = clock(session)
        hour = throughput.over(session, now, timedelta(minutes=5), 12)
        return hour, throughput.over(session, now, timedelta(hours=1), 24)


_drawn = Bounded(_look_up)
