"""Labelled lines: what can be read, and what is said of the rest."""

import json

import pytest

from moderation.evaluation.rows import Row, Unreadable, Wanted, read
from moderation.presets import preset
from moderation.terms import Preset


def line(**fields: object) -> bytes:
    return json.dumps({"text": "Hello", "label": 1} | fields).encode()


LABELS = [
    (1, True),
    (0, False),
    (1.0, True),
    (True, True),
    (False, False),
    ("1", True),
    ("spam", True),
    ("Ham", False),
    (" approve ", False),
    ("rejected", True),
]


@pytest.mark.parametrize(("label", "positive"), LABELS)
def test_a_label_is_understood(label, positive):
    row = read(0, 1, line(label=label), Wanted())
    assert isinstance(row, Row)
    assert row.positive is positive


@pytest.mark.parametrize(
    ("label", "wanted", "positive"),
    [
        ("b", ("b",), True),
        ("spam", ("b",), False),
        (2, ("1", "2"), True),
        (0.7, (">=0.5",), True),
        (0.2, (">=0.5",), False),
        ("none", (">=0.5",), False),
    ],
)
def test_somebody_may_say_which_labels_should_not_pass(label, wanted, positive):
    row = read(0, 1, line(label=label), Wanted(positive=wanted))
    assert isinstance(row, Row)
    assert row.positive is positive


def test_the_label_may_stand_in_another_field_and_the_text_in_the_body():
    row = read(0, 1, b'{"body": "Hello", "hate": 1, "label": 0}', Wanted(label="hate"))
    assert isinstance(row, Row)
    assert (row.positive, row.known["body"]) == (True, "Hello")


UNREADABLE = [
    (b"no json", "no JSON"),
    (b"\xff\xfe", "no JSON"),
    (b"[" * 100_000, "no JSON"),
    (b"[1]", "needs an object"),
    (b'{"label": 1}', "needs an object"),
    (b'{"text": null, "label": 1}', "needs an object"),
    (b'{"text": "x"}', "has no 'label'"),
    (b'{"text": "x", "label": null}', "has no 'label'"),
    (b'{"text": "x", "label": "maybe"}', "--positive"),
    (b'{"text": "x", "label": 0.5}', "--positive"),
]


@pytest.mark.parametrize(("written", "why"), UNREADABLE, ids=[str(each[0][:30]) for each in UNREADABLE])
def test_what_cannot_be_used_is_said(written, why):
    found = read(2, 7, written, Wanted())
    assert isinstance(found, Unreadable)
    assert (found.file, found.line) == (2, 7)
    assert why in found.why


@pytest.mark.parametrize(
    ("given", "spans"),
    [
        ([0, 1, 4], ((0, 1), (1, 2), (4, 5))),
        ([[0, 3]], ((0, 3),)),
        ([], ()),
        ("none", None),
        ([[0, 10**9], "x", [1], True], ((0, 5),)),
        ([-4, 10**9], ()),
    ],
)
def test_spans_come_as_positions_or_as_pairs(given, spans):
    row = read(0, 1, line(spans=given), Wanted())
    assert isinstance(row, Row)
    assert row.spans == spans


def test_a_row_brings_what_its_comment_came_with():
    sent = line(id=7, author_name="Ann", author_approved=3, author_rejected="many", typed_for_seconds=4, colour="red")
    row = read(0, 1, sent, Wanted(by="colour"))

    assert isinstance(row, Row)
    facts = row.facts(preset(Preset.STANDARD))
    assert (row.id, row.group) == ("7", "red")
    assert (facts.author_name, facts.author_approved, facts.author_rejected) == ("Ann", 3, 0)
    assert facts.typed_for_seconds == 4


def test_half_a_character_is_read_as_a_replacement_in_its_place():
    row = read(0, 1, b'{"text": "a\\ud800b", "label": 0}', Wanted())
    assert isinstance(row, Row)
    assert row.known["body"] == "a\ufffdb"
