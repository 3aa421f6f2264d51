"""Fingerprints: what near-identical comments are found by, kept as long as a campaign is looked for."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

BANDS = tuple(f"band_{number}" for number in range(1, 9))


def _index(band: str) -> Index:
    """Only of those that are looked for: of a raid's comments, the first few stand for all."""
    given: Any = text(f"{band} IS NOT NULL")
    return Index(f"fingerprints_{band}", band, sqlite_where=given, postgresql_where=given)


class Fingerprint(SQLModel, table=True):
    __tablename__: ClassVar[Any] = "fingerprints"
    __table_args__ = (Index("fingerprints_of_cluster", "site_id", "cluster", "at"), *(_index(band) for band in BANDS))

    comment_id: UUID = Field(foreign_key="comments.id", primary_key=True)
    site_id: UUID = Field(foreign_key="sites.id")
    at: datetime  # when the comment came in; not indexed: a planner would take it for the short way
    cluster: str = Field(max_length=16)
    writer: str | None = Field(default=None, max_length=16)  # tells writers apart; none is to be read from it
    signature: bytes
    band_1: int | None = Field(default=None, sa_type=BigInteger)
    band_2: int | None = Field(default=None, sa_type=BigInteger)
    band_3: int | None = Field(default=None, sa_type=BigInteger)
    band_4: int | None = Field(default=None, sa_type=BigInteger)
    band_5: int | None = Field(default=None, sa_type=BigInteger)
    band_6: int | None = Field(default=None, sa_type=BigInteger)
    band_7: int | None = Field(default=None, sa_type=BigInteger)
    band_8: int | None = Field(default=None, sa_type=BigInteger)
