"""Events: the audit trail. Rows are added and never changed; they hold no text and nothing of the writer."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from moderation.ids import new_id


class Event(SQLModel, table=True):
    __tablename__: ClassVar[Any] = "events"
    __table_args__ = (Index("events_of_site", "site_id", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site_id: UUID = Field(foreign_key="sites.id")
    comment_id: UUID = Field(foreign_key="comments.id", index=True)
    kind: str = Field(max_length=20)
    at: datetime
    by: str = Field(max_length=50)  # 'site', 'policy', 'reader', 'author', or a moderator's id
    data: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
