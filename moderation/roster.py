"""Whom an admin sees and may change on the people page."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from moderation import people
from moderation.errors import NotAllowedError, NotFoundError
from moderation.models import DeskSession, Membership, Moderator
from moderation.people import ADMINS, Person
from moderation.terms import Role


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody, as one admin may see them."""

    moderator: Moderator
    roles: list[tuple[UUID | None, Role]]  # (site or None for all, role)
    seen_at: datetime | None  # when their latest session began
    whole: bool  # whether this admin may invite and disable them: she administers all that they may touch


def listed(session: Session, admin: Person) -> list[Listed]:
    """By name; an admin of some sites sees who has a role there, and the roles there."""
    found = session.exec(select(Moderator).order_by(col(Moderator.disabled_at).is_not(None), col(Moderator.name))).all()
    held: defaultdict[UUID, list[tuple[UUID | None, Role]]] = defaultdict(list)
    for each in session.exec(select(Membership).order_by(col(Membership.id))).all():
        held[each.moderator_id].append((each.site_id, Role(each.role)))
    asked = select(DeskSession.moderator_id, func.max(col(DeskSession.created_at))).group_by(
        col(DeskSession.moderator_id)
    )
    seen = dict(session.exec(asked).all())
    everywhere = admin.sites(ADMINS) is None
    return [
        Listed(each, roles, seen.get(each.id), _administers_all(admin, held[each.id]))
        for each in found
        if (roles := [role for role in held[each.id] if administers(admin, role[0])]) or everywhere
    ]


def administers(admin: Person, site_id: UUID | None) -> bool:
    return admin.sites(ADMINS) is None if site_id is None else admin.may(ADMINS, site_id)


def must_administer(admin: Person, site_id: UUID | None) -> None:
    if not administers(admin, site_id):
        raise NotAllowedError


def visible(session: Session, admin: Person, moderator_id: UUID) -> Moderator:
    """Somebody whom this admin sees."""
    moderator = people.find_moderator(session, str(moderator_id))
    if admin.sites(ADMINS) is None or any(administers(admin, at) for at, _ in _roles(session, moderator_id)):
        return moderator
    raise NotFoundError("There is no such moderator.")


def wholly_hers(session: Session, admin: Person, moderator_id: UUID) -> Moderator:
    """Somebody of whom this admin administers every site; a link or an end reaches all of those."""
    moderator = visible(session, admin, moderator_id)
    if not _administers_all(admin, _roles(session, moderator_id)):
        raise NotAllowedError("They have a role where you are no admin.")
    return moderator


def _roles(session: Session, moderator_id: UUID) -> list[tuple[UUID | None, Role]]:
    held = session.exec(select(Membership).where(Membership.moderator_id == moderator_id)).all()
    return [(each.site_id, Role(each.role)) for each in held]


def _administers_all(admin: Person, roles: list[tuple[UUID | None, Role]]) -> bool:
    """Whoever has no role yet may get any."""
    return all(administers(admin, at) for at, _ in roles) if roles else admin.sites(ADMINS) is None
