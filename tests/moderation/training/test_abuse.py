"""What the abuse model is taught: rows from the files, our own sentences, weights within their bounds."""

import json
from pathlib import Path
from random import Random

import numpy as np
import pytest
from scipy import sparse  # pyright: ignore[reportMissingTypeStubs]

from moderation.training import logistic
from moderation.training.rows import CLEAN, abuse_rows, fill, own_lines

SLURS = ("slur",)
FILES = {
    "abuse_train_davidson": [{"text": "you hoe", "label": 1, "hate": 0}],
    "abuse_train_wikipedia": [{"text": "see the talk page", "label": 0}],
    "hate_train_sexism": [
        {"text": "she should be hit", "label": 1, "category": "1. threats, plans to harm and incitement"}
    ],
    "spam_train": [{"text": "nice song", "label": 0}, {"text": "buy now", "label": 1}],
    "abuse_train_spans": [
        {"text": "What an idiot he is. The road is closed until next week.", "label": 1, "spans": list(range(8, 13))}
    ],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, rows in FILES.items():
        (tmp_path / f"{name}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return tmp_path


def test_each_file_tells_what_its_labels_say_and_leaves_open_the_rest(folder: Path):
    told = {(row.source, row.text): row.told for row in abuse_rows(folder, SLURS, seed=1)}

    assert told["davidson", "you hoe"] == (1, None, 0, None)
    assert told["wikipedia", "see the talk page"] == CLEAN
    assert told["edos", "she should be hit"] == (1, 1, 1, None)
    assert told["social", "nice song"] == CLEAN
    assert ("social", "buy now") not in told


def test_a_toxic_comment_teaches_by_what_is_left_of_it_too(folder: Path):
    told = {
        (row.source, row.text): row.told[0]
        for row in abuse_rows(folder, SLURS, seed=1)
        if row.source.startswith("news")
    }

    assert told == {
        ("news", "What an idiot he is. The road is closed until next week."): 1,
        ("news cut", "What an he is. The road is closed until next week."): 0,
        ("news sentence", "What an idiot he is."): 1,
        ("news sentence", "The road is closed until next week."): 0,
    }


def test_the_rows_are_the_same_for_the_same_seed(folder: Path):
    assert abuse_rows(folder, SLURS, seed=3) == abuse_rows(folder, SLURS, seed=3)
    assert abuse_rows(folder, SLURS, seed=3) != abuse_rows(folder, SLURS, seed=4)


def test_every_slot_of_our_sentences_is_filled():
    chance = Random(1)

    filled = [fill(line, chance) for line in own_lines("said.txt")]

    assert not [line for line in filled if "{" in line or "}" in line]


def test_our_sentences_for_training_are_not_those_of_the_tests():
    held_back = (Path(__file__).parents[1] / "checks" / "testimony.txt").read_text().splitlines()

    assert not set(held_back) & set(own_lines("testimony.txt"))


def test_a_weight_stays_within_its_bounds():
    rows = sparse.csr_matrix(np.array([[1.0, 0.0], [0.0, 1.0]] * 20))
    told = np.array([0.0, 1.0] * 20)
    free, bound = np.full(2, np.inf), np.array([0.0, 0.0])

    unbounded, _ = logistic.fit(rows, told, np.ones(40), 0.1, (-free, free))
    bounded, _ = logistic.fit(rows, told, np.ones(40), 0.1, (bound, free))

    assert unbounded[0] < 0 < unbounded[1]
    assert bounded[0] == 0 < bounded[1]


def test_calibration_gives_the_share_that_was_seen():
    logit = np.repeat([-2.0, 2.0], 500)
    told = np.concatenate([np.arange(500) < 50, np.arange(500) < 400]).astype(float)

    slope, shift = logistic.calibrate(logit[:, None], told, np.ones(1_000))

    assert 1 / (1 + np.exp(-(slope * -2 + shift))) == pytest.approx(0.1, abs=0.01)
    assert 1 / (1 + np.exp(-(slope * 2 + shift))) == pytest.approx(0.8, abs=0.01)
