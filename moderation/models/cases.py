"""Cases: comments that wait for a person. The open ones are the queue."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from moderation.ids import new_id

_OPEN: dict[str, Any] = {"sqlite_where": text("closed_at IS NULL"), "postgresql_where": text("closed_at IS NULL")}


class Case(SQLModel, table=True):
    __tablename__: ClassVar[Any] = "cases"
    __table_args__ = (
        Index("cases_one_open", "comment_id", unique=True, **_OPEN),
        Index("cases_urgent", "rank", "id", **_OPEN),
        Index("cases_opened", "opened_at", "id", **_OPEN),
        Index("cases_open_of_site", "site_id", "rank", **_OPEN),
        Index("cases_claimed", "claimed_by", **_OPEN),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site_id: UUID = Field(foreign_key="sites.id")
    comment_id: UUID = Field(foreign_key="comments.id", index=True)
    page_id: UUID = Field(foreign_key="pages.id", index=True)
    author_id: UUID | None = Field(default=None, index=True)
    language: str | None = Field(default=None, max_length=35)
    revision: int
    why: str = Field(max_length=20)
    checks: str = ""  # the checks behind it, each between blanks: ' links profanity '
    rank: float  # when it was opened, in seconds since 1970, less a head start for what is urgent: smallest first
    opened_at: datetime
    closed_at: datetime | None = None
    closed_as: str | None = Field(default=None, max_length=10)
    reports: int = 0
    appeal_id: UUID | None = None
    not_by: UUID | None = None  # an appeal is not decided by whoever decided first
    claimed_by: UUID | None = Field(default=None, foreign_key="moderators.id")
    claimed_until: datetime | None = None
    escalated_by: UUID | None = None  # a lead shall look: whoever is none is not handed it any more
    escalated_at: datetime | None = None
