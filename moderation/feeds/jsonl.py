"""JSON Lines, as `greenroom export` writes them: a comment as a site submits it, with its status."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

from moderation.errors import FeedBrokenError
from moderation.feeds.row import (
    LONGEST_EMAIL,
    LONGEST_HEADER,
    LONGEST_ID,
    LONGEST_NAME,
    LONGEST_TEXT,
    LONGEST_TITLE,
    LONGEST_URL,
    Row,
    Skipped,
    address,
    clean,
    make,
    moment,
)
from moderation.terms import Reason, Status

LONGEST_LINE = 1_000_000  # bytes; a line is read no further
_STATUSES = {
    "approved": Status.APPROVED,
    "rejected": Status.REJECTED,
    "held": Status.PENDING,
    "pending": Status.PENDING,
}


def read(file: Path, read_so_far: Callable[[int], object]) -> Iterator[Row | Skipped]:
    with file.open("rb") as stream:
        number = 0
        while line := stream.readline(LONGEST_LINE + 1):
            number += 1
            read_so_far(len(line))
            if len(line) > LONGEST_LINE:
                raise FeedBrokenError(f"Line {number}: it is longer than any comment.")
            if line.strip():
                yield _row(number, _parsed(number, line))


def _parsed(number: int, line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        raise FeedBrokenError(f"Line {number}: this is no JSON in UTF-8.") from None
    if not isinstance(found, dict):
        raise FeedBrokenError(f"Line {number}: this is no JSON object.")
    return cast("dict[str, Any]", found)


def _row(number: int, found: dict[str, Any]) -> Row | Skipped:
    author, page = _within(found, "author"), _within(found, "page")
    said, reason = _text(found, "status", 20) or "pending", _text(found, "reason", 20)
    if said == Status.ERASED:
        return Skipped(number, "it was erased")
    known = _STATUSES.get(said)
    return make(
        number,
        external_id=_text(found, "external_id", LONGEST_ID),
        body=_text(found, "body", LONGEST_TEXT + 1),
        page_url=_text(page, "url", LONGEST_URL),
        page_title=_text(page, "title", LONGEST_TITLE),
        page_modified_at=moment(_text(page, "modified_at", 40)),
        standing=(known, reason if reason in set(Reason) else None) if known else None,
        submitted_at=moment(_text(found, "submitted_at", 40)),
        author_id=_text(author, "id", LONGEST_ID),
        author_name=_text(author, "name", LONGEST_NAME),
        author_email=_text(author, "email", LONGEST_EMAIL),
        author_url=_text(author, "url", LONGEST_URL),
        parent_external_id=_text(found, "parent_external_id", LONGEST_ID),
        ip=address(_text(found, "ip", 60)),
        user_agent=_text(found, "user_agent", LONGEST_HEADER),
        referrer=_text(found, "referrer", LONGEST_HEADER),
        language=_text(found, "language", 35),
    )


def _within(found: dict[str, Any], name: str) -> dict[str, Any]:
    inner = found.get(name)
    return cast("dict[str, Any]", inner) if isinstance(inner, dict) else {}


def _text(found: dict[str, Any], name: str, most: int) -> str | None:
    value = found.get(name)
    return clean(value, most) if isinstance(value, str) else None
