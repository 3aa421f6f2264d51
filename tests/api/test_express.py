"""The express lane: what nearly every site sends. Its answers are those of the general way, word for word."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from moderation.models import Comment
from tests import make
from tests.api import calls
from tests.moderation.plain import rows

GENERAL = {"Prefer": "respond-async"}  # a preference that asks for nothing: the general way takes it
PLAIN = make.comment("c-1")


def _with(**fields: Any) -> bytes:
    return json.dumps(PLAIN | fields).encode()


BODIES = {
    "as it should be": _with(),
    "every field": _with(
        parent_external_id="c-0", language="en-GB", ip="203.0.113.9", typed_for_seconds=3, honeypot=""
    ),
    "an address of the sixth version": _with(ip="2001:db8::1"),
    "an address as a number": _with(ip=5),
    "an unknown field": _with(mood="bad"),
    "a missing field": b'{"external_id": "c-1", "body": "Hi"}',
    "a blank body": _with(body="  "),
    "a body that is a number": _with(body=5),
    "half a character": b'{"external_id": "c-1", "body": "\\ud83d", "author": {}, "page": {"url": "https://a.example/"}}',
    "NUL": _with(body="a\x00b"),
    "not a number": _with(typed_for_seconds=float("nan")),
    "a time as text": _with(typed_for_seconds="3"),
    "a moment without a zone": _with(submitted_at="2026-01-02T03:04:05"),
    "a moment as a number": _with(submitted_at=1_700_000_000),
    "a list": b"[]",
    "nothing": b"",
    "cut off": b'{"external_id": "c-1", ',
    "no UTF-8": b'{"external_id": "c-1", "body": "\xff"}',
    "with a byte order mark": b"\xef\xbb\xbf" + _with(),
    "UTF-16": _with().decode().encode("utf-16"),
    "the same field twice": _with()[:-1] + b', "body": "Another"}',
    "deeply nested": b'{"body": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_both_ways_answer_the_same(client: TestClient, body: bytes):
    headers = {"Content-Type": "application/json"}

    one = client.post("/v1/comments", content=body, headers=make.site("one").headers | headers)
    other = client.post("/v1/comments", content=body, headers=make.site("two").headers | headers | GENERAL)

    assert _bare(one) == _bare(other)


@pytest.mark.parametrize("headers", [{}, GENERAL], ids=["the express lane", "the general way"])
def test_a_comment_that_is_here_is_answered_as_it_stands(client: TestClient, headers: dict[str, str]):
    site = make.site()
    first = calls.send(client, site)

    again = client.post("/v1/comments", json=make.comment(), headers=site.headers | headers)
    other = client.post("/v1/comments", json=make.comment(body="Another"), headers=site.headers | headers)

    assert (again.status_code, again.json()["id"]) == (200, first["id"])
    assert (other.status_code, other.json()["type"]) == (409, "/problems/different-body")
    assert len(rows(Comment)) == 1


def test_a_comment_in_many_pieces_is_taken(client: TestClient):
    sent = client.post(
        "/v1/comments",
        content=(bytes([each]) for each in _with()),
        headers=make.site().headers | {"Content-Type": "application/json"},
    )

    assert sent.status_code == 202, "without a length it goes the general way"


def test_a_moderators_token_submits_nothing(client: TestClient):
    refused = client.post("/v1/comments", json=PLAIN, headers=make.moderator("mia").headers)

    assert refused.status_code == 403


def _bare(answer: Any) -> tuple[Any, ...]:
    """Without what differs from one comment to the next."""
    shown = answer.json()
    shown.pop("id", None)
    if "submitted_at" in shown:
        shown["submitted_at"] = None
    names = ("content-type", "ratelimit", "ratelimit-policy", "x-content-type-options")
    return answer.status_code, shown, [answer.headers.get(each) for each in names]
