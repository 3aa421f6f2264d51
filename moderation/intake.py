"""Intake: many submissions, one transaction. What is answered with 202 is in the database.

Never two comments for one external_id: the unique constraint decides, whoever else is writing.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import Session, col, select

from moderation import audit
from moderation.checks.text import read
from moderation.dialects import insert_new, one_at_a_time
from moderation.errors import (
    CommentErasedError,
    DifferentBodyError,
    IdempotencyKeyReusedError,
    ModerationError,
    NotFoundError,
)
from moderation.ids import author_key, new_id, page_id
from moderation.models import Author, Comment, IdempotentAnswer, Page, Revision
from moderation.queue import close_case
from moderation.states import after
from moderation.submissions import Accepted, Fresh, OnPage, Submission
from moderation.terms import Change, Closed, Kind, Status

Outcome = Accepted | ModerationError
Key = tuple[UUID, str]  # a site, and what is unique on it
_Row = dict[str, Any]


def submit(session: Session, submissions: Sequence[Submission], now: datetime) -> list[Outcome]:
    """Store what is new; one outcome for each, in order. Raises only when the whole transaction cannot be."""
    outcomes: dict[int, Outcome] = {}
    # What repeats an Idempotency-Key of this very list waits until that one has its answer.
    for indices in _rounds(submissions):
        some = [submissions[index] for index in indices]
        outcomes |= zip(indices, _submit_round(session, some, now), strict=True)
    return [outcomes[index] for index in range(len(submissions))]


def _rounds(submissions: Sequence[Submission]) -> list[list[int]]:
    """Indices, so that no Idempotency-Key stands twice in a round: who repeats one waits for the round after."""
    seen: Counter[Key] = Counter()
    rounds: list[list[int]] = [[]]
    for index, each in enumerate(submissions):
        turn = seen[_answer_key(each)] if each.idempotency_key is not None else 0
        seen[_answer_key(each)] += 1
        if turn == len(rounds):
            rounds.append([])
        rounds[turn].append(index)
    return rounds


def _submit_round(session: Session, submissions: Sequence[Submission], now: datetime) -> list[Outcome]:
    answered = _answered(session, submissions)
    asked = [each for each in submissions if _answer_key(each) not in answered]
    created = _store(session, asked, now)
    by_key = {(each.site_id, each.external_id): each for each in created}
    # Nearly every comment is new. Of the others, one was sent twice in this list, or is here already.
    known = _known(session, asked) if len(created) < len(asked) else {}
    outcomes: list[Outcome] = []
    for each in submissions:
        key = each.site_id, each.external_id
        if _answer_key(each) in answered:
            outcomes.append(_replay(session, each, answered[_answer_key(each)]))
        elif key in by_key:
            outcomes.append(Accepted(by_key.pop(key), OnPage(each.page_url, each.page_title), created=True))
        else:
            outcomes.append(_compare(each, known.get(key)))
    _remember(session, submissions, outcomes, now)
    return outcomes


def edit(session: Session, comment: Comment, body: str, now: datetime) -> Comment:
    """The author wrote another text: next revision, screened again, whatever was decided of the old one."""
    comment.status = after(Status(comment.status), Change.EDIT).value
    session.add(Revision(comment_id=comment.id, revision=comment.revision, body=comment.body, until=now))
    comment.revision += 1
    comment.body, comment.body_hash = body, text_hash(body)
    comment.screened_at = comment.decided_at = comment.decision_id = None
    comment.report_count = 0  # readers reported another text
    comment.attempts, comment.lease_token, comment.lease_until = 0, None, None
    comment.updated_at = now
    session.add(comment)
    closed = close_case(session, comment, Closed.EDITED, now)
    audit.record(session, [audit.event(comment, Kind.EDITED, now, audit.AUTHOR, closed)])
    return comment


def text_hash(body: str) -> str:
    """The same for the same words, however they are spaced, cased or dressed."""
    folded = " ".join(read(body).tokens) or body.strip()
    return hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _known(session: Session, submissions: Sequence[Submission]) -> dict[Key, tuple[Comment, Page]]:
    keys = {(each.site_id, each.external_id) for each in submissions}
    if not keys:
        return {}
    asked = (
        select(Comment, Page)
        .join(Page, col(Page.id) == col(Comment.page_id))
        .where(tuple_(col(Comment.site_id), col(Comment.external_id)).in_(keys))
    )
    return {(comment.site_id, comment.external_id): (comment, page) for comment, page in session.exec(asked).all()}


def _answered(session: Session, submissions: Sequence[Submission]) -> dict[Key, IdempotentAnswer]:
    keys = {_answer_key(each) for each in submissions if each.idempotency_key is not None}
    if not keys:
        return {}
    one_at_a_time(session, {f"{site_id}:{key_hash}" for site_id, key_hash in keys})
    asked = select(IdempotentAnswer).where(
        tuple_(col(IdempotentAnswer.site_id), col(IdempotentAnswer.key_hash)).in_(keys)
    )
    return {(each.site_id, each.key_hash): each for each in session.exec(asked).all()}


def _answer_key(each: Submission) -> Key:
    if each.idempotency_key is None:
        return each.site_id, ""  # nothing was ever answered to no key
    return each.site_id, hashlib.sha256(each.idempotency_key.encode()).hexdigest()


def comment_row(each: Submission, now: datetime) -> dict[str, Any]:
    """A new comment's row: pending, in its first revision."""
    return {
        "id": new_id(),
        "site_id": each.site_id,
        "external_id": each.external_id,
        "page_id": page_id(each.site_id, each.page_url),
        "author_id": author_key(each.site_id, each.author_id, each.author_email),
        "parent_external_id": each.parent_external_id,
        "body": each.body,
        "body_hash": text_hash(each.body),
        "language": each.language,
        "author_external_id": each.author_id,
        "author_name": each.author_name,
        "author_email": each.author_email,
        "author_url": each.author_url,
        "ip": each.ip,
        "user_agent": each.user_agent,
        "referrer": each.referrer,
        "typed_for_seconds": each.typed_for_seconds,
        "honeypot": each.honeypot,
        "submitted_at": each.submitted_at or now,
        "page_modified_at": each.page_modified_at,
        "received_at": now,
        "updated_at": now,
        "status": Status.PENDING.value,
        "revision": 1,
        "report_count": 0,
        "attempts": 0,
    }


