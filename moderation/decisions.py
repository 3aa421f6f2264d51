"""Decisions: a person settles a case. For a while it can be undone, and the site is not told; then it is settled.

The comment's row is the lock: of many who decide at once, one does, and the others read who and when.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from moderation import audit, rulebook, webhooks
from moderation.dialects import locked
from moderation.errors import (
    CaseClaimedError,
    CaseClosedError,
    CaseDecidedError,
    FieldInvalidError,
    ModerationError,
    MoveNotAllowedError,
    NotAllowedError,
    NotFoundError,
    NotOverturnableError,
    OwnDecisionError,
    ReasonRequiredError,
    StaleRevisionError,
    UndoWindowOverError,
)
from moderation.failpoints import reach
from moderation.models import Case, Comment, Decision, Moderator, Report
from moderation.people import LEADS, SETTLES, Person
from moderation.queue import find_case, open_case, open_case_of, raise_case
from moderation.states import after
from moderation.terms import Action, Closed, Kind, Reason, Status, Why

UNDONE, OVERTURNED, MOOT = "undone", "overturned", "moot"


def decide(
    session: Session,
    case_id: UUID,
    person: Person,
    action: Action,
    revision: int | None,
    now: datetime,
    undo_window: timedelta,
    reason: Reason | None = None,
    note: str | None = None,
    overturns: UUID | None = None,
) -> Decision:
    """Settle a case for good, once the undo window is over. 'revision' is the text that was looked at; None: as it is.

    With 'overturns', the id of the decision that stands, an earlier decision is replaced.
    """
    if action is Action.HOLD:
        raise FieldInvalidError("A person approves or rejects.", pointer="/action")
    if action is Action.REJECT and reason is None:
        raise ReasonRequiredError(pointer="/reason")
    case = find_case(session, person, case_id, lock=True)
    comment = session.get_one(Comment, case.comment_id, populate_existing=True)
    standing = _standing(session, case.id)
    if revision is not None and revision != comment.revision:
        raise StaleRevisionError(pointer="/revision", revision=comment.revision)
    if overturns:
        _must_be_overturnable(session, person, comment, standing, overturns, action)
    else:
        _must_be_free(session, case, standing, person, now)
    if case.not_by == person.id:
        raise OwnDecisionError
    after(Status(comment.status), action)  # refuses what the table has no move for
    if standing:
        standing.void_at, standing.void_as = now, OVERTURNED
        session.add(standing)
        session.flush()
    decision = _decision(case, comment, person, action, now, undo_window)
    decision.reason = reason.value if reason and action is Action.REJECT else None
    decision.note, decision.overturns = note, overturns
    session.add(decision)
    case.closed_at, case.closed_as = case.closed_at or now, Closed.DECIDED.value
    case.claimed_by = case.claimed_until = None
    session.add(case)
    _record(session, comment, Kind.DECIDED, decision, person.id, now)
    reach("decide.before_commit")
    return decision


def undo(session: Session, decision_id: UUID, person: Person, now: datetime, lease: timedelta) -> Decision:
    """Take a decision back while the site has not been told: the case is open again, and claimed by who undid it."""
    decision = session.get(Decision, decision_id)
    if decision is None or not person.may(SETTLES, decision.site_id):
        raise NotFoundError("There is no such decision for you.")
    case = find_case(session, person, decision.case_id, lock=True)
    session.refresh(decision)
    if decision.moderator_id != person.id and not person.may(LEADS, decision.site_id):
        raise NotAllowedError("Only whoever decided, or a lead, can undo a decision.")
    if decision.void_as == UNDONE:
        return decision
    if decision.void_at or decision.settled_at or decision.undo_until <= now:
        raise UndoWindowOverError(undo_until=decision.undo_until)
    decision.void_at, decision.void_as = now, UNDONE
    session.add(decision)
    session.flush()
    comment = session.get_one(Comment, decision.comment_id)
    if decision.overturns:
        before = session.get_one(Decision, decision.overturns)
        before.void_at = before.void_as = None
        session.add(before)
    else:
        case.closed_at = case.closed_as = None
        case.claimed_by, case.claimed_until = person.id, now + lease
        session.add(case)
    _record(session, comment, Kind.UNDONE, decision, person.id, now)
    return decision


def settle_due(session: Session, now: datetime, most: int = 200) -> tuple[list[Comment], set[UUID]]:
    """Carry out the decisions whose undo window is over: the comments that moved, and the sites to nudge."""
    due = (
        select(Decision.comment_id)
        .where(col(Decision.settled_at).is_(None), col(Decision.void_at).is_(None), Decision.undo_until <= now)
        .order_by(col(Decision.undo_until))
        .limit(most)
    )
    ids = set(session.exec(due).all())
    if not ids:
        return [], set()
    # The comments first, as everywhere; then the decisions again: what was undone meanwhile is not due any more.
    ordered = select(Comment).where(col(Comment.id).in_(ids)).order_by(col(Comment.id))
    comments = {each.id: each for each in session.execute(locked(ordered)).scalars()}
    decisions = session.exec(
        select(Decision)
        .where(
            col(Decision.comment_id).in_(ids),
            col(Decision.settled_at).is_(None),
            col(Decision.void_at).is_(None),
            Decision.undo_until <= now,
        )
        .order_by(col(Decision.at), col(Decision.id))
    ).all()
    told: list[tuple[Comment, str | None]] = []
    for decision in decisions:
        comment = comments[decision.comment_id]
        try:
            with session.begin_nested():
                _settle(session, comment, decision, now)
            told.append((comment, decision.reason))
        except MoveNotAllowedError:  # another decision on this comment was first: this one has become pointless
            decision.void_at, decision.void_as = now, MOOT
            session.add(decision)
    session.flush()
    sites = webhooks.enqueue(session, told, now)
    reach("settle.before_commit")
    return [comment for comment, _ in told], sites


def unsettled(session: Session, comment_id: UUID) -> Decision | None:
    """The decision that is on its way: made, and not told yet."""
    asked = select(Decision).where(
        Decision.comment_id == comment_id, col(Decision.settled_at).is_(None), col(Decision.void_at).is_(None)
    )
    return session.exec(asked).first()


def take_down(session: Session, comment: Comment, case: Case, now: datetime) -> bool:
    """An approved comment that enough readers reported waits for a person, unseen."""
    _, rules = rulebook.current(session, [comment.site_id])[comment.site_id]
    if comment.status != Status.APPROVED or case.reports < rules.limits.reports_to_hold:
        return False
    comment.status = after(Status(comment.status), Action.HOLD).value
    comment.updated_at = now
    session.add(comment)
    session.flush()
    return True


def listed(
    session: Session,
    person: Person,
    before: UUID | None,
    limit: int,
    moderator_id: UUID | None = None,
    action: Action | None = None,
) -> list[Decision]:
    """Decisions that stand or were overturned, newest first: one's own; for leads and admins everybody's."""
    asked = select(Decision).where(col(Decision.void_as).is_distinct_from(UNDONE)).order_by(col(Decision.id).desc())
    led = person.sites(LEADS)
    if led is not None:
        asked = asked.where(col(Decision.site_id).in_(led) | (col(Decision.moderator_id) == person.id))
    if before:
        asked = asked.where(col(Decision.id) < before)
    if moderator_id:
        asked = asked.where(Decision.moderator_id == moderator_id)
    if action:
        asked = asked.where(Decision.action == action.value)
    return list(session.exec(asked.limit(limit)).all())


def names(session: Session, rows: Sequence[Decision]) -> dict[UUID, str]:
    """Who decided, by id."""
    ids = {each.moderator_id for each in rows}
    found = session.exec(select(Moderator).where(col(Moderator.id).in_(ids))).all() if ids else ()
    return {each.id: each.name for each in found}


def _decision(
    case: Case, comment: Comment, person: Person, action: Action, now: datetime, undo_window: timedelta
) -> Decision:
    return Decision(
        site_id=case.site_id,
        case_id=case.id,
        comment_id=comment.id,
        revision=comment.revision,
        action=action.value,
        moderator_id=person.id,
        at=now,
        undo_until=now + undo_window,
    )


def _settle(session: Session, comment: Comment, decision: Decision, now: datetime) -> None:
    comment.status = after(Status(comment.status), Action(decision.action)).value
    comment.decision_id, comment.decided_at, comment.updated_at = decision.id, decision.at, now
    decision.settled_at = now
    session.add_all((comment, decision))
    _look_again(session, comment, decision, now)
    _record(session, comment, Kind.SETTLED, decision, decision.moderator_id, now)
    session.flush()


def _look_again(session: Session, comment: Comment, decision: Decision, now: datetime) -> None:
    """Whoever approved it had not seen the reports that came after."""
    later = select(func.count()).select_from(Report).where(Report.comment_id == comment.id, Report.at > decision.at)
    count = session.exec(later).one() if comment.status == Status.APPROVED else 0
    if not count:
        return
    case = open_case_of(session, comment.id) or open_case(session, comment, Why.REPORTED, audit.READER, now)
    for _ in range(count):
        raise_case(case)
    session.add(case)
    take_down(session, comment, case, now)


def _standing(session: Session, case_id: UUID) -> Decision | None:
    return session.exec(
        select(Decision).where(Decision.case_id == case_id, col(Decision.void_at).is_(None))
    ).one_or_none()


def _must_be_free(session: Session, case: Case, standing: Decision | None, person: Person, now: datetime) -> None:
    if standing:
        raise _with_name(
            session,
            CaseDecidedError,
            standing.moderator_id,
            at=standing.at,
            action=standing.action,
            decision_id=str(standing.id),
        )
    if case.closed_at:
        raise CaseClosedError(closed_as=case.closed_as, at=case.closed_at)
    if case.escalated_at and not person.may(LEADS, case.site_id):
        raise NotAllowedError("This case was left to a lead.")
    if case.claimed_by and case.claimed_by != person.id and case.claimed_until and case.claimed_until > now:
        raise _with_name(session, CaseClaimedError, case.claimed_by, until=case.claimed_until)


def _must_be_overturnable(
    session: Session, person: Person, comment: Comment, standing: Decision | None, overturns: UUID, action: Action
) -> None:
    if standing is None or standing.id != overturns or standing.revision != comment.revision:
        raise NotOverturnableError(pointer="/overturns")
    later = unsettled(session, comment.id)
    if open_case_of(session, comment.id) or overturns != (later.id if later else comment.decision_id):
        raise NotOverturnableError(
            "Since then the comment was reported or appealed: that case is the one to decide.", pointer="/overturns"
        )
    if standing.moderator_id != person.id and not person.may(LEADS, standing.site_id):
        raise NotAllowedError("Only whoever decided, or a lead, can overturn a decision.")
    if standing.action == action.value or comment.status == Status.ERASED:
        raise NotOverturnableError(pointer="/action")


def _with_name(session: Session, error: type[ModerationError], moderator_id: UUID, **more: Any) -> ModerationError:
    """The loser of a race reads who was first, and when."""
    name = session.get_one(Moderator, moderator_id).name
    return error(moderator=name, **more)


def _record(session: Session, comment: Comment, kind: Kind, decision: Decision, by: UUID, now: datetime) -> None:
    data = {"decision_id": str(decision.id), "case_id": str(decision.case_id), "action": decision.action}
    audit.record(session, [audit.event(comment, kind, now, by, data)])
