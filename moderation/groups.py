"""Groups: open cases that one decision may settle, by who wrote them, where they stand, or what they nearly all say."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import String, cast
from sqlmodel import Session, col, func, select

from moderation.models import Case, Comment, Fingerprint
from moderation.people import Person
from moderation.queue import Filter, conditions

MOST_GROUPS = 50
LEAST = 2  # one alone is no group
MOST_MEMBERS = 1_000  # that are decided together


class GroupBy(StrEnum):
    AUTHOR = "author"
    PAGE = "page"
    CAMPAIGN = "campaign"


@dataclass(frozen=True, slots=True)
class Group:
    """Some open cases, and the comment of the first of them."""

    site_id: UUID
    key: str  # the author's id, the page's, or the cluster
    count: int
    first: Comment


def listed(session: Session, person: Person, wanted: Filter, by: GroupBy) -> list[Group]:
    """The largest groups first."""
    key = _key(by)
    counted = select(col(Case.site_id), key, func.count(), func.min(cast(col(Case.comment_id), String)))
    if by is GroupBy.CAMPAIGN:
        counted = counted.join(Fingerprint, col(Fingerprint.comment_id) == col(Case.comment_id))
    counted = counted.where(*conditions(person, wanted), key.is_not(None)).group_by(col(Case.site_id), key)
    rows: Sequence[Any] = session.exec(
        counted.having(func.count() >= LEAST).order_by(func.count().desc(), key).limit(MOST_GROUPS)
    ).all()
    ids = [UUID(each[3]) for each in rows]
    firsts = {each.id: each for each in session.exec(select(Comment).where(col(Comment.id).in_(ids))).all()}
    return [Group(site_id, str(of), count, firsts[UUID(first)]) for site_id, of, count, first in rows]


def members(session: Session, person: Person, wanted: Filter, by: GroupBy, site_id: UUID, key: str) -> list[UUID]:
    """The cases of a group, the most urgent first; a key that is none has no members."""
    asked = select(Case.id).where(*conditions(person, wanted), Case.site_id == site_id)
    if by is GroupBy.CAMPAIGN:
        asked = asked.join(Fingerprint, col(Fingerprint.comment_id) == col(Case.comment_id))
        asked = asked.where(Fingerprint.cluster == key)
    else:
        try:
            asked = asked.where(_key(by) == UUID(key))
        except ValueError:
            return []
    return list(session.exec(asked.order_by(col(Case.rank), col(Case.id)).limit(MOST_MEMBERS)).all())


def _key(by: GroupBy) -> Any:
    keys = {GroupBy.AUTHOR: Case.author_id, GroupBy.PAGE: Case.page_id, GroupBy.CAMPAIGN: Fingerprint.cluster}
    return col(keys[by])
