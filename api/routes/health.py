"""For operators: alive, ready, how it is going; and what our problem types mean."""

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from api.errors import MEANINGS, STATUS, kind_of
from api.guests import TAKES_TOKEN, APerson
from moderation import health
from moderation.errors import NotFoundError
from moderation.health import Level
from moderation.people import WATCHES

router = APIRouter(tags=["operations"])


@router.get("/livez", operation_id="alive", response_class=PlainTextResponse)
async def alive() -> str:
    """This process answers; nothing else is asked."""
    return "ok"


@router.get("/readyz", operation_id="ready")
def ready(verbose: bool = False) -> Response:
    """200 when requests make sense; 503 names the parts that are not ready."""
    parts = health.ready()
    missing = [part.name for part in parts if part.level is Level.FAIL]
    shown: dict[str, Any] = {"ready": not missing, "not_ready": missing}
    if verbose:
        shown["parts"] = {part.name: part.shows for part in parts}
    return JSONResponse(shown, 503 if missing else 200)


@router.get("/metrics", operation_id="metrics", response_class=PlainTextResponse)
def prometheus() -> Response:
    """For Prometheus."""
    from api import metrics

    return Response(metrics.render(), media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/v1/health", operation_id="health", dependencies=[TAKES_TOKEN])
def full(person: APerson) -> dict[str, Any]:
    """Workers, queues, what waits and what failed. 200 whatever it says: the status is in the body."""
    person.must(WATCHES)
    parts = health.theirs(person, health.report())
    return {
        "status": health.worst(parts).value,
        "parts": [
            {"name": part.name, "status": part.level.value, "shows": part.shows, "limit": part.limit} for part in parts
        ],
    }


@router.get("/problems/{kind}", operation_id="describeProblem", include_in_schema=False)
def describe(kind: str) -> dict[str, Any]:
    """What a problem's 'type' leads to."""
    for error, status in STATUS.items():
        if kind_of(error) == kind:
            return {"type": f"/problems/{kind}", "status": status, "meaning": error.__doc__}
    if kind in MEANINGS:
        return {"type": f"/problems/{kind}", "meaning": MEANINGS[kind]}
    raise NotFoundError("There is no such problem.")
