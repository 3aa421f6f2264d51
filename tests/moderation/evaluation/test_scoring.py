"""From rows to figures, with checks that say what a test wants."""

from dataclasses import asdict
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from moderation.checks import CHECKS, NAMES
from moderation.checks.signal import Signal
from moderation.evaluation import cards
from moderation.evaluation.document import document
from moderation.evaluation.drawing import pictures
from moderation.evaluation.figures import TOGETHER, Asked, sets
from moderation.evaluation.overlap import f1
from moderation.evaluation.report import Made, write
from moderation.evaluation.rows import Row, Unreadable
from moderation.evaluation.scoring import MOST_GROUPS, OTHERS, score
from moderation.presets import preset
from moderation.terms import Preset

PRESETS = {each.value: preset(each) for each in Preset}
ASKED = Asked(NAMES, 0.005)
SECRET = "zanzibar"  # stands in every text, and nowhere else


def row(says: str, *, positive: bool = False, file: int = 0, group: str | None = None, spans=None) -> Row:
    """A comment whose text says what the checks see: 'profanity=0.7 links=broken'."""
    return Row(file, 1, None, {"id": "c", "body": f"{says} {SECRET}"}, positive, spans, group)


def look(many):
    """Checks that do as they are told."""
    return [
        tuple(_signal(name, dict(each.split("=") for each in facts.body.split()[:-1])) for name in NAMES)
        for facts in many
    ]


def _signal(name: str, told: dict[str, str]) -> Signal:
    if told.get(name) == "broken":
        return Signal(name, ran=False, why_not="failed")
    quoted = 0.5 if told.get("quoted") else 1.0
    found = float(told.get(name, 0))
    return Signal(name, score=found, weight=quoted, spans=((0, 4),) if found else (), version="1")


def scored(*rows, worst: int = 3):
    return score(rows, PRESETS, worst, 100, look=look)


def figures(*rows, files=("one.jsonl",)):
    return sets(scored(*rows), files, ASKED)


def of(found, check):
    return next(each for each in found.checks if each.check == check)


def test_a_check_and_the_verdicts_are_counted_under_each_preset():
    [found] = figures(
        row("profanity=0.9", positive=True),
        row("profanity=0.6", positive=True),
        row("profanity=0.6"),
        row(""),
    )
    counts = {
        name: (at.hold_at, at.rates.found, at.rates.disturbed) if at.rates else None
        for name, at in of(found, "profanity").presets.items()
    }
    assert counts == {
        name: (rules.rule("profanity").hold_at, *expected)
        for (name, rules), expected in zip(PRESETS.items(), [(1, 0), (2, 1), (2, 1)], strict=True)
    }
    assert [(each.held.found, each.held.disturbed) for each in found.verdicts.values()] == [(1, 0), (2, 1), (2, 1)]
    assert all(each.rejected.found == 0 for each in found.verdicts.values())


def test_what_a_list_blocks_is_rejected():
    [found] = figures(row("blocklist=1", positive=True), row(""))
    assert (found.verdicts["standard"].rejected.found, found.verdicts["standard"].rejected.missed) == (1, 0)


def test_what_did_not_run_is_counted_apart_and_never_as_nought():
    [found] = figures(row("profanity=0.9", positive=True), row("profanity=broken", positive=True), row("profanity=0.2"))
    check = of(found, "profanity")

    assert (check.ran, check.did_not_run) == (2, 1)
    assert check.auc
    assert check.auc.value == 1.0
    assert check.presets["standard"].rates
    assert check.presets["standard"].rates.missed == 0
    assert found.verdicts["standard"].did_not_run == 1
    assert found.verdicts["standard"].held.found == 2


def test_what_is_quoted_counts_for_as_much_as_the_policy_counts():
    [found] = figures(row("profanity=0.9 quoted=1"), row("profanity=0.9", positive=True))
    assert of(found, "profanity").auc
    assert of(found, "profanity").auc.value == 1.0
    assert found.verdicts["standard"].held.disturbed == 0


def test_a_verdict_ranks_rejected_above_held_above_nearly_held():
    rows = [row("blocklist=1"), row("profanity=0.9"), row("profanity=0.6"), row("profanity=0.4"), row("")]
    concern = scored(*rows).judged["standard"].concern
    assert (np.diff(concern) < 0).all()


def test_every_file_is_measured_alone_and_all_together_last():
    found = figures(row("profanity=0.9", positive=True), row("", file=1), row("", file=1), files=("a", "b", "empty"))
    assert [(each.name, each.rows, each.positives) for each in found] == [("a", 1, 1), ("b", 2, 0), (TOGETHER, 3, 1)]
    assert of(found[0], "profanity").auc is None
    assert of(found[2], "profanity").auc


def test_groups_have_their_means_and_what_lies_between_them():
    [found] = figures(
        row("profanity=0.2", group="x"),
        row("profanity=0.4", group="x"),
        row("profanity=0.9", group="y", positive=True),
        row("profanity=broken", group="z"),
    )
    assert [(each.group, each.rows) for each in found.groups] == [("x", 2), ("y", 1), ("z", 1)]
    assert [each.means["profanity"] for each in found.groups] == [pytest.approx(0.3), 0.9, None]
    assert found.groups[0].spreads["profanity"] == pytest.approx(0.1)
    assert found.groups[1].recalls["profanity"] == 1.0
    assert found.between["profanity"] == pytest.approx(0.6)


