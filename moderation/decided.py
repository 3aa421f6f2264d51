"""What was decided, for whoever may read it: one's own, and for leads everybody's on their sites."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import Session, col, func, select

from moderation.database import reading
from moderation.decisions import UNDONE
from moderation.ids import first_id
from moderation.models import Case, Comment, Decision, Membership, Moderator, Page
from moderation.people import LEADS, SETTLES, Person
from moderation.terms import Action, Reason

HARD = ("profanity", "abuse.insult", "abuse.threat", "abuse.hate", "abuse.sexual")
CHUNK = 500  # read at once by an export: one short look each, however many there are


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which decisions; what is None is not asked for."""

    moderator_id: UUID | None = None
    site_id: UUID | None = None
    action: Action | None = None
    reason: Reason | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Row:
    decision: Decision
    comment: Comment
    page: Page
    moderator: str


def listed(session: Session, person: Person, wanted: Wanted, before: UUID | None, limit: int) -> list[Row]:
    """The newest first; without what was undone."""
    asked = (
        select(Decision, Comment, Page, Moderator.name)
        .join(Comment, col(Comment.id) == col(Decision.comment_id))
        .join(Page, col(Page.id) == col(Comment.page_id))
        .join(Moderator, col(Moderator.id) == col(Decision.moderator_id))
        .where(col(Decision.void_as).is_distinct_from(UNDONE))
    )
    mine = person.sites(SETTLES)
    if mine is not None:  # a site that is not theirs any more is not shown to them, whoever decided
        asked = asked.where(col(Decision.site_id).in_(mine))
    led = person.sites(LEADS)
    if led is not None:
        asked = asked.where(col(Decision.site_id).in_(led) | (col(Decision.moderator_id) == person.id))
    for column, value in (
        (Decision.moderator_id, wanted.moderator_id),
        (Decision.site_id, wanted.site_id),
        (Decision.action, wanted.action),
        (Decision.reason, wanted.reason),
    ):
        if value is not None:
            asked = asked.where(col(column) == value)
    if wanted.since:
        asked = asked.where(Decision.at >= wanted.since)
    if wanted.until:
        asked = asked.where(Decision.at < wanted.until)
    if before:
        asked = asked.where(col(Decision.id) < before)
    found = session.exec(asked.order_by(col(Decision.id).desc()).limit(limit)).all()
    return [Row(decision, comment, page, name) for decision, comment, page, name in found]


def hard_on(session: Session, person: Person, day: date) -> int:
    """How many hard ones somebody has decided on a day (UTC): those that a check of HARD was behind."""
    begins = datetime.combine(day, time(), UTC)
    hard = or_(*(col(Case.checks).contains(f" {each} ") for each in HARD))
    asked = (
        select(func.count())
        .select_from(Decision)
        .join(Case, col(Case.id) == col(Decision.case_id))
        .where(Decision.moderator_id == person.id, col(Decision.id) >= first_id(begins), hard)
        .where(Decision.at < begins + timedelta(days=1))
    )
    return session.exec(asked).one()


def everything(person: Person, wanted: Wanted) -> Iterator[Row]:
    """All of them, without a cap, a chunk at a time."""
    before: UUID | None = None
    while True:
        with reading() as session:
            rows = listed(session, person, wanted, before, CHUNK)
        yield from rows
        if len(rows) < CHUNK:
            return
        before = rows[-1].decision.id


def moderators(session: Session, person: Person) -> list[tuple[UUID, str]]:
    """Whose decisions this person may read: of a lead's sites, whoever has a role there."""
    led = person.sites(LEADS)
    asked = select(Moderator.id, Moderator.name).order_by(Moderator.name)
    if led is not None:
        here = select(Membership.moderator_id).where(
            or_(col(Membership.site_id).in_(led), col(Membership.site_id).is_(None))
        )
        asked = asked.where(or_(col(Moderator.id).in_(here), col(Moderator.id) == person.id))
    found = session.exec(asked).all() if person.may(LEADS) else ()
    return [(each[0], each[1]) for each in found] or [(person.id, person.name)]
