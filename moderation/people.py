"""Who may do what: sites and their keys, moderators, their roles, tokens and sessions."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from moderation.errors import NameTakenError, NotAllowedError, NotFoundError
from moderation.ids import new_id, new_secret, secret_hash
from moderation.models import (
    DeskSession,
    Membership,
    Moderator,
    ModeratorToken,
    RulesVersion,
    SignInLink,
    Site,
    SiteKey,
)
from moderation.preferences import Preferences, preferences_from
from moderation.presets import preset
from moderation.terms import Preset, Role

LINK_LIFE = timedelta(hours=24)
SESSION_LIFE = timedelta(days=14)
HINT_CHARACTERS = 6

SETTLES = frozenset({Role.MODERATOR, Role.LEAD, Role.ADMIN})
LEADS = frozenset({Role.LEAD, Role.ADMIN})
ADMINS = frozenset({Role.ADMIN})
DEFAULT_PREFERENCES = Preferences()
WATCHES = frozenset({Role.OPERATOR, Role.ADMIN})


@dataclass(frozen=True)
class Person:
    """Somebody who has signed in, and what they may do."""

    id: UUID
    name: str
    roles: frozenset[tuple[UUID | None, Role]]  # (site or None for all, role)
    preferences: Preferences = DEFAULT_PREFERENCES

    def may(self, roles: Collection[Role], site_id: UUID | None = None) -> bool:
        """Whether one of these roles is theirs on this site; without a site: anywhere."""
        return any(role in roles and (site_id is None or at is None or at == site_id) for at, role in self.roles)

    def sites(self, roles: Collection[Role]) -> frozenset[UUID] | None:
        """The sites on which one of these roles is theirs; None: all of them."""
        mine = {at for at, role in self.roles if role in roles}
        return None if None in mine else frozenset(at for at in mine if at is not None)

    def must(self, roles: Collection[Role], site_id: UUID | None = None) -> None:
        if not self.may(roles, site_id):
            raise NotAllowedError

    def must_everywhere(self, roles: Collection[Role]) -> None:
        if self.sites(roles) is not None:
            raise NotAllowedError


# --- who is asking -------------------------------------------------------------------------------------------------


def site_of_key(session: Session, key: str) -> UUID | None:
    """The site that this key opens, or None when it is unknown or revoked."""
    asked = select(SiteKey.site_id).where(
        SiteKey.hash == secret_hash(key), col(SiteKey.revoked_at).is_(None), col(SiteKey.moderator_id).is_(None)
    )
    return session.exec(asked).one_or_none()


def person_of_token(session: Session, token: str) -> Person | None:
    asked = select(ModeratorToken.moderator_id).where(
        ModeratorToken.hash == secret_hash(token), col(ModeratorToken.revoked_at).is_(None)
    )
    return _person(session, session.exec(asked).one_or_none())


def person_of_session(session: Session, secret: str, now: datetime) -> Person | None:
    asked = select(DeskSession.moderator_id).where(
        DeskSession.hash == secret_hash(secret), col(DeskSession.ended_at).is_(None), DeskSession.expires_at > now
    )
    return _person(session, session.exec(asked).one_or_none())


def _person(session: Session, moderator_id: UUID | None) -> Person | None:
    moderator = session.get(Moderator, moderator_id) if moderator_id else None
    return as_person(session, moderator) if moderator else None


def as_person(session: Session, moderator: Moderator) -> Person | None:
    """What they may do; nobody, once they are disabled."""
    if moderator.disabled_at:
        return None
    memberships = session.exec(select(Membership).where(Membership.moderator_id == moderator.id)).all()
    roles = frozenset((each.site_id, Role(each.role)) for each in memberships)
    return Person(moderator.id, moderator.name, roles, preferences_from(moderator.preferences))


# --- signing in ----------------------------------------------------------------------------------------------------


def invite(session: Session, moderator_id: UUID, now: datetime) -> str:
    """The secret of a link that signs in once, within LINK_LIFE."""
    secret = new_secret("link")
    session.add(SignInLink(moderator_id=moderator_id, hash=secret_hash(secret), expires_at=now + LINK_LIFE))
    return secret


def sign_in(session: Session, link: str, now: datetime, seen_as: str | None = None) -> str | None:
    """Use a link up; the secret of the new session, or None when the link is unknown, used or too old."""
    used = session.execute(
        update(SignInLink)
        .where(
            col(SignInLink.hash) == secret_hash(link),
            col(SignInLink.used_at).is_(None),
            col(SignInLink.expires_at) > now,
        )
        .values(used_at=now)
        .returning(col(SignInLink.moderator_id))
    ).scalar_one_or_none()
    if used is None:
        return None
    secret = new_secret("session")
    ends = now + SESSION_LIFE
    session.add(
        DeskSession(moderator_id=used, hash=secret_hash(secret), created_at=now, expires_at=ends, seen_as=seen_as)
    )
    return secret


def sign_out(session: Session, secret: str, now: datetime) -> None:
    mine = update(DeskSession).where(col(DeskSession.hash) == secret_hash(secret))
    session.execute(mine.values(ended_at=now))


# --- sites and keys ------------------------------------------------------------------------------------------------


def make_site(session: Session, name: str, by: str, now: datetime, start: Preset = Preset.STANDARD) -> Site:
    if session.exec(select(Site).where(Site.name == name)).first():
        raise NameTakenError(pointer="/name")
    site = Site(name=name, created_at=now)
    session.add(site)
    session.flush()
    document = preset(start).model_dump(mode="json")
    session.add(RulesVersion(site_id=site.id, version=site.rules_version, document=document, by=by, at=now))
    return site


def find_site(session: Session, named: str) -> Site:
    """By id or by name."""
    by_id = _uuid(named)
    site = session.get(Site, by_id) if by_id else session.exec(select(Site).where(Site.name == named)).one_or_none()
    if site is None:
        raise NotFoundError("There is no such site.")
    return site


def make_key(session: Session, site_id: UUID, label: str, now: datetime) -> tuple[SiteKey, str]:
    """The key's row, and the key itself: it is shown now and never again."""
    secret = new_secret("site")
    key = SiteKey(
        site_id=site_id, hash=secret_hash(secret), label=label, hint=secret[-HINT_CHARACTERS:], created_at=now
    )
    session.add(key)
    return key, secret


