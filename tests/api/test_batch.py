"""Many comments in one call: one result a row, and a bad row sinks nobody."""

import pytest
from fastapi.testclient import TestClient

from tests import make
from tests.api import calls
from tests.make import AtSite


def post(client: TestClient, site: AtSite, items: list) -> dict:
    answer = client.post("/v1/comments/batch", json={"items": items}, headers=site.headers)
    assert answer.status_code == 202, answer.text
    return answer.json()["items"]


def test_a_thousand_at_once_are_stored_and_listed_in_order(client: TestClient):
    site = make.site()

    rows = post(client, site, [make.comment(f"c-{number}") for number in range(1_000)])

    assert [row["external_id"] for row in rows] == [f"c-{number}" for number in range(1_000)]
    assert {row["status"] for row in rows} == {202}
    assert {row["comment"]["status"] for row in rows} == {"pending"}
    assert all(row["problem"] is None for row in rows)
    assert len({row["comment"]["id"] for row in rows}) == 1_000
    assert calls.rows()["comments"] == 1_000


@pytest.mark.parametrize("count", [0, 1_001])
def test_none_and_more_than_a_thousand_are_refused_as_a_whole(client: TestClient, count: int):
    site = make.site()

    answer = client.post(
        "/v1/comments/batch",
        json={"items": [make.comment(f"c-{number}", "Hi") for number in range(count)]},
        headers=site.headers,
    )

    calls.problem(answer, 422, "invalid-input", names="/items")
    assert calls.rows()["comments"] == 0


def test_bad_rows_say_which_field_and_do_not_sink_the_others(client: TestClient):
    site = make.site()
    bad = {
        "/body": make.comment("no-body") | {"body": "x" * 20_001},
        "/author/email": make.comment("bad-email", author={"email": 5}),
        "/surprise": make.comment("unknown-field", surprise=1),
        "/page/url": make.comment("no-page", page={"title": "x"}),
        "/external_id": {key: value for key, value in make.comment().items() if key != "external_id"},
        "/ip": make.comment("bad-ip", ip="999.1.1.1"),
        "/submitted_at": make.comment("no-offset", submitted_at="2026-01-01T00:00:00"),
    }
    strange = [None, "text", 5, [], ["a"]]
    items = [make.comment("first"), *bad.values(), *strange, make.comment("last")]

    rows = post(client, site, items)

    assert (rows[0]["status"], rows[-1]["status"]) == (202, 202)
    for (field, sent), row in zip(bad.items(), rows[1:], strict=False):
        assert row["status"] == 422
        assert row["comment"] is None
        assert row["external_id"] == sent.get("external_id")
        assert calls.named(row["problem"]) == [field]
        assert {"type", "title", "status", "detail"} <= set(row["problem"])
    for row in rows[1 + len(bad) : -1]:
        assert (row["status"], row["external_id"], row["comment"]) == (422, None, None)
    assert calls.rows()["comments"] == 2


def test_the_same_comment_twice_in_a_batch_is_one_comment(client: TestClient):
    site = make.site()

    rows = post(client, site, [make.comment(), make.comment(), make.comment(body="Something else.")])

    assert [row["status"] for row in rows] == [202, 200, 409]
    assert rows[0]["comment"]["id"] == rows[1]["comment"]["id"]
    assert rows[2]["problem"]["type"] == "/problems/different-body"
    assert rows[0]["comment"]["id"] in rows[2]["problem"]["detail"]
    assert calls.rows()["comments"] == 1


def test_what_is_there_already_says_where_it_stands(client: TestClient):
    site = make.site()
    calls.send(client, site, "c-1", make.PROFANE)
    make.work()

    known, fresh = post(client, site, [make.comment("c-1", make.PROFANE), make.comment("c-2")])

    assert (known["status"], known["comment"]["status"]) == (200, "held")
    assert (fresh["status"], fresh["comment"]["status"]) == (202, "pending")


def test_an_erased_comment_in_a_batch_is_a_conflict_of_its_row(client: TestClient):
    site = make.site()
    sent = calls.send(client, site, "c-1")
    client.delete(f"/v1/comments/{sent['id']}", headers=site.headers)

    gone, fresh = post(client, site, [make.comment("c-1"), make.comment("c-2")])

    assert (gone["status"], gone["problem"]["type"]) == (409, "/problems/comment-erased")
    assert fresh["status"] == 202
