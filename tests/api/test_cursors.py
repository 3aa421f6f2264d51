"""Cursors: opaque, and bound to the very list they came from."""

import base64
import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from fastapi import Request, Response
from fastapi.testclient import TestClient

from api import cursors
from moderation.errors import CursorInvalidError
from tests import make
from tests.api import calls
from tests.make import NOON

LISTING = ("comments", "site", None)
ID = UUID(int=7)


def opened(cursor: str) -> list:
    return json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))


def closed(document: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("last", "kinds"),
    [((NOON, ID), (datetime, UUID)), ((1.5, ID), (float, UUID)), ((ID,), (UUID,)), ((3.0,), (float,))],
)
def test_a_cursor_brings_back_where_the_list_ended(last: tuple, kinds: tuple):
    assert cursors.read(cursors.write(LISTING, last), LISTING, kinds) == last


@pytest.mark.parametrize("nothing", [None, ""])
def test_without_a_cursor_a_list_begins_at_its_beginning(nothing: str | None):
    assert cursors.read(nothing, LISTING, (UUID,)) is None


def test_a_cursor_can_stand_in_an_address_as_it_is():
    cursor = cursors.write(LISTING, (NOON, ID))

    assert cursor.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize("other", [("comments", "other", None), ("queue", "site", None), ("comments", "site", "held")])
def test_a_cursor_of_another_list_is_refused(other: tuple):
    cursor = cursors.write(LISTING, (ID,))

    with pytest.raises(CursorInvalidError) as refused:
        cursors.read(cursor, other, (UUID,))

    assert refused.value.pointer == "/cursor"


@pytest.mark.parametrize(
    "garbage",
    [
        "x",
        "%%%",
        "ü",
        "\x00",
        "a" * 10_000,
        closed(5),
        closed({}),
        closed([]),
        closed("text"),
        closed(None),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        base64.urlsafe_b64encode(b"[" * 5_000).decode(),
    ],
)
def test_garbage_is_refused(garbage: str):
    with pytest.raises(CursorInvalidError):
        cursors.read(garbage, LISTING, (UUID,))


@pytest.mark.parametrize(
    ("kind", "forged"),
    [
        *((UUID, each) for each in ("x", 5, None, [], {}, True)),
        *((datetime, each) for each in ("x", 5, None, "2026-99-99", "10000-01-01T00:00:00Z")),
        *((float, each) for each in ("1.0", None, [], float("nan"), float("inf"), 10**400)),
    ],
)
def test_a_forged_place_is_refused(kind: type, forged: object):
    mark, _ = opened(cursors.write(LISTING, (ID,)))

    with pytest.raises(CursorInvalidError):
        cursors.read(closed([mark, forged]), LISTING, (kind,))


def test_a_cursor_with_too_much_or_too_little_is_refused():
    mark, place = opened(cursors.write(LISTING, (ID,)))

    for forged in ([mark], [mark, place, place], [place]):
        with pytest.raises(CursorInvalidError):
            cursors.read(closed(forged), LISTING, (UUID,))


def test_the_link_to_the_next_page_keeps_what_was_asked_for():
    asked = b"status=held&page_url=https%3A%2F%2Fa.example%2F%3Fx%3D1%26y&cursor=old&limit=2"
    request = Request(
        {"type": "http", "path": "/v1/comments", "query_string": asked, "headers": [], "server": ("a", 80)}
    )
    response = Response()

    shown = cursors.page(request, response, [1, 2], "NEW")

    assert shown == {"items": [1, 2], "next": "NEW"}
    target, rel = response.headers["Link"].split("; ")
    assert rel == 'rel="next"'
    query = parse_qs(urlsplit(target.strip("<>")).query)
    assert query == {
        "status": ["held"],
        "page_url": ["https://a.example/?x=1&y"],
        "limit": ["2"],
        "cursor": ["NEW"],
    }


def test_the_last_page_has_no_link():
    request = Request({"type": "http", "path": "/", "query_string": b"", "headers": [], "server": ("a", 80)})
    response = Response()

    assert cursors.page(request, response, [], None) == {"items": [], "next": None}
    assert "Link" not in response.headers


def test_a_moment_keeps_its_offset():
    (read,) = cursors.read(cursors.write(LISTING, (NOON,)), LISTING, (datetime,)) or ()

    assert read.astimezone(UTC) == NOON


@pytest.mark.parametrize(
    ("path", "forged"),
    [
        ("/v1/comments?limit=1&updated_since=2020-01-01T00:00:00Z", ["0001-01-01T00:00:00+23:59", str(ID)]),
        ("/v1/comments?limit=1&updated_since=2020-01-01T00:00:00Z", ["9999-12-31T23:59:59-23:59", str(ID)]),
        ("/v1/comments?limit=1", ["2026-01-01T00:00:00Z", 5]),
        ("/v1/comments?limit=1", [5, str(ID)]),
    ],
)
def test_a_forged_cursor_is_refused_over_http(shared: TestClient, path: str, forged: list):
    site = make.site(f"{path} {forged}"[-100:])
    for number in range(2):
        make.stored(site.id, f"c-{number}")
    first = shared.get(path, headers=site.headers).json()
    assert first["next"]
    mark, *_ = opened(first["next"])

    answer = shared.get(f"{path}&cursor={closed([mark, *forged])}", headers=site.headers)

    calls.problem(answer, 422, "cursor-invalid", names="/cursor")
