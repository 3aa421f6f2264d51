"""greenroom check: what a line may hold, and rules from a file."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import lines
from api.cli.main import app
from moderation.checks.signal import Facts
from tests.moderation.checks.test_likeness import PITCH


def check(*words: str, given: list[dict[str, Any]], code: int = 0) -> Any:
    done = CliRunner().invoke(app, ["check", *words], input="\n".join(map(json.dumps, given)).encode())
    assert done.exit_code == code, done.output
    return done.stderr if code else [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def looked_at(monkeypatch) -> list[Facts]:
    """What the checks were given."""
    seen: list[Facts] = []
    looks = lines.run_many
    monkeypatch.setattr(lines, "run_many", lambda many: seen.extend(many) or looks(many))
    return seen


def rules(tmp_path: Path, document: Any) -> str:
    file = tmp_path / "rules.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document))
    return str(file)


def test_a_line_may_tell_of_its_page_and_of_who_is_protected(looked_at):
    check(given=[{"body": "x", "page_title": "The bridge", "protected_names": ["Ana Baker"], "language": "en"}])

    assert looked_at[0].page_title == "The bridge"
    assert looked_at[0].protected_names == ("Ana Baker",)
    assert looked_at[0].language == "en"


def test_the_rules_protect_names_too(looked_at, tmp_path):
    file = rules(tmp_path, {"protected_names": {"https://courier.example/a": ["Ana Baker"]}})
    page = {"body": "x", "page_url": "https://courier.example/a"}

    check("--rules", file, given=[{**page, "protected_names": ["Bo Carter"]}, {"body": "x"}])

    assert [each.protected_names for each in looked_at] == [("Ana Baker", "Bo Carter"), ()]


def test_the_lines_of_a_file_are_one_site_s_comments_in_order(looked_at, monkeypatch):
    monkeypatch.setattr(lines, "BATCH", 3)

    check(given=[{"body": f"{PITCH} {each}", "author_id": f"writer-{each}"} for each in range(8)])

    assert [each.cluster_others for each in looked_at] == list(range(8))
    assert len({each.cluster for each in looked_at}) == 1


def test_lines_that_name_no_author_share_a_cluster_and_count_nobody(looked_at):
    check(given=[{"body": PITCH}, {"body": PITCH.upper()}, {"body": "great song!"}])

    assert [each.cluster_others for each in looked_at] == [0, 0, 0]
    assert looked_at[0].cluster == looked_at[1].cluster is not None
    assert looked_at[2].cluster is None


def test_a_site_s_own_lists_can_be_tried_from_a_file(tmp_path):
    file = rules(tmp_path, {"lists": {"words": {"block": ["casin*"]}}})
    given = [{"id": 1, "body": "Best casinos in town"}, {"id": 2, "body": "A lovely town"}]

    assert [each["verdict"] for each in check("--rules", file, given=given)] == ["reject", "approve"]
    assert [each["verdict"] for each in check(given=given)] == ["approve", "approve"]


@pytest.mark.parametrize(("document", "preset"), [({}, "strict"), ({"preset": "relaxed"}, "relaxed")])
def test_the_file_is_laid_over_the_preset_unless_it_names_its_own(looked_at, tmp_path, document, preset):
    check("--preset", "strict", "--rules", rules(tmp_path, document), given=[{"body": "x"}])

    assert looked_at[0].rules.preset == preset


def read(given: bytes, code: int = 0) -> list[bytes]:
    done = CliRunner().invoke(app, ["check"], input=given)
    assert done.exit_code == code, done.output
    return done.stdout_bytes.splitlines()


@pytest.mark.parametrize(
    "written",
    [
        "7",
        "-3",
        "1.10",
        "0.12345678901234567891",
        "12345678901234567890123",
        '"a\\u0301\\ud800"',
        "null",
        "true",
        '[1, {"a": 2}]',
    ],
)
def test_an_id_comes_back_as_it_was_written(written: str):
    [answer] = read(f'{{"body": "fine", "id": {written}}}'.encode())

    assert answer.startswith(f'{{"id": {written}, "verdict": '.encode())


def test_every_line_has_its_answer_also_one_that_cannot_be_read():
    given = b'{"id": 1, "body": "a\xe2\x80\xa8b"}\r\n\n'
    given += b'{"id": NaN, "body": "x"}\n{"id": 1e999, "body": "x"}\nplain, text\n\xff\n'

    answers = [json.loads(each) for each in read(given, code=1)]

    assert [each.get("line") for each in answers] == [None, 2, 3, 4, 5, 6]
    assert answers[1]["error"] == "an empty line"
    assert answers[4]["error"] == 'no JSON: one object a line, like {"id": 1, "body": "..."}'


def test_an_id_that_is_nested_without_end_is_refused_and_the_next_line_is_read():
    deep = b'{"id": ' + b"[" * 5_000 + b"]" * 5_000 + b', "body": "x"}\n{"id": 2, "body": "fine"}\n'

    first, second = (json.loads(each) for each in read(deep, code=1))

    assert (first["id"], second["id"], second["verdict"]) == (None, 2, "approve")


def test_the_comment_may_be_called_text_as_in_a_labelled_file(looked_at):
    check(given=[{"text": "one"}, {"body": "two", "text": "other"}, {"body": None, "text": "three"}])

    assert [each.body for each in looked_at] == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("author_name", 5, "'author_name' must be a text"),
        ("language", ["en"], "'language' must be a text"),
        ("author_approved", "3", "'author_approved' must be a whole number, 0 or more"),
        ("author_rejected", True, "'author_rejected' must be a whole number, 0 or more"),
        ("typed_for_seconds", -1, "'typed_for_seconds' must be a number, 0 or more"),
        ("protected_names", ["Ana Baker", 7], "'protected_names' must be a list of texts"),
        ("body", 7, 'needs an object with a text \'body\' (or \'text\'), like {"id": 1, "body": "..."}'),
    ],
)
def test_a_field_of_the_wrong_kind_is_named_and_not_left_out_in_silence(field: str, value: Any, says: str):
    given = json.dumps({"id": "a", "body": "x", field: value}).encode()

    assert [json.loads(each) for each in read(given, code=1)] == [{"id": "a", "error": says, "line": 1}]


def test_a_field_that_is_null_is_not_there(looked_at):
    check(given=[{"body": "x", "author_name": None, "typed_for_seconds": 10**400, "protected_names": None}])

    assert (looked_at[0].author_name, looked_at[0].typed_for_seconds) == (None, lines.LONGEST_TYPED)


def test_how_much_of_a_score_counts_is_said():
    [answer] = check("--preset", "strict", given=[{"body": "He called me a bastard."}])

    told = next(each for each in answer["because"] if each["check"] == "profanity")
    assert told["weight"] < 1
    assert next(each for each in answer["signals"] if each["check"] == "profanity")["weight"] == told["weight"]


def test_a_german_newspaper_does_not_have_its_german_comments_held(tmp_path):
    given = [{"body": "Ich finde, dass der Artikel die wichtigsten Fragen gar nicht beantwortet."}]
    file = rules(tmp_path, {"languages": ["de", "en"]})

    [theirs], [others] = check("--rules", file, given=given), check(given=given)

    assert (theirs["verdict"], others["verdict"]) == ("approve", "hold")
    silent = {each["check"] for each in theirs["signals"] if not each["ran"]}
    assert silent == {each["check"] for each in others["because"]} >= {"profanity", "abuse.insult"}


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("not json", "no JSON"),
        ("[1]", "rules are an object"),
        ({"colour": 1}, "/colour: There is no such rule."),
        ({"lists": {"words": {"block": [7]}}}, "/lists/words/block/0: "),
        ({"checks": {"nonsense": {}}}, "/checks/nonsense: There is no such check"),
        ({"checks": {"links": {"reject_at": 0.5}}}, "/checks/links/reject_at: This check only ever holds."),
    ],
)
def test_rules_that_cannot_be_are_named_and_nothing_is_looked_at(tmp_path, document, says):
    said = check("--rules", rules(tmp_path, document), given=[{"body": "x"}], code=2)

    assert f"rules.json: {says}" in said


def test_rules_that_are_not_there_are_named():
    assert "cannot read /nowhere/rules.json" in check("--rules", "/nowhere/rules.json", given=[], code=2)
