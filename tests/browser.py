"""Chromium for the desk's tests, PHP for what is written in it: put there by whoever may. `make test` asks once."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium", "php-cli")  # without PHP its tests are left out
MISSING = "The desk's tests need Chromium: install your distribution's package 'chromium'."


def found() -> str | None:
    return next((path for each in NAMES if (path := shutil.which(each))), None)


def install() -> None:
    """On Debian and its like, as root."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print("Installing Chromium and PHP", file=sys.stderr)
    quiet = {"stdout": subprocess.DEVNULL, "env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}}
    subprocess.run(["apt-get", "update", "-q"], check=False, **quiet)
    subprocess.run(["apt-get", "install", "-qy", "--no-install-recommends", *PACKAGES], check=False, **quiet)


if __name__ == "__main__":
    if not found() or not shutil.which("php"):
        install()
    if not found():
        sys.exit(MISSING)
