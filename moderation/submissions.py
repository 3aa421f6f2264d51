"""What a site hands over, and what it is told of it: plain values on the way in."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

LONGEST_ELSEWHERE = 65_535  # characters: what WordPress keeps, and so what comes from other software


@dataclass(frozen=True, slots=True)
class Submission:
    """What a site's backend hands over, checked for shape already."""

    site_id: UUID
    external_id: str
    body: str
    page_url: str
    page_title: str | None = None
    page_modified_at: datetime | None = None
    author_id: str | None = None
    author_name: str | None = None
    author_email: str | None = None
    author_url: str | None = None
    parent_external_id: str | None = None
    language: str | None = None
    ip: str | None = None
    user_agent: str | None = None
    referrer: str | None = None
    typed_for_seconds: float | None = None
    honeypot: str | None = None
    submitted_at: datetime | None = None
    idempotency_key: str | None = None
    payload_hash: str = ""  # of the request, when it came with an Idempotency-Key


class Seen(Protocol):
    """What is known of an accepted comment, whether it was here already or not."""

    @property
    def id(self) -> UUID: ...
    @property
    def site_id(self) -> UUID: ...
    @property
    def external_id(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def revision(self) -> int: ...
    @property
    def parent_external_id(self) -> str | None: ...
    @property
    def author_external_id(self) -> str | None: ...
    @property
    def author_name(self) -> str | None: ...
    @property
    def author_url(self) -> str | None: ...
    @property
    def submitted_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Fresh:
    """A comment that was just stored. A mapped object, which nobody asked for yet, costs more than storing the row."""

    id: UUID
    site_id: UUID
    external_id: str
    body: str
    parent_external_id: str | None
    author_external_id: str | None
    author_name: str | None
    author_url: str | None
    submitted_at: datetime
    status: str
    revision: int


class OnPage(NamedTuple):
    url: str
    title: str | None


@dataclass(frozen=True, slots=True)
class Accepted:
    comment: Seen
    page: OnPage
    created: bool  # False: it was here before
    replayed: int = 0  # the HTTP status that this Idempotency-Key was answered with before
