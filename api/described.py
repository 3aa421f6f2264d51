"""The API's description where FastAPI cannot know: what answers look like, and that a failure is a problem document.

Answers are made as plain dicts (checking our own costs more than making them); tests hold them against these shapes.
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from fastapi import FastAPI
from pydantic import BaseModel, Field, create_model
from pydantic.json_schema import models_json_schema

from api.shapes import CommentOut, PageOut
from moderation.terms import DeliveryState, Status

PROBLEM = "application/problem+json"
_REF = "#/components/schemas/{model}"


class ProblemField(BaseModel):
    pointer: str | None = None
    parameter: str | None = None
    detail: str
    type: str | None = None


class Problem(BaseModel):
    """RFC 9457. 'type' is stable, and an address on this host that explains it; some have further fields."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemField] | None = None


class BatchRow(BaseModel):
    external_id: str | None
    status: int
    comment: CommentOut | None
    problem: Problem | None


class BatchOut(BaseModel):
    items: list[BatchRow]


class WebhookOut(BaseModel):
    url: str
    secret: str
    old_secret_until: datetime | None
    disabled_at: datetime | None
    disabled_why: str | None
    failures: int
    failing_since: datetime | None
    resting_until: datetime | None


class DeliveryOut(BaseModel):
    id: UUID
    webhook_id: str
    type: str
    comment_id: UUID | None
    state: DeliveryState
    attempts: int
    created_at: datetime
    next_at: datetime | None
    delivered_at: datetime | None
    last_status: int | None
    last_error: str | None


class ErasedOut(BaseModel):
    erased: int


class DecisionOut(BaseModel):
    id: UUID
    case_id: UUID
    comment_id: UUID
    revision: int
    action: Literal["approve", "reject"]
    reason: str | None
    note: str | None
    moderator: str
    at: datetime
    undo_until: datetime
    settled_at: datetime | None
    overturns: UUID | None
    overturned_at: datetime | None


class CasePageOut(PageOut):
    modified_at: datetime | None = Field(description="When it had last changed by then, if the site said so")


class CaseCommentOut(BaseModel):
    id: UUID
    external_id: str
    parent_external_id: str | None
    status: Status
    revision: int
    body: str
    language: str | None
    author: dict[str, Any]
    page: CasePageOut
    submitted_at: datetime
    signals: list[dict[str, Any]]
    verdict: dict[str, Any] | None


class CaseOut(BaseModel):
    id: UUID
    site_id: UUID
    comment: CaseCommentOut
    why: str
    checks: list[str]
    priority: float = Field(description="Hours")
    opened_at: datetime
    closed_at: datetime | None
    closed_as: str | None
    revision: int
    reports: int
    appeal: dict[str, Any] | None
    claimed_by: str | None
    claimed_until: datetime | None
    decision: DecisionOut | None


class CountsOut(BaseModel):
    open: int
    more: bool


class ClaimedOut(BaseModel):
    items: list[CaseOut]


def _page(name: str, item: type[BaseModel], **more: Any) -> type[BaseModel]:
    return create_model(name, items=(list[item], ...), next=(str | None, ...), **more)  # type: ignore[valid-type] # made here


CommentPage = _page("CommentPage", CommentOut)
DeliveryPage = _page("DeliveryPage", DeliveryOut)
DecisionPage = _page("DecisionPage", DecisionOut)
CasePage = _page("CasePage", CaseOut, counts=(CountsOut, ...))

# By operation.
SHAPES: dict[str, type[BaseModel]] = {
    "submitBatch": BatchOut,
    "listComments": CommentPage,
    "listOutcomes": CommentPage,
    "eraseAuthor": ErasedOut,
    "getWebhook": WebhookOut,
    "setWebhook": WebhookOut,
    "rotateWebhookSecret": WebhookOut,
    "testWebhook": DeliveryOut,
    "redeliver": DeliveryOut,
    "listDeliveries": DeliveryPage,
    "listQueue": CasePage,
    "claimCases": ClaimedOut,
    "getCase": CaseOut,
    "decideCase": DecisionOut,
    "undoDecision": DecisionOut,
    "listDecisions": DecisionPage,
}


def install(app: FastAPI) -> None:
    """Have the description say so."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(plain())
        return app.openapi_schema

    app.openapi = described


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    models = {*SHAPES.values(), Problem}
    _, made = models_json_schema([(each, "serialization") for each in models], ref_template=_REF)
    document["components"]["schemas"] = made["$defs"] | document["components"]["schemas"]
    problem = {
        "description": "What went wrong",
        "content": {PROBLEM: {"schema": {"$ref": _REF.format(model=Problem.__name__)}}},
    }
    for path, operations in document["paths"].items():
        for operation in operations.values():
            shape = SHAPES.get(operation.get("operationId", ""))
            for status, answer in operation["responses"].items():
                if shape and status in {"200", "201", "202"}:
                    answer["content"] = {"application/json": {"schema": {"$ref": _REF.format(model=shape.__name__)}}}
            if path.startswith("/v1/"):
                operation["responses"].pop("422", None)
                operation["responses"] |= {"4XX": problem, "5XX": problem}
    return document
