"""The fields that strangers fill: bounded, storable, and refused with a sentence."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, IPvAnyAddress, StringConstraints

from moderation.settings import settings

LONGEST_ID = 200
LONGEST_NAME = 200
LONGEST_EMAIL = 320  # RFC 5321: 64 @ 255
LONGEST_URL = 2_000
LONGEST_HEADER = 2_000  # what browsers and bots send is cut to this, not refused
LONGEST_NOTE = 2_000
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_LATEST = datetime(3000, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)  # clocks differ


def encodable(value: str) -> bool:
    """Whether this is text: what JSON calls a string may hold halves of characters, which nobody can store."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _storable(value: str) -> str:
    if "\x00" in value:
        raise ValueError("must not contain NUL")
    if not encodable(value):
        raise ValueError("must not contain half a character (a lone surrogate)")
    return value


def _cut(value: object) -> object:
    return value[:LONGEST_HEADER] if isinstance(value, str) else value


def _text_only(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("must be a time as text, like 2026-11-22T09:30:00Z")  # noqa: TRY004 - pydantic wants ValueError
    return value


def _without_zone(value: IPvAnyAddress) -> IPvAnyAddress:
    if getattr(value, "scope_id", None):
        raise ValueError("must be an address without a zone")
    return value


def _plausible(value: datetime) -> datetime:
    if not _EARLIEST <= value <= datetime.now(UTC) + _AHEAD:
        raise ValueError("must lie between 1990 and tomorrow")
    return value


def _a_date(value: datetime) -> datetime:
    if not _EARLIEST <= value <= _LATEST:
        raise ValueError("must lie between 1990 and 3000")
    return value


def _short_enough(value: str) -> str:
    if len(value) > settings().body_characters:
        raise ValueError(f"must have at most {settings().body_characters} characters")
    return value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank")
    return value


Storable = Annotated[str, AfterValidator(_storable)]
Id = Annotated[Storable, StringConstraints(min_length=1, max_length=LONGEST_ID), AfterValidator(_not_blank)]
Body = Annotated[Storable, StringConstraints(min_length=1), AfterValidator(_short_enough), AfterValidator(_not_blank)]
Name = Annotated[Storable, StringConstraints(max_length=LONGEST_NAME)]
Email = Annotated[Storable, StringConstraints(max_length=LONGEST_EMAIL)]
Url = Annotated[Storable, StringConstraints(max_length=LONGEST_URL)]
Header = Annotated[str, BeforeValidator(_cut), AfterValidator(_storable)]
Note = Annotated[Storable, StringConstraints(max_length=LONGEST_NOTE)]
Moment = Annotated[AwareDatetime, BeforeValidator(_text_only), AfterValidator(_plausible)]
Address = Annotated[IPvAnyAddress, AfterValidator(_without_zone)]
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$", to_lower=True)]
Since = Annotated[AwareDatetime, BeforeValidator(_text_only), AfterValidator(_a_date)]


def moment(at: datetime | None) -> str | None:
    """RFC 3339, UTC."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None
