"""Search: where words occur in texts, names and pages, from the newest comment back; every look is bounded.

A look goes through LOOKED_THROUGH comments of each site by the index of their ids, and says where it stopped: with a
million comments it is as quick as with a thousand, and asks to be sent further back.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, or_, select

from moderation.dialects import says
from moderation.models import Case, Comment, Page, Site
from moderation.people import SETTLES, Person
from moderation.terms import Status

LOOKED_THROUGH = 20_000
MOST_FOUND = 50
LONGEST = 200  # characters of what is looked for


@dataclass(frozen=True, slots=True)
class Found:
    comment: Comment
    page: Page
    case_id: UUID | None  # the last one


@dataclass(frozen=True, slots=True)
class Look:
    found: list[Found]
    further: UUID | None  # look again from before this comment; None: there is nothing older
    looked_through: int


def look(
    session: Session,
    person: Person,
    words: str,
    before: UUID | None,
    site_id: UUID | None = None,
    status: Status | None = None,
) -> Look:
    """Comments in which the words occur, or whose id they are; the newest first."""
    window = _window(person, before, site_id)
    edge = session.exec(select(window.c.id).order_by(window.c.id).limit(1)).one_or_none()
    through = session.exec(select(func.count()).select_from(window)).one()
    asked = (
        select(Comment, Page)
        .join(window, window.c.id == col(Comment.id))
        .join(Page, col(Page.id) == col(Comment.page_id))
        .where(_says(session, words))
    )
    if status:
        asked = asked.where(Comment.status == status.value)
    rows = list(session.exec(asked.order_by(col(Comment.id).desc()).limit(MOST_FOUND)).all())
    full = len(rows) == MOST_FOUND
    further = rows[-1][0].id if full else edge if through == LOOKED_THROUGH else None
    if before is None:
        seen = {comment.id for comment, _ in rows}
        rows[:0] = [each for each in _named(session, person, words, site_id, status) if each[0].id not in seen]
    cases = _cases(session, [comment.id for comment, _ in rows])
    return Look([Found(comment, page, cases.get(comment.id)) for comment, page in rows], further, through)


def _window(person: Person, before: UUID | None, site_id: UUID | None) -> Any:
    """The next comments to look through."""
    sites = _sites(person, site_id)
    asked = select(Comment.id)
    if sites is not None:
        asked = asked.where(col(Comment.site_id).in_(sites))
    if before:
        asked = asked.where(col(Comment.id) < before)
    return asked.order_by(col(Comment.id).desc()).limit(LOOKED_THROUGH).subquery()


def _says(session: Session, words: str) -> Any:
    columns = (Comment.body, Comment.author_name, Page.title, Page.url)
    return or_(*(says(session, col(each), words) for each in columns))


def _named(session: Session, person: Person, words: str, site_id: UUID | None, status: Status | None) -> list[Any]:
    """Whose id it is, ours or the site's, however old: an index finds it."""
    sites = _sites(person, site_id)
    among: Any = select(Site.id) if sites is None else sites
    named = col(Comment.external_id) == words
    with suppress(ValueError):
        named = named | (col(Comment.id) == UUID(words))
    asked = select(Comment, Page).join(Page, col(Page.id) == col(Comment.page_id))
    asked = asked.where(col(Comment.site_id).in_(among), named)
    if status:
        asked = asked.where(Comment.status == status.value)
    return list(session.exec(asked.limit(MOST_FOUND)).all())


def _sites(person: Person, site_id: UUID | None) -> Collection[UUID] | None:
    mine = person.sites(SETTLES)
    return mine if site_id is None else {site_id} if mine is None else mine & {site_id}


def _cases(session: Session, comment_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    asked = select(Case.comment_id, Case.id).where(col(Case.comment_id).in_(comment_ids)).order_by(col(Case.id))
    return dict(session.exec(asked).all())
