"""Where a site wants to be told, and everything it is told."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Column, Index, Text, text
from sqlmodel import Field, SQLModel

from moderation.ids import new_id


class Webhook(SQLModel, table=True):
    """A site's address, its secrets, and how it has been behaving."""

    __tablename__: ClassVar[Any] = "webhooks"

    site_id: UUID = Field(foreign_key="sites.id", primary_key=True)
    url: str = Field(sa_column=Column(Text, nullable=False))
    secret: str = Field(max_length=100)
    old_secret: str | None = Field(default=None, max_length=100)  # signs too, while the site changes over
    old_secret_until: datetime | None = None
    created_at: datetime
    disabled_at: datetime | None = None  # nothing is sent, and nothing is written for it, until the site sets it again
    disabled_why: str | None = Field(default=None, max_length=10)  # 'gone': it answered 410; 'failing': for days
    failures: int = 0  # in a row
    failing_since: datetime | None = None  # the first of them
    failed_at: datetime | None = None  # the last of them
    rest_until: datetime | None = None  # the breaker: nothing is tried before this
    lease_token: UUID | None = None  # one worker at a time talks to one address
    lease_until: datetime | None = None


class Delivery(SQLModel, table=True):
    """One event for one site: the outbox, and the log of its tries."""

    __tablename__: ClassVar[Any] = "deliveries"
    __table_args__ = (
        Index(
            "deliveries_due",
            "site_id",
            "next_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("deliveries_of_site", "site_id", "id"),
        Index(
            "deliveries_given_up",
            "site_id",
            "id",
            sqlite_where=text("state = 'failed'"),
            postgresql_where=text("state = 'failed'"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site_id: UUID = Field(foreign_key="sites.id")
    comment_id: UUID | None = Field(default=None, foreign_key="comments.id", index=True)
    type: str = Field(max_length=40)
    body: str = Field(sa_column=Column(Text, nullable=False))  # the same bytes at every try
    state: str = Field(max_length=10)
    attempts: int = 0
    created_at: datetime
    next_at: datetime
    delivered_at: datetime | None = None
    last_status: int | None = None
    last_error: str | None = Field(default=None, max_length=200)
    callback_url: str | None = Field(default=None, sa_column=Column(Text))  # sent there, not to the site's address


class Callback(SQLModel, table=True):
    """Where an Akismet client wants to hear of a comment that was held; with the key by which it knows us."""

    __tablename__: ClassVar[Any] = "callbacks"

    comment_id: UUID = Field(foreign_key="comments.id", primary_key=True)
    url: str = Field(sa_column=Column(Text, nullable=False))
    key: str = Field(max_length=12)
