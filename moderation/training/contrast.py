"""Training sentences from frames: what is hateful beside what only looks like it, for every group alike.

The frames, the groups and what fills them lie in frames/, own work. A model that has read only collected comments
takes the name of a group for the hatred that so often stands beside it; here each group stands as often in kind,
neutral and denouncing sentences as in hateful ones.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files

PLACE = re.compile(r"\{(\w+)\}")
LOWERED, UNPOINTED, PRECEDED, FOLLOWED, MISTYPED = 0.35, 0.3, 0.12, 0.12, 0.06  # shares of the sentences


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    kinds: frozenset[str]  # of abuse; none: fine


def sentences(frames: str, many: int, slurs: Sequence[str], beside: Sequence[str], seed: int) -> Iterator[Sentence]:
    """So many from one file of frames, each frame as often as the others; `beside`: harmless comments to stand by."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    known, groups, slots = list(_frames(frames)), _groups(), _slots()
    for number in range(many):
        frame, kinds = known[number % len(known)]
        group, other = groups[chance.randrange(len(groups))], groups[chance.randrange(len(groups))]
        given = {"groups": group[0], "groups2": other[0], "one": group[1], "adjective": group[2]}
        given["slur"] = chance.choice(slurs)
        text = PLACE.sub(lambda found: given.get(found[1]) or chance.choice(slots[found[1]]), frame)  # noqa: B023
        yield Sentence(_as_written(text, beside, chance), kinds)


def lines(name: str, folder: str = "frames") -> list[str]:
    """The lines of one of the files that training brings along, without its remarks."""
    read = (files("moderation.training") / folder / name).read_text(encoding="utf-8")
    return [line for line in read.splitlines() if line and not line.startswith("#")]


def _frames(name: str) -> Iterator[tuple[str, frozenset[str]]]:
    kinds: frozenset[str] = frozenset()
    for line in lines(f"{name}.txt"):
        if line.startswith("["):
            kinds = frozenset() if name == "fine" else frozenset(line.strip("[]").split())
        else:
            yield line, kinds


def _groups() -> list[tuple[str, str, str]]:
    parts = [line.split(" | ") for line in lines("groups.txt")]
    return [(many, one, adjective) for many, one, adjective in parts]


def _slots() -> dict[str, list[str]]:
    named = [line.split(": ", maxsplit=1) for line in lines("slots.txt")]
    return {name: fillers.split(", ") for name, fillers in named}


def _as_written(text: str, beside: Sequence[str], chance: random.Random) -> str:
    """The way people write: capitals and points at will, one thing beside another, a slip of the finger."""
    if chance.random() < UNPOINTED:
        text = text.rstrip(".")
    text = text.lower() if chance.random() < LOWERED else text[:1].upper() + text[1:]
    if chance.random() < MISTYPED:
        at = chance.randrange(len(text))
        text = text[:at] + text[at] * chance.randrange(3) + text[at + 1 :]
    if chance.random() < PRECEDED:
        text = f"{chance.choice(beside)} {text}"
    if chance.random() < FOLLOWED:
        text = f"{text} {chance.choice(beside)}"
    return text
