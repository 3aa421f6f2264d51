"""What is known of each word before a comment is read: how toxic, whether a slur, sexual, violent.

How toxic a word is, people have marked (SemEval's spans): how often it stood in a marked place. For words that they
saw seldom or never, the word lists say what to expect; the fewer marks, the more the lists count.
"""

import csv
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from moderation.checks.hints import TRAITS, Column
from moderation.checks.text import read
from moderation.training.rows import Marked

LISTS_COUNT_AS = 4.0  # what the lists expect of a word weighs like so many sightings
WORST_SURGE, WORST_DSOJEVIC, WORST_VADER = 3.0, 4.0, 4.0  # the ends of their scales
_VIOLENT = (
    "kill kills killed killing die dies dead death murder murdered shoot shot shooting stab stabbed hang "
    "hanged hanging lynch lynched burn burned burning beat beaten beating punch slap choke choked "
    "strangle strangled drown drowned behead beheaded rape raped raping gas gassed exterminate "
    "exterminated execute executed bomb bombed noose rope bullet bullets slaughter slaughtered crush "
    "torture tortured hurt hunt smash break destroy deport deported eradicate eradicated hit whip whipped "
    "knock throat neck skull sterilize sterilise castrate castrated suicide bleach cancer grave graves "
    "bury buried acid knife gun guns kys unalive"
)
VIOLENT = frozenset(_VIOLENT.split())
_NOT_SEXUAL = (
    "ass asses fuck fucking fucked fucker fuckers bitch bitches hell sucks suck shit damn"  # as they are mostly meant
)
NOT_SEXUAL = frozenset(_NOT_SEXUAL.split())
# Words of courts, doctors and reporters: of sex, and by themselves no harassment
_SOBER = (
    "rape raped rapes rapist rapists raping molest molested molester incest sex sexual sexually genitals genital penis "
    "penises vagina vaginal testicles testicle breasts breast naked nude prostitute prostitutes brothel porn "
    "intercourse orgasm semen sperm condom anus anal erection masturbation grope groped groping"
)
SOBER = frozenset(_SOBER.split())
SOBER_SEXUAL = 0.2
SLURS = {"racial / ethnic slurs", "sexual orientation / gender", "mental disability", "religious offense"}
SLUR_TAGS = {"racial", "lgbtq", "religious"}
NO_SLUR_BELOW = 1.6  # in Surge's severity: 'mild' words of these categories are no slurs


@dataclass
class Listed:
    """What the lists say of one word."""

    surge: float = 0
    dsojevic: float = 0
    ldnoobw: float = 0
    strong: float = 0
    mild: float = 0
    vader: float = 0
    jigsaw: float = 0
    idf: float = 0
    slur: float = 0
    sexual: float = 0
    insult: float = 0
    benign: bool = False  # a reader of the lists has found it innocent by itself

    def expectation(self) -> list[float]:
        """What the expected toxicity is computed from."""
        lists = [self.surge, self.dsojevic, self.ldnoobw, self.strong, self.mild, self.vader, self.slur, self.sexual]
        lists.append(self.insult)
        jigsaw = self.jigsaw * self.idf
        return [*lists, max(jigsaw, 0) / 20, min(jigsaw, 0) / 20, float(jigsaw > _JIGSAW_SURE)]

    def floor(self) -> float:
        """What may be expected at least: news readers write too few of the worst words to learn them from."""
        graded = 0.0 if self.benign else max(_STRONG * self.strong, _MILD * self.mild)
        severe = 0.0 if self.benign or self.surge < _SEVERE else _STRONG * self.surge
        return max(graded, severe, self.insult)


_JIGSAW_SURE = 15.0  # weight times idf: 'jerk', 'moron', ...
_STRONG, _MILD = 0.8, 0.5
_SEVERE = 0.5  # of the worst
_INSULTS = {"sure": 0.7, "likely": 0.25}


@dataclass
class Lexicon:
    words: dict[str, Listed] = field(default_factory=dict[str, Listed])

    def at(self, word: str) -> Listed:
        return self.words.setdefault(word, Listed())


