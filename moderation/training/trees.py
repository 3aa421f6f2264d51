"""How the experts of moderation/checks/experts.py are made: boosted trees of two questions, and the gate."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from moderation.checks.experts import FARTHEST, PLACES

TREES, RATE = 80, 0.15  # for each place
LEAVES, QUESTIONS = 4, 2
FEWEST_ROWS, LEAF_PENALTY = 10, 2.0
TALK_BESIDE = 0.01  # the share of people's talk from elsewhere among what a place's trees are grown on
TRAIT_SCALE, GRAM_SCALE = 0.3, 3.0  # before the gate's penalty
GATE_WIDTH = 5.0  # the inverse of its penalty
ROUNDS = 200

Vector = NDArray[np.float64]
Arrays = dict[str, NDArray[Any]]


def grow(traits: Vector, grams: Any, labels: Vector, shares: Vector, sources: NDArray[Any]) -> Arrays:
    """The experts' arrays; grams: weighed, one row a comment."""
    place = np.array([source if source in PLACES else PLACES[-1] for source in sources.tolist()])
    grown = [_trees(traits, labels, _weights(place, labels, each) if each != PLACES[-1] else shares) for each in PLACES]
    return {
        "feature": np.concatenate([feature for feature, _, _, _ in grown]).astype(np.int16),
        "threshold": np.concatenate([threshold for _, threshold, _, _ in grown]).astype(np.float32),
        "value": np.concatenate([value for _, _, value, _ in grown]).astype(np.float32),
        "base": np.array([base for _, _, _, base in grown], dtype=np.float32),
        **_gate(traits, grams, place, shares),
    }


def _weights(place: NDArray[Any], labels: Vector, wanted: str) -> Vector:
    """One place's rows, either label half, and a little talk."""
    weights = np.zeros(len(labels))
    for side in (0.0, 1.0):
        here = (place == wanted) & (labels == side)
        weights[here] = 0.5 / max(here.sum(), 1)
    talk = place == PLACES[-1]
    weights[talk] = TALK_BESIDE / max(talk.sum(), 1)
    return weights


def _trees(traits: Vector, labels: Vector, weights: Vector) -> tuple[Vector, Vector, Vector, float]:
    from sklearn.ensemble import HistGradientBoostingClassifier

    here = weights > 0
    never: Any = False
    model: Any = HistGradientBoostingClassifier(
        max_iter=TREES,
        learning_rate=RATE,
        max_leaf_nodes=LEAVES,
        max_depth=QUESTIONS,
        l2_regularization=LEAF_PENALTY,
        min_samples_leaf=FEWEST_ROWS,
        early_stopping=never,
        random_state=0,
    ).fit(traits[here], labels[here], sample_weight=weights[here] / weights[here].mean())
    trees = [_flat(each[0].nodes) for each in model._predictors]  # noqa: SLF001 - there is no other way to them
    features, thresholds, values = (np.array(part) for part in zip(*trees, strict=True))
    return features, thresholds, values, float(model._baseline_prediction.ravel()[0])  # noqa: SLF001


def _flat(nodes: Any) -> tuple[list[int], list[float], list[float]]:
    """Three questions and four values; where a branch ends early, its second question is never answered yes."""
    root = nodes[0]
    if root["is_leaf"]:
        return [0, 0, 0], [np.inf] * 3, [float(root["value"])] * 4
    features, thresholds, values = [int(root["feature_idx"])], [float(root["num_threshold"])], []
    for side in (nodes[root["left"]], nodes[root["right"]]):
        if side["is_leaf"]:
            features.append(0)
            thresholds.append(np.inf)
            values += [float(side["value"])] * 2
        else:
            features.append(int(side["feature_idx"]))
            thresholds.append(float(side["num_threshold"]))
            values += [float(nodes[side["left"]]["value"]), float(nodes[side["right"]]["value"])]
    return features, thresholds, values


def _gate(traits: Vector, grams: Any, place: NDArray[Any], shares: Vector) -> Arrays:
    from scipy.sparse import csr_matrix, hstack
    from sklearn.linear_model import LogisticRegression

    middle, spread = traits.mean(axis=0), traits.std(axis=0) + 1e-6
    seen = np.clip((traits - middle) / spread, -FARTHEST, FARTHEST) * TRAIT_SCALE
    codes = np.array([PLACES.index(each) for each in place.tolist()])
    both = hstack([csr_matrix(seen), grams * GRAM_SCALE]).tocsr()
    model: Any = LogisticRegression(C=GATE_WIDTH, max_iter=ROUNDS).fit(both, codes, sample_weight=shares)
    count = traits.shape[1]
    return {
        "middle": middle.astype(np.float32),
        "spread": spread.astype(np.float32),
        "gate_traits": (model.coef_[:, :count].T * TRAIT_SCALE).astype(np.float32),
        "gate_grams": (model.coef_[:, count:].T * GRAM_SCALE).astype(np.float32),
        "gate_bias": model.intercept_.astype(np.float32),
    }
