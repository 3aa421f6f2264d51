"""A site's comments over HTTP: submit, wait, look, list, edit, erase."""

import json
import time
from datetime import datetime
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from moderation.database import reading
from moderation.models import Comment
from tests import make
from tests.api import calls


def test_a_submitted_comment_is_answered_with_202_and_every_field_of_its_shape(client: TestClient):
    site = make.site()
    sent = make.comment("c-1", parent_external_id="c-0", submitted_at="2026-01-02T03:04:05+01:00")

    answer = client.post("/v1/comments", json=sent, headers=site.headers)

    assert answer.status_code == 202
    shown = answer.json()
    assert UUID(shown.pop("id")).version == 7
    assert shown == {
        "external_id": "c-1",
        "status": "pending",
        "revision": 1,
        "page": {"url": "https://courier.example/a", "title": "An article"},
        "author": {"id": "author-of-c-1", "name": "Ana", "url": None},
        "parent_external_id": "c-0",
        "submitted_at": shown["submitted_at"],
        "screened_at": None,
        "decided_at": None,
        "verdict": None,
        "decision": None,
    }
    assert shown["submitted_at"].endswith("Z"), "times are UTC"
    assert datetime.fromisoformat(shown["submitted_at"]) == datetime.fromisoformat("2026-01-02T02:04:05+00:00")


def test_the_least_that_a_site_may_send_is_enough(client: TestClient):
    site = make.site()

    sent = client.post(
        "/v1/comments",
        json={"external_id": "1", "body": "Hi", "author": {}, "page": {"url": "https://a.example/"}},
        headers=site.headers,
    )

    assert sent.status_code == 202, sent.text


def test_the_same_external_id_again_is_the_same_comment(client: TestClient):
    site = make.site()
    first = calls.send(client, site)

    again = client.post("/v1/comments", json=make.comment(), headers=site.headers)

    assert again.status_code == 200
    assert again.json()["id"] == first["id"]
    assert calls.rows()["comments"] == 1


def test_the_same_external_id_with_another_body_is_pointed_to_patch(client: TestClient):
    site = make.site()
    first = calls.send(client, site)

    other = client.post("/v1/comments", json=make.comment(body="Something else."), headers=site.headers)

    document = calls.problem(other, 409, "different-body", names="/external_id")
    assert f"PATCH /v1/comments/{first['id']}" in document["detail"]
    assert document["comment_id"] == first["id"]


def test_two_sites_may_use_the_same_external_id(client: TestClient):
    courier, herald = make.site("The Courier"), make.site("The Herald")

    one, other = calls.send(client, courier), calls.send(client, herald, body="Something else.")

    assert one["id"] != other["id"]


@pytest.mark.parametrize("prefer", ["wait=5", "respond-async, wait=5", 'wait="5"', "Wait = 5"])
def test_a_site_that_prefers_to_wait_gets_the_verdict(client: TestClient, prefer: str):
    site = make.site()

    with calls.a_worker():
        answer = client.post("/v1/comments", json=make.comment(), headers={**site.headers, "Prefer": prefer})

    assert answer.status_code == 200
    assert answer.headers["Preference-Applied"] == "wait=5"
    assert answer.json()["status"] == "approved"
    assert answer.json()["verdict"] == {"action": "approve", "because": []}
    assert answer.json()["screened_at"]


def test_preferences_in_two_header_lines_are_one_list(client: TestClient):
    site = make.site()
    headers = [*site.headers.items(), ("Prefer", "respond-async"), ("Prefer", "wait=5")]

    with calls.a_worker():
        answer = client.post("/v1/comments", json=make.comment(), headers=headers)

    assert answer.headers.get("Preference-Applied") == "wait=5"
    assert answer.status_code == 200


def test_nobody_waits_longer_than_half_a_minute(client: TestClient):
    site = make.site()

    with calls.a_worker():
        answer = client.post("/v1/comments", json=make.comment(), headers={**site.headers, "Prefer": "wait=86400"})

    assert answer.headers["Preference-Applied"] == "wait=30"


