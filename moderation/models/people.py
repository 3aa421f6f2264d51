"""Moderators, what they may do where, and what they sign in with."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from moderation.ids import new_id


class Moderator(SQLModel, table=True):
    """Somebody who settles cases, leads, administers or operates."""

    __tablename__: ClassVar[Any] = "moderators"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(max_length=100, unique=True)
    created_at: datetime
    disabled_at: datetime | None = None
    password: str | None = Field(default=None, max_length=200)  # Argon2id, with its parameters
    totp_secret: str | None = Field(default=None, max_length=64)  # in base 32; None: no second factor
    totp_used: int | None = None  # the last time step whose code was taken: none is taken twice
    preferences: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))


class Membership(SQLModel, table=True):
    """A role on a site; without a site, on all of them."""

    __tablename__: ClassVar[Any] = "memberships"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    moderator_id: UUID = Field(foreign_key="moderators.id", index=True)
    site_id: UUID | None = Field(default=None, foreign_key="sites.id")
    role: str = Field(max_length=20)


class ModeratorToken(SQLModel, table=True):
    """A personal token for the API; shown once, stored hashed."""

    __tablename__: ClassVar[Any] = "moderator_tokens"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    moderator_id: UUID = Field(foreign_key="moderators.id", index=True)
    hash: str = Field(max_length=64, unique=True)
    label: str = Field(default="", max_length=100)
    hint: str = Field(max_length=20)
    created_at: datetime
    revoked_at: datetime | None = None


class SignInLink(SQLModel, table=True):
    """A link that signs in once."""

    __tablename__: ClassVar[Any] = "sign_in_links"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    moderator_id: UUID = Field(foreign_key="moderators.id", index=True)
    hash: str = Field(max_length=64, unique=True)
    expires_at: datetime
    used_at: datetime | None = None


class DeskSession(SQLModel, table=True):
    """A signed-in browser, kept on the server, so that it can be ended from there."""

    __tablename__: ClassVar[Any] = "desk_sessions"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    moderator_id: UUID = Field(foreign_key="moderators.id", index=True)
    hash: str = Field(max_length=64, unique=True)
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    seen_as: str | None = Field(default=None, max_length=200)  # the browser's name for itself, for its owner's eyes
