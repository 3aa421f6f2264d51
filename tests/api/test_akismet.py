"""Akismet's protocol, with the requests that its clients really make."""

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from moderation import akismet, callbacks, checks
from moderation.database import clock, transaction
from moderation.models import Case, Comment, Delivery, Page, Site
from moderation.presets import preset
from moderation.terms import HeldAs, Preset
from tests import make
from tests.api import calls
from tests.moderation.plain import rows

THANKS = "Thanks for making the web a better place."
CALLBACK = "http://127.0.0.1:9/wp-json/akismet/v1/webhook"
# What the plugin sends of a comment, shortened to one of each kind: 5.0, and what 5.7 adds.
PLUGIN_5_0 = {
    "comment_post_ID": "1",
    "comment_author": "Ana",
    "comment_author_email": "ana@example.org",
    "comment_author_url": "https://ana.example/",
    "comment_content": make.CLEAN,
    "comment_type": "comment",
    "comment_parent": "0",
    "user_ip": "203.0.113.9",
    "user_agent": "Mozilla/5.0",
    "referrer": "https://courier.example/a",
    "blog": "https://courier.example",
    "blog_lang": "en_US",
    "blog_charset": "UTF-8",
    "permalink": "https://courier.example/a",
    "is_test": "",
    "akismet_comment_nonce": "inactive",
    "SERVER_SOFTWARE": "nginx",
    "REQUEST_URI": "/wp-comments-post.php",
    "comment_date_gmt": "2026-11-22 12:00:00",
    "comment_post_modified_gmt": "2026-11-21 10:00:00",
    "POST_ak_js": "1764072000000",
}
PLUGIN_5_7 = PLUGIN_5_0 | {
    "comment_context[0]": "theatre",
    "comment_context[1]": "news",
    "honeypot_field_name": "ak_hp_textarea",
    "ak_hp_textarea": "",
    "callback": CALLBACK,
}


@pytest.fixture
def key(client: TestClient) -> str:
    return _key(make.site().id)


@pytest.fixture
def worker(client: TestClient) -> Iterator[None]:
    checks.get_ready(preset(Preset.STANDARD))  # a client has no patience for that
    with calls.a_worker():
        yield


def _key(site_id: Any, held_as: HeldAs = HeldAs.PENDING) -> str:
    with transaction() as session:
        return akismet.make_key(session, session.get_one(Site, site_id), held_as, clock(session))[1]


def _check(client: TestClient, key: str, form: dict[str, str] | bytes = PLUGIN_5_0, **more: str) -> Any:
    sent = form if isinstance(form, bytes) else urlencode(form | {"api_key": key} | more).encode()
    return client.post(
        "/1.1/comment-check", content=sent, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )


def _submit(client: TestClient, key: str, what: str, **more: str) -> Any:
    return client.post(f"/1.1/submit-{what}", data=PLUGIN_5_0 | {"api_key": key} | more)


@pytest.fixture
def at_once(configured: Any) -> None:
    configured(undo_seconds="0", webhook_allowed_networks="127.0.0.0/8")


def _decided(client: TestClient, action: str) -> None:
    mia = make.moderator("mia")
    [case] = calls.claim(client, mia)
    calls.decided(client, mia, case, action, reason="spam" if action == "reject" else None)


def test_a_key_is_verified_wherever_it_stands(client: TestClient, key: str):
    assert len(key) == 12
    assert set(key) <= set("0123456789abcdef"), "the form of WordPress's plugin leaves nothing else"
    for sent in ({"key": key}, {"api_key": key}):
        assert client.post("/1.1/verify-key", data={"blog": "https://courier.example", **sent}).text == "valid"
    by_host = client.post("/1.1/verify-key", data={"blog": "x"}, headers={"Host": f"{key}.greenroom.test"})
    assert by_host.text == "valid"


@pytest.mark.parametrize("wrong", ["", "abcdefghijkl", "short", "UPPER'; DROP-", "\x00" * 12, "a" * 5_000])
def test_another_key_is_none(client: TestClient, key: str, wrong: str):
    answer = client.post("/1.1/verify-key", data={"key": wrong, "blog": "https://courier.example"})

    assert (answer.status_code, answer.text) == (200, "invalid")
    assert answer.headers["X-akismet-debug-help"]
    assert answer.headers["content-type"].startswith("text/plain")


def test_the_key_opens_nothing_else_and_no_other_key_opens_this(client: TestClient, key: str):
    site = make.site("The Herald")
    bearer = site.headers["Authorization"].removeprefix("Bearer ")

    assert client.get("/v1/comments", headers={"Authorization": f"Bearer {key}"}).status_code == 401
    assert client.post("/1.1/verify-key", data={"key": bearer, "blog": "x"}).text == "invalid"