def revoke_key(session: Session, site_id: UUID, key_id: UUID, now: datetime) -> SiteKey:
    key = session.get(SiteKey, key_id)
    if key is None or key.site_id != site_id:
        raise NotFoundError("There is no such key.")
    key.revoked_at = key.revoked_at or now
    return key


# --- moderators ----------------------------------------------------------------------------------------------------


def make_moderator(session: Session, name: str, role: Role, site_id: UUID | None, now: datetime) -> Moderator:
    if session.exec(select(Moderator).where(Moderator.name == name)).first():
        raise NameTakenError(pointer="/name")
    moderator = Moderator(name=name, created_at=now)
    session.add(moderator)
    session.flush()
    session.add(Membership(moderator_id=moderator.id, site_id=site_id, role=role.value))
    return moderator


def find_moderator(session: Session, named: str) -> Moderator:
    """By id or by name."""
    by_id = _uuid(named)
    asked = select(Moderator).where(Moderator.name == named)
    moderator = session.get(Moderator, by_id) if by_id else session.exec(asked).one_or_none()
    if moderator is None:
        raise NotFoundError("There is no such moderator.")
    return moderator


def give_role(session: Session, moderator_id: UUID, role: Role | None, site_id: UUID | None) -> None:
    """One role per moderator and site; None takes it away."""
    if site_id is None and role is not Role.ADMIN:
        _an_admin_must_stay(session, moderator_id)
    asked = select(Membership).where(Membership.moderator_id == moderator_id, Membership.site_id == site_id)
    for held in session.exec(asked).all():
        session.delete(held)
    if role:
        session.add(Membership(id=new_id(), moderator_id=moderator_id, site_id=site_id, role=role.value))


def make_token(session: Session, moderator_id: UUID, label: str, now: datetime) -> tuple[ModeratorToken, str]:
    """The token's row, and the token itself: it is shown now and never again."""
    secret = new_secret("mod")
    token = ModeratorToken(
        moderator_id=moderator_id, hash=secret_hash(secret), label=label, hint=secret[-HINT_CHARACTERS:], created_at=now
    )
    session.add(token)
    return token, secret


def revoke_token(session: Session, moderator_id: UUID, token_id: UUID, now: datetime) -> ModeratorToken:
    token = session.get(ModeratorToken, token_id)
    if token is None or token.moderator_id != moderator_id:
        raise NotFoundError("There is no such token.")
    token.revoked_at = token.revoked_at or now
    return token


def disable(session: Session, moderator: Moderator, now: datetime) -> None:
    """Every token and session of theirs ends now; what they decided stays."""
    _an_admin_must_stay(session, moderator.id)
    moderator.disabled_at = moderator.disabled_at or now
    mine = update(DeskSession).where(col(DeskSession.moderator_id) == moderator.id, col(DeskSession.ended_at).is_(None))
    session.execute(mine.values(ended_at=now))
    theirs = (col(ModeratorToken.moderator_id) == moderator.id, col(ModeratorToken.revoked_at).is_(None))
    session.execute(update(ModeratorToken).where(*theirs).values(revoked_at=now))


def enable(session: Session, moderator: Moderator) -> None:
    """They may come in again, with the roles and the password they had. Sessions and tokens stay ended."""
    moderator.disabled_at = None
    session.add(moderator)


def _an_admin_must_stay(session: Session, but: UUID) -> None:
    """Two admins who part with each other at the same moment wait for each other here."""
    asked = (
        select(Membership.moderator_id)
        .join(Moderator)
        .where(
            col(Membership.site_id).is_(None),
            Membership.role == Role.ADMIN.value,
            col(Moderator.disabled_at).is_(None),
        )
        .order_by(col(Membership.id))
        .with_for_update()
    )
    if set(session.exec(asked).all()) == {but}:
        raise NotAllowedError("This is the last admin of every site. Make another one first.")


def _uuid(named: str) -> UUID | None:
    try:
        return UUID(named)
    except ValueError:
        return None


def all_sites(session: Session) -> frozenset[UUID]:
    return frozenset(session.exec(select(Site.id)).all())
