"""Screenings: every run of all checks over one revision; and what could not be screened."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from moderation.ids import new_id


class Screening(SQLModel, table=True):
    __tablename__: ClassVar[Any] = "screenings"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    comment_id: UUID = Field(foreign_key="comments.id", index=True)
    revision: int
    at: datetime
    rules_version: int
    verdict: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    signals: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))


class DeadLetter(SQLModel, table=True):
    """A comment that was given up on after its last attempt."""

    __tablename__: ClassVar[Any] = "dead_letters"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site_id: UUID = Field(foreign_key="sites.id", index=True)
    comment_id: UUID = Field(foreign_key="comments.id", index=True)
    revision: int
    why: str = Field(max_length=200)
    at: datetime
