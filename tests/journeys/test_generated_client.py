"""The description is the contract: a client that a generator makes of it drives Greenroom, without a line by hand.

The generator has an environment of its own (`make test-client`), for it wants other versions of what we need as well.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests import make
from tests.journeys import launcher

HERE = Path(__file__).parent
BIN = HERE.parents[1] / ".venv-client" / "bin"

pytestmark = [
    pytest.mark.skipif(not (BIN / "openapi-python-client").exists(), reason="make test-client installs the generator"),
    pytest.mark.timeout(180),
]


def test_what_the_generator_makes_of_it_submits_decides_and_catches_up(tmp_path: Path):
    with launcher.up(tmp_path / "d", GREENROOM_UNDO_SECONDS="0") as greenroom:
        (tmp_path / "openapi.json").write_text(greenroom.http.get("/openapi.json").text)
        command = [BIN / "openapi-python-client", "generate", "--path", tmp_path / "openapi.json", "--meta", "none"]
        made = subprocess.run(
            [*command, "--output-path", tmp_path / "greenroom_client"], capture_output=True, text=True, check=True
        )
        assert "will not be generated" not in made.stdout + made.stderr

        ran = subprocess.run(
            [BIN / "python", HERE / "generated_client_drive.py"],
            env={
                **os.environ,
                "GENERATED": str(tmp_path),
                "GREENROOM": greenroom.shown["url"],
                "SITE_KEY": greenroom.shown["site_key"],
                "MODERATOR_TOKEN": greenroom.shown["moderator_token"],
                "CLEAN": make.CLEAN,
                "PROFANE": make.PROFANE,
            },
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    assert ran.returncode == 0, ran.stderr[-3_000:]
    assert len(json.loads((tmp_path / "openapi.json").read_text())["paths"]) > 40
