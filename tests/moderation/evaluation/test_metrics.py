"""The arithmetic, against scikit-learn and against what can be counted by hand."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from moderation.evaluation import metrics
from moderation.evaluation.metrics import Interval


def sample(seed: int, rows: int, distinct: int | None, prevalence: float = 0.3):
    """Scores that know something of the labels; with few distinct values, most are tied."""
    random = np.random.default_rng(seed)
    positive = random.random(rows) < prevalence
    scores = np.clip(random.normal(0.4 + 0.15 * positive, 0.2), 0, 1)
    return (np.round(scores * distinct) / distinct if distinct else scores), positive


SAMPLES = [(1, 50, None), (2, 500, None), (3, 500, 2), (4, 2_000, 10), (5, 300, 1)]


@pytest.mark.parametrize(("seed", "rows", "distinct"), SAMPLES)
def test_auc_and_average_precision_are_those_of_scikit_learn(seed, rows, distinct):
    scores, positive = sample(seed, rows, distinct)

    area = metrics.auc(scores, positive)
    average = metrics.average_precision(metrics.curve(scores, positive))

    assert area
    assert average
    assert area.value == pytest.approx(roc_auc_score(positive, scores), abs=1e-12)
    assert average.value == pytest.approx(average_precision_score(positive, scores), abs=1e-12)
    assert area.low < area.value < area.high
    assert average.low < average.value < average.high


def test_the_range_of_an_auc_is_that_of_drawing_the_comments_again():
    scores, positive = sample(6, 600, None)
    random = np.random.default_rng(7)
    again = []
    for _ in range(600):
        drawn = random.integers(0, len(scores), len(scores))
        again.append(roc_auc_score(positive[drawn], scores[drawn]))

    area = metrics.auc(scores, positive)

    assert area
    assert area.low == pytest.approx(np.quantile(again, 0.025), abs=0.008)
    assert area.high == pytest.approx(np.quantile(again, 0.975), abs=0.008)


@pytest.mark.parametrize("measure", ["auc", "average precision"])
def test_in_nineteen_samples_of_twenty_the_range_holds_the_truth(measure):
    population, labels = sample(8, 200_000, None)
    truth = roc_auc_score(labels, population) if measure == "auc" else average_precision_score(labels, population)
    held = 0
    for seed in range(300):
        drawn = np.random.default_rng(seed).integers(0, len(population), 400)
        scores, positive = population[drawn], labels[drawn]
        found = (
            metrics.auc(scores, positive)
            if measure == "auc"
            else metrics.average_precision(metrics.curve(scores, positive))
        )
        held += bool(found and found.low <= truth <= found.high)
    assert 0.90 <= held / 300 <= 0.99


def test_a_perfect_ranking_of_few_is_not_certain():
    area = metrics.auc(np.array([0.1, 0.2, 0.8, 0.9]), np.array([False, False, True, True]))
    assert area
    assert (area.value, area.high) == (1.0, 1.0)
    assert area.low < 0.5


def test_nothing_is_ranked_where_there_is_one_kind_of_comment():
    scores, positive = np.array([0.5, 0.6]), np.array([True, True])
    assert metrics.auc(scores, positive) is None
    assert metrics.average_precision(metrics.curve(scores, positive)) is None
    assert metrics.recall_within(metrics.curve(scores, positive), 0.05) is None


def test_no_rows_have_a_curve_without_points():
    empty = metrics.curve(np.zeros(0), np.zeros(0, dtype=np.bool_))
    assert (len(empty.thresholds), empty.positives, empty.negatives) == (0, 0, 0)


WILSON = [  # as in Newcombe (1998), table I
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0, 0.1611),
    (1, 29, 0.0061, 0.1718),
]


@pytest.mark.parametrize(("hits", "of", "low", "high"), WILSON)
def test_shares_have_wilsons_range(hits, of, low, high):
    assert metrics.share(hits, of) == Interval(hits / of, pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_rates_are_counted():
    held = np.array([True, True, True, False, False, False])
    positive = np.array([True, True, False, True, False, False])

    found = metrics.rates(held, positive)

    assert (found.found, found.missed, found.disturbed, found.passed) == (2, 1, 1, 2)
    values = (found.precision, found.recall, found.false_positives, found.held, found.accuracy)
    assert [each.value for each in values if each] == pytest.approx([2 / 3, 2 / 3, 1 / 3, 1 / 2, 2 / 3])
    assert found.f1 == pytest.approx(2 / 3)


def test_what_cannot_be_divided_is_not_nought():
    found = metrics.rates(np.array([False, False]), np.array([False, False]))
    assert (found.precision, found.recall, found.f1) == (None, None, None)
    assert found.false_positives
    assert found.false_positives.value == 0


@pytest.mark.parametrize(("most", "recall"), [(0.0, 1 / 3), (0.2, 1 / 3), (0.25, 2 / 3), (0.5, 1.0)])
def test_recall_is_that_of_the_best_threshold_within_the_budget(most, recall):
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.2, 0.1])
    positive = np.array([True, False, True, False, True, False, False])
    if most == 0.5:
        scores[4] = 0.6  # tied with a clean comment: only both can be held
    found = metrics.recall_within(metrics.curve(scores, positive), most)
    assert found
    assert found.value == pytest.approx(recall)
