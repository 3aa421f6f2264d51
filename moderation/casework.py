"""What a moderator sees of a case: everything needed to settle it, for many cases in a handful of queries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from moderation.models import Appeal, Case, Comment, Decision, Moderator, Page, Screening, Site


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with everything a moderator needs to settle it."""

    case: Case
    comment: Comment
    page: Page
    screening: Screening | None
    appeal: Appeal | None
    claimed_by: str | None
    standing: Decision | None


def views(session: Session, cases: Sequence[Case]) -> list[CaseView]:
    """What moderators see of these cases, in the same order; a handful of queries, however many."""
    comments = with_pages(session, [case.comment_id for case in cases])
    screenings = _screenings(session, list(comments))
    names = _names(session, {case.claimed_by for case in cases if case.claimed_by})
    appeal_ids = [case.appeal_id for case in cases if case.appeal_id]
    appeals = {
        each.id: each
        for each in (session.exec(select(Appeal).where(col(Appeal.id).in_(appeal_ids))).all() if appeal_ids else ())
    }
    standing = {
        each.case_id: each
        for each in session.exec(
            select(Decision).where(
                col(Decision.case_id).in_([case.id for case in cases]), col(Decision.void_at).is_(None)
            )
        ).all()
    }
    return [
        CaseView(
            case,
            *comments[case.comment_id],
            screening=screenings.get((case.comment_id, comments[case.comment_id][0].revision)),
            appeal=appeals.get(case.appeal_id) if case.appeal_id else None,
            claimed_by=names.get(case.claimed_by) if case.claimed_by else None,
            standing=standing.get(case.id),
        )
        for case in cases
    ]


def sites_of(session: Session, ids: Collection[UUID] | None) -> Sequence[Site]:
    """These sites by name; None: all of them."""
    asked = select(Site).order_by(Site.name)
    return session.exec(asked if ids is None else asked.where(col(Site.id).in_(ids))).all()


def with_pages(session: Session, ids: Collection[UUID]) -> dict[UUID, tuple[Comment, Page]]:
    if not ids:
        return {}
    asked = select(Comment, Page).join(Page, col(Page.id) == col(Comment.page_id)).where(col(Comment.id).in_(ids))
    return {comment.id: (comment, page) for comment, page in session.exec(asked).all()}


def _screenings(session: Session, comment_ids: Collection[UUID]) -> dict[tuple[UUID, int], Screening]:
    asked = select(Screening).where(col(Screening.comment_id).in_(comment_ids)).order_by(col(Screening.id))
    return {(each.comment_id, each.revision): each for each in session.exec(asked).all()}  # the last one stays


def _names(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    found = session.exec(select(Moderator).where(col(Moderator.id).in_(ids))).all() if ids else ()
    return {each.id: each.name for each in found}
