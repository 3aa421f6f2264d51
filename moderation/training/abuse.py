"""How the abuse model is made: one linear model for each kind, over words, pairs, runs of letters and hints."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # pyright: ignore[reportMissingTypeStubs]
from sklearn.metrics import roc_auc_score

from moderation.checks.hints import HINTS, MARKS, TRAITS
from moderation.checks.linear import Batch, Reader
from moderation.checks.masked import MANY, ONE, PLAIN, mask
from moderation.checks.meant import Meant, as_written
from moderation.checks.model import Model
from moderation.checks.phrases import KINDS as PHRASES
from moderation.checks.text import read
from moderation.training import lexicon, logistic
from moderation.training.rows import KINDS, Row, abuse_rows, marked

NAME, VERSION = "abuse", "2"
SEED = 20_261_124
BITS = 17  # of the tables of pairs and of runs
FEWEST = 3  # comments that a word must be in, unless a list has it
TOGETHER = 500  # comments read at once
PENALTY = {"insult": 10.0, "threat": 10.0, "hate": 10.0, "sexual": 5.0}
HELD_BY_PHRASE = ("threat", "hate")  # kinds of which a listed phrase is enough; an insult by phrase may be banter
PHRASE_PENALTY = 0.1
PHRASES_LEARNT_FROM = ("own", "phrases", "testimony", "social", "wikipedia")  # where every kind is told
GRAVE_SLUR = 0.8
HINTS_LOUDER = 3.0  # the penalty is on the weights' size: hints, of which there are few, are spared most of it
TOXIC_WORD = 0.3  # from here on a word never speaks against abuse
HELD_OUT = 5  # one row in five calibrates what the others have taught

# How loud each source is. Davidson was collected by slurs, so that even its clean half is odd.
LOUDNESS = {
    "davidson": 0.4, "wikipedia": 0.8, "edos": 0.7, "social": 0.8, "news": 1.0, "news cut": 0.6, "news sentence": 1.0,
    "testimony": 16.0, "own": 2.0, "frames": 0.3, "phrases": 1.0,
}  # fmt: skip
SLURS_AS_SUCH = 0.2
RARE_LOUDER = 2.0
MOST_LOUD = 5.0  # for the rarer class of a source
# Of these no weight may be negative: they are about what was said to whom, not about a source's style.
STYLE = {"questions": (-np.inf, 0), "words": (-np.inf, 0), "self share": (-np.inf, 0), "toxic near self": (-np.inf, 0),
         "group share": (0, 0), "they share": (0, 0)}  # fmt: skip
# ... and of these nothing may be said at all where our own, short sentences teach most of it
SILENT = {"threat": ("questions", "words"), "sexual": ("questions", "words"), "hate": ("questions",)}
# How often abuse of a kind is met when calibrating: more often than on a quiet site, less than in the files.
BASE_RATES = {"insult": 0.06, "threat": 0.02, "hate": 0.04, "sexual": 0.03}
AS_MET = {"wikipedia": 1.0, "social": 1.0, "news sentence": 1.0, "news cut": 0.3, "edos": 0.5, "davidson": 0.2}
SOURCES = (
    "Davidson et al. 2017 (MIT); SemEval-2021 Toxic Spans on Civil Comments (CC0); Pavlopoulos et al. 2020 "
    "(Apache-2.0); EDOS, SemEval-2023 (CC0); harmless comments of the YouTube and SMS Spam Collections (CC BY 4.0) "
    "and of ScamSpot "
    "(MIT); word lists of Surge AI (MIT), dsojevic (MIT), LDNOOBW (CC BY 4.0), VADER (MIT); word weights of "
    "alt-profanity-check (MIT; Jigsaw, CC0); our own sentences"
)
Floats = NDArray[np.float64]


def train(folder: Path) -> Model:
    known = lexicon.listed(folder)
    slurs = sorted(word for word, listed in known.words.items() if listed.slur >= GRAVE_SLUR)
    rows = abuse_rows(folder, slurs, SEED)
    # As written: what profanity makes of a disguise is no part of the model, so that its lists may change without it
    texts = [as_written(read(row.text)) for row in rows]
    reader = _reader(folder, known, texts)
    batches = [reader.read(texts[begin : begin + TOGETHER]) for begin in range(0, len(texts), TOGETHER)]
    matrix, hints = _matrix(batches, reader), np.vstack([batch.hints for batch in batches])
    learnt: list[dict[str, Any]] = []
    for kind in range(len(KINDS)):  # insult first: how sure the others may be hangs on it too
        insulting = learnt[0]["logit_held_out"] if learnt else np.zeros(len(rows[::HELD_OUT]))
        learnt.append(_Lesson(rows, matrix, hints, reader, kind).learn(insulting))
    return Model(
        {**_vocabulary(reader), **_small(np.stack([each["weights"] for each in learnt], axis=1), reader),
         "bias": np.array([each["bias"] for each in learnt], dtype=np.float32),
         "calibration": np.array([each["calibration"] for each in learnt], dtype=np.float32)},
        _card(rows, dict(zip(KINDS, [each["measured"] for each in learnt], strict=True))),
    )  # fmt: skip


def _reader(folder: Path, known: lexicon.Lexicon, texts: Sequence[Meant]) -> Reader:
    met = Counter(word for text in texts for word in set(mask(text.words).words))
    words = {word for word, often in met.items() if often >= FEWEST} | set(known.words)
    words |= {word for each in MARKS.values() for word in each} | {PLAIN}
    vocabulary = {word: place for place, word in enumerate(sorted(words), start=1)}
    return Reader(vocabulary, lexicon.traits(vocabulary, known, marked(folder)), BITS)


def _matrix(batches: Sequence[Batch], reader: Reader) -> Any:
    return sparse.vstack([_rows_of(batch, reader) for batch in batches]).tocsr()


def _rows_of(batch: Batch, reader: Reader) -> Any:
    """As linear.logits() reads them: words, pairs and runs, each over the root of its number; then the hints."""
    count = len(batch.lengths)
    words = _counted(batch.owner[batch.ids > 0], batch.ids[batch.ids > 0], batch.lengths, len(reader.traits))
    pair = batch.pair
    pairs = np.bincount(batch.text[pair], minlength=count)
    runs = np.bincount(batch.text[~pair], minlength=count)
    grams = _counted(batch.text[pair], batch.bucket[pair], pairs, 2 << BITS)
    grams += _counted(batch.text[~pair], batch.bucket[~pair], runs, 2 << BITS)
    return sparse.hstack([words, grams, sparse.csr_matrix(batch.hints * HINTS_LOUDER)]).tocsr()


def _counted(whose: NDArray[Any], which: NDArray[Any], of: NDArray[Any], width: int) -> Any:
    value = (1 / np.sqrt(np.maximum(of, 1)))[whose].astype(np.float32)
    return sparse.csr_matrix((value, (whose, which)), shape=(len(of), width))


class _Lesson:
    """One kind: what its rows tell, how loud they are, what its weights may be."""

    def __init__(self, rows: Sequence[Row], matrix: Any, hints: Any, reader: Reader, kind: int) -> None:
        self._kind = KINDS[kind]
        told = [row.told[kind] for row in rows]
        self._told = np.array([np.nan if each is None else each for each in told], dtype=np.float64)
        self._source = np.array([row.source for row in rows])
        self._doubt(hints)
        self._matrix, self._reader = matrix, reader
        self._bounds = self._bound()

    def learn(self, insulting: Floats) -> dict[str, Any]:
        known = ~np.isnan(self._told)
        held_out = np.arange(len(known)) % HELD_OUT == 0
        weights, bias = self._fit(np.flatnonzero(known & ~held_out))
        logit = self._matrix[held_out] @ weights + bias
        met = np.isin(self._source, list(AS_MET)) | (self._told == 1)
        places = np.flatnonzero(known & held_out & met)
        told, seen = self._told[places], places // HELD_OUT
        calibration = logistic.calibrate(np.stack([logit, insulting], axis=1)[seen], told, self._as_met(places))
        measured = {"auc_held_out": round(float(roc_auc_score(told, logit[seen])), 4), "rows": int(known.sum()),
                    "positive": int((self._told == 1).sum())}  # fmt: skip
        weights, bias = self._fit(np.flatnonzero(known))
        if self._kind in HELD_BY_PHRASE:
            self._raise_phrases(weights, bias, calibration)
        weights[-len(HINTS) :] *= HINTS_LOUDER
        return {"weights": weights, "bias": bias, "calibration": calibration, "measured": measured,
                "logit_held_out": logit}  # fmt: skip

    def _fit(self, places: NDArray[Any]) -> tuple[Floats, float]:
        """First what words say, without the rows made of phrases; then what phrases add to it."""
        loud, phrased = self._loudness(places), self._source[places] == "phrases"
        rows, told = self._matrix[places], self._told[places]
        plain = np.flatnonzero(~phrased)
        penalty = PENALTY[self._kind]
        weights, bias = logistic.fit(rows[plain], told[plain], loud[plain], penalty, self._bounds)
        by_phrase = rows[:, -len(PHRASES) :]
        sure = np.isin(self._source[places], PHRASES_LEARNT_FROM)
        having = np.flatnonzero(sure & (np.asarray(by_phrase.sum(axis=1)).ravel() > 0))
        already = sparse.csr_matrix((rows[having] @ weights + bias)[:, None])
        bounds = np.append(np.zeros(len(PHRASES)), 1), np.append(np.full(len(PHRASES), np.inf), 1)
        both = sparse.hstack([by_phrase[having], already]).tocsr()
        added, _ = logistic.fit(both, told[having], loud[having], PHRASE_PENALTY, bounds, bias=False)
        weights[-len(PHRASES) :] = added[:-1]
        return weights, bias

    def _raise_phrases(self, weights: Floats, bias: float, calibration: tuple[float, ...]) -> None:
        """In place: as much as it takes to hold every sentence that is made of a listed phrase."""
        column = self._matrix.shape[1] - len(PHRASES) + PHRASES.index(self._kind)
        hint = self._matrix[:, [column]].toarray().ravel()
        said = np.flatnonzero((self._source == "phrases") & (self._told == 1) & (hint > 0))
        without = self._matrix[said] @ weights + bias - hint[said] * weights[column]
        own, _, shift = calibration
        weights[column] = max(weights[column], float(np.max((-shift / own - without) / hint[said])))

    def _doubt(self, hints: Any) -> None:
        """What a label leaves open, its words may settle; what they leave open too is not learnt from."""
        by = {name: hints[:, place] for place, name in enumerate(HINTS)}
        told, source = self._told, self._source
        phrased = by[f"{self._kind} by phrase"] > 0
        if self._kind == "insult":
            # EDOS: not sexist. Without a toxic word it is harmless; with one, who knows
            told[(source == "edos") & np.isnan(told) & (by["any toxic"] < 0.3)] = 0  # noqa: PLR2004
            told[(source == "davidson") & (told == 0) & (by["toxic"] > 0.5)] = np.nan  # noqa: PLR2004
        if self._kind == "threat":
            open_ = np.isnan(told) & (source != "own")
            told[open_ & (by["violent will"] == 0) & ~phrased] = 0
        if self._kind == "hate":
            open_ = np.isnan(told) & (source != "own") & ~phrased
            told[open_ & (by["slur"] < 0.3) & (by["group share"] == 0)] = 0  # noqa: PLR2004
        if self._kind == "sexual":
            aimed = np.maximum(by["sexual near you"], by["sexual near they"])
            open_ = np.isnan(told) & (source != "own")
            told[open_ & (by["sexual"] < 0.3) & ~phrased] = 0  # noqa: PLR2004
            told[open_ & ((aimed >= 0.6) | (by["sexual share"] >= 0.4))] = 1  # noqa: PLR2004

    def _loudness(self, places: NDArray[Any]) -> Floats:
        """By source, and both classes of a source alike, as far as that goes."""
        source, told = self._source[places], self._told[places]
        loud = np.ones(len(places))
        for name, loudness in LOUDNESS.items():
            here = source == name
            share = float(told[here].mean()) if here.any() else 0.0
            if 0 < share < 1 and name != "phrases":
                loud[here & (told == 1)] = min(0.5 / share, MOST_LOUD)
                loud[here & (told == 0)] = min(0.5 / (1 - share), MOST_LOUD)
            loud[here] *= loudness
        if self._kind == "hate":  # where every row has a slur, that one is not hateful says little of slurs
            loud[(source == "davidson") & (told == 0)] *= SLURS_AS_SUCH
        if self._kind != "insult":
            loud[np.isin(source, ("own", "frames", "phrases"))] *= RARE_LOUDER
        return loud

    def _as_met(self, places: NDArray[Any]) -> Floats:
        told = self._told[places]
        weight = np.array([AS_MET.get(source, 0.2) for source in self._source[places]])
        if self._kind == "hate":
            weight[self._source[places] == "davidson"] *= SLURS_AS_SUCH**2
        rate = BASE_RATES[self._kind]
        for value, share in ((1, rate), (0, 1 - rate)):
            weight[told == value] *= share * len(places) / weight[told == value].sum()
        return weight

    def _bound(self) -> tuple[Floats, Floats]:
        lower = np.full(self._matrix.shape[1], -np.inf)
        upper = np.full(self._matrix.shape[1], np.inf)
        traits, places = self._reader.traits, self._reader.vocabulary
        lower[: len(traits)][traits[:, TRAITS.index("toxic")] >= TOXIC_WORD] = 0
        for name in (ONE, MANY, PLAIN):  # that a group is named says nothing, nor does what means no harm
            lower[places[name]] = upper[places[name]] = 0
        for place, name in enumerate(HINTS, start=self._matrix.shape[1] - len(HINTS)):
            silent = name in SILENT.get(self._kind, ())
            lower[place], upper[place] = (0, 0) if silent else STYLE.get(name, (0, np.inf))
        upper[-len(PHRASES) :] = 0  # learnt apart
        return lower, upper


def _vocabulary(reader: Reader) -> dict[str, NDArray[Any]]:
    words = "\n".join(reader.vocabulary)  # in the order of their places
    return {
        "vocabulary": np.frombuffer(words.encode(), dtype=np.uint8),
        "traits": reader.traits.astype(np.float16),
    }


def _small(weights: Floats, reader: Reader) -> dict[str, NDArray[Any]]:
    """The weights in a byte each; the hints, which are few, as they are."""
    words = len(reader.traits)
    stored: dict[str, NDArray[Any]] = {"hints": weights[-len(HINTS) :].astype(np.float32)}
    for name, part in (("words", weights[:words]), ("grams", weights[words : -len(HINTS)])):
        scale = np.maximum(np.quantile(np.abs(part), 1 - 20 / len(part), axis=0), 1e-6) / 127
        stored[name] = np.clip(np.round(part / scale), -127, 127).astype(np.int8)
        stored[f"{name}_scale"] = scale.astype(np.float32)
    return stored


def _card(rows: Sequence[Row], measured: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": NAME,
        "version": VERSION,
        "for": "English comments: the probability of insult, threat, hate and sexual harassment",
        "sources": SOURCES,
        "licences": "MIT, Apache-2.0, CC0, CC BY 4.0: NOTICE says which is whose",
        "seed": SEED,
        "settings": {"bits": BITS, "penalty": PENALTY, "fewest": FEWEST, "loudness": LOUDNESS},
        "rows": dict(sorted(Counter(row.source for row in rows).items())),
        "calibration": "Platt, on a fifth of the rows, weighted to these shares of abuse",
        "base_rates": BASE_RATES,
        "weak_labels": "sexual by words near a person; threat, hate and insult partly by the absence of such words",
        "measured": measured,
        "phrases": "what listed phrases add is learnt last, from sentences made of them",
        "measured_on": "rows of the same sources, held out. For threat and sexual harassment it says little: the same "
        "words make most of their labels and the model's hints, so that the model can hardly be wrong about them.",
        "limits": "Reads words, not meaning: irony, dog whistles and abuse without a hard word are missed, "
        "counter-speech and reclaimed words may be held. Dialects in which hard words are friendly are harmed most.",
    }
