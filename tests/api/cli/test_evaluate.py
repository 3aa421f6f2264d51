"""greenroom evaluate, typed by hand: figures for people and machines, curves, a report, and what is wrong."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from api.cli.main import app
from moderation.checks import NAMES

CLEAN = ("What a lovely article, thank you.", "I do not agree with the second half.", "The bridge was built in 1961.")
RUDE = ("You asshole", "what a piece of shit", "Nothing rude here at all")


@pytest.fixture
def typed():
    def run(*words: str, code: int = 0, given: bytes = b"") -> Any:
        done = CliRunner().invoke(app, ["evaluate", *words], input=given, env={"COLUMNS": "140"})
        assert done.exit_code == code, done.output
        return done

    return run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rows = [{"text": text, "label": 0, "kind": "clean"} for text in CLEAN]
    rows += [{"body": text, "label": "spam", "kind": "rude", "id": number} for number, text in enumerate(RUDE)]
    path = tmp_path / "labelled.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)) + "\n")
    return path


def test_people_get_tables_thresholds_advice_and_mistakes(typed, file: Path):
    shown = typed(str(file), "--max-held", "1%").stdout

    assert "labelled.jsonl: 6 comments, 3 should not pass, 3 should" in shown
    for word in (
        "AUC",
        "average precision",
        "clean held %",
        "relaxed",
        "standard",
        "strict",
        "profanity, by threshold",
    ):
        assert word in shown
    assert "profanity: to hold at most 1 % of clean comments set hold_at to " in shown
    assert "Nothing rude here at all" in shown
    assert "labelled.jsonl:6" in shown


def test_what_most_want_to_know_comes_first(typed, file: Path):
    first, second, third = typed(str(file)).stdout.splitlines()[:3]

    assert first == "Under standard, 2 of the 3 comments that should not pass are held or rejected (66.7 %),"
    assert second == "and 0 of the 3 clean ones (0.0 %)."
    assert third.startswith("Under strict, 'newcomer' alone holds every comment: no line says that its writer is known")


def test_the_scale_of_a_verdict_is_told_beside_its_mistakes(typed, file: Path):
    by_verdict, by_check = typed(str(file)).stdout, typed(str(file), "--check", "profanity").stdout

    assert "suspected under standard (2-3 rejected, 1-2 held, below 1 how near to it)" in by_verdict
    assert "2-3 rejected" not in by_check


def test_who_has_numbers_for_labels_is_told_how_to_name_them(typed):
    done = typed("-", code=1, given=b'{"text": "fine", "label": 0.9}\n')

    assert "the label '0.9' is not known" in done.stderr
    assert "--positive '>=0.5'" in done.stderr


def test_rules_that_cannot_be_are_named(typed, file: Path, tmp_path: Path):
    rules = tmp_path / "rules.json"
    rules.write_text('{"colour": 1}')

    assert "rules.json: /colour: There is no such rule." in typed(str(file), "--rules", str(rules), code=2).stderr


def test_machines_get_one_json_value(typed, file: Path):
    made = json.loads(typed(str(file), "--json", "--by", "kind").stdout)

    [found] = made["sets"]
    profanity = next(each for each in found["checks"] if each["check"] == "profanity")
    assert {each["check"] for each in found["checks"]} == set(NAMES)
    assert set(found["verdicts"]) == {"relaxed", "standard", "strict"}
    assert {"value", "low", "high"} == set(profanity["auc"])
    assert profanity["presets"]["standard"]["rates"]["found"] == 2
    assert profanity["presets"]["standard"]["rates"]["disturbed"] == 0
    assert {each["group"]: each["rows"] for each in found["groups"]} == {"clean": 3, "rude": 3}
    assert made["worst"]["verdict"]["missed"][0]["id"] == "2"


def test_one_check_and_one_preset_may_be_asked_for(typed, file: Path):
    made = json.loads(typed(str(file), "--json", "--check", "profanity", "--preset", "strict").stdout)

    assert set(made["presets"]) == {"strict"}
    assert set(made["checks"]) == {"profanity"}
    assert [each["check"] for each in made["sets"][0]["checks"]] == ["profanity"]


def test_a_site_can_measure_its_own_rules(typed, file: Path, tmp_path: Path):
    rules = tmp_path / "rules.json"
    rules.write_text('{"preset": "relaxed", "lists": {"words": {"block": ["bridge"]}}}')

    made = json.loads(typed(str(file), "--json", "--rules", str(rules), "--preset", "relaxed").stdout)

    verdicts = made["sets"][0]["verdicts"]
    assert (verdicts["relaxed"]["rejected"]["disturbed"], verdicts["yours"]["rejected"]["disturbed"]) == (0, 1)


def test_curves_and_the_report_are_written(typed, file: Path, tmp_path: Path):
    page = tmp_path / "docs" / "found.md"
    typed(str(file), "--report-to", str(page), "--date", "2026-05-01", "--plots", str(tmp_path / "curves"))

    text = page.read_text()
    assert "2026-05-01" in text
    assert "greenroom evaluate labelled.jsonl --report" in text
    assert str(tmp_path) not in text
    assert not any(each in text for each in (*CLEAN, *RUDE))
    names = {"labelled-roc.svg", "labelled-precision-recall.svg"}
    for folder in (page.parent / "found", tmp_path / "curves"):
        assert {each.name for each in folder.iterdir()} == names
        assert all(ET.parse(folder / name) for name in names)


def test_the_report_goes_where_the_documents_are(typed, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    typed(str(file), "--report")
    assert (tmp_path / "docs/detection.md").read_text().startswith("# Detection")
    assert (tmp_path / "docs/detection/labelled-roc.svg").exists()


def test_the_same_run_writes_the_same_bytes(typed, file: Path, tmp_path: Path):
    for name in ("a", "b"):
        typed(str(file), "--report-to", str(tmp_path / name / "page.md"), "--date", "2026-05-01")
    for path in (tmp_path / "a").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()


def test_a_line_that_cannot_be_used_is_named_and_the_rest_is_measured(typed, file: Path):
    with file.open("a") as more:
        more.write('not json\n\n{"text": "no label"}\n{"text": "x", "label": "maybe"}\n')

    done = typed(str(file), code=1)

    assert "labelled.jsonl: 6 comments" in done.stdout
    assert "labelled.jsonl, line 7: no JSON" in done.stderr
    assert "labelled.jsonl, line 9: has no 'label'" in done.stderr
    assert "line 10: the label 'maybe' is not known: name it with --positive" in done.stderr


def test_of_many_unusable_lines_some_are_named_and_the_rest_counted(typed, file: Path):
    with file.open("a") as more:
        more.write("no json\n" * 50)

    complaints = typed(str(file), code=1).stderr.splitlines()

    assert len(complaints) == 21
    assert complaints[-1] == "greenroom: and 30 more lines that cannot be used"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["missing.jsonl"], 2, "cannot read missing.jsonl"),
        (["."], 2, "cannot read ."),
        (["-", "--check", "nothing"], 2, "there is no check 'nothing'"),
        (["-", "--max-held", "a bit"], 2, "--max-held"),
        (["-", "--max-held", "200%"], 2, "--max-held"),
        (["-", "--rules", "missing.json"], 2, "cannot read missing.json"),
        (["-"], 1, "no labelled comment was read"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_with_its_exit_code(typed, words, code, said):
    assert said in typed(*words, code=code).stderr


def test_labels_of_any_kind_come_from_standard_input(typed):
    given = b'{"text": "fine", "class": 0.2}\n{"text": "asshole", "class": 0.9}\n'

    made = json.loads(typed("-", "--json", "--label", "class", "--positive", ">=0.5", given=given).stdout)

    assert (made["sets"][0]["rows"], made["sets"][0]["positives"]) == (2, 1)


def test_two_files_of_one_name_are_told_apart(typed, file: Path, tmp_path: Path):
    other = tmp_path / "other" / file.name
    other.parent.mkdir()
    other.write_bytes(file.read_bytes())

    made = json.loads(typed(str(file), str(other), "--json").stdout)

    assert [each["name"] for each in made["sets"]] == [
        "labelled.jsonl",
        "labelled.jsonl (2)",
        "all files together",
    ]


def test_a_strangers_text_cannot_write_on_the_terminal(typed, tmp_path: Path):
    path = tmp_path / "hostile.jsonl"
    rows = [{"text": "\u001b[2J\u202e [red]nothing[/red] \u0000", "label": 1}, {"text": "fine", "label": 0}]
    path.write_text("\n".join(map(json.dumps, rows)))

    shown = typed(str(path)).stdout

    assert r"\x1b[2J\u202e [red]nothing[/red] \x00" in shown
    assert "\x1b[2J" not in shown