def test_there_are_not_more_groups_than_can_be_read():
    [found] = figures(*(row("", group=f"g{number}") for number in range(MOST_GROUPS + 20)))
    assert len(found.groups) == MOST_GROUPS + 1
    assert (found.groups[-1].group, found.groups[-1].rows) == (OTHERS, 20)


def test_spans_are_compared_where_somebody_has_marked_them():
    [found] = figures(
        row("profanity=0.9", positive=True, spans=((0, 4),)),
        row("profanity=0.9", positive=True, spans=((0, 8),)),
        row("profanity=0.9", positive=True),
    )
    assert of(found, "profanity").span_f1
    assert of(found, "profanity").span_f1.value == pytest.approx((1 + 2 * 4 / 12) / 2)
    assert of(found, "newcomer").span_f1 is None  # it has never pointed at anything
    assert found.verdicts["standard"].span_f1


def test_overlap_is_that_of_semeval():
    assert f1([(0, 3), (2, 5)], [(0, 5)]) == 1.0
    assert f1([(0, 3)], [(5, 8)]) == 0.0


def test_mistakes_of_the_verdict_are_those_it_made():
    worst = scored(row("profanity=0.9", positive=True), row("profanity=0.8"), row("", positive=True), row("")).worst[
        "verdict"
    ]
    assert [each.because for each in worst.disturbed()] == [("profanity",)]
    assert len(worst.missed()) == 1


@pytest.fixture
def hostile():
    """A run over files and groups with names that want to be markup."""
    rows = [
        row("profanity=0.9", positive=True, group="<b>|`x`"),
        row("profanity=0.1", group="[a](b)"),
        row("profanity=broken", file=1, group="\x00\u202e"),
    ]
    return scored(*rows, Unreadable(0, 9, "no JSON")), ("<script>&\x01.jsonl", "| b |")


def test_curves_are_wellformed_and_have_plain_names(hostile):
    run, files = hostile
    drawn = pictures(run, sets(run, files, ASKED))

    assert set(drawn) == {
        f"{name}-{kind}.svg" for name in ("script", "all-files-together") for kind in ("roc", "precision-recall")
    }
    for svg in drawn.values():
        root = ET.fromstring(svg)
        words = [text.strip() for text in root.itertext()]
        assert root.attrib["role"] == "img"
        assert {"profanity", "held under relaxed", "held under standard", "held under strict", "0.0", "1.0"} <= set(
            words
        )
        assert SECRET not in svg


def test_a_curve_goes_through_what_was_counted():
    run = scored(
        row("profanity=0.9", positive=True), row("profanity=0.5"), row("profanity=0.3", positive=True), row("")
    )
    [roc] = [svg for name, svg in pictures(run, sets(run, ("a",), ASKED)).items() if "roc" in name]
    lines = [
        each.attrib["points"]
        for each in ET.fromstring(roc).iter()
        if each.attrib.get("class") == "curve" and "points" in each.attrib
    ]
    # Half of what should be found at no clean comment, the same at one of two, all of it there, all at both.
    assert "64,408 64,228 244,228 244,48 424,48" in lines


def test_the_report_quotes_no_comment_and_lets_no_name_be_markup(hostile):
    run, files = hostile
    found = sets(run, files, ASKED)
    written = write(run, found, Made("greenroom evaluate x --report", "2026-05-01", "detection"))

    assert SECRET not in written
    assert "<script>" not in written
    assert "<b>" not in written
    assert "2026-05-01" in written
    assert "greenroom evaluate x --report" in written
    assert "](detection/all-files-together-roc.svg)" in written
    assert all(f"### {each}" in written for each in cards.models())
    assert all(f"{check.name} {check.version}" in written for check in CHECKS)


@pytest.mark.parametrize("name", NAMES)
def test_for_every_check_it_is_written_whom_its_errors_harm(name):
    text = cards.written(name.partition(".")[0])
    for section in cards.SECTIONS:
        assert section in text


def test_every_model_has_a_card_with_its_data_and_licences():
    for name, card in cards.models().items():
        assert card.get("sources"), name
        by_source = isinstance(card["sources"], dict) and all(card["sources"].values())
        assert by_source or card.get("licences") or card.get("licence"), name


def test_the_document_is_made_of_what_json_knows(hostile):
    run, files = hostile
    found = sets(run, files, ASKED)
    made = document(run, files, found, ["profanity"])

    assert made["files"][0] == {"name": files[0], "read": 2, "unreadable": [{"line": 9, "why": "no JSON"}]}
    assert set(made["checks"]) == {"profanity"}
    assert set(made["worst"]) == {"profanity", "verdict"}
    assert len(made["sets"]) == len(found)
    assert asdict(found[0])["checks"][0]["check"] == made["sets"][0]["checks"][0]["check"]
