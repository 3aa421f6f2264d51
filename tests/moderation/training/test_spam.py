"""How the spam model is made: from a folder of rows, to the byte."""

import json

import numpy as np
import pytest

from moderation.checks.hosts import find_hosts
from moderation.checks.model import MOST_BYTES, pack, unpack
from moderation.checks.traits import names
from moderation.training import spam, spam_own, trees

TALK = ["the {} is late again, as ever", "I think {} is right about this", "why would a {} do that?", "my {} laughed"]
SELLS = ["subscribe to my {} channel", "buy cheap {} at www.{}.example", "win a {} now, call 0906 123 4567 {}"]
THINGS = ["tram", "council", "garden", "song", "teacher", "river", "kettle", "poem", "market", "bridge"]


@pytest.fixture(autouse=True)
def in_a_few_rounds(monkeypatch):
    """What is tested here needs no good model."""
    for module, name, few in (
        (spam, "FOLDS", 2),
        (spam, "MOST_ROUNDS", 4),
        (trees, "TREES", 3),
        (trees, "ROUNDS", 10),
        (trees, "FEWEST_ROWS", 2),
    ):
        monkeypatch.setattr(module, name, few)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A few rows of every file that is read."""
    here = tmp_path_factory.mktemp("rows")
    talk = [frame.format(thing) for frame in TALK for thing in THINGS]
    sells = [frame.replace("{}", thing) for frame in SELLS for thing in THINGS]
    rows = [
        {"text": f"{source} {text}", "label": label, "source": source}
        for source in ("youtube", "instagram", "sms")
        for label, texts in enumerate((talk, sells))
        for text in texts
    ]
    files = {"spam_train": rows} | {file: [{"text": text} for text in talk] for file, _ in spam.TALK.values()}
    for name, lines in files.items():
        (here / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return here


def test_the_same_rows_make_the_same_bytes(folder):
    assert pack(spam.train(folder)) == pack(spam.train(folder))


def test_a_model_file_is_whole_and_says_what_it_was_made_from(folder):
    stored = pack(spam.train(folder))

    model = unpack(stored)

    assert len(stored) < MOST_BYTES
    assert model.arrays["traits"].shape == (len(names()),)
    assert all(np.isfinite(each).all() for name, each in model.arrays.items() if name != "threshold")
    assert model.card["rows"]["youtube"] == len(THINGS) * (len(TALK) + len(SELLS))


def test_what_speaks_for_advertising_everywhere_never_comes_to_speak_against_it(folder):
    weights = dict(zip(names(), spam.train(folder).arrays["traits"], strict=True))

    assert all(weight >= 0 for name, weight in weights.items() if name not in spam.EITHER)


def test_our_own_rows_are_of_both_labels_filled_whole_and_always_the_same():
    made = spam_own.own_rows(1)

    assert made == spam_own.own_rows(1)
    assert {label for _, label in made} == {0.0, 1.0}
    assert not any(mark in text for text, _ in made for mark in "{}|")


def test_links_of_the_same_making_stand_behind_talk_and_behind_advertising():
    made = spam_own.linked_rows(["the tram is late"] * 20, ["buy cheap watches"] * 20, 1)

    assert sum(label for _, label in made) == len(made) / 2
    assert all(find_hosts(text) for text, _ in made)
