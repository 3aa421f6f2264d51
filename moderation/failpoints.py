"""Failpoints: places where the proof in tests/faults/ kills, stops or delays a process. A test seam, off by default.

On only where GREENROOM_FAILPOINTS names a folder. A file in it, called like a point, is an order to whoever gets there:
'once kill', 'once wait', 'always sleep 0.5', '0.01 kill'. 'once' takes the file away, so that one process obeys it.
"""

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

FOLDER = os.environ.get("GREENROOM_FAILPOINTS", "")
STRUCK = "struck"  # the folder's log: a line for each order that was obeyed
LONGEST_WAIT_SECONDS = 60.0
LOOK_EVERY_SECONDS = 0.01


class FailpointError(Exception):
    """Somebody ordered this code to fail here."""


def reach(point: str) -> None:
    """Obey what was ordered for this point; without GREENROOM_FAILPOINTS nothing is ever looked at."""
    if FOLDER:
        _obey(Path(FOLDER), point)


def _obey(folder: Path, point: str) -> None:
    try:
        when, act, *more = (folder / point).read_text().split()
        if when == "once":
            (folder / point).rename(folder / f"{point}.{os.getpid()}")  # of many who are here, one succeeds
    except (FileNotFoundError, ValueError):
        return
    if when not in {"once", "always"} and random.random() >= float(when):  # noqa: S311 - a fault, not a secret
        return
    with (folder / STRUCK).open("a") as log:
        log.write(f"{time.time():.3f} {point} {act} {os.getpid()}\n")
    _ACTS[act](folder / f"{point}.go", *more)


def _wait(go: Path) -> None:
    ends = time.monotonic() + LONGEST_WAIT_SECONDS
    while not go.exists() and time.monotonic() < ends:
        time.sleep(LOOK_EVERY_SECONDS)


def _fail(go: Path) -> None:
    raise FailpointError(go.stem)


def _sleep(go: Path, seconds: str) -> None:
    del go
    time.sleep(float(seconds))


def _leader(number: signal.Signals) -> Callable[[Path], None]:
    """To the process that service managers know: a worker's main process, not one of its pool."""
    return lambda _: os.kill(os.getpgrp(), number)


def _group(number: signal.Signals) -> Callable[[Path], None]:
    return lambda _: os.killpg(0, number)


def _self(go: Path) -> None:
    del go
    os.kill(os.getpid(), signal.SIGKILL)


_ACTS: dict[str, Callable[..., None]] = {
    "kill": _self,
    "killall": _group(signal.SIGKILL),
    "stop": _group(signal.SIGSTOP),
    "term": _leader(signal.SIGTERM),
    "quit": _leader(signal.SIGQUIT),
    "wait": _wait,  # until a file '<point>.go' is there
    "sleep": _sleep,
    "fail": _fail,
}
