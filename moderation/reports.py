"""Reports: a reader asks for a look. The case rises with each; enough of them take the comment down until decided."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from moderation import audit, decisions, queue, standing, webhooks
from moderation.errors import CommentErasedError
from moderation.models import Case, Comment, Report
from moderation.terms import Kind, Status, Why


def report(
    session: Session,
    site_id: UUID,
    comment_id: UUID,
    reader: str | None,
    reason: str | None,
    note: str | None,
    now: datetime,
) -> tuple[Report, set[UUID]]:
    """Write a report down and open or raise the case. The same reader counts once. Also the sites to nudge."""
    comment = standing.find(session, site_id, comment_id, lock=True)
    if comment.status == Status.ERASED:
        raise CommentErasedError
    earlier = _by_reader(session, comment, reader)
    if earlier:
        return earlier, set()
    made = Report(
        site_id=site_id,
        comment_id=comment.id,
        revision=comment.revision,
        reader=reader,
        reason=reason,
        note=note,
        at=now,
    )
    session.add(made)
    comment.report_count += 1
    session.add(comment)
    audit.record(session, [audit.event(comment, Kind.REPORTED, now, audit.READER, {"report_id": str(made.id)})])
    case = queue.open_case_of(session, comment.id)
    unsettled = decisions.unsettled(session, comment.id)
    if case is None and unsettled:  # it may still be undone, and then its case is open again: that one rises
        decided = session.get_one(Case, unsettled.case_id)
        queue.raise_case(decided)
        session.add(decided)
        return made, set()
    if case is None and comment.status == Status.APPROVED:
        case = queue.open_case(session, comment, Why.REPORTED, audit.READER, now)
    if case is None:
        return made, set()  # pending: its case opens when it is screened; rejected: nobody sees it anyway
    queue.raise_case(case)
    session.add(case)
    if not decisions.take_down(session, comment, case, now):
        return made, set()
    return made, webhooks.enqueue(session, [(comment, "reported")], now)


def _by_reader(session: Session, comment: Comment, reader: str | None) -> Report | None:
    if reader is None:
        return None
    asked = select(Report).where(
        Report.comment_id == comment.id, Report.revision == comment.revision, Report.reader == reader
    )
    return session.exec(asked).one_or_none()
