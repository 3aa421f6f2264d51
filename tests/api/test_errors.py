"""Every way of failing ends in a problem document that leads somewhere."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from api import errors, guests, overload
from api.main import create_app
from moderation import database
from moderation import errors as rules
from tests import make
from tests.api import calls

NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"


def kinds(of: type[rules.ModerationError]) -> set[type[rules.ModerationError]]:
    below = set(of.__subclasses__())
    return below.union(*(kinds(each) for each in below))


def test_every_broken_rule_has_a_status_and_no_status_is_left_over():
    found = kinds(rules.ModerationError)

    assert len(found) > 20
    assert found == set(errors.STATUS)
    assert all(400 <= status < 600 for status in errors.STATUS.values())
    assert all(each.__doc__ for each in found), "the docstring is what a client reads"


def test_every_broken_rule_is_explained_under_its_type(shared: TestClient):
    for error, status in errors.STATUS.items():
        document = errors.problem_of(error())
        found = shared.get(document["type"])
        assert found.status_code == 200, document["type"]
        assert found.json()["status"] == status == document["status"]
        assert found.json()["meaning"]


def test_every_type_that_an_answer_names_leads_somewhere(shared: TestClient):
    site = make.site("Types")
    json_type = {"Content-Type": "application/json"}
    answers = [
        shared.get("/v1/comments"),
        shared.get("/nowhere"),
        shared.put("/livez"),
        shared.post("/v1/comments", content=b"{", headers={**site.headers, **json_type}),
        shared.post("/v1/comments", content=b"\xff", headers={**site.headers, **json_type}),
        shared.post("/v1/comments", json={}, headers=site.headers),
        shared.post("/v1/comments", content=b"x" * 1_000_000, headers={**site.headers, **json_type}),
        shared.get("/v1/queue", headers=site.headers),
    ]

    types = {answer.json()["type"] for answer in answers if answer.headers["content-type"].endswith("json")}

    assert len(types) >= 6
    assert {each: shared.get(each).status_code for each in types} == dict.fromkeys(types, 200)


def test_an_unknown_address_is_a_problem(shared: TestClient):
    site = make.site("Unknown")

    calls.problem(shared.get("/nowhere"), 404)
    calls.problem(shared.get("/v1/nowhere", headers=site.headers), 404)
    calls.problem(shared.get("/problems/nothing-of-ours"), 404)


def test_a_method_that_is_not_there_says_which_are(shared: TestClient):
    site = make.site("Methods")

    for method, path in (("PUT", "/livez"), ("DELETE", "/v1/comments"), ("POST", "/v1/webhook")):
        answer = shared.request(method, path, headers=site.headers)
        calls.problem(answer, 405, "method-not-allowed")
        assert "GET" in answer.headers["Allow"]


def test_every_answer_has_an_id_for_the_log_and_is_not_to_be_guessed_at(shared: TestClient):
    site = make.site("Headers")

    for answer in (shared.get("/livez"), shared.get("/v1/queue"), shared.post("/v1/comments", headers=site.headers)):
        assert answer.headers["x-request-id"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_body_that_is_too_large_is_a_problem_like_all_others(shared: TestClient):
    site = make.site("Large")

    answer = shared.post("/v1/comments", content=b"x" * 1_000_000, headers=site.headers)

    calls.problem(answer, 413, "body-too-large")
    assert answer.headers["x-request-id"]


def test_a_database_that_is_away_is_a_503_that_says_when_to_come_again(client: TestClient):
    site = make.site()
    assert client.get("/v1/comments", headers=site.headers).status_code == 200

    database.use(NOWHERE)
    answers = [
        client.get("/v1/comments", headers=site.headers),
        client.post("/v1/comments", json=make.comment(), headers=site.headers),
    ]

    for answer in answers:
        calls.problem(answer, 503, "unavailable")
        assert int(answer.headers["Retry-After"]) >= 1
        assert "127.0.0.1" not in answer.text
        assert "psycopg" not in answer.text


def test_a_key_that_cannot_be_looked_up_is_a_503_too(engine: str, valkey: str):
    site = make.site()

    with TestClient(create_app(), base_url="http://greenroom.test", raise_server_exceptions=False) as client:
        database.use(NOWHERE)
        guests.forget()
        answer = client.get("/v1/comments", headers=site.headers)

    calls.problem(answer, 503, "unavailable")
    assert int(answer.headers["Retry-After"]) >= 1


def test_readiness_names_what_is_missing(client: TestClient):
    ready = client.get("/readyz")

    database.use(NOWHERE)
    not_ready = client.get("/readyz")

    assert (ready.status_code, ready.json()["not_ready"]) == (200, [])
    assert not_ready.status_code == 503
    assert not_ready.json()["not_ready"] == ["database"]
    assert client.get("/livez").status_code == 200


def test_when_too_much_waits_more_is_refused_until_it_is_screened(
    engine: str, valkey: str, configured: Callable[..., None], monkeypatch: pytest.MonkeyPatch
):
    configured(pending_limit_minutes="0.0001")
    monkeypatch.setattr(overload, "LOOK_EVERY_SECONDS", 0.05)
    site = make.site()
    make.stored(site.id)

    def until(status: int):
        for number in range(100):
            answer = client.post("/v1/comments", json=make.comment(f"{status}-{number}"), headers=site.headers)
            if answer.status_code == status:
                return answer
            make.work() if status == 202 else client.portal.call(_a_moment)  # type: ignore[union-attr]
        raise AssertionError(f"never a {status}")

    with TestClient(create_app(), base_url="http://greenroom.test") as client:
        refused = until(503)
        batch = client.post("/v1/comments/batch", json={"items": [make.comment()]}, headers=site.headers)
        looked = client.get("/v1/comments", headers=site.headers)
        accepted = until(202)

    for answer in (refused, batch):
        calls.problem(answer, 503, "overloaded")
        assert int(answer.headers["Retry-After"]) >= 1
    assert looked.status_code == 200, "looking costs nothing"
    assert accepted.json()["status"] == "pending"


async def _a_moment() -> None:
    import asyncio

    await asyncio.sleep(0.02)
