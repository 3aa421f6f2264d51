"""Decisions: one, many, undo, and what was decided."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api import cursors, fields
from api import shapes_queue as shown
from api.errors import problem_of
from api.guests import TAKES_TOKEN, APerson
from api.routes.queue import filter_of
from moderation import decisions, live, people, queue
from moderation.database import clock, reading, transaction
from moderation.errors import ModerationError, ReasonRequiredError, TooManyAtOnceError
from moderation.models import Decision
from moderation.people import SETTLES, Person
from moderation.queue import Sort
from moderation.settings import settings
from moderation.terms import Action
from workers import nudge

router = APIRouter(tags=["decisions"], dependencies=[TAKES_TOKEN])


@router.post("/v1/cases/{case_id}/decision", operation_id="decideCase", status_code=200)
def decide_case(person: APerson, case_id: UUID, sent: shown.DecisionIn) -> dict[str, Any]:
    """Settle a case. For a while the site is not told, and DELETE /v1/decisions/{id} takes it back."""
    person.must(SETTLES)
    made = _decide(person, case_id, sent, sent.revision, sent.overturns)
    return shown.decision(made, person.name)


@router.post("/v1/decisions", operation_id="decideMany")
def decide_many(person: APerson, sent: shown.DecisionsIn) -> dict[str, Any]:
    """Many at once; each by itself, and the answer lists each."""
    person.must(SETTLES)
    if sent.action == Action.REJECT and sent.reason is None:
        raise ReasonRequiredError(pointer="/reason")
    return {"items": [_one_of_many(person, each, sent) for each in _asked_for(person, sent)]}


@router.get("/v1/decisions", operation_id="listDecisions")
def list_decisions(
    request: Request,
    response: Response,
    person: APerson,
    after: str | None = None,
    cursor: str | None = None,
    moderator: Annotated[fields.Storable | None, Query(max_length=100)] = None,
    action: Action | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Any:
    """Newest first: your own; for leads and admins everybody's. Undone ones are only in a comment's history."""
    person.must(SETTLES)
    listing = ("decisions", person.id, moderator, action)
    before = cursors.read(cursor or after, listing, (UUID,))
    with reading() as session:
        by = people.find_moderator(session, moderator).id if moderator else None
        found = decisions.listed(session, person, before[0] if before else None, limit + 1, by, action)
        names = decisions.names(session, found)
    more = cursors.write(listing, (found[limit - 1].id,)) if len(found) > limit else None
    return cursors.page(
        request, response, [shown.decision(each, names.get(each.moderator_id)) for each in found[:limit]], more
    )


@router.delete("/v1/decisions/{decision_id}", operation_id="undoDecision")
def undo_decision(person: APerson, decision_id: UUID) -> dict[str, Any]:
    """Take a decision back within its undo window: the case is open again, claimed by you."""
    with transaction() as session:
        undone = decisions.undo(session, decision_id, person, clock(session), settings().claim_lease)
    live.changed([undone.comment_id])
    return shown.decision(undone, person.name)


def _decide(person: Person, case_id: UUID, sent: Any, revision: int | None, overturns: UUID | None) -> Decision:
    with transaction() as session:
        now = clock(session)
        made = decisions.decide(
            session,
            case_id,
            person,
            Action(sent.action),
            revision,
            now,
            settings().undo_window,
            sent.reason,
            sent.note,
            overturns,
        )
        queue.renew(session, person, now, settings().claim_lease)
    live.changed([made.comment_id], {live.counter("decisions", made.site_id, made.action): 1})
    if not settings().undo_seconds:
        _settle_now()
    return made


def _settle_now() -> None:
    """Without an undo window there is nothing to wait for."""
    with transaction() as session:
        settled, sites = decisions.settle_due(session, clock(session))
    live.changed([each.id for each in settled])
    nudge.deliver(sites)


def _one_of_many(person: Person, case_id: UUID, sent: shown.DecisionsIn) -> dict[str, Any]:
    try:
        made = _decide(person, case_id, sent, None, None)
    except ModerationError as refused:
        document = problem_of(refused)
        return {"case_id": str(case_id), "status": document["status"], "problem": document}
    return {"case_id": str(case_id), "status": 200, "decision": shown.decision(made, person.name)}


def _asked_for(person: Person, sent: shown.DecisionsIn) -> list[UUID]:
    if sent.case_ids is not None:
        return list(dict.fromkeys(sent.case_ids))
    assert sent.filter is not None
    with reading() as session:
        wanted = filter_of(session, person, sent.filter.model_dump())
        cases = queue.listed(session, person, wanted, Sort.URGENT, None, shown.MOST_AT_ONCE + 1)
    if len(cases) > shown.MOST_AT_ONCE:
        raise TooManyAtOnceError(pointer="/filter")
    return [each.id for each in cases]
