"""The rows to learn abuse from, out of a folder of labelled files and our own sentences. No file marked dev is read.

Told of each row, by kind: 1 abuse of that kind, 0 none, None where its labels do not say.
"""

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from moderation.checks.masked import MANY
from moderation.checks.phrases import listed
from moderation.training.contrast import sentences

KINDS = ("insult", "threat", "hate", "sexual")
Told = tuple[float | None, float | None, float | None, float | None]
CLEAN: Told = (0, 0, 0, 0)
FRAMED = 2_500  # sentences from the frames of abuse, and from those of what only looks like it
_NOTHING_BESIDE = ("",)
PHRASED, TOLD_OF = 400, 40  # sentences with each kind of phrase; one in so many only tells of it
_PHRASE_SAID = (
    "{}",
    "{}",
    "{}",
    "lol {}",
    "just {}",
    "{} already",
    "honestly {}",
    "{} and do it now",
    "ok {} bye",
    "{} lol",
)
_PHRASE_TOLD = ("please do not {}", "a stranger wrote {} under my photo", "the judge read out the words {} in court",
                "nobody should have to read {} here")  # fmt: skip
FILLED = 10  # sentences from each frame with slots, each otherwise filled
_THREATS = "1. threats"
_SUBTLE = ("3. animosity", "4. prejudiced")  # sexist, and often without one hard word
_SLOT = re.compile(r"\{(\w+)\}")
_SENTENCE = re.compile(r"[.!?\n]+\s*|$")
_SHORTEST = 4  # words of a sentence that is taken out of a comment
_SPACES = re.compile(r"\s+")

# For the slots of our own sentences: every kind of group, said in several ways.
_GROUPS = """Muslims|Jews|Christians|Hindus|Catholics|atheists|black people|white people|Asians|Latinos|Arabs|Africans|
Mexicans|Chinese people|Indians|Poles|Nigerians|immigrants|refugees|foreigners|women|men|gay people|gays|lesbians|
trans people|bisexual people|deaf people|blind people|disabled people|autistic people|old people|the elderly|
homeless people|Roma|Turks|Pakistanis|Somalis|feminists|liberals|conservatives"""
_QUALITIES = """Muslim|Jewish|Christian|Hindu|Catholic|atheist|black|white|Asian|Latino|Arab|African|Mexican|Chinese|
Indian|Polish|Nigerian|immigrant|refugee|foreign|gay|lesbian|trans|bisexual|deaf|blind|disabled|autistic|old|elderly|
Turkish|Pakistani|Somali|Irish|Russian|Korean"""


@dataclass(frozen=True, slots=True)
class Marked:
    """A comment in which people marked what makes it toxic."""

    text: str
    places: frozenset[int]  # characters


