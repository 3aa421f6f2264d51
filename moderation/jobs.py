"""Jobs: one decision on many cases, in steps. A step that is killed has done nothing, and the next sweep goes on.

Each case is decided as if by hand. All decisions of a job settle together: until its last step none is due, and then
one undo window begins for all of them. What was decided, claimed or edited meanwhile is refused, and stays as it is.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from moderation import decisions, people, queue
from moderation.dialects import insert_new, locked, unlocked
from moderation.errors import (
    FieldInvalidError,
    ModerationError,
    NotFoundError,
    ReasonRequiredError,
    UndoWindowOverError,
)
from moderation.ids import new_id
from moderation.models import Case, Comment, Decision, Job, Moderator
from moderation.people import Person
from moderation.terms import Action, Reason

MOST_CASES = 1_000  # in one job
AT_ONCE = 50  # cases in one step
WHILE_RUNNING = timedelta(days=1)  # until its last step no decision of a job is due
LONGEST_WHY = 200
REFUSED = "refused"  # in its filter: case -> why
RUNNING, DONE, UNDOING, UNDONE = "running", "done", "undoing", "undone"


def begin(
    session: Session,
    person: Person,
    case_ids: Sequence[UUID],
    action: Action,
    reason: Reason | None,
    note: str | None,
    wanted: dict[str, Any],
    now: datetime,
    job_id: UUID | None = None,
) -> Job:
    """Write down what is to be done: exactly these cases, as they were shown. Steps do it.

    `job_id`: made when they were shown, so that who confirms twice begins one job.
    """
    if action is Action.REJECT and reason is None:
        raise ReasonRequiredError(pointer="/reason")
    if not 0 < len(case_ids) <= MOST_CASES:
        raise FieldInvalidError(f"A job has between 1 and {MOST_CASES:,} cases.", pointer="/case_ids")
    job = Job(
        id=job_id or new_id(),
        moderator_id=person.id,
        action=action.value,
        reason=reason.value if reason and action is Action.REJECT else None,
        note=note,
        filter=wanted,
        case_ids=[str(each) for each in dict.fromkeys(case_ids)],
        at=now,
    )
    insert_new(session, Job, [job.model_dump()])
    return find(session, person, job.id)


def find(session: Session, person: Person, job_id: UUID, *, lock: bool = False) -> Job:
    asked = select(Job).where(Job.id == job_id)
    job = session.execute(locked(asked) if lock else asked).scalar_one_or_none()
    if job is None or job.moderator_id != person.id:
        raise NotFoundError("There is no such job of yours.")
    return job


def unfinished(session: Session, most: int = 20) -> Sequence[UUID]:
    """Jobs that a step would bring on, the oldest first."""
    asked = select(Job.id).where(col(Job.state).in_((RUNNING, UNDOING))).order_by(col(Job.id)).limit(most)
    return session.exec(asked).all()


def step(session: Session, job_id: UUID, now: datetime, window: timedelta, lease: timedelta) -> list[UUID] | None:
    """Do the next AT_ONCE of a job; the comments that changed. None: nothing is left, or somebody else is at it."""
    job = session.execute(unlocked(select(Job).where(Job.id == job_id))).scalar_one_or_none()
    if job is None or job.state not in {RUNNING, UNDOING}:
        return None
    person = people.as_person(session, session.get_one(Moderator, job.moderator_id))
    if job.state == RUNNING:
        return _decide_some(session, job, person, now, window)
    return _undo_some(session, job, person, now, lease)


def undo(session: Session, person: Person, job_id: UUID, now: datetime) -> Job:
    """Take all of it back, while none of it has been told."""
    job = find(session, person, job_id, lock=True)
    if job.state in {UNDOING, UNDONE}:
        return job
    # The comments first, as everywhere: what is just being settled is settled when we look, or is not due any more.
    _lock(session, select(Decision.comment_id).where(*_open_decisions(job)))
    if job.state == DONE and not any(each.undo_until > now for each in _standing(session, job, 1)):
        raise UndoWindowOverError
    job.state = UNDOING
    session.execute(update(Decision).where(*_open_decisions(job)).values(undo_until=now + WHILE_RUNNING))
    session.add(job)
    return job


def refused(job: Job, most: int = 100) -> list[tuple[str, str]]:
    """The cases that it has come to and left as they are, each with why."""
    return list(job.filter.get(REFUSED, {}).items())[:most]


def undo_until(session: Session, job: Job) -> datetime | None:
    """Until when its whole can be taken back."""
    some = _standing(session, job, 1)
    return some[0].undo_until if some and job.state == DONE else None


def _decide_some(session: Session, job: Job, person: Person | None, now: datetime, window: timedelta) -> list[UUID]:
    some = [UUID(each) for each in job.case_ids[job.done : job.done + AT_ONCE]]
    _lock(session, select(Case.comment_id).where(col(Case.id).in_(some)))
    changed: list[UUID] = []
    refused: dict[str, str] = {}
    reason = Reason(job.reason) if job.reason else None
    for case_id in some:
        try:
            if person is None:
                raise NotFoundError("Whoever began it was disabled.")
            with session.begin_nested():
                case = queue.find_case(session, person, case_id)
                made = decisions.decide(
                    session, case_id, person, Action(job.action), case.revision, now, WHILE_RUNNING, reason, job.note
                )
                made.job_id = job.id
                session.add(made)
            changed.append(made.comment_id)
        except ModerationError as raised:
            refused[str(case_id)] = _why(raised)
    job.refused += len(refused)
    _keep(job, refused)
    job.done += len(some)
    if job.done >= len(job.case_ids):
        job.state, job.ended_at = DONE, now
        session.flush()
        session.execute(update(Decision).where(*_open_decisions(job)).values(undo_until=now + window))
    session.add(job)
    return changed


def _undo_some(session: Session, job: Job, person: Person | None, now: datetime, lease: timedelta) -> list[UUID]:
    left = (*_open_decisions(job), col(Decision.undo_until) > now)
    ids = session.exec(select(Decision.id).where(*left).order_by(col(Decision.id)).limit(AT_ONCE)).all()
    _lock(session, select(Decision.comment_id).where(col(Decision.id).in_(ids)))
    some = session.exec(select(Decision).where(*left, col(Decision.id).in_(ids)).order_by(col(Decision.id))).all()
    stays: dict[str, str] = {}
    for made in some:
        try:
            if person is None:
                raise NotFoundError("Whoever began it was disabled.")
            with session.begin_nested():
                undone = decisions.undo(session, made.id, person, now, lease)
                case = session.get_one(Case, undone.case_id)
                case.claimed_by = case.claimed_until = None  # a whole filter is nobody's
                session.add(case)
        except ModerationError as raised:
            made.undo_until = now  # it stands: the site is told, and the next step does not come to it again
            session.add(made)
            stays[str(made.case_id)] = f"Not taken back. {_why(raised)}"
    _keep(job, stays)
    if len(ids) < AT_ONCE:
        job.state, job.ended_at = UNDONE, now
    session.add(job)
    return [each.comment_id for each in some]


def _lock(session: Session, comment_ids: Any) -> None:
    """All at once and in the order of their ids, as settling and erasing do: nobody waits in a circle."""
    session.execute(locked(select(Comment.id).where(col(Comment.id).in_(comment_ids)).order_by(col(Comment.id))))


def _keep(job: Job, refused: dict[str, str]) -> None:
    if refused:  # another document: a JSON column does not notice what happens inside it
        job.filter = job.filter | {REFUSED: job.filter.get(REFUSED, {}) | refused}


def _why(raised: ModerationError) -> str:
    """Who was first, where that is why."""
    who, action = raised.more.get("moderator"), raised.more.get("action")
    said = f"{who} was first: {action}." if action else f"{who} has this case." if who else str(raised)
    return said[:LONGEST_WHY]


def _standing(session: Session, job: Job, most: int) -> Sequence[Decision]:
    return session.exec(select(Decision).where(*_open_decisions(job)).order_by(col(Decision.id)).limit(most)).all()


def _open_decisions(job: Job) -> tuple[Any, ...]:
    return Decision.job_id == job.id, col(Decision.void_at).is_(None), col(Decision.settled_at).is_(None)
