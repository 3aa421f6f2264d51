"""Importing and exporting: a history comes along whole, once, and goes again the same."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import moving
from api.cli.main import app
from moderation import chain, crosscheck, exporting, facts
from moderation.database import clock, reading, snapshot
from moderation.exporting import What
from moderation.models import Author, Case, Comment, Decision, Delivery, Event, Page
from moderation.presets import preset
from moderation.terms import Action, Preset
from tests import make
from tests.moderation.feeds import made
from tests.moderation.plain import decide, rows

MANY = 1_250  # two and a half transactions


@pytest.fixture
def typed(engine: str):
    def run(*words: str, code: int = 0) -> Any:
        done = CliRunner().invoke(app, list(words))
        assert done.exit_code == code, done.output
        return json.loads(done.stdout) if "--json" in words else done.output

    return run


@pytest.fixture
def history(tmp_path: Path) -> Path:
    kinds = ("1", "1", "spam", "0", "trash")
    comments = [
        made.wxr_comment(each, f"Text {each}", kinds[each % 5], comment_author_email=f"{each % 7}@a.example")
        for each in range(1, MANY + 1)
    ]
    return made.wxr(tmp_path / "history.xml", made.wxr_item(comments[:700]), made.wxr_item(comments[700:], 2))


def test_statuses_come_along_as_decisions_of_the_import(typed: Any, history: Path):
    site = make.site()

    report = typed("import", "wxr", str(history), "--site", "The Courier", "--json")

    assert (report["comments"], report["new"], report["here_already"]) == (MANY, MANY, 0)
    statuses = {each.external_id: each.status for each in rows(Comment)}
    assert statuses["wordpress-1"] == statuses["wordpress-5"] == "approved"
    assert statuses["wordpress-2"] == statuses["wordpress-4"] == "rejected"
    assert statuses["wordpress-3"] == "pending", "it was waiting there: it is screened here"
    decisions = rows(Decision)
    assert {(each.action, each.reason) for each in decisions} == {
        ("approve", None),
        ("reject", "spam"),
        ("reject", "other"),
    }
    assert all(each.closed_at for each in rows(Case))
    assert len(decisions) == len(rows(Case)) == MANY * 4 // 5
    assert (len(rows(Page)), len(rows(Author))) == (2, 7)
    assert rows(Delivery) == []
    with snapshot() as session:
        odd, _ = crosscheck.compare(session, site.id)
    assert odd == [], "every change has its event"


def test_an_imported_comment_can_be_overturned_like_any_other(typed: Any, tmp_path: Path):
    make.site()
    typed(
        "import",
        "wxr",
        str(made.wxr(tmp_path / "a.xml", made.wxr_item([made.wxr_comment(1)]))),
        "--site",
        "The Courier",
    )
    lead = make.moderator("lea", make.Role.LEAD)
    [decision] = rows(Decision)

    decide(rows(Case)[0], lead.person, Action.REJECT, overturns=decision.id)
    make.settle()

    assert [each.status for each in rows(Comment)] == ["rejected"]


def test_an_author_is_known_by_what_was_imported(typed: Any, history: Path):
    site = make.site()
    typed("import", "wxr", str(history), "--site", "The Courier")
    new = make.stored(site.id, "new", author_id=None, author_email="1@a.example")
    rules = preset(Preset.STANDARD)

    with reading() as session:
        [known] = facts.gather(session, [new], {site.id: rules}, clock(session))

    assert known.author_approved > 50
    assert known.author_rejected > 50


def test_once_more_changes_nothing(typed: Any, history: Path):
    make.site()
    typed("import", "wxr", str(history), "--site", "The Courier")
    before = len(rows(Event))

    again = typed("import", "wxr", str(history), "--site", "The Courier", "--json")

    assert (again["new"], again["here_already"]) == (0, MANY)
    assert (len(rows(Comment)), len(rows(Event))) == (MANY, before)


def test_killed_twice_on_the_way_it_comes_to_the_same(typed: Any, history: Path, monkeypatch: pytest.MonkeyPatch):
    whole, cut = make.site("Whole"), make.site("Cut")
    typed("import", "wxr", str(history), "--site", "Whole")

    class KilledError(Exception):
        pass

    from moderation import importing

    real = importing.take_over
    for after in (1, 2):
        calls = iter(range(after + 1))

        def dies(*given: Any, calls: Any = calls, after: int = after, **named: Any) -> int:
            if next(calls) == after:
                raise KilledError
            return real(*given, **named)

        monkeypatch.setattr(importing, "take_over", dies)
        done = CliRunner().invoke(app, ["import", "wxr", str(history), "--site", "Cut"])
        assert isinstance(done.exception, KilledError)
    monkeypatch.setattr(importing, "take_over", real)

    last = typed("import", "wxr", str(history), "--site", "Cut", "--json")

    assert last["new"] == MANY - 2 * moving.AT_ONCE
    assert plainly(whole.id) == plainly(cut.id)


def plainly(site_id: Any) -> list[str]:
    kept = {"id", "received_at"}
    return sorted(
        json.dumps({name: value for name, value in each.items() if name not in kept})
        for each in exporting.documents(What.COMMENTS, site_id)
    )


def test_everything_can_be_screened_instead(typed: Any, history: Path):
    make.site()

    typed("import", "wxr", str(history), "--site", "The Courier", "--screen")

    assert {each.status for each in rows(Comment)} == {"pending"}
    assert rows(Decision) == []


def test_a_dry_run_writes_nothing(typed: Any, history: Path):
    make.site()

    report = typed("import", "wxr", str(history), "--site", "The Courier", "--dry-run", "--json")

    assert report["statuses"] == {"approved": 500, "rejected": 500, "pending": 250}
    assert "new" not in report
    assert rows(Comment) == []


def test_a_broken_file_is_refused_before_anything_is_written(typed: Any, history: Path):
    make.site()
    history.write_text(history.read_text()[:-2_000])

    said = typed("import", "wxr", str(history), "--site", "The Courier", code=4)

    assert "Line " in said
    assert rows(Comment) == []


def test_a_pipe_is_refused_for_it_is_read_twice(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")

    done = CliRunner().invoke(app, ["import", "jsonl", str(tmp_path / "pipe"), "--site", "The Courier"])

    assert (done.exit_code, "must be a file" in done.stderr) == (1, True)


def test_a_site_that_is_none_is_said_before_the_file_is_read(engine: str, history: Path):
    done = CliRunner().invoke(app, ["import", "wxr", str(history), "--site", "Nowhere", "--dry-run"])

    assert (done.exit_code, done.stderr) == (4, "greenroom: There is no such site.\n")


def test_an_export_that_cannot_be_written_is_a_sentence(engine: str, tmp_path: Path):
    make.site()
    done = CliRunner().invoke(app, ["export", "--site", "The Courier", "--out", str(tmp_path / "no" / "x.csv")])

    assert (done.exit_code, done.stderr) == (1, "greenroom: the file cannot be used: No such file or directory\n")


def test_what_is_skipped_is_said_with_its_lines(typed: Any, tmp_path: Path):
    make.site()
    file = made.wxr(tmp_path / "a.xml", made.wxr_item([made.wxr_comment(1), made.wxr_comment(2, " ")]))

    said = typed("import", "wxr", str(file), "--site", "The Courier")

    line = file.read_text().split("<wp:comment_id>2<")[0].count("\n")  # its element begins on the line before
    assert f"skipped 1: it has no text that we can read (line {line})" in said


def test_what_is_exported_comes_back_the_same(typed: Any, history: Path, tmp_path: Path):
    one, other = make.site("One"), make.site("Other")
    typed("import", "wxr", str(history), "--site", "One")
    file = tmp_path / "out.jsonl"

    typed("export", "--site", "One", "--out", str(file))
    typed("import", "jsonl", str(file), "--site", "Other")

    assert plainly(one.id) == plainly(other.id)


def test_wordpress_gets_back_what_it_gave(typed: Any, history: Path, tmp_path: Path):
    one, other = make.site("One"), make.site("Other")
    typed("import", "wxr", str(history), "--site", "One")
    file = tmp_path / "out.xml"

    typed("export", "--site", "One", "--format", "wxr", "--out", str(file))
    report = typed("import", "wxr", str(file), "--site", "Other", "--json")

    assert report["skipped"] == {}
    assert plainly(one.id) == plainly(other.id)


def test_hostile_text_survives_wordpress_format_and_is_no_formula(typed: Any, tmp_path: Path):
    site = make.site()
    make.stored(
        site.id, "=cmd()", "]]> <script>&amp;\x07 @SUM(A1)", author_name="=1+1", page_url="https://a.example/?a=1&b=2"
    )
    out = tmp_path / "out"

    typed("export", "--site", "The Courier", "--format", "wxr", "--out", str(out))
    make.site("Other")
    typed("import", "wxr", str(out), "--site", "Other")
    typed("export", "--site", "The Courier", "--format", "csv", "--out", str(out))

    [back] = [each for each in rows(Comment) if each.site_id != site.id]
    assert back.body == "]]> <script>&amp; @SUM(A1)"
    assert "'=cmd()" in out.read_text()
    assert ',"\'=1+1",' in out.read_text()


@pytest.mark.parametrize("what", list(What))
@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_everything_can_be_taken_along(typed: Any, what: What, form: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(exporting, "WINDOW", 2)
    site = make.site()
    for number in range(5):
        make.stored(site.id, f"c-{number}", make.PROFANE)
    make.work()
    mia = make.moderator("mia")
    for case in rows(Case):
        decide(case, mia.person, Action.APPROVE)
    make.stored(make.site("The Herald").id, "theirs")

    lines = typed("export", "--site", "The Courier", "--what", what.value, "--format", form).splitlines()

    expected = {What.COMMENTS: 5, What.DECISIONS: 5, What.SIGNALS: 5 * 17}[what]
    assert len(lines) == expected + (form == "csv")
    assert not any("theirs" in each for each in lines)


def test_a_chain_takes_up_what_was_imported(typed: Any, tmp_path: Path):
    site = make.site()
    typed(
        "import",
        "wxr",
        str(made.wxr(tmp_path / "a.xml", made.wxr_item([made.wxr_comment(1)]))),
        "--site",
        "The Courier",
    )

    while chain.seal_some(site.id):
        pass

    assert typed("audit", "verify", "--json")["ok"]
