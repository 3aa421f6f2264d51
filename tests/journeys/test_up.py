"""'greenroom up' with everything real: launcher, Valkey, uvicorn, Celery, both databases, a site that listens."""

import signal
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from standardwebhooks import Webhook

from tests import make
from tests.conftest import ENGINES
from tests.journeys.launcher import Receiver, Running, until, up

LOOPBACK = "127.0.0.0/8"


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Empty: SQLite in the data folder; or a PostgreSQL database of its own."""
    if request.param == "sqlite":
        yield ""
        return
    server = request.getfixturevalue("postgresql_url")
    name = f"journey_{uuid.uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.replace("/postgres?", f"/{name}?").replace("+psycopg", "")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def test_the_whole_way_with_real_processes(database_url: str, tmp_path: Path):
    receiver = Receiver()
    settings = {"GREENROOM_WEBHOOK_ALLOWED_NETWORKS": LOOPBACK, "GREENROOM_UNDO_SECONDS": "2"}
    with up(tmp_path / "data", GREENROOM_DATABASE_URL=database_url, **settings) as running:
        secret = running.http.put("/v1/webhook", json={"url": receiver.url}, headers=running.site).json()["secret"]

        fine = _submit(running, "fine", make.CLEAN)
        held = _submit(running, "held", make.PROFANE)
        assert (fine["status"], held["status"]) == ("approved", "held")

        case = running.http.post("/v1/queue/claims", json={"count": 1}, headers=running.moderator).json()["items"][0]
        assert case["comment"]["id"] == held["id"]
        undone = _decide(running, case, "reject", reason="abuse")
        assert running.http.delete(f"/v1/decisions/{undone['id']}", headers=running.moderator).status_code == 200
        _decide(running, case, "approve")

        until(lambda: receiver.of("held") == ["comment.held", "comment.approved"])
        until(lambda: receiver.of("fine") == ["comment.approved"])
        for headers, body in receiver.got:
            Webhook(secret).verify(body, headers)
        where = running.http.get(f"/v1/comments/{held['id']}", headers=running.site).json()
        assert where["status"] == "approved"
        health = running.http.get("/v1/health", headers=running.admin).json()
        assert health["status"] == "ok", health


def test_ctrl_c_leaves_nothing_behind_and_a_second_start_finds_everything(tmp_path: Path):
    with up(tmp_path / "data") as running:
        sent = _submit(running, "kept", make.PROFANE)
        family = running.family()
        assert running.interrupt() == 0
        assert not [each for each in family if each.is_running()]
        key = running.shown["site_key"]

    with up(tmp_path / "data") as again:
        assert again.shown["site_key"] == key
        found = again.http.get(f"/v1/comments/{sent['id']}", headers=again.site)
        assert found.json()["status"] == "held"


def test_a_start_after_kill_9_of_everything_works_and_what_was_accepted_is_screened(tmp_path: Path):
    with up(tmp_path / "data") as running:
        running.child("celery").send_signal(signal.SIGSTOP)
        sent = running.http.post("/v1/comments", json=make.comment("late", make.CLEAN), headers=running.site)
        assert sent.status_code == 202
        running.kill_everything()

    with up(tmp_path / "data") as again:
        until(lambda: _status(again, sent.json()["id"]) == "approved", 40)


def test_a_launcher_that_is_killed_alone_leaves_a_data_folder_that_the_next_one_takes_over(tmp_path: Path):
    with up(tmp_path / "data") as running:
        running.process.kill()
        running.process.wait()
        with up(tmp_path / "data") as again:
            assert _submit(again, "after", make.CLEAN)["status"] == "approved"


def test_a_child_that_dies_is_back_within_seconds(tmp_path: Path):
    with up(tmp_path / "data") as running:
        for word in ("uvicorn", "celery", "valkey-server"):
            child = running.child(word)
            child.kill()
            until(lambda word=word, pid=child.pid: _back(running, word, pid), 5)
            until(lambda: _answers(running), 30)
            assert _submit(running, f"after-{word}", make.CLEAN, wait=30)["status"] == "approved"


def test_two_launchers_do_not_share_a_data_folder(tmp_path: Path):
    with up(tmp_path / "data"), pytest.raises(AssertionError, match="running already"), up(tmp_path / "data"):
        pass


def _submit(running: Running, external_id: str, body: str, wait: int = 20) -> dict[str, str]:
    headers = {**running.site, "Prefer": f"wait={wait}"}
    sent = running.http.post("/v1/comments", json=make.comment(external_id, body), headers=headers)
    assert sent.status_code == 200, sent.text
    return sent.json()


def _decide(running: Running, case: dict[str, str], action: str, **more: str) -> dict[str, str]:
    asked = {"action": action, "revision": case["revision"], **more}
    decided = running.http.post(f"/v1/cases/{case['id']}/decision", json=asked, headers=running.moderator)
    assert decided.status_code == 200, decided.text
    return decided.json()


def _status(running: Running, comment_id: str) -> str:
    return running.http.get(f"/v1/comments/{comment_id}", headers=running.site).json()["status"]


def _back(running: Running, word: str, old: int) -> bool:
    try:
        return running.child(word).pid != old
    except StopIteration:
        return False


def _answers(running: Running) -> bool:
    try:
        return running.http.get("/readyz").status_code == 200
    except OSError:
        return False
    except Exception as broken:  # noqa: BLE001 - whatever a client raises while nobody listens
        return not str(broken)
