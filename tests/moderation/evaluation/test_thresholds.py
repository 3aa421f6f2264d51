"""Which threshold does what, and which one is advised."""

import numpy as np
import pytest

from moderation.evaluation.metrics import curve
from moderation.evaluation.thresholds import suggest, table

CLEAN = [index / 1_000 for index in range(1_000)]  # 0.000 ... 0.999
BAD = [0.995, 0.9, 0.8, 0.4]


def ranked(clean, bad):
    return curve(np.array([*clean, *bad]), np.array([False] * len(clean) + [True] * len(bad)))


@pytest.mark.parametrize(
    ("most", "hold_at", "disturbed", "found"),
    [(0.005, 0.995, 5, 1), (0.1, 0.9, 100, 2), (0.2, 0.8, 200, 3), (0.5, 0.5, 500, 3), (0.0, 1.0, 0, 0)],
)
def test_the_suggestion_is_the_lowest_threshold_within_the_budget(most, hold_at, disturbed, found):
    suggestion = suggest(ranked(CLEAN, BAD), most)
    assert suggestion
    assert suggestion.rates
    assert (suggestion.hold_at, suggestion.rates.disturbed, suggestion.rates.found) == (hold_at, disturbed, found)


def test_what_is_suggested_keeps_its_promise_for_any_scores():
    random = np.random.default_rng(1)
    for most in (0.0, 0.003, 0.01, 0.2):
        scores = np.round(random.beta(1, 5, 700), 3)
        suggestion = suggest(ranked(scores[:600], scores[600:]), most)
        assert suggestion
        assert suggestion.hold_at
        assert np.mean(scores[:600] >= suggestion.hold_at) <= most


def test_there_is_none_where_clean_comments_score_as_high_as_can_be():
    suggestion = suggest(ranked([1.0, 1.0, 0.1], [1.0]), 0.01)
    assert suggestion
    assert suggestion.hold_at is None


def test_there_is_none_without_clean_comments():
    assert suggest(ranked([], [0.3]), 0.01) is None


def test_a_suggestion_says_how_little_few_comments_tell():
    suggestion = suggest(ranked([0.1] * 50, [0.9]), 0.01)
    assert suggestion
    assert suggestion.surely
    assert suggestion.surely.value == 0
    assert suggestion.surely.high > 0.05


def test_the_table_has_every_presets_threshold_and_no_row_that_changes_nothing():
    rows = table(ranked([0.0, 0.0, 0.3], [0.55, 0.9]), [0.5, 0.8, None])

    assert [each.threshold for each in rows] == [0.05, 0.5, 0.8, 0.95]
    assert [(each.rates.disturbed, each.rates.found) for each in rows] == [(1, 2), (0, 2), (0, 1), (0, 0)]