def _pages(submissions: Sequence[Submission], now: datetime) -> list[_Row]:
    titles = {(each.site_id, each.page_url): each.page_title for each in submissions}
    rows = [
        {"id": page_id(site, url), "site_id": site, "url": url, "title": title, "first_seen_at": now}
        for (site, url), title in titles.items()
    ]
    return sorted(rows, key=_by_id)


def _authors(comments: Sequence[_Row], now: datetime) -> list[_Row]:
    known = {each["author_id"]: each for each in comments if each["author_id"]}
    rows = [
        {"id": key, "site_id": each["site_id"], "external_id": each["author_external_id"], "first_seen_at": now}
        for key, each in known.items()
    ]
    return sorted(rows, key=_by_id)


_by_id = itemgetter("id")


def _store(session: Session, submissions: Sequence[Submission], now: datetime) -> list[Fresh]:
    if not submissions:
        return []
    comments = insert_comments(session, [comment_row(each, now) for each in submissions], submissions, now)
    created = [Fresh(**{name: each[name] for name in _SHOWN}) for each in comments]
    audit.record(session, [audit.event(each, Kind.RECEIVED, now, audit.SITE) for each in created])
    return created


def insert_comments(
    session: Session, comments: list[dict[str, Any]], submissions: Sequence[Submission], now: datetime
) -> list[dict[str, Any]]:
    """Rows as comment_row() makes them, with their pages and authors; those that were not here already.

    In one order everywhere, so that two processes never wait for each other in a circle.
    """
    insert_new(session, Page, _pages(submissions, now))
    if authors := _authors(comments, now):
        insert_new(session, Author, authors)
    new = insert_new(session, Comment, sorted(comments, key=itemgetter("site_id", "external_id")))
    if new < len(comments):
        asked = select(Comment.id).where(col(Comment.id).in_([each["id"] for each in comments]))
        here = set(session.exec(asked).all())
        comments = [each for each in comments if each["id"] in here]
    return comments


_SHOWN = tuple(each.name for each in fields(Fresh))


def _compare(each: Submission, found: tuple[Comment, Page] | None) -> Outcome:
    if found is None:  # erased with its author between two statements
        return NotFoundError()
    comment, page = found
    if comment.status == Status.ERASED:
        return CommentErasedError(comment_id=str(comment.id))
    if comment.body == each.body:
        return Accepted(comment, OnPage(page.url, page.title), created=False)
    return DifferentBodyError(
        "This external_id is taken by a comment with another body. "
        f"If its author edited it, send PATCH /v1/comments/{comment.id}.",
        pointer="/external_id",
        comment_id=str(comment.id),
    )


def _replay(session: Session, each: Submission, answer: IdempotentAnswer) -> Outcome:
    if answer.payload_hash != each.payload_hash:
        return IdempotencyKeyReusedError()
    comment = session.get_one(Comment, answer.comment_id)
    page = session.get_one(Page, comment.page_id)
    return Accepted(comment, OnPage(page.url, page.title), created=False, replayed=answer.status)


def _remember(session: Session, submissions: Sequence[Submission], outcomes: Sequence[Outcome], now: datetime) -> None:
    rows: list[dict[str, Any]] = [
        {
            "site_id": each.site_id,
            "key_hash": _answer_key(each)[1],
            "payload_hash": each.payload_hash,
            "comment_id": outcome.comment.id,
            "status": 202 if outcome.created else 200,
            "created_at": now,
        }
        for each, outcome in zip(submissions, outcomes, strict=True)
        if each.idempotency_key is not None and isinstance(outcome, Accepted) and not outcome.replayed
    ]
    if rows:
        insert_new(session, IdempotentAnswer, rows)
