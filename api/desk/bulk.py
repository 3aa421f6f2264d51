"""Many at once: listed first, then a job does it and shows how far it is; its whole can be taken back."""

from typing import Annotated, Any
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session, col, select

from api import fields
from api.desk import render
from api.desk.access import OURS, AModerator
from api.desk.case_page import REASONS, preview
from api.desk.queue import Asked, AskedFor
from moderation import casework, groups, jobs, live, queue
from moderation.database import clock, reading, transaction
from moderation.errors import ModerationError
from moderation.groups import GroupBy
from moderation.ids import new_id
from moderation.models import Case
from moderation.people import SETTLES, Person
from moderation.queue import Sort
from moderation.terms import Action, Reason

router = APIRouter(prefix="/desk", include_in_schema=False)

SEE_OTHER = 303
LISTED = 20  # of those that would be decided; the rest is counted
TYPED_ABOVE = 20  # beyond, the number is to be typed: nobody does that by accident

LONGEST_LIST = 40 * jobs.MOST_CASES  # characters


def _ids(
    case_ids: Annotated[list[UUID] | None, Form(max_length=jobs.MOST_CASES)] = None,
    cases: Annotated[str, Form(max_length=LONGEST_LIST)] = "",
) -> list[UUID]:
    """Which cases: a field each, or all in one, because a form has room for a thousand fields."""
    listed = [found for each in cases.split() if (found := render.one_of(UUID, each))]
    return [*(case_ids or ()), *listed][: jobs.MOST_CASES]


Ids = Annotated[list[UUID], Depends(_ids)]


@router.get("/bulk")
def preview_filter(request: Request, me: AModerator, asked: AskedFor) -> Response:
    """What a filter holds, before anything is decided."""
    with reading() as session:
        wanted = asked.wanted(session, me, clock(session))
        cases = queue.listed(session, me, wanted, Sort.URGENT, None, jobs.MOST_CASES)
        return _preview(request, session, me, [each.id for each in cases], asked.query())


@router.post("/bulk", dependencies=[OURS])
def preview_cases(
    request: Request,
    me: AModerator,
    case_ids: Ids,
    action: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """The same for cases that were selected, or that are a group."""
    with reading() as session:
        return _preview(request, session, me, case_ids, "", action)


@router.post("/queue/groups", dependencies=[OURS])
def preview_group(
    request: Request,
    me: AModerator,
    by: Annotated[GroupBy, Form()],
    site: Annotated[UUID, Form()],
    key: Annotated[fields.Storable, Form(max_length=40)],
    query: Annotated[fields.Storable, Form(max_length=4_000)] = "",
) -> Response:
    """All of a group, listed."""
    asked = Asked.model_validate(dict(parse_qsl(query)))
    with reading() as session:
        ids = groups.members(session, me, asked.wanted(session, me, clock(session)), by, site, key)
        return _preview(request, session, me, ids, query)


@router.post("/jobs", dependencies=[OURS])
def begin(
    request: Request,
    me: AModerator,
    case_ids: Ids,
    action: Annotated[Action, Form()],
    reason: Annotated[Reason | None, Form()] = None,
    note: Annotated[fields.Note, Form()] = "",
    query: Annotated[fields.Storable, Form(max_length=4_000)] = "",
    count: Annotated[str, Form(max_length=10)] = "",
    job: Annotated[UUID | None, Form()] = None,
) -> Response:
    """Decide all of these: exactly those that were listed and counted. Pressed twice, it is the same job."""
    case_ids = list(dict.fromkeys(case_ids))
    if len(case_ids) > TYPED_ABOVE and count.replace(",", "").strip() != str(len(case_ids)):
        wrong = f"Type the number of cases, {len(case_ids)}, to say that you mean all of them."
        with reading() as session:
            return _preview(request, session, me, case_ids, query, action.value, wrong)
    try:
        with transaction() as session:
            # What was closed since it was listed is in it too: the job says of each why it was not decided.
            now = clock(session)
            begun = jobs.begin(session, me, case_ids, action, reason, note or None, {"query": query}, now, job)
    except ModerationError as refused:
        with reading() as session:
            return _preview(request, session, me, case_ids, query, action.value, str(refused))
    return RedirectResponse(f"/desk/jobs/{begun.id}", SEE_OTHER, render.headers())


@router.get("/jobs/{job_id}")
def show_job(request: Request, me: AModerator, job_id: UUID) -> Response:
    with reading() as session:
        now = clock(session)
        job = jobs.find(session, me, job_id)
        until = jobs.undo_until(session, job)
        left = (until - now).total_seconds() if until else 0
        refused = jobs.refused(job)
        return render.page(request, "job.html", job=job, refused=refused, left=max(0, round(left)), now=now)


@router.post("/jobs/{job_id}/undo", dependencies=[OURS])
def undo(request: Request, me: AModerator, job_id: UUID) -> Response:
    """Take the whole of it back."""
    try:
        with transaction() as session:
            jobs.undo(session, me, job_id, clock(session))
    except ModerationError as refused:
        return render.page(request, "refused.html", 409, said=str(refused), back=f"/desk/jobs/{job_id}")
    live.changed([])
    return RedirectResponse(f"/desk/jobs/{job_id}", SEE_OTHER, render.headers())


def _visible(session: Session, me: Person, case_ids: list[UUID]) -> list[UUID]:
    """Those that this person may settle, in the order they came."""
    cases = session.exec(select(Case).where(col(Case.id).in_(case_ids), col(Case.closed_at).is_(None))).all()
    mine = {each.id for each in cases if me.may(SETTLES, each.site_id)}
    return [each for each in dict.fromkeys(case_ids) if each in mine]


def _preview(
    request: Request, session: Session, me: Person, case_ids: list[UUID], query: str, action: str = "", wrong: str = ""
) -> Response:
    ids = _visible(session, me, case_ids)
    shown = session.exec(select(Case).where(col(Case.id).in_(ids[:LISTED]))).all()
    views = casework.views(session, sorted(shown, key=lambda each: ids.index(each.id)))
    more: dict[str, Any] = {"asked": Asked(), "reasons": REASONS, "typed_above": TYPED_ABOVE, "most": jobs.MOST_CASES}
    more["job_id"] = new_id()
    rows = [{"view": each, "shown": preview(each)} for each in views]
    status = 422 if wrong else 200
    return render.page(
        request, "bulk.html", status, ids=ids, rows=rows, query=query, action=action, wrong=wrong, **more
    )
