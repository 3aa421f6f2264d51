"""What is around a comment: its thread, its earlier texts, screenings, decisions, reports, and notes of colleagues."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from moderation import notes
from moderation.models import Comment, Decision, Moderator, Note, Report, Revision, Screening

MOST_ABOVE = 5  # parents; a thread may be endless, or a circle
MOST_BELOW = 5
MOST_SHOWN = 20
LOOKED_THROUGH = 2_000


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything bounded; lists of things that happened begin with the oldest."""

    above: Sequence[Comment]  # the thread from its top down to the parent
    below: Sequence[Comment]  # first answers
    revisions: Sequence[Revision]  # earlier texts
    screenings: Sequence[Screening]
    decisions: Sequence[tuple[Decision, str]]  # with the moderator's name
    reports: Sequence[Report]
    notes: Sequence[tuple[Note, str]]


def of(session: Session, comment: Comment) -> Surroundings:
    return Surroundings(
        above=_above(session, comment),
        below=_below(session, comment),
        revisions=_revisions(session, comment.id),
        screenings=_screenings(session, comment.id),
        decisions=_decisions(session, comment.id),
        reports=_reports(session, comment.id),
        notes=notes.of(session, comment.id),
    )


def _above(session: Session, comment: Comment) -> list[Comment]:
    found: list[Comment] = []
    named, seen = comment.parent_external_id, {comment.external_id}
    while named and named not in seen and len(found) < MOST_ABOVE:
        seen.add(named)
        parent = session.exec(
            select(Comment).where(Comment.site_id == comment.site_id, Comment.external_id == named)
        ).one_or_none()
        if parent is None:
            break
        found.append(parent)
        named = parent.parent_external_id
    return found[::-1]


def _below(session: Session, comment: Comment) -> Sequence[Comment]:
    """Among what came next to the same article: an index finds it, and a busy article has no end."""
    asked = select(Comment.id, Comment.parent_external_id).where(
        Comment.page_id == comment.page_id, col(Comment.id) > comment.id
    )
    after = asked.order_by(col(Comment.id)).limit(LOOKED_THROUGH).subquery()
    answers = select(after.c.id).where(after.c.parent_external_id == comment.external_id).limit(MOST_BELOW)
    return session.exec(select(Comment).where(col(Comment.id).in_(answers)).order_by(col(Comment.id))).all()


def _screenings(session: Session, comment_id: UUID) -> Sequence[Screening]:
    asked = select(Screening).where(Screening.comment_id == comment_id).order_by(col(Screening.id).desc())
    return session.exec(asked.limit(MOST_SHOWN)).all()[::-1]


def _reports(session: Session, comment_id: UUID) -> Sequence[Report]:
    asked = select(Report).where(Report.comment_id == comment_id).order_by(col(Report.id).desc())
    return session.exec(asked.limit(MOST_SHOWN)).all()[::-1]


def _revisions(session: Session, comment_id: UUID) -> Sequence[Revision]:
    asked = select(Revision).where(Revision.comment_id == comment_id).order_by(col(Revision.revision).desc())
    return session.exec(asked.limit(MOST_SHOWN)).all()[::-1]


def _decisions(session: Session, comment_id: UUID) -> Sequence[tuple[Decision, str]]:
    asked = select(Decision, Moderator.name).join(Moderator, col(Moderator.id) == col(Decision.moderator_id))
    found = session.exec(
        asked.where(Decision.comment_id == comment_id).order_by(col(Decision.id).desc()).limit(MOST_SHOWN)
    )
    return [(decision, name) for decision, name in found.all()][::-1]
