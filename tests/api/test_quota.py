"""A site's quota, and the header fields that tell what is left of it."""

import importlib
from collections.abc import Callable, Iterator

import http_sf
import pytest
from fastapi.testclient import TestClient

from api import quota
from tests import make
from tests.api import calls


@pytest.fixture
def limited(configured: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Three comments a minute, counted from now on."""
    configured(rate_limit="3/minute")
    importlib.reload(quota)
    yield
    monkeypatch.undo()
    importlib.reload(quota)


def fields(answer, name: str) -> dict:
    """A RateLimit field, as its draft says: a structured list of named items."""
    ((limit, parameters),) = http_sf.parse(answer.headers[name].encode(), tltype="list")
    assert limit == "default"
    return parameters


def post(client: TestClient, site: make.AtSite, name: str):
    return client.post("/v1/comments", json=make.comment(name), headers=site.headers)


def test_each_answer_tells_what_is_left(limited: None, client: TestClient):
    site = make.site()

    answers = [post(client, site, f"c-{number}") for number in range(3)]

    assert [each.status_code for each in answers] == [202] * 3
    assert [fields(each, "RateLimit")["r"] for each in answers] == [2, 1, 0]
    assert all(1 <= fields(each, "RateLimit")["t"] <= 120 for each in answers)
    assert fields(answers[0], "RateLimit-Policy") == {"q": 3, "w": 60}


def test_what_is_over_the_quota_is_refused_and_told_when_to_come_again(limited: None, client: TestClient):
    site, other = make.site("The Courier"), make.site("The Herald")
    for number in range(3):
        post(client, site, f"c-{number}")

    refused = post(client, site, "c-3")

    document = calls.problem(refused, 429, "quota-exceeded")
    assert int(refused.headers["Retry-After"]) >= 1
    assert fields(refused, "RateLimit")["r"] == 0
    assert fields(refused, "RateLimit-Policy") == {"q": 3, "w": 60}
    assert "headers" not in document
    assert calls.rows()["comments"] == 3
    assert post(client, other, "c-0").status_code == 202, "each site has its own"
    assert client.get("/v1/comments", headers=site.headers).status_code == 200, "looking is free"


def test_a_batch_costs_as_many_as_it_holds(limited: None, client: TestClient):
    site = make.site()
    items = [make.comment(f"c-{number}") for number in range(4)]

    too_many = client.post("/v1/comments/batch", json={"items": items}, headers=site.headers)
    enough = client.post("/v1/comments/batch", json={"items": items[:3]}, headers=site.headers)

    calls.problem(too_many, 429, "quota-exceeded")
    assert enough.status_code == 202, enough.text
    assert fields(enough, "RateLimit")["r"] == 0


def test_without_a_limit_nothing_is_said_of_one(client: TestClient):
    site = make.site()

    answer = post(client, site, "c-1")

    assert "RateLimit" not in answer.headers
