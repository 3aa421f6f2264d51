"""Exports: all that a site has here, for its admins, streamed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from api.guests import TAKES_TOKEN, APerson
from api.written import MEDIA_TYPES, Format, lines
from moderation import exporting, people
from moderation.database import reading
from moderation.errors import FieldInvalidError
from moderation.exporting import What
from moderation.people import ADMINS

router = APIRouter(tags=["administration"], dependencies=[TAKES_TOKEN])


@router.get("/v1/sites/{site_id}/export", operation_id="exportSite", response_class=StreamingResponse)
def export(
    person: APerson,
    site_id: UUID,
    what: What = What.COMMENTS,
    form: Annotated[Format, Query(alias="format")] = Format.JSONL,
) -> StreamingResponse:
    """Comments with all that their writers gave, decisions, or signals, without a cap; as JSON Lines, CSV or WXR."""
    person.must(ADMINS, site_id)
    if form is Format.WXR and what is not What.COMMENTS:
        raise FieldInvalidError("WordPress's format holds comments alone.", pointer="/format")
    with reading() as session:
        people.find_site(session, str(site_id))
    headers = {"Content-Disposition": f'attachment; filename="{what.value}.{form.value}"'}
    documents = exporting.documents(what, site_id)
    return StreamingResponse(lines(documents, form), media_type=MEDIA_TYPES[form], headers=headers)
