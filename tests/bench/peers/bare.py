"""The limit: an endpoint with the same validation and the same answer, which stores nothing."""

from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from api.shapes import CommentIn
from moderation.ids import new_id

app = FastAPI()


@app.post("/v1/comments", status_code=202)
async def submit(sent: CommentIn) -> Any:
    shown = {
        "id": str(new_id()),
        "external_id": sent.external_id,
        "status": "pending",
        "revision": 1,
        "page": {"url": sent.page.url, "title": sent.page.title},
        "author": {"id": sent.author.id, "name": sent.author.name, "url": sent.author.url},
        "parent_external_id": sent.parent_external_id,
        "submitted_at": datetime.now(UTC).isoformat(),
        "screened_at": None,
        "decided_at": None,
        "verdict": None,
        "decision": None,
    }
    return JSONResponse(shown, 202)
