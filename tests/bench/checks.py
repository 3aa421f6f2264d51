"""make bench: microseconds a comment, for each check and for all, by length and on hostile text; no test asserts them.

Everything is timed in one run on one core, beside better-profanity on the same texts: the ratio is what counts.
"""

import json
import random
import time
from collections.abc import Callable, Sequence
from importlib.resources import files

from better_profanity import profanity as peer
from rich.console import Console
from rich.table import Table

from moderation.checks import CHECKS, run_many
from moderation.checks.signal import Facts
from moderation.presets import preset
from moderation.terms import Preset

LENGTHS = (20, 220, 2_000, 20_000)  # characters
BATCH = 200  # comments
ROUNDS = 3  # the best counts: the machine is shared
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


def main() -> None:
    console = Console()
    console.print(_by_length())
    console.print(_each_check())
    console.print(_hostile())


def _by_length() -> Table:
    table = Table("characters", "all checks, µs", "better-profanity, µs", "ratio", title="All checks, batches of 200")
    for length in LENGTHS:
        texts = _texts(length, BATCH if length <= 2_000 else 20)
        ours = _best(lambda texts=texts: _look(texts)) / len(texts)
        some = texts[: PEER_TEXTS if length <= 2_000 else 1]
        theirs = _once(lambda some=some: [peer.contains_profanity(each) for each in some]) / len(some)
        table.add_row(f"{length:,}", f"{ours:,.0f}", f"{theirs:,.0f}", f"1/{theirs / ours:,.0f}")
    return table


def _each_check() -> Table:
    texts = _texts(220, BATCH)
    table = Table("check", "µs a comment", title="Each check alone on 220 characters, batches of 200")
    reading = _best(lambda facts: [each.text for each in facts], lambda: _facts(texts)) / len(texts)
    table.add_row("(reading the text)", f"{reading:.1f}")
    for check in CHECKS:
        took = _best(lambda read, check=check: run_many(read, checks=[check]), lambda: _read(texts)) / len(texts)
        table.add_row(check.name, f"{took:.1f}")
    return table


def _hostile() -> Table:
    table = Table("text of 20,000 characters", "ms", "times 200 characters", title="Hostile text, one comment")
    plain = _best(lambda: _look(_texts(200, 1)))
    for name, text in HOSTILE.items():
        took = _best(lambda text=text: _look([text[:20_000]]))
        table.add_row(name, f"{took / 1_000:.1f}", f"{took / plain:.0f}")
    return table


def _look(texts: Sequence[str]) -> None:
    run_many(_facts(texts))


def _facts(texts: Sequence[str]) -> list[Facts]:
    return [Facts(str(number), text, RULES) for number, text in enumerate(texts)]


def _read(texts: Sequence[str]) -> list[Facts]:
    """Facts whose text has been read already: that is shared by all checks."""
    facts = _facts(texts)
    for each in facts:
        _ = each.text
    return facts


def _texts(length: int, count: int) -> list[str]:
    """Comments of the made-up newspaper, strung together in another order each, cut to a length."""
    demo = json.loads((files("api.cli.demo") / "courier.json").read_text("utf-8"))
    bodies = [each["body"] for each in demo["comments"]]
    dice = random.Random(length)
    made: list[str] = []
    for _ in range(count):
        text = ""
        while len(text) < length:
            text += dice.choice(bodies) + " "
        made.append(text[:length])
    return made


def _best(work: Callable[..., object], prepare: Callable[[], object] | None = None) -> float:
    """Microseconds of the quickest round; what it works on is prepared outside the time."""
    rounds = [_once(work, *((prepare(),) if prepare else ())) for _ in range(ROUNDS + 1)]
    return min(rounds[1:])  # the first one warms up


def _once(work: Callable[..., object], *given: object) -> float:
    started = time.perf_counter()
    work(*given)
    return (time.perf_counter() - started) * 1_000_000


if __name__ == "__main__":
    main()
