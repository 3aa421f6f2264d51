"""The API's own description."""

import re
from collections import Counter
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from api import described
from tests import make

METHODS = {"get", "put", "post", "delete", "patch"}


def operations(client: TestClient) -> dict[tuple[str, str], dict]:
    document = client.get("/openapi.json").json()
    return {
        (method.upper(), path): operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    }


def test_every_operation_has_a_name_of_its_own_and_a_tag(shared: TestClient):
    found = operations(shared)

    below_v1 = {each: operation for each, operation in found.items() if each[1].startswith("/v1/")}
    assert len(below_v1) >= 40
    names = Counter(operation.get("operationId") for operation in found.values())
    assert [name for name, count in names.items() if count > 1 or not name] == []
    assert [each for each, operation in below_v1.items() if not operation.get("tags")] == []
    assert all(name.isidentifier() for name in names), "a client makes methods of them"


def test_everything_that_the_contract_names_is_there(shared: TestClient):
    found = {(method, path.replace("{", "").replace("}", "")) for method, path in operations(shared)}

    wanted = {
        ("POST", "/v1/comments"),
        ("POST", "/v1/comments/batch"),
        ("GET", "/v1/comments/comment_id"),
        ("GET", "/v1/comments"),
        ("PATCH", "/v1/comments/comment_id"),
        ("DELETE", "/v1/comments/comment_id"),
        ("DELETE", "/v1/authors/author_id"),
        ("POST", "/v1/comments/comment_id/reports"),
        ("POST", "/v1/comments/comment_id/appeals"),
        ("GET", "/v1/comments/comment_id/statement"),
        ("GET", "/v1/webhook"),
        ("PUT", "/v1/webhook"),
        ("POST", "/v1/webhook/rotate"),
        ("POST", "/v1/webhook/test"),
        ("GET", "/v1/deliveries"),
        ("POST", "/v1/deliveries/delivery_id/redeliver"),
        ("GET", "/v1/outcomes"),
        ("GET", "/v1/queue"),
        ("POST", "/v1/queue/claims"),
        ("DELETE", "/v1/queue/claims/case_id"),
        ("POST", "/v1/cases/case_id/decision"),
        ("POST", "/v1/decisions"),
        ("GET", "/v1/decisions"),
        ("DELETE", "/v1/decisions/decision_id"),
        ("GET", "/v1/comments/comment_id/history"),
        ("GET", "/v1/stream"),
        ("GET", "/v1/health"),
        ("GET", "/v1/sites"),
        ("GET", "/livez"),
        ("GET", "/readyz"),
        ("GET", "/metrics"),
    }
    assert wanted - found == set()


def test_every_operation_below_v1_says_that_it_takes_a_key(shared: TestClient):
    unguarded = [
        each
        for each, operation in operations(shared).items()
        if each[1].startswith("/v1/") and not operation["security"]
    ]

    assert unguarded == []


def test_every_failure_below_v1_is_described_as_a_problem(shared: TestClient):
    for (_, path), operation in operations(shared).items():
        if path.startswith("/v1/"):
            assert set(operation["responses"]) >= {"4XX", "5XX"}
            assert "422" not in operation["responses"], "FastAPI's own shape is not what is answered"


def test_every_reference_leads_somewhere(shared: TestClient):
    text = shared.get("/openapi.json").text
    known = shared.get("/openapi.json").json()["components"]["schemas"]

    assert set(re.findall(r'"#/components/schemas/(\w+)"', text)) <= set(known)


def test_every_shape_belongs_to_an_operation(shared: TestClient):
    names = {operation.get("operationId") for operation in operations(shared).values()}

    assert set(described.SHAPES) <= names


def held_to(operation: str, answer: Response) -> dict:
    """What was answered, with nothing missing and nothing that the description does not name."""
    shape, document = described.SHAPES[operation], answer.json()
    assert answer.status_code < 300, answer.text
    shown = shape.model_validate(document).model_dump(mode="json")
    assert _names(document) <= _names(shown)
    return document


def _names(value: Any, at: str = "") -> set[str]:
    if isinstance(value, dict):
        return {f"{at}.{name}" for name in value} | {
            each for name, inner in value.items() for each in _names(inner, f"{at}.{name}")
        }
    return {each for inner in value for each in _names(inner, at)} if isinstance(value, list) else set()


def test_answers_are_what_the_description_says(client: TestClient):
    site, mia = make.site(), make.moderator("mia")
    rows = [make.comment(f"c-{number}", make.PROFANE) for number in range(3)]
    batch = client.post("/v1/comments/batch", json={"items": [*rows, {"body": 5}]}, headers=site.headers)
    held_to("submitBatch", batch)
    make.work()
    held_to("listComments", client.get("/v1/comments", headers=site.headers))
    held_to("setWebhook", client.put("/v1/webhook", json={"url": "https://1.1.1.1/"}, headers=site.headers))
    held_to("getWebhook", client.get("/v1/webhook", headers=site.headers))
    held_to("rotateWebhookSecret", client.post("/v1/webhook/rotate", headers=site.headers))
    sent = held_to("testWebhook", client.post("/v1/webhook/test", headers=site.headers))
    held_to("listDeliveries", client.get("/v1/deliveries", headers=site.headers))
    held_to("redeliver", client.post(f"/v1/deliveries/{sent['id']}/redeliver", headers=site.headers))
    held_to("listQueue", client.get("/v1/queue", headers=mia.headers))
    first, second = held_to("claimCases", client.post("/v1/queue/claims", json={"count": 2}, headers=mia.headers))[
        "items"
    ]
    held_to("getCase", client.get(f"/v1/cases/{first['id']}", headers=mia.headers))
    decided = {"action": "approve", "revision": 1}
    made = client.post(f"/v1/cases/{first['id']}/decision", json=decided, headers=mia.headers)
    held_to("undoDecision", client.delete(f"/v1/decisions/{held_to('decideCase', made)['id']}", headers=mia.headers))
    client.post(f"/v1/cases/{second['id']}/decision", json=decided, headers=mia.headers)
    held_to("listDecisions", client.get("/v1/decisions", headers=mia.headers))
    held_to("eraseAuthor", client.delete("/v1/authors/author-of-c-0", headers=site.headers))
    held_to("listOutcomes", client.get("/v1/outcomes", headers=site.headers))
    refused = client.get("/v1/comments?limit=0", headers=site.headers)
    assert described.Problem.model_validate(refused.json()).status == refused.status_code
    assert refused.headers["content-type"] == described.PROBLEM
