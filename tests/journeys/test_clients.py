"""Clients that nobody here has written drive Greenroom: one made from its description, and one that speaks Akismet.

`make test` gives them an environment of their own, `.venv-client`: they want other versions of what we need as well.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import make
from tests.journeys import launcher
from tests.journeys.launcher import GREENROOM, Running

CLIENTS = Path(__file__).parent / "clients"
BIN = Path(__file__).parents[2] / ".venv-client" / "bin"

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def greenroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with launcher.up(tmp_path_factory.mktemp("clients") / "d", GREENROOM_UNDO_SECONDS="0") as running:
        yield running


def test_what_the_generator_makes_of_the_description_submits_decides_and_catches_up(greenroom: Running, tmp_path: Path):
    (tmp_path / "openapi.json").write_text(greenroom.http.get("/openapi.json").text)
    command = [BIN / "openapi-python-client", "generate", "--path", tmp_path / "openapi.json", "--meta", "none"]
    made = subprocess.run(
        [*command, "--output-path", tmp_path / "greenroom_client"], capture_output=True, text=True, check=True
    )
    assert "will not be generated" not in made.stdout + made.stderr

    drives(
        "generated.py",
        greenroom,
        GENERATED=str(tmp_path),
        SITE_KEY=greenroom.shown["site_key"],
        MODERATOR_TOKEN=greenroom.shown["moderator_token"],
    )


def test_the_akismet_library_checks_and_clicks_unmodified(greenroom: Running):
    made = subprocess.run(
        [GREENROOM, "key", "--akismet", "--held-as", "true", "--site", "The Courier", "--json"],
        env={**os.environ, "GREENROOM_DATA": str(greenroom.data)},
        capture_output=True,
        text=True,
        check=True,
    )

    drives("akismet_library.py", greenroom, AKISMET_KEY=json.loads(made.stdout)["key"])


def drives(program: str, greenroom: Running, **more: Any) -> None:
    ran = subprocess.run(
        [BIN / "python", CLIENTS / program],
        env={
            **os.environ,
            "GREENROOM": greenroom.shown["url"],
            "CLEAN": make.CLEAN,
            "PROFANE": make.PROFANE,
            **more,
        },
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3_000:]
