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
    check(given=[{"body": "x", "page_title": "The bridge", "protected_names": ["Ana Baker", 7], "language": "en"}])

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


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("not json", "no JSON"),
        ("[1]", "rules are an object"),
        ({"colour": 1}, "/colour: Extra inputs are not permitted"),
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
