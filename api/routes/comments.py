"""A site's comments: submit, look, edit, erase."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import http_sf
from fastapi import APIRouter, FastAPI, Header, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema
from sqlmodel import col, select
from starlette.concurrency import run_in_threadpool
from starlette.types import Scope

from api import cursors, fields, overload, quota, shapes
from api.collector import Collector
from api.errors import problem_of_validation
from api.express import Express
from api.guests import TAKES_SITE_KEY, ASiteKey, site_of
from api.waiting import Waiting, seconds_to_wait
from moderation import erasure, intake, live, standing
from moderation.database import clock, reading, transaction
from moderation.errors import IdempotencyKeyInvalidError, ModerationError
from moderation.ids import page_id
from moderation.models import Comment
from moderation.submissions import Accepted, Seen, Submission
from moderation.terms import Status
from workers import nudge

router = APIRouter(tags=["comments"], dependencies=[TAKES_SITE_KEY])

BODY_BYTES = 512 * 1024  # 20,000 characters, each as a pair of \uXXXX escapes, and everything around them
BATCH_BYTES = 32 * 1024 * 1024
LONGEST_KEY = 255
Prefer = Annotated[
    list[str] | None,
    Header(description="wait=N: wait up to N seconds (30 at most) for the verdict"),
    WithJsonSchema({"type": "string"}),  # one is enough, and a generated client cannot send several
]
Limit = Annotated[int, Query(ge=1, le=200)]
Named = Annotated[fields.Storable | None, Query(max_length=fields.LONGEST_ID)]


class BatchIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    items: list[Any] = Field(min_length=1, max_length=shapes.MOST_IN_BATCH, description="Each like POST /v1/comments")


class _Submitting(Express):
    async def take(self, scope: Scope, sent: shapes.CommentIn) -> Response:
        site = site_of(scope["state"]["guest"])
        overload.refuse_if_overloaded()
        headers = quota.spend(site.id, 1)
        outcome = await _stored(scope["app"], shapes.submission(site.id, sent))
        if outcome.created:
            return JSONResponse(shapes.just_received(outcome.comment, outcome.page), 202, headers)
        return await _answer(headers, outcome.comment)


lane = APIRouter(tags=["comments"], dependencies=[TAKES_SITE_KEY], route_class=_Submitting)


@lane.post(
    "/v1/comments",
    operation_id="submitComment",
    status_code=202,
    response_model=shapes.CommentOut,
    responses={200: {"model": shapes.CommentOut, "description": "Here already, or screened while you waited"}},
    max_body_size=BODY_BYTES,
)
async def submit(
    request: Request,
    response: Response,
    site: ASiteKey,
    sent: shapes.CommentIn,
    prefer: Prefer = None,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> Any:
    """Take it in: 202 once it is on disk, and screened after that. The same external_id again changes nothing."""
    overload.refuse_if_overloaded()
    response.headers.update(quota.spend(site.id, 1))
    key = _idempotency_key(idempotency_key)
    payload = hashlib.sha256(await request.body()).hexdigest() if key else ""
    outcome = await _stored(request.app, shapes.submission(site.id, sent, key, payload))
    seconds = seconds_to_wait(prefer)
    if seconds:
        response.headers["Preference-Applied"] = f"wait={seconds}"
        await _wait(request, outcome.comment, seconds)
        return await _answer(response.headers, outcome.comment, while_pending=202)
    if outcome.created or outcome.replayed == 202:  # noqa: PLR2004 - the status it was answered with
        return JSONResponse(shapes.just_received(outcome.comment, outcome.page), 202, dict(response.headers))
    return await _answer(response.headers, outcome.comment)


@router.post("/v1/comments/batch", operation_id="submitBatch", status_code=202, max_body_size=BATCH_BYTES)
async def submit_batch(request: Request, site: ASiteKey, sent: BatchIn) -> Any:
    """Up to 1,000 at once, one result a row; a bad row does not sink the others."""
    overload.refuse_if_overloaded()
    headers = quota.spend(site.id, len(sent.items))
    rows = [_parsed(site.id, each) for each in sent.items]
    good = [each for each in rows if isinstance(each, Submission)]
    outcomes = iter(await _collector(request.app).submit(good) if good else [])
    answered = [next(outcomes) if isinstance(each, Submission) else each for each in rows]
    here = [each.comment for each in answered if isinstance(each, Accepted) and not each.created]
    shown = await run_in_threadpool(_many_shown, here) if here else {}
    items = [_row(item, each, shown) for item, each in zip(sent.items, answered, strict=True)]
    return JSONResponse({"items": items}, 202, headers)


@router.get("/v1/comments", operation_id="listComments")
def list_comments(
    request: Request,
    response: Response,
    site: ASiteKey,
    external_id: Named = None,
    status: Status | None = None,
    page_url: Annotated[fields.Storable | None, Query(max_length=fields.LONGEST_URL)] = None,
    author_id: Named = None,
    updated_since: fields.Since | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> Any:
    """Where they stand: newest first; with 'updated_since', in the order of their last change."""
    wanted = standing.Wanted(
        external_id=external_id,
        status=status,
        page_id=page_id(site.id, page_url) if page_url else None,
        author_ids=erasure.author_ids(site.id, author_id) if author_id else None,
        updated_since=updated_since,
    )
    listing = ("comments", site.id, external_id, status, page_url, author_id, updated_since)
    after: Any = cursors.read(cursor, listing, (datetime, UUID))
    with reading() as session:
        comments = standing.listed(session, site.id, wanted, after, limit + 1)
        views = standing.views(session, comments[:limit])
    more = (
        cursors.write(listing, (comments[limit - 1].updated_at, comments[limit - 1].id))
        if len(comments) > limit
        else None
    )
    return cursors.page(request, response, [shapes.for_site(each) for each in views], more)


@router.get("/v1/comments/{comment_id}", operation_id="getComment", response_model=shapes.CommentOut)
async def get_comment(
    request: Request, response: Response, site: ASiteKey, comment_id: UUID, prefer: Prefer = None
) -> Any:
    """Where it stands: status, and the verdict's labels and scores."""
    comment = await run_in_threadpool(_find, site.id, comment_id)
    seconds = seconds_to_wait(prefer)
    if seconds:
        response.headers["Preference-Applied"] = f"wait={seconds}"
        await _wait(request, comment, seconds)
    return await _answer(response.headers, comment)