def test_who_guesses_is_not_listened_to_but_whoever_knows_is(client: TestClient, key: str):
    assert client.post("/1.1/verify-key", data={"key": key, "blog": "x"}).text == "valid"
    other = _key(make.site("The Herald").id)
    for number in range(25):
        client.post("/1.1/verify-key", data={"key": f"guess{number:07}", "blog": "x"})

    assert client.post("/1.1/verify-key", data={"key": other, "blog": "x"}).text == "invalid", (
        "from a guesser's address"
    )
    assert client.post("/1.1/verify-key", data={"key": key, "blog": "x"}).text == "valid", "it was right before"
    assert client.post("/desk/sign-in", data={"name": "mia"}, follow_redirects=False).status_code != 429


@pytest.mark.parametrize("form", [PLUGIN_5_0, PLUGIN_5_7], ids=["5.0", "5.7"])
def test_a_plain_comment_is_none_and_is_kept_with_all_that_the_plugin_knows(
    client: TestClient, key: str, worker: None, form: dict[str, str]
):
    answer = _check(client, key, form)

    assert (answer.status_code, answer.text) == (200, "false")
    [kept] = rows(Comment)
    assert answer.headers["X-akismet-guid"] == str(kept.id)
    assert (kept.body, kept.author_name, kept.author_email) == (make.CLEAN, "Ana", "ana@example.org")
    assert (kept.ip, kept.user_agent, kept.referrer) == ("203.0.113.9", "Mozilla/5.0", "https://courier.example/a")
    assert kept.submitted_at.isoformat().startswith("2026-11-22T12:00:00")
    assert kept.page_modified_at
    assert kept.page_modified_at.isoformat().startswith("2026-11-21T10:00:00")
    assert kept.parent_external_id is None


@pytest.mark.parametrize(
    ("permalink", "title"),
    [
        ("https://courier.example/2026/11/25/the-new-stage/", "the new stage · theatre, news"),
        ("https://courier.example/a/caf%C3%A9_life.html?x=1", "café life · theatre, news"),
        ("https://courier.example/?p=1", "theatre, news"),
        ("https://[", "theatre, news"),
    ],
)
def test_an_article_is_named_by_its_address_and_its_context(
    client: TestClient, key: str, at_once: None, permalink: str, title: str
):
    _check(client, key, PLUGIN_5_7, permalink=permalink)

    assert [each.title for each in rows(Page)] == [title]


def test_the_same_form_is_the_same_comment(client: TestClient, key: str, worker: None):
    first = _check(client, key)

    again = _check(client, key, recheck_reason="recheck_queue")

    assert first.headers["X-akismet-guid"] == again.headers["X-akismet-guid"]
    assert len(rows(Comment)) == 1


def test_asked_again_with_a_date_and_other_markup_it_is_the_same_comment(client: TestClient, key: str, worker: None):
    undated = {name: value for name, value in PLUGIN_5_0.items() if name != "comment_date_gmt"}
    first = _check(client, key, undated, comment_content="<b>Fine</b> play & stage")

    again = _check(client, key, comment_content="Fine play &amp; stage", recheck_reason="retry")
    third = _check(client, key, comment_content="<b>Fine</b>   play & stage", recheck_reason="retry")

    assert third.headers["X-akismet-guid"] == first.headers["X-akismet-guid"]
    assert again.text == "false"


def test_a_trap_that_was_filled_in_is_seen(client: TestClient, key: str, worker: None):
    answer = _check(client, key, PLUGIN_5_7, ak_hp_textarea="buy now")

    assert answer.text == "pending"
    assert [each.honeypot for each in rows(Comment)] == ["buy now"]


def test_a_held_comment_is_pending_to_whom_cannot_be_called_back(
    client: TestClient, key: str, at_once: None, worker: None
):
    held = _check(client, key, comment_content=make.PROFANE)
    _decided(client, "approve")
    make.settle()

    after = _check(client, key, comment_content=make.PROFANE, recheck_reason="check_retry")

    assert held.text == "pending"
    assert after.text == "false"


def test_a_client_that_knows_two_answers_hears_true_of_a_held_comment(client: TestClient, worker: None):
    key = _key(make.site().id, HeldAs.TRUE)

    held = _check(client, key, comment_content=make.PROFANE)

    assert held.text == "true"
    assert "X-akismet-pro-tip" not in held.headers


