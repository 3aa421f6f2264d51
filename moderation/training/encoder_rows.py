"""What the encoder's deltas are learnt from: collected comments, what of them is known of each kind, and frames.

A label says little of the kinds it was not given for; what is not known is left out of the sum (NaN). Where rows that
were collected as 'not sexist' may be abusive otherwise, a linear model trained on Jigsaw's comments
(alt-profanity-check) says how likely that is.
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from moderation.checks.encoder import KINDS
from moderation.training.contrast import lines, sentences
from moderation.training.rows import rows

HARSH, FINE = 4_500, 6_500  # sentences from frames
OFFENSIVE = 3_500  # of the tweets that were collected by slurs
TOLD_APART = 0.15, 0.5  # the teacher is believed below and above
CUT, MOST_TOGETHER = 0.5, 4  # news comments that are cut to what is marked; sentences of others put together
NAMED = 0.12  # share of the frames' sentences whose groups keep their names
WORST_PEOPLE, WORST_GENDER, WORST_MIND = 2.0, 2.4, 2.4  # severities from which a word of the list is a slur

Teacher = Callable[[Sequence[str]], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Row:
    text: str
    kinds: tuple[float, ...]  # as in KINDS; NaN: not known
    weight: float = 1.0
    named: bool = False  # the names of groups are read as they are


def known(**kinds: float) -> tuple[float, ...]:
    """What is known of each kind.

    >>> known(any=1, hate=0)
    (1.0, nan, nan, 0.0, nan)
    """
    return tuple(float(kinds.get(kind, float("nan"))) for kind in KINDS)


CLEAN = known(**dict.fromkeys(KINDS, 0.0))


def collect(folder: Path, teacher: Teacher, seed: int) -> list[Row]:
    chance = Random(seed)  # noqa: S311 - nothing secret
    social, beside = _social(folder, teacher, chance)
    return [
        *_tweets(folder, chance),
        *_posts(folder, teacher),
        *_news_comments(folder, chance),
        *_talk(folder),
        *social,
        *_frames(folder, beside, chance, seed),
        *_testimony(beside, chance),
    ]


def _tweets(folder: Path, chance: Random) -> Iterator[Row]:
    found = rows(folder, "abuse_train_davidson")
    for row in found:
        if row["hate"]:
            yield Row(row["text"], known(any=1, hate=1))
        elif not row["label"]:
            yield Row(row["text"], CLEAN, 0.5)
    offensive = [row for row in found if row["label"] and not row["hate"]]
    for row in chance.sample(offensive, min(OFFENSIVE, len(offensive))):
        yield Row(row["text"], known(any=1, hate=0, threat=0), 0.4)


def _posts(folder: Path, teacher: Teacher) -> Iterator[Row]:
    found = rows(folder, "hate_train_sexism")
    low, high = TOLD_APART
    for row, likely in zip(found, teacher([row["text"] for row in found]), strict=True):
        if row["label"]:
            yield Row(row["text"], known(any=1, hate=1, threat=row["category"].startswith("1")))
        elif likely < low:
            mild = float(likely) / 2
            yield Row(row["text"], known(any=mild, insult=mild, threat=0, hate=0, sexual=0), 0.7)
        elif likely > high:
            yield Row(row["text"], known(any=likely, insult=likely), 0.5)


def _news_comments(folder: Path, chance: Random) -> Iterator[Row]:
    """As insults, half of them cut down to the sentences in which somebody marked something.

    The other sentences, one to four together, are clean: else what is long and well put would seem an insult.
    """
    clean: list[str] = []
    for row in rows(folder, "abuse_train_spans"):
        marked, unmarked = _parted(row)
        clean += unmarked
        yield Row(" ".join(marked) if marked and chance.random() < CUT else row["text"], known(any=1, insult=1))
    chance.shuffle(clean)
    while clean:
        together = chance.randint(1, MOST_TOGETHER)
        yield Row(" ".join(clean[:together]), CLEAN)
        del clean[:together]


_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]*")
_SHORTEST = 25  # characters


def _parted(row: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Sentences with something marked, and those without."""
    places = set(row["spans"])
    marked: list[str] = []
    unmarked: list[str] = []
    for found in _SENTENCE.finditer(row["text"]):
        sentence = found.group().strip()
        if len(sentence) > _SHORTEST:
            (unmarked if places.isdisjoint(range(*found.span())) else marked).append(sentence)
    return marked, unmarked


_RARE = 4  # times that each of the few abusive talk-page comments is read


def _talk(folder: Path) -> Iterator[Row]:
    for row in rows(folder, "abuse_train_wikipedia"):
        yield from [Row(row["text"], known(any=1, insult=1))] * _RARE if row["label"] else [Row(row["text"], CLEAN)]


def _social(folder: Path, teacher: Teacher, chance: Random) -> tuple[list[Row], list[str]]:
    """Everyday comments and messages, spam among them; and short ones to stand beside the frames' sentences."""
    kept: list[Row] = []
    beside: list[str] = []
    found = rows(folder, "spam_train")
    for row, likely in zip(found, teacher([row["text"] for row in found]), strict=True):
        text = row["text"]
        if row["label"]:
            if likely < 0.4 and chance.random() < 0.4:  # noqa: PLR2004 - a sample
                kept.append(Row(text, CLEAN, 0.5))
            continue
        if likely < 0.7 and (row["source"] != "sms" or chance.random() < 0.45):  # noqa: PLR2004 - a sample
            kept.append(Row(text, CLEAN))
        if likely < 0.1 and 15 < len(text) < 120:  # noqa: PLR2004 - short and harmless
            beside.append(text)
    return kept, beside


def _frames(folder: Path, beside: Sequence[str], chance: Random, seed: int) -> Iterator[Row]:
    insults = slurs(folder)
    for frames, many in (("harsh", HARSH), ("fine", FINE)):
        for sentence in sentences(frames, many, insults, beside, seed):
            kinds = {kind: float(kind in sentence.kinds) for kind in KINDS} | {"any": float(bool(sentence.kinds))}
            if sentence.kinds and "insult" not in sentence.kinds:
                kinds["insult"] = float("nan")  # hatred insults as well, or does not
            yield Row(sentence.text, known(**kinds), named=chance.random() < NAMED)


_TOLD = 6  # times that each sentence of testimony and news is read, half of them beside another one


def _testimony(beside: Sequence[str], chance: Random) -> Iterator[Row]:
    told = lines("testimony.txt", "data")
    for each in told * (_TOLD // 2):
        yield Row(each, CLEAN)
        yield Row(f"{each} {chance.choice([*told, *beside[: len(told)]])}", CLEAN)


def slurs(folder: Path) -> list[str]:
    """From Surge's list: words for groups, by how severe its makers found them."""
    with (folder / "lists" / "surge_profanity_en.csv").open(encoding="utf-8") as opened:
        return sorted({row["text"] for row in csv.DictReader(opened) if _is_slur(row)})


def _is_slur(row: dict[str, str]) -> bool:
    severity = float(row["severity_rating"])
    categories = {row[f"category_{number}"] for number in (1, 2, 3)}
    if not row["text"].isalpha() or "fuck" in row["text"].lower():
        return False
    return (
        ("racial / ethnic slurs" in categories and severity >= WORST_PEOPLE)
        or (row["category_1"] == "sexual orientation / gender" and severity >= WORST_GENDER)
        or ("mental disability" in categories and severity >= WORST_MIND)
    )
