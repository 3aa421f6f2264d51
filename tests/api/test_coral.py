"""Coral's external moderation phase: signed requests, and an answer before Coral goes on without it."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.cli.main import app
from moderation import checks
from moderation.models import Comment
from moderation.presets import preset
from moderation.terms import Preset
from tests import make
from tests.api import calls
from tests.moderation.plain import rows

SECRET = "ssec_" + "0123456789abcdef" * 4
REQUEST = {
    "action": "NEW",
    "comment": {"body": f"<div>{make.CLEAN}</div>", "parentID": "p-1"},
    "author": {"id": "u-1", "username": "Ana", "email": "ana@example.org", "role": "COMMENTER"},
    "story": {"id": "s-1", "url": "https://courier.example/a"},
    "site": {"id": "1"},
    "tenantID": "t",
    "tenantDomain": "coral.example",
}


@pytest.fixture
def worker(client: TestClient) -> Iterator[None]:
    checks.get_ready(preset(Preset.STANDARD))
    with calls.a_worker():
        yield


@pytest.fixture
def site(client: TestClient) -> make.AtSite:
    made = make.site()
    done = CliRunner().invoke(app, ["site", "coral", "--site", str(made.id), "--secret", SECRET, "--json"])
    assert done.exit_code == 0, done.output
    assert str(made.id) in json.loads(done.stdout)["url"]
    return made


def ask(client: TestClient, site: make.AtSite, body: str = "", secret: str = SECRET, **more: Any) -> Any:
    comment = {**REQUEST["comment"], "body": body or REQUEST["comment"]["body"]}  # type: ignore[dict-item]
    sent = json.dumps({**REQUEST, "comment": comment, **more}, indent=2).encode()
    signature = hmac.new(secret.encode(), sent, hashlib.sha256).hexdigest()
    return client.post(
        f"/integrations/coral/phase?site={site.id}&timeout=5000",
        content=sent,
        headers={"Content-Type": "application/json", "X-Coral-Signature": f"sha256={'0' * 64},sha256={signature}"},
    )


def test_a_plain_comment_is_left_alone_and_kept_as_text(client: TestClient, site: make.AtSite, worker: None):
    answer = ask(client, site)

    assert (answer.status_code, answer.json()) == (200, {"status": "NONE", "actions": []})
    [kept] = rows(Comment)
    assert (kept.body, kept.author_external_id, kept.parent_external_id) == (make.CLEAN, "u-1", "p-1")


def test_what_is_held_waits_there_with_a_flag(client: TestClient, site: make.AtSite, worker: None):
    answer = ask(client, site, make.PROFANE).json()

    assert answer["status"] == "PREMOD"
    assert {"actionType": "FLAG", "reason": "COMMENT_DETECTED_SUSPECT_WORD"} in answer["actions"]


def test_what_is_not_screened_in_time_waits_there(client: TestClient, site: make.AtSite):
    sent = json.dumps(REQUEST).encode()
    signature = hmac.new(SECRET.encode(), sent, hashlib.sha256).hexdigest()

    answer = client.post(
        f"/integrations/coral/phase?site={site.id}",
        content=sent,
        headers={"X-Coral-Signature": f"sha256={signature}"},
    )

    assert answer.json() == {"status": "PREMOD", "actions": []}


def test_what_is_not_signed_is_refused(client: TestClient, site: make.AtSite):
    calls.problem(ask(client, site, secret="another" * 4), 401)
    calls.problem(client.post(f"/integrations/coral/phase?site={site.id}", json=REQUEST), 401)
    calls.problem(ask(client, make.site("The Herald")), 401)
    assert rows(Comment) == []


@pytest.mark.parametrize("broken", [{"author": None}, {"story": {}}, {"comment": {"body": 5}}])
def test_what_lacks_something_is_told_so(client: TestClient, site: make.AtSite, broken: dict[str, Any]):
    calls.problem(ask(client, site, **broken), 422)


def test_hostile_values_are_cut_and_stored(client: TestClient, site: make.AtSite, worker: None):
    author = {"id": "u" * 5_000, "username": "\x00" + "x" * 5_000}

    answer = ask(client, site, "a\x00b \ud83d " * 9_000, author=author, story={"id": "s", "url": "x" * 9_000})

    assert answer.status_code in {200, 422}


def test_nothing_goes_through_behind_twenty_thousand_characters(client: TestClient, site: make.AtSite, worker: None):
    assert ask(client, site, "a fine play " * 2_000 + make.PROFANE).json()["status"] == "PREMOD"


def test_what_is_longer_than_what_is_looked_at_waits_there(client: TestClient, site: make.AtSite, worker: None):
    assert ask(client, site, "a fine play " * 6_000).json() == {"status": "PREMOD", "actions": []}


def test_where_a_link_leads_is_looked_at(client: TestClient, site: make.AtSite, worker: None):
    ask(client, site, '<div>I wrote more <a href="https://shop.example/x">over there</a>.</div>')

    assert [each.body for each in rows(Comment)] == ["I wrote more over there (https://shop.example/x)."]


@pytest.mark.parametrize(
    "body", ["Hello <![foo[x there", "<a " * 30_000], ids=["half a section", "tags without an end"]
)
def test_no_markup_is_too_strange(client: TestClient, site: make.AtSite, worker: None, body: str):
    assert ask(client, site, body).status_code == 200
