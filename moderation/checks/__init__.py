"""The checks, in reading order, and how they are run: every check always, over a whole batch.

A check is a pure function Facts -> Signal. One that raises, or takes longer than its limit, gives a signal that says
so; the policy makes of it what the site wants. What is cheaper for many comments at once, a check does once for a
chunk of them (prime) and leaves in `facts.shared`; its look() finds it there, or does it for one.
"""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

from moderation.checks import (
    abuse,
    blocklist,
    campaign,
    flood,
    gibberish,
    honeypot,
    language,
    links,
    newcomer,
    private,
    profanity,
    repeats,
    shouting,
    spam,
)
from moderation.checks.limit import Alarm, TookTooLongError, alarm
from moderation.checks.signal import Facts, Signal
from moderation.rules import Rules

LIMIT_SECONDS = 1.0  # for one check on one comment; what is normal is a thousandth of it
WARM_UP_SECONDS = 600.0
WARM_UP = (  # a little of everything that a check has tables for
    "You idiot, call 020 7946 0958 or write to tom.smith@shop.example: buy now at https://shop.example/x?y=1 !!!",
    "He said: \u201cI will find you\u201d. My neighbour is a k\u0456nd woman and I w o r k e d there for six years.",
    "asdkjh qweoiu zxcmnb GB82 WEST 1234 5698 7654 32",
)
CHUNK_COMMENTS = 200  # looked at together
CHUNK_CHARACTERS = 60_000  # ... and no more than this, unless one comment alone is longer
PRIME_LIMITS = 2  # so many limits for the common work of a chunk


def _nothing(given: object) -> None:
    del given


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    version: str
    says: str  # the sentence for the site: the category, never the matched words
    look: Callable[[Facts], Signal]
    prepare: Callable[[Rules], None] = _nothing  # what is loaded once, outside the time limit
    prime: Callable[[Sequence[Facts]], None] = _nothing  # what is done for a chunk at once


_READING_ORDER: tuple[Any, ...] = (
    profanity,
    *abuse.KINDS,
    spam,
    private,
    blocklist,
    links,
    campaign,
    repeats,
    flood,
    gibberish,
    shouting,
    language,
    newcomer,
    honeypot,
)
CHECKS: tuple[Check, ...] = tuple(
    Check(
        each.NAME,
        each.VERSION,
        each.SAYS,
        each.look,
        getattr(each, "prepare", _nothing),
        getattr(each, "prime", _nothing),
    )
    for each in _READING_ORDER
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
    entering: Callable[[str], object] = _nothing,
) -> list[tuple[Signal, ...]]:
    """The signals of each, in order, until the budget (seconds) is spent: the list may be shorter than what came in.

    The first is always looked at. `entering` is told which check begins, should the process not live to see its end.
    """
    for rules in {id(facts.rules): facts.rules for facts in many}.values():
        for check in checks:
            with suppress(Exception):  # it will fail again, and then a signal says so
                check.prepare(rules)
    _settle()
    deadline = time.perf_counter() + budget
    looked: list[tuple[Signal, ...]] = []
    with alarm(limit) as bell:
        for chunk in _chunks(many):
            if looked and time.perf_counter() > deadline:
                break
            seen = _look_at(chunk, checks, bell, limit, deadline, entering)
            looked += seen
            if len(seen) < len(chunk):
                break
    return looked


def get_ready(rules: Rules) -> None:
    """Load every table and model, in as long as it takes: before a time limit counts, and before a worker forks."""
    run_many([Facts(f"warm-up-{number}", each, rules) for number, each in enumerate(WARM_UP)], limit=WARM_UP_SECONDS)


@cache
def _settle() -> None:
    """The tables that prepare() made stay: the collector need not walk their million entries again and again."""
    gc.freeze()


def _chunks(many: Sequence[Facts]) -> Iterator[Sequence[Facts]]:
    begin, characters = 0, 0
    for position, facts in enumerate(many):
        characters += len(facts.body)
        if position > begin and (position - begin == CHUNK_COMMENTS or characters > CHUNK_CHARACTERS):
            yield many[begin:position]
            begin, characters = position, len(facts.body)
    if begin < len(many):
        yield many[begin:]


def _look_at(
    chunk: Sequence[Facts],
    checks: Sequence[Check],
    bell: Alarm,
    limit: float,
    deadline: float,
    entering: Callable[[str], object],
) -> list[tuple[Signal, ...]]:
    """Check by check, each through the whole chunk; of as many comments as the deadline allows, at least one."""
    columns: list[list[Signal]] = []
    for check in checks:
        entering(check.name)
        started = time.perf_counter()
        _prime(check, chunk, bell)
        column = _look_through(check, chunk, bell, limit, deadline)
        share = (time.perf_counter() - started) / len(column)
        columns.append(_stamp(check, column, round(share * 1_000, 3)))
        chunk = chunk[: len(column)]
    return list(zip(*columns, strict=False)) if columns else [()] * len(chunk)


def _prime(check: Check, chunk: Sequence[Facts], bell: Alarm) -> None:
    """The common work of a chunk. What fails here fails again for each comment, and is said there."""
    if check.prime is _nothing:
        return
    with suppress(Exception):
        bell.begin(time.perf_counter(), PRIME_LIMITS)
        check.prime(chunk)
    bell.end()


def _look_through(check: Check, chunk: Sequence[Facts], bell: Alarm, limit: float, deadline: float) -> list[Signal]:
    look, clock = check.look, time.perf_counter
    column: list[Signal] = []
    started = clock()
    for facts in chunk:
        if started > deadline and column:
            break
        try:
            bell.begin(started)
            signal = look(facts)
            bell.end()
        except TookTooLongError:
            signal = Signal(check.name, ran=False, why_not="took too long")
        except Exception as broken:  # noqa: BLE001 - whatever a check breaks on, a person looks at the comment
            bell.end()
            signal = Signal(check.name, ran=False, why_not=f"failed: {type(broken).__name__}")
        ended = clock()
        if ended - started > limit and signal.ran:  # it could not be interrupted, yet it was late
            signal = Signal(check.name, ran=False, why_not="took too long")
        column.append(signal)
        started = ended
    return column


def _stamp(check: Check, column: Sequence[Signal], milliseconds: float) -> list[Signal]:
    """Say in each signal which version spoke, and its share of the time."""
    said, make = (check.version, milliseconds), tuple.__new__  # past the names of the fields: 17 a comment
    return [make(Signal, signal[:-2] + said) for signal in column]
