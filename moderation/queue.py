"""The queue: open cases, in which order, and who has which.

Urgent first: a case's rank is the second it was opened, less a head start for what cannot wait. All ranks age alike,
so the order never has to be computed again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, true, tuple_, update
from sqlmodel import Session, col, select

from moderation import audit, casework
from moderation.dialects import insert_all, locked, unlocked
from moderation.errors import CaseClaimedError, CaseClosedError, NotFoundError
from moderation.ids import new_id
from moderation.models import Case, Comment, Decision
from moderation.people import LEADS, SETTLES, Person
from moderation.terms import Closed, Kind, Why

SURE = timedelta(hours=4)  # the head start when the checks are certain
EACH_REPORT = timedelta(hours=1)
MOST_REPORTS = 12  # more readers make it no more urgent
APPEAL = timedelta(hours=6)
RENEW_AFTER = timedelta(minutes=1)  # activity renews a claim, but not with every click
COUNT_UP_TO = 1_000


class Sort(StrEnum):
    URGENT = "urgent"
    OLDEST = "oldest"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which cases; what is None is not asked for. 'page_id' and 'author_id' are ours, derived from the site's."""

    sites: frozenset[UUID] | None = None
    check: str | None = None
    page_ids: tuple[UUID, ...] | None = None
    author_ids: tuple[UUID, ...] | None = None
    language: str | None = None
    reason: Why | None = None
    claimed_by: UUID | None = None
    opened_before: datetime | None = None


def listed(
    session: Session, person: Person, wanted: Filter, sort: Sort, after: tuple[Any, UUID] | None, limit: int
) -> list[Case]:
    """Open cases that this person may settle, in this order, from after that one on."""
    key = col(Case.rank) if sort is Sort.URGENT else col(Case.opened_at)
    asked = select(Case).where(*conditions(person, wanted))
    if sort is Sort.NEWEST:
        asked = asked.order_by(key.desc(), col(Case.id).desc())
        if after:
            asked = asked.where(tuple_(key, col(Case.id)) < after)
    else:
        asked = asked.order_by(key, col(Case.id))
        if after:
            asked = asked.where(tuple_(key, col(Case.id)) > after)
    return list(session.exec(asked.limit(limit)).all())


def count_open(session: Session, person: Person, wanted: Filter) -> int:
    """How many, up to COUNT_UP_TO: the next number up means 'more'."""
    some = select(Case.id).where(*conditions(person, wanted)).limit(COUNT_UP_TO + 1).subquery()
    return session.exec(select(func.count()).select_from(some)).one()


def claim_next(
    session: Session,
    person: Person,
    count: int,
    now: datetime,
    lease: timedelta,
    wanted: Filter | None = None,
    case_ids: Collection[UUID] | None = None,
) -> list[Case]:
    """Lease the most urgent free cases to this person; nobody else gets them until the lease is over."""
    mine = (col(Case.not_by).is_(None) | (col(Case.not_by) != person.id), _for_me(person))
    free = or_(col(Case.claimed_until).is_(None), col(Case.claimed_until) <= now)
    if case_ids is not None:
        free = or_(free, col(Case.claimed_by) == person.id) & col(Case.id).in_(case_ids)
    asked = select(Case).where(*conditions(person, wanted or Filter()), *mine, free)
    cases = session.execute(unlocked(asked.order_by(col(Case.rank), col(Case.id)).limit(count))).scalars().all()
    for case in cases:
        case.claimed_by, case.claimed_until = person.id, now + lease
        session.add(case)
    comments = casework.with_pages(session, [case.comment_id for case in cases])
    audit.record(
        session,
        [
            audit.event(comments[case.comment_id][0], Kind.CLAIMED, now, person.id, {"case_id": str(case.id)})
            for case in cases
        ],
    )
    return list(cases)


def release(session: Session, person: Person, case_id: UUID, now: datetime) -> Case:
    """Give a claim back."""
    case = find_case(session, person, case_id, lock=True)
    if case.claimed_by is None or case.closed_at:
        return case
    if case.claimed_by != person.id and case.claimed_until and case.claimed_until > now:
        raise CaseClaimedError
    case.claimed_by = case.claimed_until = None
    session.add(case)
    comment = session.get_one(Comment, case.comment_id)
    audit.record(session, [audit.event(comment, Kind.RELEASED, now, person.id, {"case_id": str(case.id)})])
    return case


def escalate(session: Session, person: Person, case_id: UUID, now: datetime) -> Case:
    """Leave it to a lead: nobody else is handed it any more, or decides it. Again changes nothing."""
    case = find_case(session, person, case_id, lock=True)
    if case.closed_at:
        raise CaseClosedError(closed_as=case.closed_as, at=case.closed_at)
    if case.claimed_by and case.claimed_by != person.id and case.claimed_until and case.claimed_until > now:
        raise CaseClaimedError
    if case.escalated_at:
        return case
    case.escalated_by, case.escalated_at = person.id, now
    case.claimed_by = case.claimed_until = None
    session.add(case)
    comment = session.get_one(Comment, case.comment_id)
    audit.record(session, [audit.event(comment, Kind.ESCALATED, now, person.id, {"case_id": str(case.id)})])
    return case


