"""A case at the desk: opened and claimed, decided, taken back, left to a lead, talked about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from sqlmodel import Session

from api import fields
from api.desk import differences, render, shown
from api.desk.access import OURS, AModerator
from api.desk.words import Mark
from moderation import audit, casework, decided, decisions, live, notes, queue, surroundings
from moderation.casework import CaseView
from moderation.database import clock, reading, transaction
from moderation.errors import ModerationError, NotAllowedError
from moderation.models import Case, Comment, Decision
from moderation.people import LEADS, Person
from moderation.settings import settings
from moderation.terms import Action, Kind, Reason

router = APIRouter(prefix="/desk", include_in_schema=False)

SEE_OTHER, CONFLICT = 303, 409
MOST_UNDOABLE = 20
PREVIEWED = 160  # characters in the list
REASONS = tuple(Reason)
SAID = {
    "approve": "Approved.",
    "reject": "Rejected.",
    "undone": "Taken back: the case is yours again.",
    "late": "Too late or too early: somebody else was first, or the text has changed. Here is the next case.",
    "reason": "A rejection needs a reason.",
    "escalated": "Left to a lead.",
    "skipped": "Skipped: it stays in the queue.",
    "noted": "Your colleagues can read your note.",
}


@dataclass(frozen=True, slots=True)
class Opened:
    """Everything that the page shows of one case."""

    shown: shown.Shown
    around: surroundings.Surroundings
    changes: list[differences.Change]
    claimed: bool  # just now, for whoever looks at it
    mine: bool
    decidable: bool
    others: list[str]  # who else looks at it


def opened(session: Session, me: Person, case_id: UUID, now: datetime) -> Opened:
    """Look at a case; who may decide it and finds it free has claimed it."""
    case = queue.find_case(session, me, case_id)
    had = case.claimed_by
    if may_decide(case, me):
        queue.claim_next(session, me, 1, now, settings().claim_lease, case_ids=[case_id])
    view = casework.views(session, [case])[0]
    mine = case.claimed_by == me.id and case.closed_at is None
    around = surroundings.of(session, view.comment)
    return Opened(
        shown=shown.shown(view),
        around=around,
        changes=differences.of([*(each.body for each in around.revisions), view.comment.body]),
        claimed=mine and had != me.id,
        mine=mine,
        decidable=mine and view.standing is None,
        others=live.looking(case_id, me.name),
    )


def preview(view: CaseView) -> tuple[str, tuple[Mark, ...]]:
    """The first words, and what of them is covered."""
    covered = tuple(each._replace(says="", host="") for each in shown.marks(view) if each.hard)
    return view.comment.body[:PREVIEWED], covered


def should_pause(me: Person, hard_today: int) -> bool:
    """Each time as many hard ones as she has set are done."""
    after = me.preferences.pause_after
    return bool(after and hard_today) and hard_today % after == 0


def may_decide(case: Case, me: Person) -> bool:
    """What was left to a lead is a lead's; an appeal is for anybody but whom it is against."""
    return case.not_by != me.id and (case.escalated_at is None or me.may(LEADS, case.site_id))


def undoable(session: Session, me: Person, now: datetime) -> list[Decision]:
    """One's last decisions that can be taken back, the newest first."""
    return [each for each in decisions.listed(session, me, None, MOST_UNDOABLE, me.id) if _can_be_undone(each, now)]


@router.post("/cases/{case_id}/open", dependencies=[OURS])
def open_case(request: Request, me: AModerator, case_id: UUID) -> Response:
    """The case as a part of a page."""
    with transaction() as session:
        now = clock(session)
        queue.renew(session, me, now, settings().claim_lease)
        found = opened(session, me, case_id, now)
        hard_today = decided.hard_on(session, me, now.date())
    if found.claimed:
        live.changed([found.shown.view.comment.id])
    more = {"hard_today": hard_today, "pause": should_pause(me, hard_today)}
    html = render.part(request, "case.html", opened=found, now=now, reasons=REASONS, **more)
    state = "mine" if found.decidable else "other"
    return HTMLResponse(html, headers=render.headers() | {"x-case": state})


@router.post("/cases/{case_id}/decision", dependencies=[OURS])
def decide(
    request: Request,
    me: AModerator,
    case_id: UUID,
    action: Annotated[str, Form(pattern="^(approve|reject(:[a-z_]+)?)$")],
    revision: Annotated[int, Form(ge=1)],
    reason: Annotated[Reason | None, Form()] = None,
    note: Annotated[fields.Note, Form()] = "",
    back: Annotated[fields.Storable, Form(max_length=4_000)] = "",
) -> Response:
    """Approve or reject, and go on to the next case."""
    verb, _, named = action.partition(":")
    why = Reason(named) if named in set(Reason) else reason
    if verb == Action.REJECT and why is None:
        return _answer(request, "reason", back, case_id, refused="A rejection needs a reason.")
    try:
        with transaction() as session:
            now = clock(session)
            window = settings().undo_window
            made = decisions.decide(session, case_id, me, Action(verb), revision, now, window, why, note or None)
    except ModerationError as refused:
        return _answer(request, "late", back, refused=_sentence(refused))
    live.changed([made.comment_id])
    seconds = (made.undo_until - now).total_seconds()
    return _answer(request, verb, back, decision_id=str(made.id), seconds=seconds)