@router.patch("/v1/comments/{comment_id}", operation_id="editComment", response_model=shapes.CommentOut)
async def edit_comment(
    request: Request, response: Response, site: ASiteKey, comment_id: UUID, sent: shapes.EditIn, prefer: Prefer = None
) -> Any:
    """Its author edited it: next revision, screened again. The same text again changes nothing."""
    comment = await run_in_threadpool(_edit, site.id, comment_id, sent.body)
    seconds = seconds_to_wait(prefer)
    if seconds:
        response.headers["Preference-Applied"] = f"wait={seconds}"
        await _wait(request, comment, seconds)
    return await _answer(response.headers, comment)


@router.delete("/v1/comments/{comment_id}", operation_id="eraseComment", status_code=204)
def erase_comment(site: ASiteKey, comment_id: UUID) -> None:
    """When its author asks: text, names, addresses and evidence go; that it was here, and what was decided, stays."""
    with transaction() as session:
        comment, sites = erasure.erase(session, site.id, comment_id, clock(session))
    nudge.deliver(sites)
    live.changed([comment.id])


@router.delete("/v1/authors/{author_id:path}", operation_id="eraseAuthor", tags=["authors"])
def erase_author(site: ASiteKey, author_id: fields.Id) -> dict[str, int]:
    """Erase everything that this writer wrote on your site. 'author_id' is the id that you sent."""
    erased = 0
    while True:
        with transaction() as session:
            comments, sites = erasure.erase_author(session, site.id, author_id, clock(session))
        if not comments:
            return {"erased": erased}
        erased += len(comments)
        nudge.deliver(sites)
        live.changed([each.id for each in comments])


async def _answer(headers: Mapping[str, str], comment: Seen, while_pending: int = 200) -> Response:
    """The comment as it stands. Rendered here: checking our own answer against its model costs more than making it."""
    shown = await run_in_threadpool(_shown, comment)
    status = while_pending if shown["status"] == Status.PENDING else 200
    return JSONResponse(shown, status, dict(headers))


async def _wait(request: Request, comment: Seen, seconds: int) -> None:
    waiting: Waiting = request.app.state.waiting
    if comment.status == Status.PENDING:
        await waiting.verdicts([comment.id], seconds)


def _collector(app: FastAPI) -> Collector:
    return app.state.collector


async def _stored(app: FastAPI, submission: Submission) -> Accepted:
    outcome = (await _collector(app).submit([submission]))[0]
    if isinstance(outcome, ModerationError):
        raise outcome
    return outcome


def _edit(site_id: UUID, comment_id: UUID, body: str) -> Comment:
    with transaction() as session:
        comment = standing.find(session, site_id, comment_id, lock=True)
        if comment.body == body and comment.status != Status.ERASED:
            return comment
        intake.edit(session, comment, body, clock(session))
    nudge.screen([(comment.id, len(body))])
    live.changed([comment.id])
    return comment


def _find(site_id: UUID, comment_id: UUID) -> Comment:
    with reading() as session:
        return standing.find(session, site_id, comment_id)


def _shown(comment: Seen) -> dict[str, Any]:
    return _many_shown([comment])[comment.id]


def _many_shown(comments: Sequence[Seen]) -> dict[UUID, dict[str, Any]]:
    with reading() as session:
        asked = select(Comment).where(col(Comment.id).in_({each.id for each in comments}))
        fresh = session.exec(asked).all()
        return {view.comment.id: shapes.for_site(view) for view in standing.views(session, fresh)}


def _parsed(site_id: UUID, item: Any) -> Submission | dict[str, Any]:
    try:
        return shapes.submission(site_id, shapes.CommentIn.model_validate(item))
    except ValidationError as broken:
        return problem_of_validation(broken)


def _row(item: Any, answered: Any, shown: dict[UUID, dict[str, Any]]) -> dict[str, Any]:
    sent_id = item.get("external_id") if isinstance(item, dict) else None
    if isinstance(answered, dict):
        known = (
            sent_id if isinstance(sent_id, str) and len(sent_id) <= fields.LONGEST_ID and _encodable(sent_id) else None
        )
        return {"external_id": known, "status": answered["status"], "comment": None, "problem": answered}
    if isinstance(answered, Accepted) and answered.created:
        return shapes.row(sent_id, answered, shapes.just_received(answered.comment, answered.page))
    return shapes.row(sent_id, answered, shown.get(answered.comment.id) if isinstance(answered, Accepted) else None)


def _encodable(text: str) -> bool:
    return text.isprintable()


def _idempotency_key(sent: str | None) -> str | None:
    """Quoted, as the draft says (a structured field's string), or bare, as most clients send it."""
    if sent is None:
        return None
    try:
        item: Any = http_sf.parse(sent.encode("ascii"), tltype="item") if sent.startswith('"') else (sent, {})
        key: Any = item[0]
    except (ValueError, UnicodeError) as broken:
        raise IdempotencyKeyInvalidError from broken
    if not isinstance(key, str) or not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise IdempotencyKeyInvalidError
    return key
