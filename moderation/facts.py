"""Gathering: all that the checks need to know of a whole batch, in a handful of queries."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, func, inspect
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from moderation.checks.signal import Facts
from moderation.dialects import beside_the_index, earlier_by
from moderation.models import Comment, Page
from moderation.rules import Rules
from moderation.terms import Status

_TABLE = inspect(Comment).local_table.c
COUNT_UP_TO = 100  # a record is read this far: an author with a million comments costs no more than one with a hundred
SAME_TEXT_WITHIN = timedelta(days=1)
LATELY = timedelta(minutes=1)  # before the comment itself was sent: a flood that waited is a flood


def gather(session: Session, comments: Sequence[Comment], rules: Mapping[UUID, Rules], now: datetime) -> list[Facts]:
    """The facts of each comment, in order. Two queries."""
    records = _records(session, [comment.id for comment in comments], now)
    pages = {
        page.id: page
        for page in session.exec(select(Page).where(col(Page.id).in_({each.page_id for each in comments}))).all()
    }
    return [_facts(each, pages[each.page_id], rules[each.site_id], records[each.id]) for each in comments]


def _facts(comment: Comment, page: Page, rules: Rules, record: Sequence[int]) -> Facts:
    approved, rejected, same_text, author_lately, ip_lately = record
    return Facts(
        id=str(comment.id),
        body=comment.body,
        rules=rules,
        author_id=comment.author_external_id,
        author_name=comment.author_name,
        author_email=comment.author_email,
        author_url=comment.author_url,
        page_url=page.url,
        page_title=page.title,
        ip=comment.ip,
        typed_for_seconds=comment.typed_for_seconds,
        honeypot=comment.honeypot,
        language=comment.language,
        submitted_at=comment.submitted_at,
        protected_names=rules.protected_on(page.url),
        author_approved=approved,
        author_rejected=rejected,
        same_text=same_text,
        author_lately=author_lately,
        ip_lately=ip_lately,
    )


def _records(session: Session, ids: Sequence[UUID], now: datetime) -> dict[UUID, tuple[int, ...]]:
    asked = _asked(session.get_bind().dialect.name)
    found = session.execute(asked, {"ids": ids, "since": now - SAME_TEXT_WITHIN})
    return {row[0]: tuple(row[1:]) for row in found}


@cache
def _asked(dialect: str) -> Any:
    """Put together once: that takes longer than the answer, for a single comment."""
    other = aliased(Comment)
    theirs = col(other.author_id) == col(Comment.author_id)
    earlier = beside_the_index(col(other.id) < col(Comment.id))  # ids grow with time
    # Between two times, so that of a flood only the minute before is read, and never all that came after.
    lately = col(other.submitted_at).between(
        earlier_by(dialect, col(Comment.submitted_at), LATELY), col(Comment.submitted_at)
    )
    counted: tuple[Any, ...] = (
        _count(other, theirs, col(other.status) == Status.APPROVED.value),
        _count(other, theirs, col(other.status) == Status.REJECTED.value),
        _count(
            other,
            theirs,
            earlier,
            col(other.body_hash) == col(Comment.body_hash),
            col(other.received_at) > bindparam("since", type_=_TABLE.received_at.type),
        ),
        _count(other, theirs, lately, earlier),
        _count(other, col(other.site_id) == col(Comment.site_id), col(other.ip) == col(Comment.ip), lately, earlier),
    )
    ids = bindparam("ids", expanding=True, type_=_TABLE.id.type)
    return sql_select(col(Comment.id), *counted).where(col(Comment.id).in_(ids))


def _count(other: Any, *conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    """How many other comments, read up to COUNT_UP_TO and no further."""
    some = select(other.id).where(*conditions).limit(COUNT_UP_TO).correlate(Comment).subquery()
    return select(func.count()).select_from(some).scalar_subquery()