@router.post("/decisions/{decision_id}/undo", dependencies=[OURS])
def undo(request: Request, me: AModerator, decision_id: UUID, back: Annotated[str, Form()] = "") -> Response:
    """Take a decision back while the site has not been told."""
    try:
        with transaction() as session:
            undone = decisions.undo(session, decision_id, me, clock(session), settings().claim_lease)
    except ModerationError as refused:
        return _answer(request, "late", back, refused=_sentence(refused))
    live.changed([undone.comment_id])
    return _answer(request, "undone", back, undone.case_id)


@router.post("/cases/{case_id}/skip", dependencies=[OURS])
def skip(request: Request, me: AModerator, case_id: UUID, back: Annotated[str, Form()] = "") -> Response:
    """Give it back and go on to another."""
    with transaction() as session:
        case = queue.release(session, me, case_id, clock(session))
    live.changed([case.comment_id])
    return _answer(request, "skipped", f"{back}&skipped={case_id}")


@router.post("/cases/{case_id}/escalate", dependencies=[OURS])
def escalate(request: Request, me: AModerator, case_id: UUID, back: Annotated[str, Form()] = "") -> Response:
    """Leave it to a lead."""
    try:
        with transaction() as session:
            case = queue.escalate(session, me, case_id, clock(session))
    except ModerationError as refused:
        return _answer(request, "late", back, refused=_sentence(refused))
    live.changed([case.comment_id])
    return _answer(request, "escalated", back)


@router.post("/cases/{case_id}/notes", dependencies=[OURS])
def write_note(
    request: Request,
    me: AModerator,
    case_id: UUID,
    text: Annotated[fields.Storable, Form(max_length=notes.LONGEST)],
    back: Annotated[str, Form()] = "",
) -> Response:
    """Leave a word to colleagues."""
    try:
        with transaction() as session:
            case = queue.find_case(session, me, case_id)
            notes.write(session, me, case.comment_id, text, clock(session))
    except ModerationError as refused:
        return _answer(request, "late", back, case_id, refused=_sentence(refused))
    return _answer(request, "noted", back, case_id)


@router.post("/cases/{case_id}/writer", dependencies=[OURS])
def reveal(request: Request, me: AModerator, case_id: UUID) -> Response:
    """The writer's e-mail and network address, for leads; that somebody looked is an event."""
    with transaction() as session:
        case = queue.find_case(session, me, case_id)
        if not me.may(LEADS, case.site_id):
            raise NotAllowedError("E-mail and network address are for leads.")
        comment = session.get_one(Comment, case.comment_id)
        seen = audit.event(comment, Kind.REVEALED, clock(session), me.id, {"case_id": str(case.id)})
        audit.record(session, [seen])
    return render.page(request, "writer.html", comment=comment, case=case)


@router.post("/cases/{case_id}/looking", dependencies=[OURS])
def look(me: AModerator, case_id: UUID) -> Response:
    """Who else is here."""
    with reading() as session:
        queue.find_case(session, me, case_id)
    return JSONResponse({"others": live.looking(case_id, me.name)}, headers=render.headers())


def _can_be_undone(decision: Decision, now: datetime) -> bool:
    """A job's decisions are taken back together, on its page."""
    mine_alone = decision.job_id is None and decision.void_at is None
    return mine_alone and decision.settled_at is None and decision.undo_until > now


def _answer(
    request: Request, said: str, back: str, case_id: UUID | None = None, refused: str = "", **more: Any
) -> Response:
    """To a module: what came of it. To a plain form: the queue again, with a sentence."""
    if "application/json" in request.headers.get("accept", ""):
        document = {"said": refused or SAID[said], "case_id": str(case_id) if case_id else None, **more}
        return JSONResponse(document, CONFLICT if refused else 200, render.headers())
    selected = f"&case={case_id}" if case_id else ""
    kept = f"&{back.strip('&')}" if back.strip("&") else ""
    return RedirectResponse(f"/desk/queue?said={said}{selected}{kept}", SEE_OTHER, render.headers())


def _sentence(refused: ModerationError) -> str:
    """Who was first, where that is why."""
    who, action, at = (refused.more.get(each) for each in ("moderator", "action", "at"))
    if who and action and at:
        return f"{who} was first: {action} at {at:%H:%M:%S}."
    return f"{who} has this case." if who else str(refused)