@dataclass(frozen=True, slots=True)
class Row:
    text: str
    source: str
    told: Told


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    with (folder / f"{name}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def marked(folder: Path) -> list[Marked]:
    return [Marked(row["text"], frozenset(row["spans"])) for row in rows(folder, "abuse_train_spans")]


def abuse_rows(folder: Path, slurs: Sequence[str], seed: int) -> list[Row]:
    """All of them, always in this order."""
    collected = [*_davidson(folder), *_wikipedia(folder), *_edos(folder), *_social(folder), *_news(folder)]
    return [*collected, *_own(seed), *_frames(slurs, seed), *_phrases(seed)]


def _davidson(folder: Path) -> Iterator[Row]:
    """Collected by slurs: what is offensive there need not be hateful, and is rarely threat or harassment."""
    for row in rows(folder, "abuse_train_davidson"):
        yield Row(row["text"], "davidson", (row["label"], None if row["label"] else 0, row["hate"], None))


def _wikipedia(folder: Path) -> Iterator[Row]:
    for row in rows(folder, "abuse_train_wikipedia"):
        yield Row(row["text"], "wikipedia", (row["label"], 0, 0, 0))


def _edos(folder: Path) -> Iterator[Row]:
    """Only sexism is labelled: what is not sexist may yet insult; what is subtle insults nobody by its words."""
    for row in rows(folder, "hate_train_sexism"):
        threat = float(row["category"].startswith(_THREATS))
        insult = None if row["category"].startswith(_SUBTLE) or not row["label"] else 1
        yield Row(row["text"], "edos", (insult, threat, row["label"], None))


def _social(folder: Path) -> Iterator[Row]:
    for row in rows(folder, "spam_train"):
        if not row["label"]:
            yield Row(row["text"], "social", CLEAN)


def _news(folder: Path) -> Iterator[Row]:
    """Toxic comments, the same without what was marked, and their sentences, of which most are harmless."""
    for each in marked(folder):
        if not each.places:
            continue
        yield Row(each.text, "news", (1, None, None, None))
        left = "".join(character for place, character in enumerate(each.text) if place not in each.places)
        yield Row(_SPACES.sub(" ", left), "news cut", (0, None, None, None))
        begin = 0
        for found in _SENTENCE.finditer(each.text):
            end = found.end()
            if len(each.text[begin:end].split()) >= _SHORTEST:
                toxic = any(place in each.places for place in range(begin, end))
                yield Row(each.text[begin:end].strip(), "news sentence", _of_sentence(toxic))
            begin = end


def _of_sentence(toxic: bool) -> Told:
    return (1, None, None, None) if toxic else CLEAN


def _own(seed: int) -> Iterator[Row]:
    """Our own sentences: hard words where nobody is abused, and abuse where the files are thin."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    for line in own_lines("testimony.txt"):
        yield Row(line, "testimony", CLEAN)
    for line in own_lines("said.txt"):
        label, _, sentence = line.partition(": ")
        for _ in range(FILLED if "{" in sentence else 3):
            yield Row(_as_written(fill(sentence, chance), chance), "own", _told_by(label))


def _phrases(seed: int) -> Iterator[Row]:
    """The listed phrases of abuse: said, and told of."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    by_kind: dict[str, list[str]] = {}
    for kind, phrase in listed():
        by_kind.setdefault(kind, []).append(phrase)
    for kind, phrases in by_kind.items():
        for number in range(PHRASED):
            phrase = phrases[number % len(phrases)] if len(phrases) <= PHRASED else chance.choice(phrases)
            sentence = phrase.replace(MANY, "{groups}")
            told = number % TOLD_OF == 0
            sentence = chance.choice(_PHRASE_TOLD if told else _PHRASE_SAID).format(sentence)
            yield Row(_as_written(fill(sentence, chance), chance), "phrases", CLEAN if told else _told_by(kind))


def _frames(slurs: Sequence[str], seed: int) -> Iterator[Row]:
    for each in sentences("harsh", FRAMED, slurs, _NOTHING_BESIDE, seed):
        kinds = set(each.kinds)
        told = (
            None if "insult" not in kinds and "hate" not in kinds else 1,
            *(float(kind in kinds) for kind in KINDS[1:]),
        )
        yield Row(each.text, "frames", (told[0], told[1], told[2], told[3]))
    for each in sentences("fine", FRAMED, slurs, _NOTHING_BESIDE, seed + 1):
        yield Row(each.text, "frames", CLEAN)


def own_lines(name: str) -> list[str]:
    lines = (files("moderation.training") / "data" / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _told_by(label: str) -> Told:
    """Hate insults too; of a threat or of harassment we do not say whether it also insults."""
    if label.startswith("no "):
        return CLEAN
    return {
        "insult": (1, 0, 0, None),
        "threat": (None, 1, None, 0),
        "hate": (1, None, 1, 0),
        "sexual": (None, 0, None, 1),
    }[label]


def fill(sentence: str, chance: random.Random) -> str:
    slots = {"groups": _GROUPS, "group": _QUALITIES, "insult": " ".join(_insults()).replace(" ", "|")}
    return _SLOT.sub(lambda found: chance.choice(slots[found[1]].replace("\n", "").split("|")), sentence)


def _insults() -> list[str]:
    lines = [line.partition(":") for line in own_lines("insults.txt")]
    return [word for kind, _, words in lines if kind == "sure" for word in words.split()]


def _as_written(sentence: str, chance: random.Random) -> str:
    """With a capital and a full stop, or not, or shouted."""
    how = chance.random()
    if how < 0.45:  # noqa: PLR2004
        return f"{sentence[0].upper()}{sentence[1:]}{'' if sentence.endswith('?') else chance.choice(['.', '!', ''])}"
    return sentence.upper() if how > 0.93 else sentence  # noqa: PLR2004
