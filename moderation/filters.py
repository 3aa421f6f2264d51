"""Saved filters: views of the queue that a moderator gave a name."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from moderation.errors import FieldInvalidError, NotFoundError
from moderation.models import SavedFilter
from moderation.people import Person

MOST = 20  # of one moderator
LONGEST_NAME = 60
LONGEST_QUERY = 2_000


def mine(session: Session, person: Person) -> Sequence[SavedFilter]:
    asked = select(SavedFilter).where(SavedFilter.moderator_id == person.id).order_by(col(SavedFilter.id)).limit(MOST)
    return session.exec(asked).all()


def save(session: Session, person: Person, name: str, query: str, now: datetime) -> SavedFilter:
    """Keep this view under a name; the same name again replaces it."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or len(query) > LONGEST_QUERY:
        raise FieldInvalidError(f"A filter's name has between 1 and {LONGEST_NAME} characters.", pointer="/name")
    here = mine(session, person)
    kept = next((each for each in here if each.name == name), None)
    if kept is None and len(here) >= MOST:
        raise FieldInvalidError(f"There is room for {MOST} filters: forget one first.", pointer="/name")
    kept = kept or SavedFilter(moderator_id=person.id, name=name, query=query, at=now)
    kept.query, kept.at = query, now
    session.add(kept)
    return kept


def forget(session: Session, person: Person, filter_id: UUID) -> None:
    kept = session.get(SavedFilter, filter_id)
    if kept is None or kept.moderator_id != person.id:
        raise NotFoundError("There is no such filter.")
    session.delete(kept)
