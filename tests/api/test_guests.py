"""Who is asking: keys, tokens and cookies, judged before anything is read."""

import time

import pytest
from fastapi.testclient import TestClient

from api import guests
from moderation import people
from moderation.database import clock, transaction
from tests import make
from tests.api import calls
from tests.make import AModerator

SESSION = "greenroom_session"


def signed_in(person: AModerator) -> str:
    """The cookie of a browser in which this person has signed in."""
    with transaction() as session:
        link = people.invite(session, person.id, clock(session))
        secret = people.sign_in(session, link, clock(session))
    assert secret
    return secret


def test_without_a_key_nothing_opens(client: TestClient):
    for path in ("/v1/comments", "/v1/queue", "/v1/sites", "/v1/health", "/v1/stream", "/v1/nowhere"):
        answer = client.get(path)
        calls.problem(answer, 401, "key-missing")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_wrong_key_is_refused_and_not_echoed(client: TestClient):
    site = make.site()
    right = site.headers["Authorization"].removeprefix("Bearer ")
    wrong = (right + "x", right[:-1], right.upper(), "gr_site_", "x" * 5_000, "a b", "' OR 1=1 --", "schlüssel", "*")

    for key in wrong:
        answer = client.get("/v1/comments", headers=[(b"authorization", f"Bearer {key}".encode())])
        calls.problem(answer, 401)
        assert key == "*" or key not in answer.text


@pytest.mark.parametrize("scheme", ["Basic", "Token", "", "Bearerx", "Digest"])
def test_a_key_under_another_scheme_is_no_key(client: TestClient, scheme: str):
    site = make.site()
    key = site.headers["Authorization"].removeprefix("Bearer ")

    answer = client.get("/v1/comments", headers={"Authorization": f"{scheme} {key}".strip()})

    calls.problem(answer, 401)


def test_the_scheme_may_be_written_in_any_case(client: TestClient):
    site = make.site()
    key = site.headers["Authorization"].removeprefix("Bearer ")

    assert client.get("/v1/comments", headers={"Authorization": f"bearer {key}"}).status_code == 200


def test_a_site_key_opens_nothing_of_the_moderators_and_a_token_nothing_of_the_sites(client: TestClient):
    site, ada = make.site(), make.moderator("ada", make.Role.ADMIN)
    before = calls.rows()

    as_a_site = [
        client.get("/v1/queue", headers=site.headers),
        client.post("/v1/queue/claims", json={"count": 1}, headers=site.headers),
        client.get("/v1/sites", headers=site.headers),
        client.get("/v1/health", headers=site.headers),
        client.get("/v1/stream", headers=site.headers),
    ]
    as_an_admin = [
        client.get("/v1/comments", headers=ada.headers),
        client.post("/v1/comments", json=make.comment(), headers=ada.headers),
        client.put("/v1/webhook", json={"url": "https://1.1.1.1/"}, headers=ada.headers),
        client.get("/v1/outcomes", headers=ada.headers),
    ]

    for answer in (*as_a_site, *as_an_admin):
        calls.problem(answer, 403, "not-allowed")
    assert calls.rows() == before


def test_the_key_is_judged_before_the_body(client: TestClient):
    make.site()
    bad = [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"x" * 1_000_000, b'{"external_id": 5}']

    for body in bad:
        for path in ("/v1/comments", "/v1/comments/batch", "/v1/decisions"):
            answer = client.post(path, content=body, headers={"Content-Type": "application/json"})
            calls.problem(answer, 401)
            wrong = client.post(path, content=body, headers={"Authorization": "Bearer wrong"})
            calls.problem(wrong, 401)


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/openapi.json", "/docs", "/problems/not-found"])
def test_what_machines_ask_needs_no_key(client: TestClient, path: str):
    assert client.get(path).status_code == 200


def test_a_key_that_another_process_revoked_is_refused_within_five_seconds(client: TestClient):
    site = make.site()
    with transaction() as session:
        key, secret = people.make_key(session, site.id, "second", clock(session))
    headers = {"Authorization": f"Bearer {secret}"}
    assert client.get("/v1/comments", headers=headers).status_code == 200

    with transaction() as session:
        people.revoke_key(session, site.id, key.id, clock(session))
    refused_by = time.monotonic() + 5
    while client.get("/v1/comments", headers=headers).status_code == 200 and time.monotonic() < refused_by:
        time.sleep(0.1)

    calls.problem(client.get("/v1/comments", headers=headers), 401, "key-invalid")
    assert client.get("/v1/comments", headers=site.headers).status_code == 200, "the other key still opens"


def test_a_signed_in_browser_may_look(client: TestClient):
    mia = make.moderator()

    answer = client.get("/v1/queue", headers={"Cookie": f"{SESSION}={signed_in(mia)}; other=1"})

    assert answer.status_code == 200


def test_what_a_browser_changes_must_come_from_our_own_pages(client: TestClient):
    site, mia = make.site(), make.moderator()
    calls.hold(site, 4)
    cookie = {"Cookie": f"{SESSION}={signed_in(mia)}"}

    def claim(**headers: str):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.post("/v1/queue/claims", json={"count": 1}, headers={**cookie, **named})

    for headers in (
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://greenroom.test.evil.example"},
        {"Origin": "http://greenroom.test:81"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "none"},
    ):
        calls.problem(claim(**headers), 403, "not-allowed")
    assert claim(Origin="http://greenroom.test").json()["items"]
    assert claim(Sec_Fetch_Site="same-origin").json()["items"]


def test_a_token_needs_no_origin_and_a_cookie_beside_it_has_no_say(client: TestClient):
    site, mia, tom = make.site(), make.moderator("mia"), make.moderator("tom")
    calls.hold(site, 1)
    headers = {**mia.headers, "Cookie": f"{SESSION}={signed_in(tom)}", "Origin": "https://anywhere.example"}

    (case,) = client.post("/v1/queue/claims", json={"count": 1}, headers=headers).json()["items"]

    assert case["claimed_by"] == "mia"


def test_a_session_that_was_signed_out_is_over(client: TestClient):
    mia = make.moderator()
    secret = signed_in(mia)
    cookie = {"Cookie": f"{SESSION}={secret}"}
    assert client.get("/v1/queue", headers=cookie).status_code == 200

    with transaction() as session:
        people.sign_out(session, secret, clock(session))
    guests.forget()

    calls.problem(client.get("/v1/queue", headers=cookie), 401)


def test_secrets_open_only_as_what_they_are(client: TestClient):
    site, mia = make.site(), make.moderator()
    token = mia.headers["Authorization"].removeprefix("Bearer ")
    key = site.headers["Authorization"].removeprefix("Bearer ")

    session_as_token = client.get("/v1/queue", headers={"Authorization": f"Bearer {signed_in(mia)}"})
    token_as_session = client.get("/v1/queue", headers={"Cookie": f"{SESSION}={token}"})
    key_as_session = client.get("/v1/comments", headers={"Cookie": f"{SESSION}={key}"})

    for answer in (session_as_token, token_as_session, key_as_session):
        calls.problem(answer, 401)