def test_without_a_verdict_in_time_the_answer_is_202(client: TestClient):
    site = make.site()

    answer = client.post("/v1/comments", json=make.comment(), headers={**site.headers, "Prefer": "wait=1"})

    assert answer.status_code == 202
    assert answer.headers["Preference-Applied"] == "wait=1"
    assert answer.json()["status"] == "pending"


def test_a_comment_can_be_waited_for_after_it_was_sent(client: TestClient):
    site = make.site()
    sent = calls.send(client, site, body=make.PROFANE)

    with calls.a_worker():
        found = client.get(f"/v1/comments/{sent['id']}", headers={**site.headers, "Prefer": "wait=5"})

    assert found.status_code == 200
    assert found.json()["status"] == "held"


@pytest.mark.parametrize("again", ['"k-1"', "k-1"])
def test_an_idempotency_key_brings_the_first_answer_back(client: TestClient, again: str):
    site = make.site()
    first = client.post("/v1/comments", json=make.comment(), headers={**site.headers, "Idempotency-Key": '"k-1"'})
    make.work()

    second = client.post("/v1/comments", json=make.comment(), headers={**site.headers, "Idempotency-Key": again})

    assert (second.status_code, second.json()) == (first.status_code, first.json())
    assert calls.rows()["comments"] == 1


def test_an_idempotency_key_is_not_used_for_two_payloads(client: TestClient):
    site = make.site()
    headers = {**site.headers, "Idempotency-Key": "k-1"}
    client.post("/v1/comments", json=make.comment("c-1"), headers=headers)

    other = client.post("/v1/comments", json=make.comment("c-2"), headers=headers)

    calls.problem(other, 422, "idempotency-key-reused")
    assert calls.rows()["comments"] == 1


def test_an_idempotency_key_belongs_to_its_site(client: TestClient):
    courier, herald = make.site("The Courier"), make.site("The Herald")
    client.post("/v1/comments", json=make.comment(), headers={**courier.headers, "Idempotency-Key": "k-1"})

    sent = client.post("/v1/comments", json=make.comment("c-9"), headers={**herald.headers, "Idempotency-Key": "k-1"})

    assert sent.status_code == 202, sent.text


def test_an_idempotency_key_that_is_none_is_refused(client: TestClient):
    site = make.site()

    for key in (b"", b'"', b'"half', b"k" * 256, "schlüssel".encode(), b'"a"; "b', b"tab\there"):
        headers = [*((k.encode(), v.encode()) for k, v in site.headers.items()), (b"idempotency-key", key)]
        answer = client.post("/v1/comments", json=make.comment(), headers=headers)
        calls.problem(answer, 400, "idempotency-key-invalid")

    assert calls.rows()["comments"] == 0


def test_a_screened_comment_says_why_but_not_which_words(client: TestClient):
    site = make.site()
    sent = calls.send(client, site, body=make.PROFANE)
    make.work()

    shown = calls.where(client, site, sent["id"])

    assert shown["status"] == "held"
    assert shown["verdict"]["action"] == "hold"
    because = shown["verdict"]["because"]
    assert [each["check"] for each in because] == ["profanity", "abuse.insult"]
    assert set(because[0]) == {"check", "score", "hold_at", "reject_at", "explanation"}
    assert because[0]["score"] >= because[0]["hold_at"]
    assert because[0]["explanation"]
    assert "asshole" not in json.dumps(shown)


def test_each_filter_of_the_list_finds_its_own(client: TestClient):
    site = make.site()
    calls.send(client, site, "plain")
    calls.send(client, site, "rude", make.PROFANE)
    calls.send(client, site, "elsewhere", page={"url": "https://courier.example/b?x=1&y=ü"})
    calls.send(client, site, "by-bo", author={"id": "bo/1"})
    calls.send(client, make.site("The Herald"), "of-another-site")
    make.work()

    def found(**query: str) -> set[str]:
        answer = client.get("/v1/comments", params=query, headers=site.headers)
        assert answer.status_code == 200, answer.text
        assert answer.json()["next"] is None
        return set(calls.externals(answer.json()["items"]))

    assert found() == {"plain", "rude", "elsewhere", "by-bo"}
    assert found(external_id="plain") == {"plain"}
    assert found(external_id="of-another-site") == set()
    assert found(status="held") == {"rude"}
    assert found(status="approved") == {"plain", "elsewhere", "by-bo"}
    assert found(page_url="https://courier.example/b?x=1&y=ü") == {"elsewhere"}
    assert found(author_id="bo/1") == {"by-bo"}
    assert found(author_id="bo/1", status="held") == set()
    assert found(updated_since="2020-01-01T00:00:00Z") == {"plain", "rude", "elsewhere", "by-bo"}
    assert found(updated_since="2100-01-01T00:00:00+02:00") == set()


