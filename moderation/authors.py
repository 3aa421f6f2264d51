"""An author's record: who writes here under that name, since when, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, func, select

from moderation.errors import NotFoundError
from moderation.models import Author, Case, Comment
from moderation.people import SETTLES, Person
from moderation.terms import Status

MOST_NAMES = 10
MOST_COMMENTS = 50
COUNT_UP_TO = 1_000  # of each status; the next number up means 'more'


@dataclass(frozen=True, slots=True)
class Record:
    author: Author
    first_seen: datetime
    counts: dict[Status, int]  # each up to COUNT_UP_TO + 1
    reports: int  # on the comments that are listed
    names: list[str]  # the last ones used
    last: Sequence[Comment]  # the newest first
    open_cases: int


def record(session: Session, person: Person, author_id: UUID, most: int = MOST_COMMENTS) -> Record:
    """Raises NotFoundError for an author of another's site."""
    author = session.get(Author, author_id)
    if author is None or not person.may(SETTLES, author.site_id):
        raise NotFoundError("There is no such author for you.")
    asked = select(Comment).where(Comment.author_id == author_id).order_by(col(Comment.submitted_at).desc())
    last = session.exec(asked.limit(most)).all()
    cases = select(func.count()).select_from(Case).where(Case.author_id == author_id, col(Case.closed_at).is_(None))
    return Record(
        author=author,
        first_seen=author.first_seen_at,
        counts={status: _count(session, author_id, status) for status in Status if status is not Status.ERASED},
        reports=sum(each.report_count for each in last),
        names=list(dict.fromkeys(each.author_name for each in last if each.author_name))[:MOST_NAMES],
        last=last,
        open_cases=session.exec(cases).one(),
    )


def _count(session: Session, author_id: UUID, status: Status) -> int:
    some = select(Comment.id).where(Comment.author_id == author_id, Comment.status == status.value)
    return session.exec(select(func.count()).select_from(some.limit(COUNT_UP_TO + 1).subquery())).one()