@pytest.mark.parametrize(("action", "said"), [("approve", "false"), ("reject", "true")])
def test_who_can_be_called_back_is_called_with_the_decision(
    client: TestClient, at_once: None, worker: None, action: str, said: str
):
    key = _key(make.site().id)

    held = _check(client, key, PLUGIN_5_7, comment_content=make.PROFANE)
    _decided(client, action)
    make.settle()

    assert held.text == "false"
    assert int(held.headers["X-akismet-recheck-after"]) > 0
    [sent] = rows(Delivery)
    assert (sent.type, sent.callback_url) == (callbacks.TYPE, CALLBACK)
    assert json.loads(sent.body) == {
        "key": key,
        "endpoint": "comment-check",
        "comments": [{"guid": held.headers["X-akismet-guid"], "result": said}],
    }


def test_an_address_inside_is_not_called_back(client: TestClient, key: str, worker: None):
    held = _check(client, key, PLUGIN_5_7, comment_content=make.PROFANE, callback="http://169.254.169.254/latest")

    assert held.text == "pending", "as if it had named none"


def test_without_a_worker_it_is_held_in_less_than_a_second(client: TestClient, key: str):
    began = time.monotonic()

    answer = _check(client, key)

    assert answer.text == "pending"
    assert time.monotonic() - began < 5
    assert len(rows(Comment)) == 1


def test_what_is_screened_too_late_is_told_all_the_same(client: TestClient, at_once: None):
    key = _key(make.site().id)
    late = _check(client, key, PLUGIN_5_7)

    make.work()

    assert late.text == "false"
    assert "X-akismet-recheck-after" in late.headers
    [sent] = rows(Delivery)
    assert json.loads(sent.body)["comments"][0]["result"] == "false"


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"comment_author": "akismet-guaranteed-spam"},
        {"user_role": "administrator"},
        {"is_test": "1"},
        {"api_key": "abcdefghijkl"},
        {"user_ip": ""},
    ],
    ids=lambda more: next(iter(more), "plain"),
)
def test_every_answer_has_a_guid_or_the_plugin_would_publish_the_comment(
    client: TestClient, key: str, at_once: None, more: dict[str, str]
):
    answers = [_check(client, key, PLUGIN_5_7, **more) for _ in range(2)]

    assert UUID(answers[0].headers["X-akismet-guid"])
    assert answers[0].headers["X-akismet-guid"] == answers[1].headers["X-akismet-guid"]


def test_what_cannot_be_stored_is_held_and_has_a_guid(client: TestClient, key: str, configured: Any):
    configured(rate_limit="1/minute")
    answers = [_check(client, key, PLUGIN_5_7, comment_content=f"number {number}") for number in range(3)]

    assert answers[-1].text == "pending"
    assert len({each.headers["X-akismet-guid"] for each in answers}) == 3


def test_what_every_clients_tests_send(client: TestClient, key: str):
    assert _check(client, key, comment_author="akismet-guaranteed-spam").text == "true"
    assert _check(client, key, comment_author_email="akismet-guaranteed-spam@example.com").text == "true"
    assert _check(client, key, user_role="administrator", comment_content=make.PROFANE).text == "false"
    assert _check(client, key, is_test="1").text == "false"
    assert _check(client, key, is_test="1", comment_content=make.PROFANE).text == "pending"
    assert _submit(client, key, "spam", is_test="1").text == THANKS
    assert rows(Comment) == []


@pytest.mark.parametrize("field", ["blog", "user_ip"])
def test_what_must_be_there_is_named_when_it_is_not(client: TestClient, key: str, field: str):
    answer = _check(client, key, **{field: ""})

    assert (answer.status_code, answer.text) == (200, "invalid")
    assert field in answer.headers["X-akismet-debug-help"]


@pytest.mark.parametrize(
    ("charset", "as_bytes"),
    [("UTF-8", "utf-8"), ("windows-1251", "cp1251"), ("ISO-8859-15", "iso8859-15"), ("", "utf-8"), ("zip", "utf-8")],
)
def test_the_sites_charset_is_read(client: TestClient, key: str, worker: None, charset: str, as_bytes: str):
    text = {"windows-1251": "Хорошая статья"}.get(charset, "Ein schönes Stück für 5 €")
    sent = urlencode(PLUGIN_5_0 | {"api_key": key, "blog_charset": charset, "comment_content": text}, encoding=as_bytes)

    _check(client, key, sent.encode())

    assert [each.body for each in rows(Comment)] == [text]


@pytest.mark.parametrize(
    "sent",
    [b"", b"%", b"\xff\xfe=\xff", b"&".join(b"a%d=b" % each for each in range(5_000)), b"api_key=%00%ff&blog=x"],
)
def test_what_is_no_form_is_answered_in_the_protocols_words(client: TestClient, key: str, sent: bytes):
    answer = _check(client, key, sent)

    assert (answer.status_code, answer.text) == (200, "invalid")


