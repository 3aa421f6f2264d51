"""Abuse: insult, threat, hate and sexual harassment, each a probability, by words and by who is meant."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from moderation.checks import encoder
from moderation.checks.hints import HINTS, MARKS, NEAR, TRAITS, Column
from moderation.checks.linear import Batch, Reader, Weights, logits
from moderation.checks.masked import Masked
from moderation.checks.model import load
from moderation.checks.quotation import quoted_in
from moderation.checks.signal import Facts, Signal, quote
from moderation.checks.text import Text
from moderation.checks.tongue import ENGLISH, tongue
from moderation.checks.tongue import get_ready as tongue_get_ready
from moderation.rules import Rules

MODEL, VERSION = "abuse", "1"
SPEAKS = f"{VERSION}+encoder-{encoder.VERSION}" if encoder.available() else VERSION  # the version in every signal
SHARED = "abuse"  # its place in Facts.shared
SHOWN_FROM = 0.1  # from this score on a signal says where and why
INSULTS_SHOWN_FROM = 0.01  # a moderator who reads the comment for another reason is shown them too
LOOKED_AGAIN = "read by the sentence encoder too"
QUOTED_COUNTS = 0.3  # of what only quoted words add
DOUBTED_FROM = 0.15  # from this score on it is asked what was quoted
MOST_EVIDENCE = 3
_WORD_SHOWN_FROM = 0.27  # of the trait that a kind is shown by
_LEAST_WEIGHT = 0.1  # less is no evidence
# What each kind is shown by, and the hints through which a word's trait speaks for it
_SHOWN_BY = {"insult": ("toxic",), "threat": ("violent",), "hate": ("slur", "toxic"), "sexual": ("sexual",)}
_SPEAKS_THROUGH = {
    "toxic": ("toxic", "any toxic"),
    "slur": ("slur",),
    "sexual": ("sexual",),
    "violent": ("violent", "violent will"),
}
NAMES = ("insult", "threat", "hate", "sexual")  # the model's outcomes, in this order


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of abuse, as the list of checks wants it: a check that shares its work with the other kinds."""

    NAME: str
    SAYS: str
    outcome: int
    shown_from: float = SHOWN_FROM
    VERSION: str = SPEAKS

    def look(self, facts: Facts) -> Signal:
        found = _found(facts)
        if found.foreign:
            return Signal(self.NAME, ran=False, why_not=f"does not know this language: {found.foreign}")
        score = found.scores[self.outcome]
        if score < self.shown_from or (score < SHOWN_FROM and not found.has_hard_word):
            return Signal(self.NAME, score=score)
        spans, evidence = _explain(facts.text, found, self.outcome)
        looked_again = (LOOKED_AGAIN,) if found.again else ()
        return Signal(self.NAME, score=score, spans=spans, evidence=(*evidence, *looked_again))

    @staticmethod
    def prepare(rules: Rules) -> None:
        del rules
        _model()
        tongue_get_ready()
        encoder.get_ready()

    @staticmethod
    def prime(many: Sequence[Facts]) -> None:
        wanted = [facts for facts in many if SHARED not in facts.shared]
        if wanted:
            _find(wanted)


