"""A comment of somebody else's records, in our words, bounded."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from ipaddress import ip_address
from typing import Any, NamedTuple

import re2

from moderation.submissions import LONGEST_ELSEWHERE
from moderation.terms import Status

EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC)
LONGEST_TEXT = LONGEST_ELSEWHERE
LONGEST_NAME, LONGEST_ID, LONGEST_EMAIL, LONGEST_URL, LONGEST_TITLE, LONGEST_HEADER = 200, 200, 320, 2_000, 500, 2_000
_SURROGATES = re.compile("[\ud800-\udfff\x00]")
_LINK = re2.compile(r"(?is)<a\s[^<>]*?\bhref\s*=\s*[\"']?\s*([^\"'<>\s]+)[^<>]*>([^<>]*)")
_BREAK = re2.compile(r"(?i)<(?:p|br|div|li|blockquote)\b[^<>]*>")
_TAG = re2.compile(r"(?s)<!--.*?-->|</?[a-zA-Z!?][^<>]*>")
_ENDLESS = re2.compile(
    r"&#[xX]?[0-9a-fA-F]{9,};?"
)  # a number of thousands of digits is read for minutes, or not at all


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    external_id: str
    body: str
    page_url: str
    status: Status  # approved, rejected, or pending: it was waiting for a person there
    submitted_at: datetime
    page_title: str | None = None
    page_modified_at: datetime | None = None
    author_id: str | None = None
    author_name: str | None = None
    author_email: str | None = None
    author_url: str | None = None
    parent_external_id: str | None = None
    ip: str | None = None
    user_agent: str | None = None
    referrer: str | None = None
    language: str | None = None
    reason: str | None = None  # why it was rejected, as we call it


class Skipped(NamedTuple):
    """What is not taken over."""

    line: int
    why: str


def make(
    line: int,
    *,
    external_id: str | None,
    body: str | None,
    page_url: str | None,
    standing: tuple[Status, str | None] | None,
    submitted_at: datetime | None,
    page_modified_at: datetime | None = None,
    **more: str | None,
) -> Row | Skipped:
    """A row, or why it is none. `standing`: the status, and the reason of one that was rejected."""
    if not (external_id and standing and body and page_url and submitted_at):
        wanted = ((external_id, "id"), (standing, "status"), (body, "text"), (page_url, "page"), (submitted_at, "date"))
        return Skipped(line, f"it has no {next(name for value, name in wanted if not value)} that we can read")
    if len(external_id) > LONGEST_ID:
        return Skipped(line, f"its id is longer than {LONGEST_ID} characters")
    if len(body) > LONGEST_TEXT:
        return Skipped(line, f"its text is longer than {LONGEST_TEXT:,} characters")
    status, reason = standing
    changed = page_modified_at
    return Row(line, external_id, body, page_url, status, submitted_at, page_modified_at=changed, reason=reason, **more)


def clean(text: str | None, most: int) -> str | None:
    """Storable, without blanks around it, cut to a length; None: nothing is left."""
    return (_SURROGATES.sub("", text).strip()[:most] or None) if text else None


def address(text: str | None) -> str | None:
    try:
        return str(ip_address((text or "").strip()))
    except ValueError:
        return None


def moment(text: str | None) -> datetime | None:
    """ISO 8601, or as in e-mails and RSS; UTC where no zone is given."""
    written = (text or "").strip()
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(written)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        aware = found if found.tzinfo else found.replace(tzinfo=UTC)
        return aware if EARLIEST <= aware < LATEST else None
    return None


def plain(html: str) -> str:
    r"""HTML as it reads; where a link leads is said behind it, unless its words say so. Linear in its length.

    >>> plain("<p>One &amp; two</p><p>Three</p>")
    'One & two\nThree'
    >>> plain('<a href="https://shop.example/x">Look!</a> <a href="https://a.example/">https://a.exam...</a>')
    'Look! (https://shop.example/x) https://a.exam...'
    """
    text = _LINK.sub(_linked, _SURROGATES.sub("", html))
    text = _TAG.sub("", _BREAK.sub("\n", text))
    return _SURROGATES.sub("", unescape(_ENDLESS.sub("?", text))).strip()


def _linked(found: Any) -> str:
    address, words = found.group(1), found.group(2)
    return words if words.strip(" .\u2026") and words.strip(" .\u2026") in address else f"{words} ({address})"
