"""The children of 'greenroom up': started, watched, restarted with back-off, stopped in order."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import psutil

MARK = "GREENROOM_UP"  # in every child's environment: the data folder it belongs to
BACK_OFF_SECONDS = (0.2, 0.5, 1.0, 2.0, 4.0)  # before each restart in a row
STEADY_SECONDS = 30.0  # alive for so long: the next restart is the first in a row again
KILL_AFTER_SECONDS = 5.0
STOPPED_SECONDS = 20.0  # a child that stands still for so long (SIGSTOP, a debugger) is ended, and started again
_PR_SET_PDEATHSIG = 1


def port_at(host: str, wanted: int) -> int | None:
    """This port, if nobody has it; 0: any."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, wanted))
        except OSError:
            return None
        return int(probe.getsockname()[1])


@dataclass
class Child:
    """One process that is kept alive."""

    name: str
    command: Sequence[str]
    stop_seconds: float = 10.0  # how long it may take to stop in order
    again: bool = True  # False: it may end
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    failures: int = 0
    restart_at: float = 0.0
    stopped_since: float | None = None

    def start(self, environment: Mapping[str, str]) -> None:
        # A session of its own: Ctrl-C reaches the launcher alone, which stops everybody in order.
        self.process = subprocess.Popen(  # noqa: S603 - our own commands
            self.command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,  # standard output belongs to the launcher's answer
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - before any thread
        )
        self.started = time.monotonic()
        self.restart_at = 0.0

    def ended(self) -> int | None:
        return self.process.poll() if self.process else None

    def stands_still(self, now: float) -> float:
        """For how many seconds it has been stopped: not ended, and not able to end itself."""
        if self.process is None or not _is_stopped(self.process.pid):
            self.stopped_since = None
            return 0.0
        self.stopped_since = self.stopped_since or now
        return now - self.stopped_since

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(self.stop_seconds)
        except subprocess.TimeoutExpired:
            kill_tree(self.process.pid)
            self.process.wait(KILL_AFTER_SECONDS)


@dataclass
class Household:
    """All children, in the order in which they are started; they are stopped in the opposite one."""

    environment: Mapping[str, str]
    say: Callable[[str], None]
    children: list[Child] = field(default_factory=list)

    def add(self, child: Child) -> Child:
        child.start(self.environment)
        self.children.append(child)
        return child

    def look_after(self) -> None:
        """Restart who died, each after its back-off. Called again and again."""
        now = time.monotonic()
        for child in self.children:
            code = child.ended()
            if code is None and child.process and child.stands_still(now) > STOPPED_SECONDS:
                self.say(f"{child.name} has stood still for {STOPPED_SECONDS:g} s; ending it")
                kill_tree(child.process.pid)
            if code is None or not (child.again or code):
                continue
            if not child.restart_at:
                child.failures = 1 if now - child.started > STEADY_SECONDS else child.failures + 1
                wait = BACK_OFF_SECONDS[min(child.failures, len(BACK_OFF_SECONDS)) - 1]
                child.restart_at = now + wait
                self.say(f"{child.name} ended with code {code}; starting it again in {wait:g} s")
            elif now >= child.restart_at:
                child.start(self.environment)

    def stop(self) -> None:
        for child in reversed(self.children):
            child.stop()
        sweep_out(self.environment[MARK])


def sweep_out(mark: str) -> int:
    """End every process that an earlier launcher of this data folder left behind; how many there were."""
    left = [each for each in psutil.process_iter() if each.pid != os.getpid() and _belongs(each, mark)]
    for each in left:
        _quietly(each.terminate)
    _, alive = psutil.wait_procs(left, timeout=KILL_AFTER_SECONDS)
    for each in alive:
        _quietly(each.kill)
    psutil.wait_procs(alive, timeout=KILL_AFTER_SECONDS)
    return len(left)


def kill_tree(pid: int) -> None:
    try:
        parent = psutil.Process(pid)
        for each in (*parent.children(recursive=True), parent):
            _quietly(each.kill)
    except psutil.NoSuchProcess:
        return


def _is_stopped(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_STOPPED
    except psutil.Error:
        return False


def _belongs(process: psutil.Process, mark: str) -> bool:
    try:
        return process.environ().get(MARK) == mark
    except (psutil.Error, OSError):
        return False


def _quietly(act: Callable[[], None]) -> None:
    try:
        act()
    except psutil.Error:
        return


def _die_with_parent() -> None:
    """Linux: when the launcher is killed, its children are told to stop."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
