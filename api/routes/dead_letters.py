"""Dead letters, for operators: what could not be screened and why; once more, or settled."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api import cursors
from api.guests import TAKES_TOKEN, APerson
from api.shapes import moment
from moderation import audit, deadletters, live
from moderation.database import clock, reading, transaction
from moderation.models import DeadLetter
from moderation.people import WATCHES
from workers import nudge

router = APIRouter(tags=["operations"], dependencies=[TAKES_TOKEN])


class State(StrEnum):
    OPEN = "open"
    SETTLED = "settled"


@router.get("/v1/dead-letters", operation_id="listDeadLetters")
def list_letters(
    request: Request,
    response: Response,
    person: APerson,
    state: State | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Any:
    """Newest first. Each is a comment that was given up on after its last attempt; it is held, and has a case."""
    person.must(WATCHES)
    listing = ("dead-letters", person.id, state)
    before = cursors.read(cursor, listing, (UUID,))
    open_only = None if state is None else state is State.OPEN
    with reading() as session:
        found = deadletters.listed(
            session,
            person.sites(WATCHES),
            open_only=open_only,
            before=before[0] if before else None,
            limit=limit + 1,
        )
        names = audit.names(session, {each.settled_by for each in found if each.settled_by})
    more = cursors.write(listing, (found[limit - 1].id,)) if len(found) > limit else None
    return cursors.page(request, response, [_letter(each, names) for each in found[:limit]], more)


@router.post("/v1/dead-letters/{letter_id}/retry", operation_id="retryDeadLetter", status_code=202)
def retry(person: APerson, letter_id: UUID) -> dict[str, Any]:
    """Screen the comment once more, with three fresh attempts. Its case is closed until the verdict is known."""
    person.must(WATCHES)
    with transaction() as session:
        letter, comment = deadletters.retry(session, person.sites(WATCHES), letter_id, person.id, clock(session))
    nudge.screen_alone([comment.id])
    live.changed([comment.id])
    return _letter(letter, {str(person.id): person.name})


@router.post("/v1/dead-letters/{letter_id}/settle", operation_id="settleDeadLetter")
def settle(person: APerson, letter_id: UUID) -> dict[str, Any]:
    """You have looked. The comment stays in its case, for a moderator to decide."""
    person.must(WATCHES)
    with transaction() as session:
        letter = deadletters.settle(session, person.sites(WATCHES), letter_id, person.id, clock(session))
    return _letter(letter, {str(person.id): person.name})


def _letter(letter: DeadLetter, names: Mapping[str, str]) -> dict[str, Any]:
    by = letter.settled_by
    return {
        "id": str(letter.id),
        "site_id": str(letter.site_id),
        "comment_id": str(letter.comment_id),
        "revision": letter.revision,
        "why": letter.why,
        "check": letter.check_name,
        "at": moment(letter.at),
        "state": State.SETTLED if letter.settled_at else State.OPEN,
        "settled_at": moment(letter.settled_at),
        "settled_as": letter.settled_as,
        "settled_by": names.get(by, by) if by else None,
    }