def test_a_list_comes_newest_first_and_page_by_page(client: TestClient):
    site = make.site()
    for number in range(5):
        calls.send(client, site, f"c-{number}")

    first = client.get("/v1/comments?limit=2&status=pending", headers=site.headers)
    second = client.get(first.links["next"]["url"], headers=site.headers)
    third = client.get(
        "/v1/comments",
        params={"limit": 2, "status": "pending", "cursor": second.json()["next"]},
        headers=site.headers,
    )

    seen = [calls.externals(each.json()["items"]) for each in (first, second, third)]
    assert seen == [["c-4", "c-3"], ["c-2", "c-1"], ["c-0"]]
    assert third.json()["next"] is None
    assert "Link" not in third.headers


def test_what_changed_since_comes_in_the_order_of_its_change(client: TestClient):
    site = make.site()
    sent = [calls.send(client, site, f"c-{number}") for number in range(3)]
    client.patch(f"/v1/comments/{sent[0]['id']}", json={"body": "Edited."}, headers=site.headers)
    url = "/v1/comments?limit=2&updated_since=2020-01-01T00:00:00Z"

    first = client.get(url, headers=site.headers)
    second = client.get(first.links["next"]["url"], headers=site.headers)

    assert calls.externals(first.json()["items"] + second.json()["items"]) == ["c-1", "c-2", "c-0"]


def test_a_cursor_of_another_list_is_refused(client: TestClient):
    courier, herald = make.site("The Courier"), make.site("The Herald")
    for site in (courier, herald):
        for number in range(2):
            calls.send(client, site, f"c-{number}")
    cursor = client.get("/v1/comments?limit=1", headers=courier.headers).json()["next"]

    other_filter = client.get(f"/v1/comments?limit=1&status=held&cursor={cursor}", headers=courier.headers)
    other_site = client.get(f"/v1/comments?limit=1&cursor={cursor}", headers=herald.headers)
    other_list = client.get(f"/v1/deliveries?cursor={cursor}", headers=courier.headers)

    for answer in (other_filter, other_site, other_list):
        calls.problem(answer, 422, "cursor-invalid", names="/cursor")


def test_an_edited_comment_is_the_next_revision_and_screened_again(client: TestClient):
    site, mia = make.site(), make.moderator()
    sent = calls.send(client, site, body=make.PROFANE)
    make.work()

    edited = client.patch(f"/v1/comments/{sent['id']}", json={"body": make.CLEAN}, headers=site.headers)
    make.work()

    assert edited.status_code in (200, 202)
    assert (edited.json()["revision"], edited.json()["status"]) == (2, "pending")
    assert edited.json()["verdict"] is None, "the verdict was of another text"
    shown = calls.where(client, site, sent["id"])
    assert (shown["revision"], shown["status"]) == (2, "approved")
    assert calls.cases(client, mia) == [], "its case went with the text"


def test_an_edit_that_changes_nothing_is_no_revision(client: TestClient):
    site = make.site()
    sent = calls.send(client, site)

    same = client.patch(f"/v1/comments/{sent['id']}", json={"body": make.CLEAN}, headers=site.headers)

    assert same.status_code == 200
    assert same.json()["revision"] == 1