KINDS = (
    Kind("abuse.insult", "The comment insults or demeans somebody.", 0, INSULTS_SHOWN_FROM),
    Kind("abuse.threat", "The comment threatens somebody or wishes them harm.", 1),
    Kind("abuse.hate", "The comment is hateful towards a group of people.", 2),
    Kind("abuse.sexual", "The comment harasses somebody sexually.", 3),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What one comment's four checks share."""

    scores: tuple[float, ...]
    read_as: Masked
    heard: "_Heard"
    begin: int = 0  # of its words among those of its chunk
    foreign: str | None = None  # the language that the model does not know
    has_hard_word: bool = True  # one that would be pointed at
    again: bool = False  # the encoder was asked too


class _Heard:
    """What each word of a chunk says, for every outcome; found when the first of its comments is to be explained."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch

    @cached_property
    def weights(self) -> Column:
        """Outcome x word: what it adds to the logit, by itself and by its traits."""
        model, batch = _model(), self._batch
        own = model.weights.words[batch.ids] / np.sqrt(np.maximum(batch.lengths, 1))[batch.owner, None]
        return np.ascontiguousarray((own + model.reader.traits[batch.ids] @ model.spoken).T, dtype=np.float32)

    @cached_property
    def shown(self) -> NDArray[np.bool_]:
        """Outcome x word: whether it is pointed at."""
        traits = _model().reader.traits[self._batch.ids].T
        each = (np.max([traits[TRAITS.index(name)] for name in _SHOWN_BY[kind]], axis=0) for kind in NAMES)
        return np.stack([one >= _WORD_SHOWN_FROM for one in each])


@dataclass(frozen=True)
class _Model:
    reader: Reader
    weights: Weights
    calibration: Column  # for each outcome: how much its own logit counts, how much insult's, and a shift

    @cached_property
    def spoken(self) -> Column:
        """Trait x outcome: what a word adds that has this trait, by the hints."""
        table = np.zeros((len(TRAITS), len(NAMES)), dtype=np.float32)
        for trait, through in _SPEAKS_THROUGH.items():
            table[TRAITS.index(trait)] = sum(self.weights.hints[HINTS.index(name)] for name in through)
        return table

    def scores(self, batch: Batch) -> Column:
        """Logits, calibrated: half of the comments with 0 are abuse of that kind."""
        found = logits(batch, self.weights)
        own, insult, shift = self.calibration.T
        return found * own + found[:, :1] * insult + shift


@cache
def _model() -> _Model:
    stored = load(MODEL, VERSION).arrays
    vocabulary = stored["vocabulary"].tobytes().decode().split("\n")
    traits = stored["traits"].astype(np.float32)
    return _Model(
        reader=Reader({word: place for place, word in enumerate(vocabulary, start=1)}, traits, _bits(stored["grams"])),
        weights=Weights(
            words=stored["words"] * stored["words_scale"],
            grams=stored["grams"] * stored["grams_scale"],
            hints=stored["hints"],
            bias=stored["bias"],
        ),
        calibration=stored["calibration"],
    )


def _bits(grams: NDArray[np.int8]) -> int:
    """Two tables of 2**bits buckets stand one after the other."""
    return (len(grams) // 2).bit_length() - 1


def _found(facts: Facts) -> Found:
    if SHARED not in facts.shared:
        _find([facts])
    return facts.shared[SHARED]


def _find(many: Sequence[Facts]) -> None:
    model = _model()
    batch = model.reader.read([facts.text for facts in many])
    scores = model.scores(batch)
    hard = batch.owner[model.reader.traits[batch.ids, TRAITS.index("toxic")] >= _WORD_SHOWN_FROM]
    has_hard_word = np.bincount(hard, minlength=len(many)) > 0
    _discount_quotations(model, many, scores)
    likely = (1 / (1 + np.exp(-scores.astype(np.float64)))).tolist()
    heard, begin = _Heard(batch), 0
    for facts, row, masked, is_hard in zip(many, likely, batch.words, has_hard_word.tolist(), strict=True):
        language = tongue(facts)
        foreign = language if language not in (None, ENGLISH) else None
        facts.shared[SHARED] = Found(tuple(row), masked, heard, begin, foreign, is_hard)
        begin += len(masked.words) + NEAR
    if encoder.available():
        _look_again(many)


def _look_again(many: Sequence[Facts]) -> None:
    """Where the encoder is installed, it has a say about what words alone do not settle.

    What the words say is kept already: whoever is interrupted here keeps that.
    """
    worst = [(facts, max(facts.shared[SHARED].scores)) for facts in many if not facts.shared[SHARED].foreign]
    unsure = [(facts, score) for facts, score in worst if encoder.uncertain(score)]
    looked = encoder.second_look([facts.text for facts, _ in unsure], [-abs(score - 0.5) for _, score in unsure])
    for place, told in looked:
        facts = unsure[place][0]
        found: Found = facts.shared[SHARED]
        scores = [encoder.blend(one, other) for one, other in zip(found.scores, told[1:].tolist(), strict=True)]
        facts.shared[SHARED] = replace(found, scores=tuple(scores), again=True)


def _discount_quotations(model: _Model, many: Sequence[Facts], scores: Column) -> None:
    """In place: what a doubtful comment says in others' words counts for less."""
    doubtful = np.flatnonzero(scores.max(axis=1) > np.log(DOUBTED_FROM / (1 - DOUBTED_FROM)))
    own = {place: _own_words(many[place]) for place in doubtful.tolist()}
    places = [place for place, words in own.items() if words is not None]
    if not places:
        return
    words = [own[place] or () for place in places]
    without = model.scores(model.reader.read_words(words, [many[place].body for place in places]))
    mixed = QUOTED_COUNTS * scores[places] + (1 - QUOTED_COUNTS) * without
    scores[places] = np.minimum(scores[places], mixed)


def _own_words(facts: Facts) -> tuple[str, ...] | None:
    """The words outside quotation; None if nothing is quoted."""
    spans, text = quoted_in(facts), facts.text
    if not spans:
        return None
    inside = np.zeros(len(text.original) + 1, dtype=np.bool_)
    for start, end in spans:
        inside[start:end] = True
    return tuple(word.text for word in text.words if not inside[word.start])


def _explain(text: Text, found: Found, outcome: int) -> tuple[tuple[tuple[int, int], ...], tuple[str, ...]]:
    """Where the words are that speak for this kind, and which weighed most."""
    masked = found.read_as
    here = slice(found.begin, found.begin + len(masked.words))
    weighed = found.heard.weights[outcome, here]
    order: list[int] = np.argsort(-weighed, kind="stable")[:MOST_EVIDENCE].tolist()
    heaviest = [place for place in order if weighed[place] >= _LEAST_WEIGHT]
    evidence = [f"{_written(text, masked, place)} (+{weighed[place]:.1f})" for place in heaviest]
    if any(_is_you(masked, place) for place in heaviest):
        evidence.append("second person")
    spans = _spans(text, masked, np.flatnonzero(found.heard.shown[outcome, here]).tolist())
    return spans, tuple(quote(each) for each in evidence)


def _written(text: Text, masked: Masked, place: int) -> str:
    start, end = text.span_of_words(masked.first[place], masked.last[place])
    return text.original[start:end]


def _is_you(masked: Masked, place: int) -> bool:
    return not MARKS["you"].isdisjoint(masked.words[max(0, place - NEAR) : place + NEAR + 1])


def _spans(text: Text, masked: Masked, places: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Word by word; what only blanks part is one span."""
    spans = [text.span_of_words(masked.first[place], masked.last[place]) for place in places]
    joined = spans[:1]
    for (_, before), (start, end) in pairwise(spans):
        if not text.original[before:start].strip():
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)
