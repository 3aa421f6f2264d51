"""A check that misbehaves on certain words: what a broken library or a clever stranger could make it do."""

import os
import re
import signal
import time
from collections.abc import Callable
from dataclasses import replace

CHECK = "shouting"  # whose turn it is
WORD = "poison"  # 'poison-kill' and so on, anywhere in a comment
MEGABYTE = 1_000_000
MOST_MEGABYTES = 400


def install() -> None:
    """One of the checks goes mad now and then."""
    from moderation import checks
    from moderation.checks.signal import Facts, Signal

    sane = next(each for each in checks.CHECKS if each.name == CHECK)

    def look(facts: Facts) -> Signal:
        for name, act in ACTS.items():
            if f"{WORD}-{name}" in facts.body:
                act()
        return sane.look(facts)

    mad = tuple(replace(each, look=look) if each.name == CHECK else each for each in checks.CHECKS)
    checks.run_many.__kwdefaults__["checks"] = mad


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _raise() -> None:
    raise ArithmeticError


def _hang() -> None:
    """As in a library that takes no signals: only the hard time limit ends it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP})
    time.sleep(600)


def _loop() -> None:
    while True:
        pass


def _memory() -> None:
    held = [os.urandom(MEGABYTE) for _ in range(MOST_MEGABYTES)]
    raise MemoryError(len(held))


def _backtrack() -> None:
    re.match(r"(a+)+$", "a" * 64 + "b")


ACTS: dict[str, Callable[[], None]] = {
    "kill": _kill,
    "raise": _raise,
    "hang": _hang,
    "loop": _loop,
    "memory": _memory,
    "backtrack": _backtrack,
}
