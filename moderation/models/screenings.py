"""Screenings: every run of all checks over one revision; and what could not be screened."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, Column, Index, text
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
    """A comment that was given up on after its last attempt. Open until somebody, or something, has settled it."""

    __tablename__: ClassVar[Any] = "dead_letters"
    __table_args__ = (
        Index(
            "dead_letters_open",
            "id",
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site_id: UUID = Field(foreign_key="sites.id", index=True)
    comment_id: UUID = Field(foreign_key="comments.id", index=True)
    revision: int
    why: str = Field(max_length=200)
    check_name: str | None = Field(default=None, max_length=40)  # the check that it was in, if that is known
    at: datetime
    settled_at: datetime | None = None
    settled_by: str | None = Field(default=None, max_length=50)  # 'policy', 'operator', or a moderator's id
    settled_as: str | None = Field(default=None, max_length=10)  # retried, looked_at or overtaken
