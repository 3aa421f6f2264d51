"""An author's page, and search."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api import cursors, fields
from api.desk import render
from api.desk.access import AModerator
from moderation import authors, casework, decisions, search, standing
from moderation.database import reading
from moderation.people import SETTLES
from moderation.terms import Status

router = APIRouter(prefix="/desk", include_in_schema=False)

CHECKS_NAMED = 3  # of those behind a verdict
Words = Annotated[fields.Storable, Query(max_length=search.LONGEST)]


@router.get("/authors/{author_id}")
def show_author(request: Request, me: AModerator, author_id: UUID) -> Response:
    with reading() as session:
        record = authors.record(session, me, author_id)
        views = standing.views(session, record.last)
        decided = [each.decision for each in views if each.decision]
        names = decisions.names(session, decided)
    return render.page(
        request, "author.html", record=record, views=views, names=names, most=authors.COUNT_UP_TO, named=CHECKS_NAMED
    )


@router.get("/search")
def show_search(
    request: Request,
    me: AModerator,
    q: Words = "",
    site: Annotated[str, Query(max_length=40)] = "",
    status: Annotated[str, Query(max_length=10)] = "",
    cursor: str | None = None,
) -> Response:
    """Where words occur, from the newest comment back."""
    words = " ".join(q.split())
    asked = {"q": q, "site": site, "status": status}
    listing = ("search", str(me.id), str(asked))
    after: Any = cursors.read(cursor, listing, (UUID,))
    with reading() as session:
        sites = casework.sites_of(session, me.sites(SETTLES))
        wanted = render.one_of(UUID, site), render.one_of(Status, status)
        look = search.look(session, me, words, after[0] if after else None, *wanted) if words else None
    further = cursors.write(listing, (look.further,)) if look and look.further else None
    return render.page(
        request,
        "search.html",
        look=look,
        words=words,
        asked=asked,
        further=further,
        query=render.query(asked),
        sites=sites,
        statuses=[each for each in Status if each is not Status.ERASED],
    )
