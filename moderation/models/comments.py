"""Comments, with the pages and authors they belong to, and the answers that an Idempotency-Key brings back."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from moderation.ids import new_id


class Page(SQLModel, table=True):
    """What is commented on. The id is derived from site and address, so that many may write it without reading."""

    __tablename__: ClassVar[Any] = "pages"

    id: UUID = Field(primary_key=True)
    site_id: UUID = Field(foreign_key="sites.id", index=True)
    url: str = Field(sa_column=Column(Text, nullable=False))
    title: str | None = Field(default=None, sa_column=Column(Text))
    first_seen_at: datetime


class Author(SQLModel, table=True):
    """Who writes. The id is derived from the site and the site's id for them, else their e-mail."""

    __tablename__: ClassVar[Any] = "authors"

    id: UUID = Field(primary_key=True)
    site_id: UUID = Field(foreign_key="sites.id", index=True)
    external_id: str | None = Field(default=None, max_length=200)
    first_seen_at: datetime


class Comment(SQLModel, table=True):
    """What a site submitted, where it stands, and who is looking at it."""

    __tablename__: ClassVar[Any] = "comments"
    __table_args__ = (
        UniqueConstraint("site_id", "external_id"),
        Index("comments_updated", "site_id", "updated_at", "id"),
        Index("comments_listed", "site_id", "id"),
        Index("comments_on_page", "page_id", "id"),
        Index("comments_by_author", "author_id", "submitted_at"),
        Index("comments_author_record", "author_id", "status"),
        Index("comments_same_text", "author_id", "body_hash"),
        Index("comments_from_ip", "site_id", "ip", "submitted_at"),
        Index(
            "comments_waiting",
            "site_id",  # each site's own, so that one with many does not hide the others
            "updated_at",
            "id",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
        Index(
            "comments_pending",
            "updated_at",  # since when it waits: the last thing that happened to a pending comment is that it came in
            "id",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site_id: UUID = Field(foreign_key="sites.id")
    external_id: str = Field(max_length=200)
    page_id: UUID = Field(foreign_key="pages.id")
    author_id: UUID | None = Field(default=None, foreign_key="authors.id")
    parent_external_id: str | None = Field(default=None, max_length=200)
    body: str = Field(sa_column=Column(Text, nullable=False))
    body_hash: str = Field(max_length=32)  # of the folded text: the same words, however they are dressed
    language: str | None = Field(default=None, max_length=35)
    author_external_id: str | None = Field(default=None, max_length=200)
    author_name: str | None = Field(default=None, sa_column=Column(Text))
    author_email: str | None = Field(default=None, sa_column=Column(Text))
    author_url: str | None = Field(default=None, sa_column=Column(Text))
    ip: str | None = Field(default=None, max_length=45)
    user_agent: str | None = Field(default=None, sa_column=Column(Text))
    referrer: str | None = Field(default=None, sa_column=Column(Text))
    typed_for_seconds: float | None = None
    honeypot: str | None = Field(default=None, sa_column=Column(Text))
    submitted_at: datetime
    page_modified_at: datetime | None = None  # how old the article was by then, if the site says
    received_at: datetime
    updated_at: datetime

    status: str = Field(max_length=10)
    revision: int = 1
    screened_at: datetime | None = None
    decided_at: datetime | None = None
    decision_id: UUID | None = None  # the settled one
    report_count: int = 0

    attempts: int = 0  # how often a worker has begun to screen this revision
    lease_token: UUID | None = None
    lease_until: datetime | None = None


class IdempotentAnswer(SQLModel, table=True):
    """What an Idempotency-Key was answered with, written in the comment's own transaction."""

    __tablename__: ClassVar[Any] = "idempotent_answers"

    site_id: UUID = Field(foreign_key="sites.id", primary_key=True)
    key_hash: str = Field(max_length=64, primary_key=True)
    payload_hash: str = Field(max_length=64)
    comment_id: UUID = Field(foreign_key="comments.id", index=True)
    status: int  # 202 for a new comment, 200 for one that was there
    created_at: datetime = Field(index=True)
