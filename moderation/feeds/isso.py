"""Isso's own database, an SQLite file, opened for reading only. https://isso-comments.de/docs/ (db schema)."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from moderation.errors import FeedBrokenError
from moderation.feeds.row import (
    LONGEST_EMAIL,
    LONGEST_NAME,
    LONGEST_TEXT,
    LONGEST_TITLE,
    LONGEST_URL,
    Row,
    Skipped,
    address,
    clean,
    make,
)
from moderation.terms import Reason, Status

PREFIX = "isso-"
LATEST_SECONDS = 4e9  # since 1970
# https://github.com/isso-comments/isso: 1 accepted, 2 waiting for a moderator, 4 deleted but answered to
_STATUSES: dict[int, tuple[Status, str | None]] = {
    1: (Status.APPROVED, None),
    2: (Status.PENDING, None),
    4: (Status.REJECTED, Reason.OTHER.value),
}
# Whatever a column holds, a number or bytes, is read as text, and no more of it than is kept.
_TEXTS = ("c.remote_addr", "c.text", "c.author", "c.email", "c.website", "t.uri", "t.title")
_READ = ", ".join(f"substr(CAST({name} AS TEXT), 1, {LONGEST_TEXT + 1})" for name in _TEXTS)
_FROM = "FROM comments AS c JOIN threads AS t ON t.id = c.tid ORDER BY c.id"
_ASKED = f"SELECT c.id, c.parent, c.created, c.mode, {_READ} {_FROM}"
_TABLES = "SELECT name, type FROM sqlite_master WHERE name IN ('comments', 'threads')"
_NOT_ISSO = "This is not Isso's database, or it cannot be read."


def read(file: Path, read_so_far: Callable[[int], object]) -> Iterator[Row | Skipped]:
    """Each comment; its number stands for the line. An address within a site ('/article') stays as it is."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as database:
            database.text_factory = _decoded
            if dict(database.execute(_TABLES)) != {"comments": "table", "threads": "table"}:  # a view may have no end
                raise FeedBrokenError(_NOT_ISSO)
            share = file.stat().st_size // max(1, database.execute("SELECT count(*) FROM comments").fetchone()[0])
            for number, each in enumerate(database.execute(_ASKED), 1):
                read_so_far(share)
                yield _row(number, each)
    except sqlite3.Error:
        raise FeedBrokenError(_NOT_ISSO) from None


def _decoded(written: bytes) -> str:
    return written.decode("utf-8", "replace")


def _row(line: int, each: tuple[Any, ...]) -> Row | Skipped:
    number, parent, created, mode, ip, text, name, email, website, uri, title = each
    return make(
        number if isinstance(number, int) else line,
        external_id=f"{PREFIX}{number}" if isinstance(number, int) else None,
        body=clean(text, LONGEST_TEXT + 1),
        page_url=clean(uri, LONGEST_URL),
        page_title=clean(title, LONGEST_TITLE),
        standing=_STATUSES.get(mode) if isinstance(mode, int) else None,
        submitted_at=_moment(created),
        author_name=clean(name, LONGEST_NAME),
        author_email=clean(email, LONGEST_EMAIL),
        author_url=clean(website, LONGEST_URL),
        parent_external_id=f"{PREFIX}{parent}" if isinstance(parent, int) and parent else None,
        ip=address(ip),
    )


def _moment(seconds: Any) -> datetime | None:
    known = isinstance(seconds, float | int) and 0 < seconds < LATEST_SECONDS
    return datetime.fromtimestamp(seconds, UTC) if known else None
