"""The API's own description."""

from collections import Counter

from fastapi.testclient import TestClient

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
