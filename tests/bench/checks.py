"""Checks: microseconds a comment, for each check and for all, by length and on hostile text; no test asserts them.

Everything is timed in one run on one core, beside better-profanity on the same texts: the ratio is what counts.
"""

import time
from collections.abc import Callable, Sequence

from better_profanity import profanity as peer

from moderation import memory
from moderation.checks import CHECKS, get_ready, run_many
from moderation.checks.signal import Facts
from moderation.presets import preset
from moderation.terms import Preset
from tests.bench import texts
from tests.bench.report import Found

LENGTHS = (20, 220, 2_000, 20_000)  # characters
BATCH = 200  # comments
ROUNDS = 9  # the best counts: the machine is shared
PEER_TEXTS = 20
RULES = preset(Preset.STANDARD)

HOSTILE = {
    "asterisks": "*" * 20_000,
    "spaced letters": "f u c k " * 2_500,
    "one letter": "a" * 20_000,
    "combining marks": "e" + "\u0301" * 19_999,
    "zero width": "\u200b" * 20_000,
    "distinct characters": "".join(chr(0x4E00 + each) for each in range(20_000)),
    "dots": "a." * 10_000,
    "links": "http://a.example/ " * 1_111,
    "digits": "555-0100 " * 2_222,
    "at signs": "a@" * 10_000,
    "quotes": '"' * 20_000,
    "new words": " ".join(f"q{each:x}z" for each in range(4_000))[:20_000],
    "profanity": "shit " * 4_000,
    "emoji": "\U0001f600" * 20_000,
}


def measure() -> list[Found]:
    get_ready(RULES)
    memory.leave_loaded_alone()
    memory.keep_what_batches_take()  # as a worker does
    return [_by_length(), _each_check(), _hostile()]


def _by_length() -> Found:
    found = Found(
        "checks-length", "All checks, batches of 200", ("characters", "all checks, µs", "better-profanity, µs", "ratio")
    )
    for length in LENGTHS:
        made = texts.texts(length, BATCH if length <= 2_000 else 20)
        ours = _best(lambda made=made: _look(made)) / len(made)
        some = made[: PEER_TEXTS if length <= 2_000 else 1]
        theirs = _once(lambda some=some: [peer.contains_profanity(each) for each in some]) / len(some)
        found.rows.append((length, ours, theirs, f"1/{theirs / ours:,.0f}"))
        if length == texts.TYPICAL:
            found.ratio("better-profanity / all checks, 220 characters", theirs / ours, "at least 150, aim at 300")
    return found


def _each_check() -> Found:
    found = Found("checks-each", "Each check alone on 220 characters, batches of 200", ("check", "µs a comment"))
    made = texts.texts(texts.TYPICAL, BATCH)
    reading = _best(lambda facts: [each.text for each in facts], lambda: _facts(made)) / len(made)
    found.rows.append(("(reading the text)", reading))
    for check in CHECKS:
        took = _best(lambda read, check=check: run_many(read, checks=[check]), lambda: _read(made)) / len(made)
        found.rows.append((check.name, took))
    return found


def _hostile() -> Found:
    columns = ("text of 20,000 characters", "ms", "times 200 characters")
    found = Found("checks-hostile", "Hostile text, one comment", columns)
    worst = 0.0
    for name, text in HOSTILE.items():
        short = _best(lambda text=text: _look([text[:200]]))
        took = _best(lambda text=text: _look([text[:20_000]]))
        found.rows.append((name, took / 1_000, took / short))
        worst = max(worst, took / short)
    found.ratio("the worst: 20,000 characters / its first 200", worst, "at most 120: linear")
    return found


def _look(many: Sequence[str]) -> None:
    run_many(_facts(many))


def _facts(many: Sequence[str]) -> list[Facts]:
    return [Facts(str(number), text, RULES) for number, text in enumerate(many)]


def _read(many: Sequence[str]) -> list[Facts]:
    """Facts whose text has been read already: that is shared by all checks."""
    facts = _facts(many)
    for each in facts:
        _ = each.text
    return facts


def _best(work: Callable[..., object], prepare: Callable[[], object] | None = None) -> float:
    """Microseconds of the quickest round; what it works on is prepared outside the time."""
    rounds = [_once(work, *((prepare(),) if prepare else ())) for _ in range(ROUNDS + 1)]
    return min(rounds[1:])  # the first one warms up


def _once(work: Callable[..., object], *given: object) -> float:
    started = time.perf_counter()
    work(*given)
    return (time.perf_counter() - started) * 1_000_000
