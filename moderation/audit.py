"""The audit trail: every change is an event, written in the transaction that makes the change."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlmodel import Session, col, select

from moderation.dialects import insert_all
from moderation.ids import new_id
from moderation.models import Decision, Event, Moderator, Screening
from moderation.terms import Kind

SITE, POLICY, READER, AUTHOR, OPERATOR = "site", "policy", "reader", "author", "operator"


class Subject(Protocol):
    """A comment, or what is known of one that was just stored."""

    @property
    def id(self) -> UUID: ...
    @property
    def site_id(self) -> UUID: ...
    @property
    def revision(self) -> int: ...


def event(
    comment: Subject, kind: Kind, at: datetime, by: str | UUID, data: dict[str, Any] | None = None
) -> dict[str, Any]:
    """One line of the trail, to be recorded. Never text, never anything of the writer."""
    return {
        "id": new_id(),
        "site_id": comment.site_id,
        "comment_id": comment.id,
        "kind": kind.value,
        "at": at,
        "by": str(by),
        "data": {"revision": comment.revision, **(data or {})},
    }


def record(session: Session, events: Iterable[dict[str, Any]]) -> None:
    rows = list(events)
    if rows:
        insert_all(session, Event, rows)


def history(session: Session, comment_id: UUID) -> list[dict[str, Any]]:
    """Everything that happened to a comment, oldest first; screenings with signals, decisions with notes."""
    events = session.exec(select(Event).where(Event.comment_id == comment_id).order_by(col(Event.id))).all()
    screenings = _by_id(session.exec(select(Screening).where(Screening.comment_id == comment_id)).all())
    decisions = _by_id(session.exec(select(Decision).where(Decision.comment_id == comment_id)).all())
    people = names(session, {each.by for each in events})
    return [_line(each, screenings, decisions, people) for each in events]


def names(session: Session, by: Iterable[str]) -> dict[str, str]:
    """Moderators' names by what stands in 'by'; a program's own name stands for itself."""
    ids = [UUID(each) for each in by if each not in {SITE, POLICY, READER, AUTHOR, OPERATOR}]
    found = session.exec(select(Moderator).where(col(Moderator.id).in_(ids))).all() if ids else []
    return {str(moderator.id): moderator.name for moderator in found}


def _line(each: Event, screenings: dict[str, Any], decisions: dict[str, Any], people: dict[str, str]) -> dict[str, Any]:
    line = {"id": each.id, "kind": each.kind, "at": each.at, "by": people.get(each.by, each.by), **each.data}
    screening: Screening | None = screenings.get(str(each.data.get("screening_id")))
    if screening:
        line |= {"verdict": screening.verdict, "signals": screening.signals, "rules_version": screening.rules_version}
    decision: Decision | None = decisions.get(str(each.data.get("decision_id")))
    if decision:
        line |= {"action": decision.action, "reason": decision.reason, "note": decision.note}
    return line


def _by_id(rows: Iterable[Any]) -> dict[str, Any]:
    return {str(row.id): row for row in rows}
