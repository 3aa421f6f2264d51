"""How advertising is told from talk: a linear model over traits and grams, small trees, and their calibration.

Each trait begins at a weight from experience, not at zero, and is held to it by a penalty; traits that speak for
advertising everywhere may not come to speak against it because one site's spammers avoid them. Every source weighs the
same however many rows it has, so that the model is of advertising, not of the largest collection.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.checks import selling, traits
from moderation.checks.lures import lexicon
from moderation.checks.model import Model
from moderation.checks.signal import Facts
from moderation.rules import Rules
from moderation.training import trees
from moderation.training.rows import rows
from moderation.training.spam_own import LINKED, OWN, linked_rows, own_rows

NAME, VERSION = "spam", "2"
SEED = 20_260_501
TRAIT_PENALTY, GRAM_PENALTY = 3.0, 0.5
FOLDS = 5
CHUNK = 200
MOST_ROUNDS = 300
GROUP_START = 0.5  # of a group's weight in the lexicon: a group speaks through the mixed traits too
SAME = 60  # characters at the beginning by which copies are kept in one fold

# source: its share of the whole.
SHARES = {
    "youtube": 4.0, "instagram": 4.5, "sms": 1.0, "wikipedia": 1.0, "sexism": 0.5, "tweets": 0.2, "news": 0.5,
    OWN: 0.7, LINKED: 0.5,
}  # fmt: skip
# People talking, at length and about anything: nobody advertises there. file, rows
TALK = {
    "wikipedia": ("abuse_train_wikipedia", 5_000),
    "sexism": ("hate_train_sexism", 3_000),
    "tweets": ("abuse_train_davidson", 3_000),
    "news": ("abuse_train_spans", 3_000),
}
# Where a trait begins, if not at zero.
START = {
    "link": 0.8, "anchor": 0.8, "price": 0.3, "phone": 0.5, "video": 0.5, "mail": 0.3, "spelt": 1.0, "bare": 0.5,
    "foreign": 0.5, "youtube": 0.3, "shortener": 0.7, "punycode": 0.7, "free host": 0.7, "html link": 0.5,
    "links and few words": 0.5, "links share": 1.0, "links and praise": 0.5, "links and trade": 0.5,
    "handle of money": 0.3, "handle and money": 0.3, "contact and money": 0.3, "lures share": 1.0,
    "kinds of trade": 0.3,
}  # fmt: skip
# What may speak for either side; everything else only for advertising.
EITHER = frozenset(
    {"length", "few words", "capitals", "digits", "exclamation", "emoji", "other letters", "repetition", "long words"}
    | {"handle", "hashtag", "handle first", "same host again", "lure: viewer"}
)

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Rows:
    texts: list[str]
    labels: Vector
    sources: list[str]


@dataclass(frozen=True)
class Read:
    """The rows as numbers."""

    traits: Vector
    grams: Any  # scipy's CSR, 1 where a gram is
    labels: Vector
    shares: Vector
    sources: NDArray[Any]


def train(folder: Path) -> Model:
    """The weights, calibrated on rows they were not fitted to."""
    known = _rows(folder)
    read = _read(known)
    odds = _odds_unseen(known, read)
    slope, shift = _calibrate(odds, read)
    card: dict[str, Any] = {
        "name": NAME,
        "version": VERSION,
        "for": "telling advertising and scams from talk in short public comments",
        "sources": {
            "YouTube Spam Collection, SMS Spam Collection (UCI)": "CC BY 4.0",
            "ScamSpot (Instagram)": "MIT",
            "Pavlopoulos et al. 2020 (Wikipedia)": "Apache-2.0",
            "EDOS, SemEval-2023 (Gab, Reddit); SemEval-2021 Toxic Spans (news)": "CC0",
            "Davidson et al. 2017 (tweets)": "MIT",
            "own sentences, made up from frames, and made-up links behind others' rows": "MIT",
        },
        "settings": {
            "traits": TRAIT_PENALTY,
            "grams": GRAM_PENALTY,
            "bits": selling.BITS,
            "trees": trees.TREES,
            "shares": SHARES,
        },
        "seed": SEED,
        "rows": {source: known.sources.count(source) for source in SHARES},
        "calibration": {"slope": round(slope, 4), "shift": round(shift, 4)},
        "measured": _measured(known, read, odds * slope + shift),
        "limits": "English, mostly; fiction and news about money read a little like it; see docs/detection.md",
    }
    arrays = _fit(read)
    for name in ("traits", "grams", "bias", "value", "base"):
        arrays[name] = (arrays[name] * slope).astype(arrays[name].dtype)
    arrays["bias"] += np.float32(shift)
    return Model(arrays, card)


def _rows(folder: Path) -> Rows:
    spam = rows(folder, "spam_train")
    texts = [row["text"] for row in spam]
    labels = [float(row["label"]) for row in spam]
    sources = [row["source"] for row in spam]
    chance = random.Random(SEED)  # noqa: S311 - nothing secret
    talk: list[str] = []
    for source, (file, many) in TALK.items():
        found = [row["text"] for row in rows(folder, file)]
        found = chance.sample(found, min(many, len(found)))
        texts += found
        labels += [0.0] * len(found)
        sources += [source] * len(found)
        talk += found
    ours = {OWN: own_rows(SEED), LINKED: linked_rows(talk, [row["text"] for row in spam if row["label"]], SEED)}
    for source, made in ours.items():
        texts += [text for text, _ in made]
        labels += [label for _, label in made]
        sources += [source] * len(made)
    return Rows(texts, np.array(labels), sources)


def _read(known: Rows) -> Read:
    from scipy.sparse import csr_matrix, vstack

    rules, numbers, found = Rules(), [], []
    for begin in range(0, len(known.texts), CHUNK):
        batch = selling.read_all([Facts("", text, rules) for text in known.texts[begin : begin + CHUNK]])
        size = len(batch.read)
        seen = csr_matrix(
            (np.ones(len(batch.grams.bucket)), (batch.grams.text, batch.grams.bucket)), shape=(size, 1 << selling.BITS)
        )
        numbers.append(batch.traits)
        found.append(seen)
    return Read(
        np.vstack(numbers),
        vstack(found).tocsr(),
        known.labels,
        _shares(known.sources, known.labels),
        np.array(known.sources),
    )


def _shares(sources: Sequence[str], labels: Vector) -> Vector:
    """A weight for each row: a source has its share, half of it for either label where it has both."""
    named = np.array(sources)
    weights = np.zeros(len(labels))
    for source, share in SHARES.items():
        sides = [side for side in (0.0, 1.0) if ((named == source) & (labels == side)).any()]
        for side in sides:
            here = (named == source) & (labels == side)
            weights[here] = share / len(sides) / here.sum()
    return weights / weights.mean()


def _fit(read: Read) -> trees.Arrays:
    """The model's arrays, not yet calibrated."""
    rarity = _rarity(read.grams)
    found = _weighed(read.grams, rarity)
    bias, weights, grams = _regress(read, found)
    arrays = trees.grow(read.traits, found, read.labels, read.shares, read.sources)
    arrays["gate_grams"] = (arrays["gate_grams"] * rarity[:, None]).astype(np.float16)
    return arrays | {
        "traits": weights.astype(np.float32),
        "grams": (grams * rarity).astype(np.float16),
        "rarity": rarity.astype(np.float16),
        "bias": np.array([bias], dtype=np.float32),
    }


