"""The line that a newcomer pastes: it must do what the page above it says."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.cli.up import _welcome
from tests import make

README = Path(__file__).parents[3] / "README.md"
SHOWN = {"url": "http://greenroom.test", "desk_url": "", "site_key": "KEY", "moderator_token": ""}


def printed() -> str:
    return _welcome(SHOWN, demo=True)


@pytest.mark.parametrize("page", [printed, README.read_text])
def test_the_first_comment_is_held_as_promised(page: Any, client: TestClient):
    site = make.site()
    line = re.search(r"curl (?:.|\\\n)*?-d '[^']*'", page())
    assert line
    sent = json.loads(shlex.split(line.group().replace("\\\n", " "))[-1])

    answer = client.post("/v1/comments", json=sent, headers=site.headers)
    make.work()

    assert answer.status_code == 202
    where = client.get(f"/v1/comments/{answer.json()['id']}", headers=site.headers).json()
    assert where["status"] == "held"
    assert where["verdict"]["because"][0]["check"] == "profanity"
