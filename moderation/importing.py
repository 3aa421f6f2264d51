"""Importing: a site's history, with what was decided there. Repeated, it changes nothing: what is here stays.

A decision of the import is one like any other, by a moderator who cannot sign in: authors' records start warm, and the
audit trail says where it came from. No webhook is sent: the site knows.
"""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel import Session, select

from moderation import audit, intake, people
from moderation.dialects import insert_all
from moderation.feeds import Row
from moderation.ids import new_id
from moderation.models import Case, Decision, Moderator, Site
from moderation.submissions import Accepted, Submission
from moderation.terms import Action, Closed, Kind, Role, Status, Why


class _Imported(NamedTuple):
    id: UUID
    site_id: UUID
    revision: int


ACTIONS = {Status.APPROVED: Action.APPROVE, Status.REJECTED: Action.REJECT}
_SHARED = {each.name for each in fields(Submission)} & {each.name for each in fields(Row)}


def importer(session: Session, site: Site, now: datetime) -> UUID:
    """The moderator in whose name a site's imports decide."""
    name = f"{site.name} (import)"
    known = session.exec(select(Moderator).where(Moderator.name == name)).one_or_none()
    return (known or people.make_moderator(session, name, Role.MODERATOR, site.id, now)).id


def take_over(session: Session, site_id: UUID, by: UUID, rows: Sequence[Row], now: datetime, *, screen: bool) -> int:
    """Store what is not here yet, and say how many that was.

    What was waiting there is screened here, and with `screen` everything: sweeps find it.
    """
    settled = [] if screen else [each for each in rows if each.status in ACTIONS]
    waiting = rows if screen else [each for each in rows if each.status not in ACTIONS]
    outcomes = intake.submit(session, [_submission(site_id, each) for each in waiting], now)
    new = sum(1 for each in outcomes if isinstance(each, Accepted) and each.created)
    return new + _settle(session, site_id, by, settled, now)


def _settle(session: Session, site_id: UUID, by: UUID, rows: Sequence[Row], now: datetime) -> int:
    if not rows:
        return 0
    submissions = [_submission(site_id, each) for each in rows]
    decided: dict[UUID, Row] = {}
    comments: list[dict[str, Any]] = []
    for each, submission in zip(rows, submissions, strict=True):
        status = {"status": each.status.value, "decision_id": new_id(), "decided_at": now, "screened_at": None}
        comments.append(intake.comment_row(submission, now) | status)
        decided[comments[-1]["id"]] = each
    here = intake.insert_comments(session, comments, submissions, now)
    cases = [_case(each, now) for each in here]
    decisions = [_decision(each, case, decided[each["id"]], by, now) for each, case in zip(here, cases, strict=True)]
    insert_all(session, Case, cases) if cases else None
    insert_all(session, Decision, decisions) if decisions else None
    audit.record(session, [event for each in decisions for event in _events(each, by, now)])
    return len(here)


def _submission(site_id: UUID, row: Row) -> Submission:
    return Submission(site_id=site_id, **{name: getattr(row, name) for name in _SHARED})


def _case(comment: dict[str, Any], now: datetime) -> dict[str, Any]:
    shared = {name: comment[name] for name in ("site_id", "page_id", "author_id", "language", "revision")}
    return shared | {
        "id": new_id(),
        "comment_id": comment["id"],
        "why": Why.HELD.value,
        "checks": "",
        "rank": now.timestamp(),
        "opened_at": now,
        "closed_at": now,
        "closed_as": Closed.DECIDED.value,
        "reports": 0,
    }


def _decision(comment: dict[str, Any], case: dict[str, Any], row: Row, by: UUID, now: datetime) -> dict[str, Any]:
    return {
        "id": comment["decision_id"],
        "site_id": comment["site_id"],
        "case_id": case["id"],
        "comment_id": comment["id"],
        "revision": comment["revision"],
        "action": ACTIONS[row.status].value,
        "reason": row.reason,
        "moderator_id": by,
        "at": now,
        "undo_until": now,
        "settled_at": now,
    }


def _events(decision: dict[str, Any], by: UUID, now: datetime) -> list[dict[str, Any]]:
    case_id = str(decision["case_id"])
    told = {"decision_id": str(decision["id"]), "case_id": case_id, "action": decision["action"]}
    of = _Imported(decision["comment_id"], decision["site_id"], decision["revision"])
    return [
        audit.event(of, Kind.RECEIVED, now, audit.SITE),
        audit.event(of, Kind.CASE_OPENED, now, audit.OPERATOR, {"case_id": case_id, "why": Why.HELD.value}),
        audit.event(of, Kind.DECIDED, now, by, told),
        audit.event(of, Kind.SETTLED, now, by, told),
    ]