@pytest.mark.parametrize(
    "body",
    ["a fine play " * 5_400 + "<b>" + make.PROFANE, make.CLEAN + "\n" * 20_000 + make.PROFANE],
    ids=["words", "lines"],
)
def test_nothing_goes_through_behind_twenty_thousand_characters(client: TestClient, key: str, worker: None, body: str):
    assert _check(client, key, comment_content=body).text == "pending"


UNSEEN = {
    "text": {"comment_content": "a fine play " * 6_000},
    "name": {"comment_author": "Ana " * 60},
    "fields": {f"a{number}": "" for number in range(3_000)},
}


@pytest.mark.parametrize("more", UNSEEN.values(), ids=UNSEEN)
def test_of_what_nobody_looks_at_nothing_goes_through(client: TestClient, key: str, more: dict[str, str]):
    answer = _check(client, key, PLUGIN_5_7, **more)

    assert answer.text == "pending"
    assert UUID(answer.headers["X-akismet-guid"])
    assert rows(Comment) == []


@pytest.mark.parametrize("kind", ["POST", "HTTP"])
def test_no_field_that_a_commenter_adds_keeps_it_from_being_looked_at(
    client: TestClient, key: str, worker: None, kind: str
):
    added = {f"{kind}_{number}": "x" * 100 for number in range(5_000)}

    assert _check(client, key, urlencode({**added, **PLUGIN_5_0, "api_key": key}).encode()).text == "false"


def test_a_form_of_megabytes_is_held(client: TestClient, key: str):
    answer = _check(client, key, POST_x="x" * 3_000_000)

    assert (answer.status_code, answer.text) == (200, "pending")
    assert UUID(answer.headers["X-akismet-guid"])


def test_what_is_too_long_is_cut_and_the_text_is_whole(client: TestClient, key: str, worker: None):
    long = dict.fromkeys(("comment_author_email", "user_agent", "permalink"), "x" * 30000)
    answer = _check(client, key, **long, comment_content="a\x00b " * 8_000)

    assert answer.text in {"true", "false", "pending"}
    [kept] = rows(Comment)
    assert (len(kept.user_agent), len(kept.body)) == (2_000, 23_999)


@pytest.mark.parametrize("body", [make.CLEAN, make.PROFANE], ids=["approved", "held"])
def test_a_click_on_spam_is_a_decision(client: TestClient, key: str, worker: None, body: str):
    _check(client, key, comment_content=body)

    first = _submit(client, key, "spam", comment_content=body)
    make.settle()
    again = _submit(client, key, "spam", comment_content=body)

    assert first.text == again.text == THANKS
    [kept] = rows(Comment)
    assert (kept.status, len(rows(Case))) == ("rejected", 1)


def test_a_click_is_taken_back_by_the_other(client: TestClient, key: str, worker: None):
    _check(client, key)
    for what, comes_to in (("spam", "rejected"), ("ham", "approved"), ("spam", "rejected")):
        _submit(client, key, what)
        make.settle()
        assert [each.status for each in rows(Comment)] == [comes_to]


def test_a_click_comes_before_whoever_was_just_looking(client: TestClient, key: str, worker: None):
    _check(client, key, comment_content=make.PROFANE)
    calls.claim(client, make.moderator("mia"))

    _submit(client, key, "ham", comment_content=make.PROFANE)
    make.settle()

    assert [each.status for each in rows(Comment)] == ["approved"]


def test_a_click_on_what_is_not_known_is_no_error(client: TestClient, key: str):
    assert _submit(client, key, "ham").text == THANKS
    assert rows(Comment) == []


def test_what_settings_pages_ask(client: TestClient, key: str):
    assert client.get("/1.1/test").text == "connected"
    assert client.post("/1.1/get-stats", data={"key": key, "from": "all"}).json() == []
    assert client.get("/1.2/compatible-plugins").json() == []
    later = client.post("/1.1/deactivate", data={"key": key})
    assert (later.status_code, later.text) == (200, "invalid")
    assert client.get("/1.2/usage-limit", params={"api_key": key}).json()["usage"] == 0
    assert client.get("/1.2/key-sites", params={"key": key}).json()["limit"] == 500
    assert client.get("/1.2/key-sites", params={"key": "abcdefghijkl"}).headers["X-akismet-debug-help"]
    assert client.post("/1.1/get-subscription", data={"key": key, "blog": "x"}).json()["status"] == "active"


def test_a_revoked_key_is_none(client: TestClient):
    site = make.site()
    with transaction() as session:
        row, key = akismet.make_key(session, session.get_one(Site, site.id), HeldAs.PENDING, clock(session))
    client.post("/1.1/verify-key", data={"key": key, "blog": "x"})
    with transaction() as session:
        row.revoked_at = clock(session)
        session.add(row)

    assert client.post("/1.1/verify-key", data={"key": key, "blog": "x"}).text == "invalid"
