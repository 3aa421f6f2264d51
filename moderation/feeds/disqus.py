"""Disqus' export: threads first, then posts that name their thread. https://help.disqus.com (Comments export)."""

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
    plain,
)
from moderation.feeds.tags import Element, elements
from moderation.terms import Reason, Status

PREFIX = "disqus-"
_ID = "dsq:id"
_WANTED = {
    *("link", "title", "thread", "parent", "message", "createdAt", "ipAddress", "isSpam", "isDeleted"),
    *("author/name", "author/email", "author/username", "author/isAnonymous"),
}
Pages = dict[str, tuple[str, str | None]]


def read(file: Path, read_so_far: Callable[[int], object]) -> Iterator[Row | Skipped]:
    """Each post. The threads' addresses are kept: a forum has far fewer of them than posts."""
    pages: Pages = {}
    within: dict[str, str] = {}
    for each in elements(file, "disqus", read_so_far):
        kind = each.path[1] if len(each.path) > 1 else ""
        if len(each.path) == 2 and kind == "thread":  # noqa: PLR2004 - directly below the root
            url = clean(within.get("link"), LONGEST_URL)
            if url and each.attributes.get(_ID):
                pages[each.attributes[_ID]] = url, clean(within.get("title"), LONGEST_TITLE)
        elif len(each.path) == 2 and kind == "post":  # noqa: PLR2004
            yield _row(each, within, pages)
        if len(each.path) == 2:  # noqa: PLR2004
            within = {}
        elif kind in {"thread", "post"} and (name := "/".join(each.path[2:])) in _WANTED:
            within[name], within[f"{name}@"] = each.text, each.attributes.get(_ID, "")


def _row(element: Element, post: dict[str, str], pages: Pages) -> Row | Skipped:
    number, parent = clean(element.attributes.get(_ID), 40), clean(post.get("parent@"), 40)
    url, title = pages.get(post.get("thread@", ""), (None, None))
    return make(
        element.line,
        external_id=number and f"{PREFIX}{number}",
        body=clean(plain(post.get("message", "")), LONGEST_TEXT + 1),
        page_url=url,
        page_title=title,
        standing=_standing(post),
        submitted_at=moment(post.get("createdAt")),
        author_id=_author(post),
        author_name=clean(post.get("author/name"), LONGEST_NAME),
        author_email=clean(post.get("author/email"), LONGEST_EMAIL),
        parent_external_id=parent and f"{PREFIX}{parent}",
        ip=address(post.get("ipAddress")),
    )


def _author(post: dict[str, str]) -> str | None:
    """A name of their own, if they are no guest."""
    name = clean(post.get("author/username"), LONGEST_NAME - len(PREFIX))
    return PREFIX + name if name and post.get("author/isAnonymous", "").strip() != "true" else None


def _standing(post: dict[str, str]) -> tuple[Status, str | None]:
    if post.get("isSpam", "").strip() == "true":
        return Status.REJECTED, Reason.SPAM.value
    if post.get("isDeleted", "").strip() == "true":
        return Status.REJECTED, Reason.OTHER.value
    return Status.APPROVED, None
