"""Appeals: the author of a rejected comment asks again. Somebody else decides."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from moderation import audit, decisions, queue, standing
from moderation.errors import AppealNotPossibleError
from moderation.models import Appeal, Decision
from moderation.terms import Kind, Status, Why


def appeal(session: Session, site_id: UUID, comment_id: UUID, reason: str | None, now: datetime) -> Appeal:
    """Open a case that whoever rejected the comment cannot decide."""
    comment = standing.find(session, site_id, comment_id, lock=True)
    if (
        comment.status != Status.REJECTED
        or queue.open_case_of(session, comment.id)
        or decisions.unsettled(session, comment_id)
    ):
        raise AppealNotPossibleError
    case = queue.open_case(session, comment, Why.APPEALED, audit.AUTHOR, now)
    made = Appeal(site_id=site_id, comment_id=comment.id, case_id=case.id, reason=reason, at=now)
    rejected_by = session.get(Decision, comment.decision_id) if comment.decision_id else None
    case.appeal_id, case.not_by = made.id, rejected_by.moderator_id if rejected_by else None
    session.add_all((made, case))
    audit.record(session, [audit.event(comment, Kind.APPEALED, now, audit.AUTHOR, {"appeal_id": str(made.id)})])
    return made