def test_an_erased_comment_is_gone_with_everything_of_its_writer(client: TestClient):
    site, mia = make.site(), make.moderator()
    author = {"id": "u-1", "name": "Ana", "email": "ana@planted.example", "url": "https://ana.example"}
    more = {"author": author, "ip": "203.0.113.9", "user_agent": "planted", "referrer": "planted", "honeypot": "x"}
    sent = calls.send(client, site, body=make.PROFANE, typed_for_seconds=3.5, **more)
    make.work()

    erased = client.delete(f"/v1/comments/{sent['id']}", headers=site.headers)
    again = client.delete(f"/v1/comments/{sent['id']}", headers=site.headers)

    assert (erased.status_code, again.status_code) == (204, 204)
    assert erased.content == b""
    shown = calls.where(client, site, sent["id"])
    assert shown["status"] == "erased"
    assert shown["author"] == {"id": None, "name": None, "url": None}
    assert calls.cases(client, mia) == []
    with reading() as session:
        row = session.get_one(Comment, UUID(sent["id"]))
    assert row.body == ""
    assert not any((row.author_email, row.ip, row.user_agent, row.referrer, row.honeypot, row.typed_for_seconds))
    history = client.get(f"/v1/comments/{sent['id']}/history", headers=mia.headers)
    assert "asshole" not in history.text
    assert "erased" in {each["kind"] for each in history.json()["items"]}, "the events stay"


def test_an_erased_comment_stays_erased(client: TestClient):
    site = make.site()
    sent = calls.send(client, site)
    client.delete(f"/v1/comments/{sent['id']}", headers=site.headers)

    again = client.post("/v1/comments", json=make.comment(), headers=site.headers)
    edited = client.patch(f"/v1/comments/{sent['id']}", json={"body": "Back."}, headers=site.headers)

    calls.problem(again, 409, "comment-erased")
    calls.problem(edited, 409)
    assert calls.where(client, site, sent["id"])["status"] == "erased"


@pytest.mark.parametrize("named", ["u-1", "a/b c?ü", "550e8400-e29b-41d4-a716-446655440000"])
def test_a_writer_is_erased_everywhere_on_the_site(client: TestClient, named: str):
    courier, herald = make.site("The Courier"), make.site("The Herald")
    mine = [calls.send(client, courier, f"c-{number}", author={"id": named}) for number in range(2)]
    others = calls.send(client, courier, "c-9", author={"id": "somebody"})
    elsewhere = calls.send(client, herald, author={"id": named})
    path = "".join(f"%{byte:02x}" for byte in named.encode())

    erased = client.delete(f"/v1/authors/{path}", headers=courier.headers)

    assert erased.status_code == 200
    assert erased.json() == {"erased": 2}
    assert {calls.where(client, courier, each["id"])["status"] for each in mine} == {"erased"}
    assert calls.where(client, courier, others["id"])["status"] == "pending"
    assert calls.where(client, herald, elsewhere["id"])["status"] == "pending"


def test_the_comment_of_another_site_is_not_there(client: TestClient):
    courier, herald = make.site("The Courier"), make.site("The Herald")
    sent = calls.send(client, courier)
    path = f"/v1/comments/{sent['id']}"
    before = calls.rows()

    tried = [
        client.get(path, headers=herald.headers),
        client.patch(path, json={"body": "Mine now."}, headers=herald.headers),
        client.delete(path, headers=herald.headers),
        client.post(f"{path}/reports", json={}, headers=herald.headers),
        client.post(f"{path}/appeals", json={}, headers=herald.headers),
        client.get(f"{path}/statement", headers=herald.headers),
    ]

    for answer in tried:
        calls.problem(answer, 404, "not-found")
    assert calls.where(client, courier, sent["id"])["revision"] == 1
    assert calls.rows() == before


def test_outcomes_are_the_settled_ones_in_order_and_go_on_after_the_last(client: TestClient):
    site = make.site()
    calls.send(client, site, "held", make.PROFANE)
    for name in ("one", "two", "three"):
        calls.send(client, site, name)
        make.work()

    def outcomes(**query: str | int) -> dict:
        return client.get("/v1/outcomes", params=query, headers=site.headers).json()

    for _ in range(100):  # they are listed once nobody can come in before them
        if len(outcomes()["items"]) == 3:
            break
        time.sleep(0.05)
    first = outcomes(limit=2)
    rest = outcomes(after=first["next"])

    assert calls.externals(first["items"]) == ["one", "two"]
    assert calls.externals(rest["items"]) == ["three"]
    assert {each["status"] for each in first["items"]} == {"approved"}
