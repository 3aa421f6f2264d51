"""Plain things that tests need: a site with its key, a moderator with a token, a comment; and a worker's step."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlmodel import select

from moderation import decisions, people, screening
from moderation.database import clock, reading, transaction
from moderation.intake import submit
from moderation.models import Comment
from moderation.people import Person
from moderation.submissions import Accepted, Submission
from moderation.terms import Role, Status

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

CLEAN = "I worked there for six years and the new stage is lovely."
PROFANE = "You are a complete asshole and you know it."


@dataclass(frozen=True)
class AtSite:
    id: UUID
    headers: dict[str, str]


@dataclass(frozen=True)
class AModerator:
    id: UUID
    headers: dict[str, str]
    person: Person


def site(name: str = "The Courier") -> AtSite:
    with transaction() as session:
        made = people.make_site(session, name, "test", clock(session))
        _, key = people.make_key(session, made.id, "test", clock(session))
    return AtSite(made.id, {"Authorization": f"Bearer {key}"})


def moderator(name: str = "mia", role: Role = Role.MODERATOR, at: UUID | None = None) -> AModerator:
    with transaction() as session:
        made = people.make_moderator(session, name, role, at, clock(session))
        _, token = people.make_token(session, made.id, "test", clock(session))
        person = Person(made.id, name, frozenset({(at, role)}))
    return AModerator(made.id, {"Authorization": f"Bearer {token}"}, person)


def submission(site_id: UUID, external_id: str = "c-1", body: str = CLEAN, **more: Any) -> Submission:
    known = {"page_url": "https://courier.example/a", "author_id": f"author-of-{external_id}", **more}
    return Submission(site_id=site_id, external_id=external_id, body=body, **known)


def stored(site_id: UUID, external_id: str = "c-1", body: str = CLEAN, **more: Any) -> Comment:
    """A comment that was accepted."""
    with transaction() as session:
        outcome = submit(session, [submission(site_id, external_id, body, **more)], clock(session))[0]
        assert isinstance(outcome, Accepted)
        return session.get_one(Comment, outcome.comment.id)


def comment(external_id: str = "c-1", body: str = CLEAN, **more: Any) -> dict[str, Any]:
    """What a site POSTs."""
    return {
        "external_id": external_id,
        "body": body,
        "author": {"id": f"author-of-{external_id}", "name": "Ana"},
        "page": {"url": "https://courier.example/a", "title": "An article"},
        **more,
    }


def work() -> list[UUID]:
    """What a worker does with everything that is pending."""
    with reading() as session:
        ids = session.exec(select(Comment.id).where(Comment.status == Status.PENDING.value)).all()
    return [each for at in range(0, len(ids), 200) for each in screening.screen(ids[at : at + 200]).changed]


def settle() -> None:
    """What the sweep does with decisions whose undo window is over."""
    with transaction() as session:
        decisions.settle_due(session, clock(session))


def status(comment_id: UUID) -> str:
    with reading() as session:
        return session.get_one(Comment, comment_id).status
