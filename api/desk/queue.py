"""The queue page: the list, the first case open; approve, reject, undo."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from api import fields
from api.desk import render
from api.desk.access import OURS, AModerator, Me
from moderation import casework, decisions, live, queue
from moderation.casework import CaseView
from moderation.database import clock, transaction
from moderation.errors import ModerationError
from moderation.models import Decision
from moderation.people import Person
from moderation.queue import Filter, Sort
from moderation.settings import settings
from moderation.terms import Action, Reason

router = APIRouter(prefix="/desk", include_in_schema=False)

SHOWN = 50  # cases on one page
SEE_OTHER = 303
RECENT = 5  # one's last decisions, to be undone from


@router.get("")
@router.get("/queue")
def show_queue(
    request: Request, me: AModerator, case: UUID | None = None, sort: Sort = Sort.URGENT, said: str = ""
) -> Response:
    """The open cases, the most urgent one open; it is claimed by whoever looks at it."""
    with transaction() as session:
        now = clock(session)
        queue.renew(session, me, now, settings().claim_lease)
        cases = queue.listed(session, me, Filter(), sort, None, SHOWN)
        chosen = case or _first_free(cases, me, now)
        mine = queue.claim_next(session, me, 1, now, settings().claim_lease, case_ids=[chosen]) if chosen else []
        views = casework.views(session, cases)
        opened = casework.views(session, [queue.find_case(session, me, chosen)])[0] if chosen else None
        recent = [each for each in decisions.listed(session, me, None, RECENT, me.id) if _can_be_undone(each, now)]
        count = queue.count_open(session, me, Filter())
    live.changed([each.comment_id for each in mine])
    return render.page(
        request,
        "queue.html",
        views=views,
        opened=opened,
        held_because=_because(opened),
        recent=recent,
        reasons=list(Reason),
        suggested=_suggested(opened),
        sort=sort,
        sorts=list(Sort),
        count=count,
        count_up_to=queue.COUNT_UP_TO,
        now=now,
        said=SAID.get(said, ""),
    )


SAID = {
    "approve": "Approved.",
    "reject": "Rejected.",
    "undone": "Taken back: the case is yours again.",
    "late": "Too late or too early: somebody else was first, or the text has changed. Here is the next case.",
    "reason": "A rejection needs a reason.",
}


@router.post("/cases/{case_id}/decision", dependencies=[OURS])
def decide(
    me: AModerator,
    case_id: UUID,
    action: Annotated[Literal["approve", "reject"], Form()],
    revision: Annotated[int, Form(ge=1)],
    reason: Annotated[Reason | None, Form()] = None,
    note: Annotated[fields.Note, Form()] = "",
) -> Response:
    """Approve or reject, and go on to the next case."""
    if action == Action.REJECT and reason is None:
        return _to_queue("reason", case_id)
    try:
        with transaction() as session:
            made = decisions.decide(
                session,
                case_id,
                me,
                Action(action),
                revision,
                clock(session),
                settings().undo_window,
                reason,
                note or None,
            )
    except ModerationError:
        return _to_queue("late")
    live.changed([made.comment_id])
    return _to_queue(action)


@router.post("/decisions/{decision_id}/undo", dependencies=[OURS])
def undo(me: Me, decision_id: UUID) -> Response:
    """Take a decision back while the site has not been told."""
    try:
        with transaction() as session:
            undone = decisions.undo(session, decision_id, me, clock(session), settings().claim_lease)
    except ModerationError:
        return _to_queue("late")
    live.changed([undone.comment_id])
    return _to_queue("undone", undone.case_id)


def _to_queue(said: str, case_id: UUID | None = None) -> Response:
    selected = f"&case={case_id}" if case_id else ""
    return RedirectResponse(f"/desk/queue?said={said}{selected}", SEE_OTHER, render.headers())


def _first_free(cases: list[Any], me: Person, now: datetime) -> UUID | None:
    free = (
        each.id
        for each in cases
        if each.not_by != me.id
        and (each.claimed_by in {None, me.id} or each.claimed_until is None or each.claimed_until <= now)
    )
    return next(free, None)


def _can_be_undone(decision: Decision, now: datetime) -> bool:
    return decision.void_at is None and decision.settled_at is None and decision.undo_until > now


def _because(view: CaseView | None) -> str:
    """One plain sentence why it is here."""
    if view is None:
        return ""
    verdict: Any = view.screening.verdict if view.screening else {"because": []}
    parts = [_part(each) for each in verdict["because"]]
    return f"{view.case.why.capitalize()}: {'; '.join(parts)}." if parts else f"{view.case.why.capitalize()}."


def _part(each: dict[str, Any]) -> str:
    if each["score"] is None:
        return each["explanation"].rstrip(".")
    return f"{each['check']} {each['score']:.2f}, holds at {each['hold_at']:.2f}"


def _suggested(view: CaseView | None) -> str:
    """The reason that the gravest check suggests."""
    checks = view.case.checks.split() if view else []
    known = {"profanity": Reason.PROFANITY, "links": Reason.SPAM, "repeats": Reason.SPAM, "flood": Reason.SPAM}
    return next((known[each] for each in checks if each in known), Reason.OTHER).value
