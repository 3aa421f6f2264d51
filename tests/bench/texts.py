"""Comments to measure with: the made-up newspaper's, strung together in another order each, cut to a length."""

import json
import random
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import count
from typing import Any

TYPICAL = 220  # characters
AUTHORS = 5_000
PAGES = 200


def texts(length: int, many: int) -> list[str]:
    dice = random.Random(length)
    return [_text(dice, length) for _ in range(many)]


def documents(prefix: str, length: int = TYPICAL) -> Iterator[dict[str, Any]]:
    """What a site POSTs, without end, each with another text."""
    dice = random.Random(prefix)
    for number in count(1):
        yield {
            "external_id": f"{prefix}-{number}",
            "body": _text(dice, length),
            "author": {"id": f"a-{number % AUTHORS}", "name": "Ana"},
            "page": {"url": f"https://courier.example/{number % PAGES}", "title": "An article"},
            "ip": f"203.0.{number % 113}.{number % 250}",
        }


def _text(dice: random.Random, length: int) -> str:
    text = ""
    while len(text) < length:
        text += dice.choice(_bodies()) + " "
    start = dice.randrange(max(1, len(text) - length + 1))
    return text[start : start + length]


@cache
def _bodies() -> tuple[str, ...]:
    demo = json.loads((files("api.cli.demo") / "courier.json").read_text("utf-8"))
    words = " ".join(each["body"] for each in demo["comments"]).split()
    # Pieces of eight words, so that not every second comment is nearly the same as another.
    return tuple(" ".join(words[at : at + 8]) for at in range(0, len(words) - 8, 4))
