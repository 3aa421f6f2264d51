"""Erasure: the text and the writer's data go, for good; the events stay and hold neither."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, update
from sqlmodel import Session, col, select

from moderation import alike, audit, callbacks, queue, standing, webhooks
from moderation.dialects import locked
from moderation.ids import author_key
from moderation.models import (
    Appeal,
    Author,
    Case,
    Comment,
    Decision,
    IdempotentAnswer,
    Note,
    Report,
    Revision,
    Screening,
)
from moderation.states import after
from moderation.terms import Change, Closed, Kind, Status

CHUNK = 200  # comments erased in one transaction


def erase(session: Session, site_id: UUID, comment_id: UUID, now: datetime) -> tuple[Comment, set[UUID]]:
    """Erase one; erasing again changes nothing. Also the sites to nudge."""
    comment = standing.find(session, site_id, comment_id, lock=True)
    if comment.status == Status.ERASED:
        return comment, set()
    return comment, _erase(session, [comment], now)


def erase_author(session: Session, site_id: UUID, named: str, now: datetime) -> tuple[list[Comment], set[UUID]]:
    """Erase the next CHUNK of a writer's comments; call again until none is left. 'named': the site's id, or ours."""
    ids = author_ids(site_id, named)
    asked = select(Comment).where(
        Comment.site_id == site_id, col(Comment.author_id).in_(ids), Comment.status != Status.ERASED.value
    )
    comments = list(session.execute(locked(asked.order_by(col(Comment.id)).limit(CHUNK))).scalars())
    return comments, _erase(session, comments, now)


def author_ids(site_id: UUID, named: str) -> list[UUID]:
    """Ours for the site's id of an author; an id that is already ours stands for itself."""
    derived = author_key(site_id, named, None)
    try:
        own = [UUID(named)]
    except ValueError:
        own = []
    return [*own, *([derived] if derived else [])]


def _erase(session: Session, comments: list[Comment], now: datetime) -> set[UUID]:
    authors = {each.author_id for each in comments if each.author_id}
    closed: dict[UUID, dict[str, str]] = {}
    for comment in comments:
        comment.status = after(Status(comment.status), Change.ERASE).value
        comment.body, comment.body_hash, comment.language = "", "", None
        comment.author_external_id = comment.author_name = comment.author_email = comment.author_url = None
        comment.ip = comment.user_agent = comment.referrer = comment.honeypot = comment.typed_for_seconds = None
        comment.author_id = None
        comment.lease_token = comment.lease_until = None
        comment.updated_at = now
        session.add(comment)
        closed[comment.id] = queue.close_case(session, comment, Closed.ERASED, now)
    session.flush()
    ids = [each.id for each in comments]
    alike.forget(session, ids)
    callbacks.forget(session, ids)
    session.execute(delete(IdempotentAnswer).where(col(IdempotentAnswer.comment_id).in_(ids)))
    session.execute(update(Appeal).where(col(Appeal.comment_id).in_(ids)).values(reason=None))
    session.execute(update(Report).where(col(Report.comment_id).in_(ids)).values(reason=None, note=None))
    session.execute(update(Decision).where(col(Decision.comment_id).in_(ids)).values(note=None))
    session.execute(delete(Revision).where(col(Revision.comment_id).in_(ids)))
    session.execute(delete(Note).where(col(Note.comment_id).in_(ids)))
    session.execute(update(Case).where(col(Case.comment_id).in_(ids)).values(language=None, author_id=None))
    _forget_authors(session, authors)
    _forget_evidence(session, ids)
    audit.record(session, [audit.event(each, Kind.ERASED, now, audit.SITE, closed[each.id]) for each in comments])
    return webhooks.enqueue(session, [(each, None) for each in comments], now)


def _forget_authors(session: Session, ids: set[UUID]) -> None:
    """Who has no comment left is nobody here."""
    gone = col(Author.id).in_(ids) & ~exists().where(col(Comment.author_id) == col(Author.id))
    session.execute(update(Author).where(gone).values(external_id=None).execution_options(synchronize_session=False))


def _forget_evidence(session: Session, ids: list[UUID]) -> None:
    """Signals quote the text and tell what it was like: scores stay, the rest goes."""
    for screening in session.exec(select(Screening).where(col(Screening.comment_id).in_(ids))).all():
        screening.signals = [
            {name: value for name, value in signal.items() if name != "cluster"} | {"evidence": [], "spans": []}
            for signal in screening.signals
        ]
        session.add(screening)
