"""Notes: a word to colleagues about a comment. Sites and authors never read them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from moderation.errors import FieldInvalidError, NotFoundError
from moderation.models import Comment, Moderator, Note
from moderation.people import SETTLES, Person
from moderation.terms import Status

LONGEST = 2_000  # characters
MOST_SHOWN = 50


def write(session: Session, person: Person, comment_id: UUID, text: str, now: datetime) -> Note:
    """Leave one."""
    comment = session.get(Comment, comment_id)
    if comment is None or not person.may(SETTLES, comment.site_id) or comment.status == Status.ERASED:
        raise NotFoundError("There is no such comment for you.")
    if not text.strip() or len(text) > LONGEST:
        raise FieldInvalidError(f"A note has between 1 and {LONGEST:,} characters.", pointer="/text")
    note = Note(site_id=comment.site_id, comment_id=comment.id, moderator_id=person.id, text=text.strip(), at=now)
    session.add(note)
    return note


def of(session: Session, comment_id: UUID) -> Sequence[tuple[Note, str]]:
    """The last ones with who wrote them, oldest first."""
    asked = select(Note, Moderator.name).join(Moderator, col(Moderator.id) == col(Note.moderator_id))
    found = session.exec(asked.where(Note.comment_id == comment_id).order_by(col(Note.id).desc()).limit(MOST_SHOWN))
    return [(note, name) for note, name in found.all()][::-1]
