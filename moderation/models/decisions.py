"""Decisions: what a person said. Undone and overturned ones stay."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Column, Index, Text, text
from sqlmodel import Field, SQLModel

from moderation.ids import new_id


class Decision(SQLModel, table=True):
    __tablename__: ClassVar[Any] = "decisions"
    __table_args__ = (
        Index(
            "decisions_unsettled",
            "undo_until",
            sqlite_where=text("settled_at IS NULL AND void_at IS NULL"),
            postgresql_where=text("settled_at IS NULL AND void_at IS NULL"),
        ),
        # Never decided twice: at most one decision stands for a case.
        Index(
            "decisions_one_standing",
            "case_id",
            unique=True,
            sqlite_where=text("void_at IS NULL"),
            postgresql_where=text("void_at IS NULL"),
        ),
        Index("decisions_by_moderator", "moderator_id", "id"),
        Index("decisions_of_site", "site_id", "id"),
        Index(
            "decisions_of_job",
            "job_id",
            sqlite_where=text("job_id IS NOT NULL"),
            postgresql_where=text("job_id IS NOT NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site_id: UUID = Field(foreign_key="sites.id")
    case_id: UUID = Field(foreign_key="cases.id", index=True)
    comment_id: UUID = Field(foreign_key="comments.id", index=True)
    revision: int
    action: str = Field(max_length=10)
    reason: str | None = Field(default=None, max_length=20)
    note: str | None = Field(default=None, sa_column=Column(Text))
    moderator_id: UUID = Field(foreign_key="moderators.id")
    at: datetime
    undo_until: datetime
    settled_at: datetime | None = None  # the undo window closed: the site is told
    void_at: datetime | None = None  # it does not stand any more
    void_as: str | None = Field(default=None, max_length=10)  # undone, overturned, edited or erased
    overturns: UUID | None = None  # the decision that this one takes the place of
    job_id: UUID | None = None  # made with many others at once
