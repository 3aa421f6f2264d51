"""Reports by readers and appeals by authors."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from moderation.ids import new_id


class Report(SQLModel, table=True):
    __tablename__: ClassVar[Any] = "reports"
    __table_args__ = (UniqueConstraint("comment_id", "revision", "reader"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site_id: UUID = Field(foreign_key="sites.id")
    comment_id: UUID = Field(foreign_key="comments.id")
    revision: int
    reader: str | None = Field(default=None, max_length=200)  # the site's id for them; the same reader counts once
    reason: str | None = Field(default=None, max_length=200)
    note: str | None = Field(default=None, sa_column=Column(Text))
    at: datetime


class Appeal(SQLModel, table=True):
    __tablename__: ClassVar[Any] = "appeals"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site_id: UUID = Field(foreign_key="sites.id")
    comment_id: UUID = Field(foreign_key="comments.id", index=True)
    case_id: UUID
    reason: str | None = Field(default=None, sa_column=Column(Text))
    at: datetime
