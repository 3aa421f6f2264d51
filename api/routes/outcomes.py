"""Outcomes: a site catches up with what was settled, without webhooks."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api import cursors, shapes
from api.guests import TAKES_SITE_KEY, ASiteKey
from moderation import chain, outcomes, standing
from moderation.database import reading

router = APIRouter(tags=["comments"], dependencies=[TAKES_SITE_KEY])


@router.get("/v1/outcomes", operation_id="listOutcomes")
def list_outcomes(
    request: Request,
    response: Response,
    site: ASiteKey,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Any:
    """Settled comments (approved, rejected, erased) in the order in which they were settled.

    Keep 'next' and ask again with it as 'after': none is missed. One that is settled anew comes again, further on.
    """
    listing = ("outcomes", site.id)
    since = cursors.read(after, listing, (UUID,))
    chain.seal_some(site.id)  # the sweep does, every second; whoever asks need not wait for it
    with reading() as session:
        found = outcomes.listed(session, site.id, since[0] if since else None, limit)
        views = standing.views(session, [each.comment for each in found])
    last = cursors.write(listing, (found[-1].event_id,)) if found else after
    if len(found) == limit:
        response.headers["Link"] = f'<{request.url.path}?after={last}&limit={limit}>; rel="next"'
    return {"items": [shapes.for_site(each) for each in views], "next": last}
