"""What readers and authors say of a comment, and what the author is told."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from api import shapes
from api.guests import TAKES_SITE_KEY, ASiteKey
from moderation import appeals, live, reports, standing
from moderation.database import clock, reading, transaction
from workers import nudge

router = APIRouter(tags=["reports and appeals"], dependencies=[TAKES_SITE_KEY])


@router.post("/v1/comments/{comment_id}/reports", operation_id="reportComment", status_code=201)
def report_comment(site: ASiteKey, comment_id: UUID, sent: shapes.ReportIn | None = None) -> dict[str, Any]:
    """A reader asks for a look. The same reader counts once."""
    asked = sent or shapes.ReportIn(reader=None)
    with transaction() as session:
        report, sites = reports.report(
            session, site.id, comment_id, asked.reader, asked.reason, asked.note, clock(session)
        )
    live.changed([comment_id])
    nudge.deliver(sites)
    return {"id": str(report.id), "comment_id": str(comment_id), "at": shapes.moment(report.at)}


@router.post("/v1/comments/{comment_id}/appeals", operation_id="appealComment", status_code=201)
def appeal_comment(site: ASiteKey, comment_id: UUID, sent: shapes.AppealIn | None = None) -> dict[str, Any]:
    """The author of a rejected comment asks again; somebody else than whoever rejected it decides."""
    with transaction() as session:
        appeal = appeals.appeal(session, site.id, comment_id, sent.reason if sent else None, clock(session))
    live.changed([comment_id])
    return {"id": str(appeal.id), "comment_id": str(comment_id), "at": shapes.moment(appeal.at)}


@router.get("/v1/comments/{comment_id}/statement", operation_id="getStatement")
def get_statement(site: ASiteKey, comment_id: UUID) -> dict[str, Any]:
    """A plain statement of reasons, for the author of a rejected comment."""
    with reading() as session:
        view = standing.views(session, [standing.find(session, site.id, comment_id)])[0]
        return shapes.statement(standing.rejected(view))
