"""Every block of shell and Python in README and docs, typed as it stands, against a real Greenroom."""

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from standardwebhooks import Webhook

from moderation.webhooks import new_webhook_secret
from tests import make
from tests.journeys import launcher
from tests.journeys.launcher import GREENROOM, Running
from tests.moderation.feeds import made
from tests.test_docs import ROOT, Block, blocks

pytestmark = [pytest.mark.timeout(180), pytest.mark.xdist_group("docs")]

# What a test cannot type here, and where it is tried instead.
ELSEWHERE = {
    "make up": "tests/journeys/test_up.py",
    "make test": "this is it",
    "docker compose": "tests/test_compose.py",
    "greenroom evaluate": "tests/api/cli/test_evaluate.py; it takes minutes",
    "WEBHOOK_SECRET=whsec_... python3 docs": "tests/journeys/test_examples.py",
    "export GREENROOM=": "stands for what was printed",
}
SECRET, BODY = new_webhook_secret(), '{"type": "comment.approved", "data": {}}'
STRICT = 'curl() { command curl --silent --show-error --fail-with-body "$@"; }; set -eu\n'


def typed() -> list[Any]:
    found = [each for each in blocks() if each.kind in {"sh", "python"}]
    return [
        pytest.param(each, id=f"{each.page}:{each.line}")
        for each in found
        if not any(each.text.strip().startswith(words) or f" {words}" in each.text for words in ELSEWHERE)
    ]


@pytest.fixture(scope="module")
def greenroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("docs") / "d"
    with launcher.up(data, GREENROOM_WEBHOOK_ALLOWED_NETWORKS="127.0.0.0/8") as running:
        yield running


@pytest.fixture(scope="module")
def desk(greenroom: Running, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the docs suppose to be there."""
    folder = tmp_path_factory.mktemp("desk")
    made.wxr(folder / "export.xml", made.wxr_item([made.wxr_comment(1)]))
    (folder / "body").write_text(BODY)
    (folder / "docs").symlink_to(ROOT / "docs")
    (folder / "backup").mkdir()
    (folder / "drill").mkdir()
    return folder


@pytest.mark.parametrize("block", typed())
def test_what_the_docs_say_can_be_typed(block: Block, greenroom: Running, desk: Path):
    (_in_shell if block.kind == "sh" else _in_python)(block.text, greenroom, desk)


def _in_shell(text: str, greenroom: Running, desk: Path) -> None:
    at = datetime.now(UTC)
    text = text.replace("http://127.0.0.1:8000", greenroom.shown["url"])
    text = text.replace("/backup/", f"{desk}/backup/").replace("whsec_...", SECRET)
    ran = subprocess.run(
        ["bash", "-c", STRICT + text],
        cwd=desk,
        env={
            **os.environ,
            "PATH": f"{GREENROOM.parent}:{os.environ['PATH']}",
            "GREENROOM": greenroom.shown["url"],
            "SITE_KEY": greenroom.shown["site_key"],
            "GREENROOM_DATA": str(greenroom.data),
            "WEBHOOK_ID": "msg_1",
            "WEBHOOK_TIMESTAMP": str(int(at.timestamp())),
            "WEBHOOK_SIGNATURE": Webhook(SECRET).sign("msg_1", at, BODY),
        },
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-1_000:] + ran.stderr[-1_000:]


def _in_python(text: str, greenroom: Running, desk: Path) -> None:
    del desk
    kept = SimpleNamespace(place=None, applied=[])
    at = datetime.now(UTC)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("msg_1", at, BODY),
    }
    known: dict[str, Any] = {
        "load": lambda: kept.place,
        "save": lambda place: setattr(kept, "place", place),
        "get": lambda path, query: greenroom.http.get(path, params=query, headers=greenroom.site).json(),
        "apply": kept.applied.append,
        "secret": SECRET,
        "request_body": BODY,
        "request_headers": headers,
    }
    greenroom.http.post("/v1/comments", json=make.comment("for-docs"), headers={**greenroom.site, "Prefer": "wait=10"})
    exec(compile(text, "docs", "exec"), known)

    if "load()" in text:
        assert kept.place, "it keeps where it is"
    else:
        assert known["event"] == json.loads(BODY)