def _regress(read: Read, found: Any) -> tuple[float, Vector, Vector]:
    """Penalised logistic regression; the traits' weights are drawn to where they begin."""
    from scipy.optimize import minimize

    back = found.T.tocsr()
    start, count = _start(), len(_start())

    def loss(point: Vector) -> tuple[float, Vector]:
        bias, traits_, grams_ = point[0], point[1 : 1 + count], point[1 + count :]
        odds = bias + read.traits @ traits_ + found @ grams_
        wrong = read.shares * (1 / (1 + np.exp(-odds)) - read.labels)
        off = traits_ - start
        value = (read.shares * (np.logaddexp(0, odds) - read.labels * odds)).sum()
        value += TRAIT_PENALTY * (off @ off) / 2 + GRAM_PENALTY * (grams_ @ grams_) / 2
        slope = [[wrong.sum()], read.traits.T @ wrong + TRAIT_PENALTY * off, back @ wrong + GRAM_PENALTY * grams_]
        return float(value), np.concatenate(slope)

    bounds = [(None, None), *((None if name in EITHER else 0.0, None) for name in traits.names())]
    bounds += [(None, None)] * found.shape[1]
    begin = np.concatenate([[-2.0], start, np.zeros(found.shape[1])])
    point = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": MOST_ROUNDS}).x
    return float(point[0]), point[1 : 1 + count], point[1 + count :]


