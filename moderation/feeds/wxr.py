"""WordPress's export (WXR 1.0-1.2): RSS whose items hold their comments.

https://wordpress.org/documentation/article/tools-export-screen/ ; names as WordPress's own importer reads them.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

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
    moment,
)
from moderation.feeds.tags import Element, elements
from moderation.terms import Reason, Status

PREFIX = "wordpress-"
_ITEM, _COMMENT = ("rss", "channel", "item"), "wp:comment"
_STATUSES: dict[str, tuple[Status, str | None]] = {
    "1": (Status.APPROVED, None),
    "approve": (Status.APPROVED, None),
    "0": (Status.PENDING, None),
    "hold": (Status.PENDING, None),
    "spam": (Status.REJECTED, Reason.SPAM.value),
    "trash": (Status.REJECTED, Reason.OTHER.value),
}
_OF_PAGE = {"link", "guid", "title"}
_READ = (
    *("id", "type", "content", "approved", "date_gmt", "date", "user_id", "parent"),
    *("author", "author_email", "author_url", "author_IP"),
)
_OF_COMMENT = {(f"wp:comment_{name}",) for name in _READ}  # directly within a comment
_NOT_BY_PEOPLE = {"pingback", "trackback"}


def read(file: Path, read_so_far: Callable[[int], object]) -> Iterator[Row | Skipped]:
    """Each comment of each item, in the order of the file."""
    page: dict[str, str] = {}
    comment: dict[str, str] = {}
    for each in elements(file, "rss", read_so_far):
        if each.path == _ITEM:
            page = {}
        elif each.path[:3] != _ITEM:
            continue
        elif len(each.path) == 4:  # noqa: PLR2004 - directly within an item
            if each.path[3] == _COMMENT:
                yield _row(each, comment, page)
                comment = {}
            elif each.path[3] in _OF_PAGE:
                page[each.path[3]] = each.text
        elif each.path[3] == _COMMENT and each.path[4:] in _OF_COMMENT:
            comment[each.path[4].removeprefix("wp:")] = each.text


def _row(element: Element, comment: dict[str, str], page: dict[str, str]) -> Row | Skipped:
    if comment.get("comment_type", "").strip() in _NOT_BY_PEOPLE:
        return Skipped(element.line, "no person wrote it: a pingback or trackback")
    return make(
        element.line,
        external_id=_numbered(comment.get("comment_id")),
        body=clean(comment.get("comment_content"), LONGEST_TEXT + 1),
        page_url=clean(page.get("link"), LONGEST_URL) or clean(page.get("guid"), LONGEST_URL),
        page_title=clean(page.get("title"), LONGEST_TITLE),
        standing=_STATUSES.get(comment.get("comment_approved", "").strip()),
        submitted_at=moment(comment.get("comment_date_gmt")) or moment(comment.get("comment_date")),
        author_id=_numbered(comment.get("comment_user_id")),
        author_name=clean(comment.get("comment_author"), LONGEST_NAME),
        author_email=clean(comment.get("comment_author_email"), LONGEST_EMAIL),
        author_url=clean(comment.get("comment_author_url"), LONGEST_URL),
        parent_external_id=_numbered(comment.get("comment_parent")),
        ip=address(comment.get("comment_author_IP")),
    )


def _numbered(written: str | None) -> str | None:
    """0 is nobody and nothing."""
    number = (written or "").strip()
    return f"{PREFIX}{number}" if number.isdecimal() and number.isascii() and int(number[:20]) else None
