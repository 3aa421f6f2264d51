"""Where a site is told: its address, its secret, its deliveries."""

import base64
from collections.abc import Callable
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from moderation import webhooks
from moderation.database import clock, transaction
from moderation.outbound import Refused
from tests import make
from tests.api import calls

Configured = Callable[..., None]
PUBLIC = "https://1.1.1.1/hooks"  # an address, so that nobody asks a name server


def put(client: TestClient, site: make.AtSite, url: str = PUBLIC):
    return client.put("/v1/webhook", json={"url": url}, headers=site.headers)


def deliveries(client: TestClient, site: make.AtSite, **query: str | int) -> list[dict]:
    answer = client.get("/v1/deliveries", params=query, headers=site.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def test_an_address_is_set_and_read_with_its_secret(client: TestClient):
    site = make.site()
    before = client.get("/v1/webhook", headers=site.headers)

    answer = put(client, site)

    calls.problem(before, 404, "no-webhook")
    assert answer.status_code == 200
    assert answer.json()["url"] == PUBLIC
    prefix, encoded = answer.json()["secret"].split("_", 1)
    assert prefix == "whsec"
    assert 24 <= len(base64.b64decode(encoded)) <= 64
    assert client.get("/v1/webhook", headers=site.headers).json() == answer.json()


def test_another_address_keeps_the_secret(client: TestClient):
    site = make.site()
    first = put(client, site).json()

    second = put(client, site, "https://8.8.8.8/other").json()

    assert (second["url"], second["secret"]) == ("https://8.8.8.8/other", first["secret"])


def test_a_rotated_secret_is_new_and_the_old_one_signs_on_for_a_while(client: TestClient):
    site = make.site()
    refused = client.post("/v1/webhook/rotate", headers=site.headers)
    first = put(client, site).json()

    rotated = client.post("/v1/webhook/rotate", headers=site.headers)

    calls.problem(refused, 404, "no-webhook")
    assert rotated.status_code == 200
    assert rotated.json()["secret"] != first["secret"]
    assert rotated.json()["old_secret_until"]


def test_addresses_that_are_not_public_https_are_refused(client: TestClient):
    site = make.site()

    accepted: list[str] = []
    for url in (
        "http://1.1.1.1/",
        "http://courier.example/hook",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://10.0.0.8/",
        "https://172.16.3.1/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://[::1]/",
        "https://[::]/",
        "https://[fd00::1]/",
        "https://[fe80::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[::127.0.0.1]/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://017700000001/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://user:secret@1.1.1.1/",
        "ftp://1.1.1.1/",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "1.1.1.1",
        "https://1.1.1.1:99999/",
        "https://1.1.1.1/a\nb",
        "https://[1.1.1.1/",
        "javascript:alert(1)",
        "https://ex ample.org/",
        "https://1.1.1.1/" + "a" * 3_000,
    ):
        answer = put(client, site, url)
        if answer.status_code == 200:
            accepted.append(url)
        else:
            calls.problem(answer, 422, names="/url")

    assert accepted == []
    calls.problem(client.get("/v1/webhook", headers=site.headers), 404, "no-webhook")


def test_an_operator_may_allow_networks_of_their_own_and_http_there(client: TestClient, configured: Configured):
    configured(webhook_allowed_networks="127.0.0.0/8, fd00::/8")
    site = make.site()

    allowed = [put(client, site, url) for url in ("http://127.0.0.1:8080/", "https://[fd00::1]/", PUBLIC)]
    refused = [put(client, site, url) for url in ("http://10.0.0.1/", "https://10.0.0.1/", "http://1.1.1.1/")]

    assert [each.status_code for each in allowed] == [200] * 3
    for answer in refused:
        calls.problem(answer, 422, "address-refused", names="/url")


def test_a_test_goes_through_the_outbox(client: TestClient):
    site = make.site()
    refused = client.post("/v1/webhook/test", headers=site.headers)
    put(client, site)

    tested = client.post("/v1/webhook/test", headers=site.headers)

    calls.problem(refused, 404, "no-webhook")
    assert tested.status_code == 202
    (delivery,) = deliveries(client, site)
    assert delivery["id"] == tested.json()["id"]
    assert (delivery["state"], delivery["attempts"], delivery["comment_id"]) == ("waiting", 0, None)


def test_a_disabled_address_says_so_until_it_is_set_again(client: TestClient):
    site = make.site()
    put(client, site)
    tested = client.post("/v1/webhook/test", headers=site.headers).json()
    fine = client.get("/v1/webhook", headers=site.headers).json()
    with transaction() as session:
        now = clock(session)
        turn = webhooks.take(session, site.id, 1, now)
        assert turn
        webhooks.record(session, turn, UUID(tested["id"]), Refused(410), now)

    gone = client.get("/v1/webhook", headers=site.headers).json()
    again = client.post(f"/v1/deliveries/{tested['id']}/redeliver", headers=site.headers)

    assert [fine[name] for name in ("disabled_at", "disabled_why", "failing_since", "resting_until")] == [None] * 4
    assert (gone["disabled_why"], gone["failures"]) == ("gone", 1)
    assert gone["disabled_at"] == gone["failing_since"]
    calls.problem(again, 409, "webhook-disabled")
    assert put(client, site).json()["disabled_at"] is None
    assert client.post(f"/v1/deliveries/{tested['id']}/redeliver", headers=site.headers).status_code == 202


def test_what_became_of_a_comment_is_a_delivery(client: TestClient):
    site = make.site()
    put(client, site)
    sent = calls.send(client, site)
    make.work()

    (delivery,) = deliveries(client, site)

    assert (delivery["type"], delivery["comment_id"], delivery["state"]) == ("comment.approved", sent["id"], "waiting")


def test_deliveries_are_filtered_and_come_page_by_page(client: TestClient):
    site = make.site()
    put(client, site)
    sent = [calls.send(client, site, f"c-{number}") for number in range(3)]
    make.work()

    first = client.get("/v1/deliveries?limit=2", headers=site.headers)
    second = client.get(first.links["next"]["url"], headers=site.headers).json()

    assert len({each["comment_id"] for each in first.json()["items"] + second["items"]}) == 3
    assert second["next"] is None
    (one,) = deliveries(client, site, comment_id=sent[1]["id"])
    assert one["comment_id"] == sent[1]["id"]
    assert len(deliveries(client, site, state="waiting")) == 3
    assert deliveries(client, site, state="failed") == []
    wrong = client.get("/v1/deliveries?state=lost", headers=site.headers)
    calls.problem(wrong, 422, names="state")


def test_a_delivery_is_sent_once_more_under_the_same_id(client: TestClient):
    site, other = make.site("The Courier"), make.site("The Herald")
    put(client, site)
    put(client, other)
    first = client.post("/v1/webhook/test", headers=site.headers).json()

    again = client.post(f"/v1/deliveries/{first['id']}/redeliver", headers=site.headers)
    not_theirs = client.post(f"/v1/deliveries/{first['id']}/redeliver", headers=other.headers)

    assert again.status_code == 202
    assert (again.json()["id"], again.json()["webhook_id"]) == (first["id"], first["webhook_id"])
    calls.problem(not_theirs, 404, "not-found")
    assert len(deliveries(client, site)) == 1
    assert deliveries(client, other) == []


@pytest.mark.parametrize("sent", [{}, {"url": None}, {"url": 5}, {"url": ""}, {"url": "https://1.1.1.1/\x00"}])
def test_an_address_must_be_text(client: TestClient, sent: dict):
    site = make.site()

    answer = client.put("/v1/webhook", json=sent, headers=site.headers)

    calls.problem(answer, 422, names="/url")