def listed(folder: Path) -> Lexicon:
    """All lists, by single word."""
    lexicon = Lexicon()
    with (folder / "lists" / "surge_profanity_en.csv").open(newline="", encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            _surge(lexicon, row)
    for row in json.loads((folder / "lists" / "dsojevic_profanity_en.json").read_text()):
        _dsojevic(lexicon, row)
    for line in (folder / "lists" / "ldnoobw_en.txt").read_text().splitlines():
        for word in _single(line):
            lexicon.at(word).ldnoobw = 1
    for entry, tier in json.loads((folder / "lists" / "better_profanity_tiers.json").read_text()).items():
        for word in _single(entry):
            lexicon.at(word).strong = max(lexicon.at(word).strong, float(tier == "strong"))
            lexicon.at(word).mild = max(lexicon.at(word).mild, float(tier == "mild"))
            lexicon.at(word).benign |= tier == "benign"
    for word, value in _table("negative_words.tsv"):
        lexicon.at(word).vader = -float(value) / WORST_VADER
    for word, sure in _insults():
        lexicon.at(word).insult = max(lexicon.at(word).insult, sure)
    for word, weight, idf in _table("jigsaw_words.tsv"):
        lexicon.at(word).jigsaw, lexicon.at(word).idf = float(weight), float(idf)
    return lexicon


def traits(vocabulary: Mapping[str, int], lexicon: Lexicon, marked: Sequence[Marked]) -> Column:
    """A row of hints.TRAITS for each word of the vocabulary; row 0 is for words that are not in it."""
    table = np.zeros((len(vocabulary) + 1, len(TRAITS)), dtype=np.float32)
    expected = _expected(lexicon, *_sightings(marked))
    for word, place in vocabulary.items():
        known = lexicon.words.get(word, Listed())
        toxic = expected(word)
        sexual = 0.0 if word in NOT_SEXUAL else min(known.sexual, SOBER_SEXUAL) if word in SOBER else known.sexual
        table[place] = (toxic, known.slur, sexual, float(word in VIOLENT), known.jigsaw, known.idf)
    return table


def _surge(lexicon: Lexicon, row: Mapping[str, str]) -> None:
    categories = {row["category_1"], row["category_2"], row["category_3"]}
    severity = float(row["severity_rating"])
    for word in _single(row["text"]):
        known = lexicon.at(word)
        known.surge = max(known.surge, severity / WORST_SURGE)
        if categories & SLURS and severity >= NO_SLUR_BELOW:
            known.slur = max(known.slur, severity / WORST_SURGE)
        if row["category_1"] == "sexual anatomy / sexual acts":
            known.sexual = max(known.sexual, severity / WORST_SURGE)


def _dsojevic(lexicon: Lexicon, row: Mapping[str, object]) -> None:
    tags, severity = set(row["tags"]), float(str(row["severity"])) / WORST_DSOJEVIC  # type: ignore[call-overload]
    for entry in re.split(r"\|", str(row["match"]).replace("*", "")):
        for word in _single(entry):
            known = lexicon.at(word)
            known.dsojevic = max(known.dsojevic, severity)
            if tags & SLUR_TAGS:
                known.slur = max(known.slur, severity)
            if "sexual" in tags:
                known.sexual = max(known.sexual, severity)


def _single(entry: str) -> list[str]:
    """The entry's word, if it is one."""
    words = [word.text for word in read(entry).words]
    return words if len(words) == 1 else []


def _insults() -> Iterator[tuple[str, float]]:
    for line in (files("moderation.training") / "data" / "insults.txt").read_text().splitlines():
        kind, _, words = line.partition(":")
        if kind not in _INSULTS:
            continue
        for word in words.split():
            yield word, _INSULTS[kind]
            yield f"{word}s", _INSULTS[kind]


@cache
def _table(name: str) -> tuple[list[str], ...]:
    lines = (files("moderation.training") / "data" / name).read_text(encoding="utf-8").splitlines()
    return tuple(line.split("\t") for line in lines if not line.startswith("#"))


def _sightings(marked: Iterable[Marked]) -> tuple[Counter[str], Counter[str]]:
    """How often each word was seen, and how often in a marked place."""
    seen: Counter[str] = Counter()
    toxic: Counter[str] = Counter()
    for each in marked:
        for word in read(each.text).words:
            seen[word.text] += 1
            toxic[word.text] += all(place in each.places for place in range(word.start, word.end))
    return seen, toxic


def _expected(lexicon: Lexicon, seen: Counter[str], toxic: Counter[str]) -> Callable[[str], float]:
    words = sorted(seen)
    features = np.array([lexicon.words.get(word, Listed()).expectation() for word in words])
    counts = np.array([(toxic[word], seen[word] - toxic[word]) for word in words], dtype=float)
    # A word weighs by the root of its sightings: 'the' must not drown the thousand rare ones
    counts /= np.sqrt(counts.sum(axis=1, keepdims=True))
    model = LogisticRegression(C=10, max_iter=1_000).fit(
        np.vstack([features, features]),
        np.repeat([1, 0], len(words)),
        sample_weight=np.concatenate([counts[:, 0], counts[:, 1]]) + 1e-9,
    )

    def expected(word: str) -> float:
        known = lexicon.words.get(word, Listed())
        prior = max(float(model.predict_proba([known.expectation()])[0, 1]), known.floor())
        return (toxic[word] + LISTS_COUNT_AS * prior) / (seen[word] + LISTS_COUNT_AS)

    return expected
