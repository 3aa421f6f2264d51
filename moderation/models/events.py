"""Events: the audit trail. Rows are added, sealed once, and never changed; no text, nothing of the writer."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Column, Index, text
from sqlmodel import Field, SQLModel

from moderation.ids import new_id


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class Event(SQLModel, table=True):
    __tablename__: ClassVar[Any] = "events"
    __table_args__ = (
        Index("events_of_site", "site_id", "id"),
        Index("events_sealed", "site_id", "seq", unique=True, **_where("seq IS NOT NULL")),
        Index("events_unsealed", "site_id", "id", **_where("seq IS NULL")),
        Index("events_outcomes", "site_id", "outcome_seq", **_where("outcome_seq IS NOT NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site_id: UUID = Field(foreign_key="sites.id")
    comment_id: UUID = Field(foreign_key="comments.id", index=True)
    kind: str = Field(max_length=20)
    at: datetime
    by: str = Field(max_length=50)  # 'site', 'policy', 'reader', 'author', 'operator', or a moderator's id
    data: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    # The seal, put on after the commit: its place in the site's chain, and the hash over it and all before it.
    seq: int | None = Field(default=None, sa_type=BigInteger)
    hash: str | None = Field(default=None, max_length=64)
    outcome_seq: int | None = Field(default=None, sa_type=BigInteger)  # seq again, where it settles a comment


class Chain(SQLModel, table=True):
    """The end of a site's chain: how many events are sealed, and the hash of the last one."""

    __tablename__: ClassVar[Any] = "chains"

    site_id: UUID = Field(foreign_key="sites.id", primary_key=True)
    count: int = Field(default=0, sa_type=BigInteger)
    hash: str = Field(default="", max_length=64)
    sealed_at: datetime | None = None
