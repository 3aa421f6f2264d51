"""The queue: what waits, who has it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from api import cursors, fields
from api import shapes_queue as shown
from api.guests import TAKES_TOKEN, APerson
from moderation import audit, casework, erasure, live, people, queue
from moderation.database import clock, reading, transaction
from moderation.errors import NotFoundError
from moderation.ids import page_id
from moderation.models import Case, Comment
from moderation.people import SETTLES, Person
from moderation.queue import Filter, Sort
from moderation.settings import settings
from moderation.terms import Why

router = APIRouter(tags=["queue"], dependencies=[TAKES_TOKEN])

Text = Annotated[fields.Storable | None, Query(max_length=2_000)]


@router.get("/v1/queue", operation_id="listQueue")
def list_queue(
    request: Request,
    response: Response,
    person: APerson,
    site: Text = None,
    check: Text = None,
    page_url: Text = None,
    author: Text = None,
    language: Text = None,
    why: Why | None = None,
    mine: bool = False,
    sort: Sort = Sort.URGENT,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Any:
    """Open cases on your sites. 'author' is the id that the site sent."""
    person.must(SETTLES)
    listing = ("queue", person.id, site, check, page_url, author, language, why, mine, sort)
    after: Any = cursors.read(cursor, listing, (float if sort is Sort.URGENT else datetime, UUID))
    with transaction() as session:
        queue.renew(session, person, clock(session), settings().claim_lease)
    with reading() as session:
        wanted = filter_of(
            session,
            person,
            {"site": site, "check": check, "page_url": page_url, "author": author, "language": language},
            why,
            person.id if mine else None,
        )
        cases = queue.listed(session, person, wanted, sort, after, limit + 1)
        views = casework.views(session, cases[:limit])
        count, now = queue.count_open(session, person, wanted), clock(session)
    more = cursors.write(listing, _key(cases[limit - 1], sort)) if len(cases) > limit else None
    counts = {"open": min(count, queue.COUNT_UP_TO), "more": count > queue.COUNT_UP_TO}
    return {**cursors.page(request, response, [shown.case(each, now) for each in views], more), "counts": counts}


@router.post("/v1/queue/claims", operation_id="claimCases")
def claim_cases(person: APerson, sent: shown.ClaimIn | None = None) -> dict[str, Any]:
    """Lease the most urgent free cases to you, further ones with each call."""
    person.must(SETTLES)
    asked = sent or shown.ClaimIn(count=1, site=None, case_ids=None)
    with transaction() as session:
        now = clock(session)
        wanted = filter_of(session, person, {"site": asked.site})
        queue.renew(session, person, now, settings().claim_lease)
        cases = queue.claim_next(session, person, asked.count, now, settings().claim_lease, wanted, asked.case_ids)
        views = casework.views(session, cases)
    live.changed([each.comment_id for each in cases])
    return {"items": [shown.case(each, now) for each in views]}


@router.delete("/v1/queue/claims/{case_id}", operation_id="releaseCase", status_code=204)
def release_case(person: APerson, case_id: UUID) -> None:
    """Give it back: whoever comes next is handed it."""
    with transaction() as session:
        case = queue.release(session, person, case_id, clock(session))
    live.changed([case.comment_id])


@router.get("/v1/cases/{case_id}", operation_id="getCase")
def get_case(person: APerson, case_id: UUID) -> dict[str, Any]:
    """The comment, its signals and who has it; your claims are renewed."""
    with transaction() as session:
        now = clock(session)
        queue.renew(session, person, now, settings().claim_lease)
        view = casework.views(session, [queue.find_case(session, person, case_id)])[0]
    return shown.case(view, now)


@router.get("/v1/comments/{comment_id}/history", operation_id="getHistory")
def get_history(person: APerson, comment_id: UUID) -> dict[str, Any]:
    """Every event, screening and decision, oldest first."""
    with reading() as session:
        comment = session.get(Comment, comment_id)
        if comment is None or not person.may(SETTLES, comment.site_id):
            raise NotFoundError("There is no such comment for you.")
        return {"items": [shown.line(each) for each in audit.history(session, comment_id)], "next": None}


def filter_of(
    session: Session,
    person: Person,
    asked: Mapping[str, str | None],
    why: Why | None = None,
    claimed_by: UUID | None = None,
) -> Filter:
    """What a client asks for in a site's words, in ours."""
    site = people.find_site(session, named) if (named := asked.get("site")) else None
    if site and not person.may(SETTLES, site.id):
        raise NotFoundError("There is no such site.")
    among = frozenset({site.id}) if site else _sites(session, person)
    page, author = asked.get("page_url"), asked.get("author")
    return Filter(
        sites=frozenset({site.id}) if site else None,
        check=asked.get("check"),
        page_ids=tuple(page_id(each, page) for each in among) if page else None,
        author_ids=tuple(key for each in among for key in erasure.author_ids(each, author)) if author else None,
        language=asked.get("language"),
        reason=why,
        claimed_by=claimed_by,
    )


def _sites(session: Session, person: Person) -> frozenset[UUID]:
    mine = person.sites(SETTLES)
    return people.all_sites(session) if mine is None else mine


def _key(case: Case, sort: Sort) -> tuple[Any, UUID]:
    return (case.rank if sort is Sort.URGENT else case.opened_at), case.id
