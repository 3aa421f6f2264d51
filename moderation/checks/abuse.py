"""Abuse: insult, threat, hate and sexual harassment, each a probability, by words and by who is meant."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from moderation.checks import encoder
from moderation.checks.hints import FUNCTION_WORDS, HINTS, MARKS, NEAR, TRAITS, Column
from moderation.checks.linear import Batch, Reader, Weights, logits
from moderation.checks.masked import Masked
from moderation.checks.meant import Meant, meant
from moderation.checks.meant import get_ready as meant_get_ready
from moderation.checks.model import load
from moderation.checks.phrases import phrases_in
from moderation.checks.quotation import quoted_in
from moderation.checks.signal import Facts, Signal, quote
from moderation.checks.swearing import get_ready as swearing_get_ready
from moderation.checks.tongue import ENGLISH, tongue
from moderation.checks.tongue import get_ready as tongue_get_ready
from moderation.rules import Rules

MODEL, VERSION = "abuse", "2"
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
        spans, evidence = _explain(found, self.outcome)
        looked_again = (LOOKED_AGAIN,) if found.again else ()
        return Signal(self.NAME, score=score, spans=spans, evidence=(*evidence, *looked_again))

    @staticmethod
    def prepare(rules: Rules) -> None:
        _model()
        swearing_get_ready(rules)
        meant_get_ready()
        phrases_in([""])
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
    meant: Meant
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
    meanings = [meant(facts) for facts in many]
    batch = model.reader.read(meanings)
    scores = model.scores(batch)
    hard = batch.owner[model.reader.traits[batch.ids, TRAITS.index("toxic")] >= _WORD_SHOWN_FROM]
    has_hard_word = np.bincount(hard, minlength=len(many)) > 0
    _discount_quotations(model, many, meanings, scores)
    likely = (1 / (1 + np.exp(-scores.astype(np.float64)))).tolist()
    heard, begin = _Heard(batch), 0
    each = zip(many, likely, meanings, batch.words, has_hard_word.tolist(), strict=True)
    for facts, row, meaning, masked, is_hard in each:
        language = tongue(facts)
        foreign = language if language not in (None, ENGLISH) else None
        facts.shared[SHARED] = Found(tuple(row), meaning, masked, heard, begin, foreign, is_hard)
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


def _discount_quotations(model: _Model, many: Sequence[Facts], meanings: Sequence[Meant], scores: Column) -> None:
    """In place: what a doubtful comment says in others' words counts for less."""
    doubtful = np.flatnonzero(scores.max(axis=1) > np.log(DOUBTED_FROM / (1 - DOUBTED_FROM)))
    own = {place: _own_words(many[place], meanings[place]) for place in doubtful.tolist()}
    kept = {place: words for place, words in own.items() if words is not None}
    if not kept:
        return
    places = list(kept)
    without = model.scores(model.reader.read(list(kept.values())))
    mixed = QUOTED_COUNTS * scores[places] + (1 - QUOTED_COUNTS) * without
    scores[places] = np.minimum(scores[places], mixed)


def _own_words(facts: Facts, meaning: Meant) -> Meant | None:
    """The words outside quotation; None if nothing is quoted."""
    spans, text = quoted_in(facts), facts.text
    if not spans:
        return None
    inside = np.zeros(len(text.original) + 1, dtype=np.bool_)
    for start, end in spans:
        inside[start:end] = True
    positions, begins = text.positions, text.begins
    each = zip(meaning.words, meaning.first, meaning.last, strict=True)
    kept = [(word, first, last) for word, first, last in each if not inside[positions[begins[first]]]]
    words, first, last = zip(*kept, strict=True) if kept else ((), (), ())
    return meaning._replace(words=words, first=first, last=last)


def _explain(found: Found, outcome: int) -> tuple[tuple[tuple[int, int], ...], tuple[str, ...]]:
    """Where the words are that speak for this kind, and which weighed most."""
    masked = found.read_as
    here = slice(found.begin, found.begin + len(masked.words))
    weighed = found.heard.weights[outcome, here]
    heavy: list[int] = np.flatnonzero(weighed >= _LEAST_WEIGHT).tolist()
    telling = [place for place in heavy if masked.words[place] not in FUNCTION_WORDS]
    heaviest = sorted(telling, key=lambda place: -weighed[place])[:MOST_EVIDENCE]
    evidence = [f"{_written(found, place, place)} (+{weighed[place]:.1f})" for place in heaviest]
    phrases = [each for each in phrases_in([" ".join(masked.words)]) if each.kind == outcome][:MOST_EVIDENCE]
    evidence += dict.fromkeys(f"phrase: {_written(found, each.first, each.last)}" for each in phrases)
    if any(_is_you(masked, place) for place in heaviest):
        evidence.append("second person")
    shown: list[int] = np.flatnonzero(found.heard.shown[outcome, here]).tolist()
    spans = [_span(found, place, place) for place in shown] + [_span(found, each.first, each.last) for each in phrases]
    return _joined(found.meant.text.original, sorted(spans)), tuple(quote(each) for each in evidence)


def _span(found: Found, first: int, last: int) -> tuple[int, int]:
    return found.meant.span(found.read_as.first[first], found.read_as.last[last])


def _written(found: Found, first: int, last: int) -> str:
    start, end = _span(found, first, last)
    return found.meant.text.original[start:end]


def _is_you(masked: Masked, place: int) -> bool:
    return not MARKS["you"].isdisjoint(masked.words[max(0, place - NEAR) : place + NEAR + 1])


def _joined(original: str, spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """What overlaps, or only blanks part, is one span."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and not original[joined[-1][1] : start].strip():
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
