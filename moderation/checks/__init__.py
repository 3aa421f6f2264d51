"""The checks, in reading order, and how they are run: every check always, over a whole batch.

A check is a pure function Facts -> Signal. One that raises, or takes longer than its limit, gives a signal that says
so; the policy makes of it what the site wants.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from moderation.checks import blocklist, flood, honeypot, links, newcomer, profanity, repeats, shouting
from moderation.checks.limit import Alarm, TookTooLongError, alarm
from moderation.checks.signal import Facts, Signal
from moderation.rules import Rules

LIMIT_SECONDS = 1.0  # for one check on one comment; what is normal is a thousandth of it


def _nothing(rules: Rules) -> None:
    del rules


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    version: str
    says: str  # the sentence for the site: the category, never the matched words
    look: Callable[[Facts], Signal]
    prepare: Callable[[Rules], None] = _nothing  # what is loaded once, outside the time limit


CHECKS: tuple[Check, ...] = tuple(
    Check(each.NAME, each.VERSION, each.SAYS, each.look, getattr(each, "prepare", _nothing))
    for each in (profanity, blocklist, links, repeats, flood, shouting, newcomer, honeypot)
)
NAMES = tuple(check.name for check in CHECKS)
SAYS = {check.name: check.says for check in CHECKS}


def run(facts: Facts, checks: Sequence[Check] = CHECKS, limit: float = LIMIT_SECONDS) -> tuple[Signal, ...]:
    """One signal per check, in their order."""
    return run_many([facts], checks=checks, limit=limit)[0]


def run_many(
    many: Sequence[Facts],
    *,
    budget: float = float("inf"),
    checks: Sequence[Check] = CHECKS,
    limit: float = LIMIT_SECONDS,
) -> list[tuple[Signal, ...]]:
    """The signals of each, in order, until the budget (seconds) is spent: the list may be shorter than what came in.

    The first is always looked at.
    """
    for rules in {id(facts.rules): facts.rules for facts in many}.values():
        for check in checks:
            with suppress(Exception):  # it will fail again, and then a signal says so
                check.prepare(rules)
    started = time.monotonic()
    looked: list[tuple[Signal, ...]] = []
    with alarm() as bell:
        for facts in many:
            if looked and time.monotonic() - started > budget:
                break
            looked.append(tuple(_run_one(check, facts, limit, bell) for check in checks))
    return looked


def _run_one(check: Check, facts: Facts, limit: float, bell: Alarm) -> Signal:
    started = time.perf_counter()
    try:
        bell.arm(limit)
        signal = check.look(facts)
        bell.armed = False
    except TookTooLongError:
        signal = Signal(check.name, ran=False, why_not="took too long")
    except Exception as broken:  # noqa: BLE001 - whatever a check breaks on, a person looks at the comment
        bell.armed = False
        signal = Signal(check.name, ran=False, why_not=f"failed: {type(broken).__name__}")
    took = time.perf_counter() - started
    if signal.ran and took > limit:  # it could not be interrupted, yet it was late
        signal = Signal(check.name, ran=False, why_not="took too long")
    return replace(signal, version=check.version, milliseconds=round(took * 1_000, 3))
