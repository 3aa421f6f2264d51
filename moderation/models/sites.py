"""Sites, their keys, and their rules with every earlier version."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from moderation.ids import new_id


class Site(SQLModel, table=True):
    __tablename__: ClassVar[Any] = "sites"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str = Field(max_length=100, unique=True)
    created_at: datetime
    rules_version: int = 1


class SiteKey(SQLModel, table=True):
    """What a site's backend shows; the key itself is shown once and never stored."""

    __tablename__: ClassVar[Any] = "site_keys"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site_id: UUID = Field(foreign_key="sites.id", index=True)
    hash: str = Field(max_length=64, unique=True)
    label: str = Field(default="", max_length=100)
    hint: str = Field(max_length=20)  # its last characters, so that people can tell keys apart
    created_at: datetime
    revoked_at: datetime | None = None
    moderator_id: UUID | None = None  # set: a key of Akismet's clients, and in whose name they decide
    held_as: str | None = Field(default=None, max_length=10)  # what such a client hears of a held comment


class CoralPhase(SQLModel, table=True):
    """A Coral whose comments are this site's: by its signing secret it is known."""

    __tablename__: ClassVar[Any] = "coral_phases"

    site_id: UUID = Field(foreign_key="sites.id", primary_key=True)
    secret: str = Field(max_length=200)
    created_at: datetime


class RulesVersion(SQLModel, table=True):
    """Rules as they were: a new version is a new row."""

    __tablename__: ClassVar[Any] = "rules_versions"

    site_id: UUID = Field(foreign_key="sites.id", primary_key=True)
    version: int = Field(primary_key=True)
    document: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    by: str = Field(max_length=200)
    at: datetime