def _start() -> Vector:
    begins = START | {f"lure: {group}": weight * GROUP_START for group, weight in lexicon().weights.items()}
    return np.array([begins.get(name, 0.0) for name in traits.names()])


def _rarity(found: Any) -> Vector:
    """How telling a gram is that there is one (inverse document frequency), as it is stored."""
    documents = np.asarray((found > 0).sum(axis=0)).ravel()
    return (np.log((1 + found.shape[0]) / (1 + documents)) + 1).astype(np.float16).astype(np.float64)


def _weighed(found: Any, rarity: Vector) -> Any:
    from scipy.sparse import diags

    weighed = found @ diags(rarity)
    length = np.sqrt(np.asarray((found @ diags(rarity * rarity)).sum(axis=1)).ravel())
    return (diags(1 / np.maximum(length, 1e-9)) @ weighed).tocsr()


def _odds_unseen(known: Rows, read: Read) -> Vector:
    """Of every row by a model that has not seen it, nor a copy of it."""
    chance = random.Random(SEED)  # noqa: S311 - nothing secret
    folds: dict[str, int] = {}
    fold = np.array([folds.setdefault(text[:SAME].casefold(), chance.randrange(FOLDS)) for text in known.texts])
    odds = np.zeros(len(fold))
    for number in range(FOLDS):
        odds[fold == number] = _odds(_fit(_part(read, fold != number)), _part(read, fold == number))
    return odds


def _odds(arrays: trees.Arrays, read: Read) -> Vector:
    found = read.grams.tocoo()
    times = found.data.astype(np.intp)
    bucket, text = np.repeat(found.col, times), np.repeat(found.row, times)
    return selling.odds_of(read.traits, bucket, text, selling.weights_of(arrays))[0]


def _part(read: Read, here: NDArray[np.bool_]) -> Read:
    return Read(
        read.traits[here], read.grams[np.flatnonzero(here)], read.labels[here], read.shares[here], read.sources[here]
    )


def _calibrate(odds: Vector, read: Read) -> tuple[float, float]:
    """Platt's slope and shift, every source by its share."""
    from sklearn.linear_model import LogisticRegression

    fitted: Any = LogisticRegression(C=1e6).fit(odds[:, None], read.labels, sample_weight=read.shares)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def _measured(known: Rows, read: Read, odds: Vector) -> dict[str, Any]:
    """On rows not fitted to, copies kept together."""
    from sklearn.metrics import roc_auc_score

    named = np.array(known.sources)
    measured: dict[str, Any] = {}
    for source in ("youtube", "instagram", "sms"):
        here = named == source
        labels, score = read.labels[here], odds[here]
        line = np.quantile(score[labels == 0], 0.95)
        found = float((score[labels == 1] > line).mean())
        measured[source] = {"auc": round(float(roc_auc_score(labels, score)), 4), "recall_at_5": round(found, 4)}
    return json.loads(json.dumps(measured))
