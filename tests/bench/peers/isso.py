"""Isso, in an environment of its own, made once: a comment server on SQLite, started as its manual says."""

import subprocess
import sys
import venv
from pathlib import Path

RELEASE = "isso==0.14.0"
SETTINGS = """\
[general]
dbpath = {home}/isso.db
host = http://127.0.0.1:1/
[moderation]
enabled = true
[server]
listen = {url}
[guard]
enabled = false
"""


def program(kept: Path) -> Path:
    """Where it is; put there first if need be. Raises CalledProcessError where nothing can be installed."""
    found = kept / "isso" / "bin" / "isso"
    if not found.exists():
        venv.create(kept / "isso", with_pip=True, clear=True)
        pip = [str(found.with_name("python")), "-m", "pip", "install", "-q", "--disable-pip-version-check", RELEASE]
        subprocess.run(pip, check=True, stdout=sys.stderr)
    return found


def command(kept: Path, home: Path, url: str) -> list[str]:
    settings = home / "isso.cfg"
    settings.write_text(SETTINGS.format(home=home, url=url))
    return [str(program(kept)), "-c", str(settings), "run"]
