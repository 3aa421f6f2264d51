"""greenroom, typed by hand: site, key, moderator, migrate, check, doctor, health."""

import json
import os
import subprocess
from pathlib import Path
from socket import create_server
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.cli.main import app
from moderation import people
from moderation.database import reading
from moderation.migrations import HEAD
from tests.journeys.launcher import GREENROOM


@pytest.fixture
def typed(engine: str):
    """Type a command whose Greenroom uses this test's database; what it prints as JSON, or all of what it did."""

    def run(*words: str, given: bytes = b"", code: int = 0) -> Any:
        done = CliRunner().invoke(app, list(words), input=given)
        assert done.exit_code == code, done.output
        lines = done.stdout.splitlines()
        return [json.loads(line) for line in lines] if "--json" in words or words[0] == "check" else done

    return run


def test_a_site_its_key_and_a_moderator_are_made_and_open_the_door(typed, client: TestClient):
    [site] = typed("site", "create", "The Courier", "--json")
    [moderator] = typed("moderator", "create", "mia", "--site", "The Courier", "--json")

    listed = client.get("/v1/comments", headers={"Authorization": f"Bearer {site['key']}"})
    queue = client.get("/v1/queue", headers={"Authorization": f"Bearer {moderator['token']}"})

    assert (listed.status_code, queue.status_code) == (200, 200)
    assert [each["name"] for each in typed("site", "list", "--json")[0]] == ["The Courier"]
    assert typed("moderator", "list", "--json")[0][0]["roles"] == ["moderator on The Courier"]


def test_a_revoked_key_is_refused(typed):
    [site] = typed("site", "create", "The Courier", "--json")
    [key] = typed("key", "create", "--site", "The Courier", "--label", "second", "--json")

    typed("key", "revoke", key["id"], "--site", "The Courier")

    with reading() as session:
        assert people.site_of_key(session, key["key"]) is None
        assert str(people.site_of_key(session, site["key"])) == site["site"]
    revoked = {each["label"]: each["revoked"] for each in typed("key", "list", "--site", "The Courier", "--json")[0]}
    assert revoked == {"first": False, "second": True}


def test_what_is_not_there_is_said_in_a_sentence_with_its_exit_code(typed):
    refused = typed("key", "create", "--site", "nowhere", code=4)
    assert refused.stderr == "greenroom: There is no such site.\n"
    assert typed("moderator", "create", "mia", "--role", "king", code=2)


def typed_in(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GREENROOM_")}
    command = [GREENROOM, *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_in_a_folder_without_data_it_says_so_and_leaves_nothing_there(tmp_path: Path):
    done = typed_in(tmp_path, "site", "list")

    assert done.returncode == 1
    assert done.stderr.startswith("greenroom: there are no data in .greenroom")
    assert list(tmp_path.iterdir()) == []


def test_an_invitation_leads_to_where_greenroom_was_last_started(tmp_path: Path):
    assert typed_in(tmp_path, "migrate").returncode == 0
    (tmp_path / ".greenroom" / "credentials.json").write_text('{"url": "http://127.0.0.1:8431"}')

    invited = typed_in(tmp_path, "moderator", "invite", "mia", "--json")

    assert json.loads(invited.stdout)["link"].startswith("http://127.0.0.1:8431/desk/sign-in?link=")


def test_a_demo_site_whose_port_is_taken_says_so_and_changes_nothing(tmp_path: Path):
    with create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = typed_in(tmp_path, "demo-site", "--greenroom", "http://127.0.0.1:9", "--key", "k", "--port", port)

    assert done.returncode == 1
    assert done.stderr == f"greenroom: port {port} is taken: --port names another one\n"


def test_an_invitation_makes_the_moderator_and_a_link_that_works_once(typed, client: TestClient):
    typed("site", "create", "The Courier")
    [invited] = typed("moderator", "invite", "mia", "--url", "http://greenroom.test", "--json")

    first = client.get(invited["link"], follow_redirects=False)
    second = client.get(invited["link"], follow_redirects=False)

    assert (first.status_code, first.headers["location"]) == (303, "/desk/queue")
    assert second.status_code == 401


def test_roles_are_given_and_taken_away(typed):
    typed("site", "create", "The Courier")
    typed("moderator", "create", "mia", "--site", "The Courier")
    typed("moderator", "role", "mia", "lead", "--site", "The Courier")
    assert typed("moderator", "list", "--json")[0][0]["roles"] == ["lead on The Courier"]
    typed("moderator", "role", "mia", "none", "--site", "The Courier")
    assert typed("moderator", "list", "--json")[0][0]["roles"] == []


def test_migrate_says_where_the_database_is(typed):
    assert typed("migrate", "--json") == [{"revision": HEAD}]


def test_health_fails_aloud_when_no_worker_runs(typed, valkey: str):
    [report] = typed("health", "--json", code=1)
    shown = {part["name"]: part["status"] for part in report["parts"]}
    assert report["status"] == "fail"
    assert (shown["database"], shown["broker"], shown["workers"]) == ("ok", "ok", "fail")


def test_the_doctor_finds_what_is_needed(typed):
    [report] = typed("doctor", "--json")
    assert {part["name"] for part in report["parts"]} == {"python", "sqlite", "valkey", "data folder"}


def test_check_reads_lines_and_writes_lines(typed):
    lines = [
        {"id": "a", "body": "What a lovely article, thank you."},
        {"id": 7, "body": "You asshole"},
        {"id": "sep", "body": "one\u2028two\x85three"},
        {"id": "half", "body": "half a pair: \ud800 and a link www.a.example http://b.example"},
    ]
    given = "\n".join(json.dumps(each) for each in lines).encode()

    answers = typed("check", "-", given=given)

    assert [each["id"] for each in answers] == ["a", 7, "sep", "half"]
    assert [each["verdict"] for each in answers] == ["approve", "hold", "approve", "hold"]
    assert answers[1]["because"][0]["check"] == "profanity"
    assert {"check", "score", "version", "milliseconds", "spans", "evidence", "ran", "why_not"} <= set(
        answers[1]["signals"][0]
    )
    assert all(signal["ran"] for each in answers for signal in each["signals"])


def test_check_needs_no_engine_and_names_the_line_it_cannot_read(tmp_path: Path):
    file = tmp_path / "lines.jsonl"
    file.write_bytes(b'{"id": 1, "body": "fine"}\n\nnot json\n{"id": 2}\n[1]\n{"id": 3, "body": "\xff"}\n')
    environment = os.environ | {
        "GREENROOM_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "GREENROOM_DATA": "/nowhere",
    }

    done = subprocess.run([GREENROOM, "check", file], capture_output=True, env=environment, check=False)

    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert done.stdout.isascii()
    assert [each.get("line") for each in answers] == [None, 2, 3, 4, 5, 6]
    assert answers[0]["verdict"] == "approve"