def renew(session: Session, person: Person, now: datetime, lease: timedelta) -> None:
    """Whoever is at work keeps what they have claimed."""
    session.execute(
        update(Case)
        .where(
            col(Case.claimed_by) == person.id,
            col(Case.closed_at).is_(None),
            col(Case.claimed_until) > now,
            col(Case.claimed_until) < now + lease - RENEW_AFTER,
        )
        .values(claimed_until=now + lease)
    )


def find_case(session: Session, person: Person, case_id: UUID, *, lock: bool = False) -> Case:
    """A case that this person may see. Locking takes the comment's row first, as everybody does."""
    case = session.get(Case, case_id)
    if case is None or not person.may(SETTLES, case.site_id):
        raise NotFoundError("There is no such case for you.")
    if lock:
        session.execute(locked(select(Comment.id).where(Comment.id == case.comment_id)))
        session.refresh(case)
    return case


def open_cases(session: Session, rows: Sequence[tuple[Comment, Why, Collection[str], float]], now: datetime) -> None:
    """Open a case for each (comment, why, checks behind it, how sure they are)."""
    opened = [
        _row(comment, why, checks, now, SURE * sureness + EACH_REPORT * min(comment.report_count, MOST_REPORTS))
        | {"reports": comment.report_count}
        for comment, why, checks, sureness in rows
    ]
    if not opened:
        return
    insert_all(session, Case, opened)
    audit.record(
        session,
        [
            audit.event(comment, Kind.CASE_OPENED, now, audit.POLICY, {"case_id": str(row["id"]), "why": why.value})
            for (comment, why, _, _), row in zip(rows, opened, strict=True)
        ],
    )


def open_case(session: Session, comment: Comment, why: Why, by: str, now: datetime) -> Case:
    """Open one by hand: reported or appealed."""
    head_start = APPEAL if why is Why.APPEALED else EACH_REPORT
    case = Case(**_row(comment, why, (), now, head_start))
    session.add(case)
    session.flush()
    audit.record(
        session, [audit.event(comment, Kind.CASE_OPENED, now, by, {"case_id": str(case.id), "why": why.value})]
    )
    return case


def open_case_of(session: Session, comment_id: UUID) -> Case | None:
    return session.exec(select(Case).where(Case.comment_id == comment_id, col(Case.closed_at).is_(None))).one_or_none()


def raise_case(case: Case) -> None:
    """One more reader reported it."""
    case.reports += 1
    if case.reports <= MOST_REPORTS:
        case.rank -= EACH_REPORT.total_seconds()


def close_case(session: Session, comment: Comment, how: Closed, now: datetime) -> dict[str, str]:
    """The comment has changed under the moderators: its open case is over, and what was decided but not told.

    What an event should say of it: the case, if there was one.
    """
    closed = session.execute(
        update(Case)
        .where(col(Case.comment_id) == comment.id, col(Case.closed_at).is_(None))
        .values(closed_at=now, closed_as=how.value, claimed_by=None, claimed_until=None)
        .returning(col(Case.id))
    ).scalar_one_or_none()
    session.execute(
        update(Decision)
        .where(
            col(Decision.comment_id) == comment.id,
            col(Decision.settled_at).is_(None),
            col(Decision.void_at).is_(None),
        )
        .values(void_at=now, void_as=how.value)
    )
    return {"case_id": str(closed)} if closed else {}


def _for_me(person: Person) -> ColumnElement[bool]:
    """What was left to leads is theirs."""
    led = person.sites(LEADS)
    return true() if led is None else col(Case.escalated_at).is_(None) | col(Case.site_id).in_(led)


def conditions(person: Person, wanted: Filter) -> list[ColumnElement[bool]]:
    """What an open case must be, to be one of those."""
    asked: list[ColumnElement[bool]] = [col(Case.closed_at).is_(None)]
    mine = person.sites(SETTLES)
    sites = mine if wanted.sites is None else wanted.sites if mine is None else wanted.sites & mine
    if sites is not None:
        asked.append(col(Case.site_id).in_(sites))
    if wanted.check is not None:
        asked.append(col(Case.checks).contains(f" {wanted.check} ", autoescape=True))
    if wanted.page_ids is not None:
        asked.append(col(Case.page_id).in_(wanted.page_ids))
    if wanted.author_ids is not None:
        asked.append(col(Case.author_id).in_(wanted.author_ids))
    if wanted.language is not None:
        asked.append(col(Case.language) == wanted.language)
    if wanted.reason is not None:
        asked.append(col(Case.why) == wanted.reason.value)
    if wanted.claimed_by is not None:
        asked.append(col(Case.claimed_by) == wanted.claimed_by)
    if wanted.opened_before is not None:
        asked.append(col(Case.opened_at) <= wanted.opened_before)
    return asked


def _row(comment: Comment, why: Why, checks: Collection[str], now: datetime, head_start: timedelta) -> dict[str, Any]:
    return {
        "id": new_id(),
        "site_id": comment.site_id,
        "comment_id": comment.id,
        "page_id": comment.page_id,
        "author_id": comment.author_id,
        "language": comment.language,
        "revision": comment.revision,
        "why": why.value,
        "checks": f" {' '.join(checks)} " if checks else "",
        "rank": (now - head_start).timestamp(),
        "opened_at": now,
        "reports": 0,
    }
