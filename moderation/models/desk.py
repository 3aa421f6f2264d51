"""What moderators leave on the desk: notes to colleagues, filters they keep, and decisions on many cases at once."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, Column, Index, Text, text
from sqlmodel import Field, SQLModel

from moderation.ids import new_id


class Note(SQLModel, table=True):
    """A word to colleagues about a comment; no site and no author ever reads it."""

    __tablename__: ClassVar[Any] = "notes"
    __table_args__ = (Index("notes_of_comment", "comment_id", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site_id: UUID = Field(foreign_key="sites.id")
    comment_id: UUID = Field(foreign_key="comments.id")
    moderator_id: UUID = Field(foreign_key="moderators.id")
    text: str = Field(sa_column=Column(Text, nullable=False))
    at: datetime


class Revision(SQLModel, table=True):
    """What a comment said before its author wrote another text."""

    __tablename__: ClassVar[Any] = "revisions"

    comment_id: UUID = Field(foreign_key="comments.id", primary_key=True)
    revision: int = Field(primary_key=True)
    body: str = Field(sa_column=Column(Text, nullable=False))
    until: datetime  # when it was replaced


class SavedFilter(SQLModel, table=True):
    """A view of the queue that a moderator gave a name."""

    __tablename__: ClassVar[Any] = "saved_filters"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    moderator_id: UUID = Field(foreign_key="moderators.id", index=True)
    name: str = Field(max_length=60)
    query: str = Field(max_length=2_000)  # the page's own: 'sort=oldest&check=spam'
    at: datetime


class Job(SQLModel, table=True):
    """One decision on all cases of a filter, carried out in steps; its whole can be undone within the undo window."""

    __tablename__: ClassVar[Any] = "jobs"
    __table_args__ = (
        Index(
            "jobs_unfinished",
            "id",
            sqlite_where=text("state IN ('running', 'undoing')"),
            postgresql_where=text("state IN ('running', 'undoing')"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    moderator_id: UUID = Field(foreign_key="moderators.id", index=True)
    action: str = Field(max_length=10)
    reason: str | None = Field(default=None, max_length=20)
    note: str | None = Field(default=None, sa_column=Column(Text))
    filter: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    case_ids: list[str] = Field(sa_column=Column(JSON, nullable=False))  # as counted before it was confirmed
    done: int = 0  # of case_ids, in their order
    refused: int = 0  # somebody was first, or the text had changed
    state: str = Field(default="running", max_length=10)  # running, done, undoing, undone
    at: datetime
    ended_at: datetime | None = None
