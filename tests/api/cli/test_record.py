"""greenroom audit and dead-letters, typed by hand."""

import json
import time
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.main import app
from moderation import live
from moderation.database import transaction
from moderation.ids import new_id
from moderation.models import Comment, DeadLetter
from moderation.terms import Kind
from tests import make
from tests.moderation.plain import rows
from tests.moderation.test_chain import change, remove, seal, sealed
from tests.moderation.test_crosscheck import told
from tests.moderation.test_deadletters import given_up


@pytest.fixture
def typed(engine: str):
    """Type a command; what it prints as JSON, or all of what it did."""

    def run(*words: str, code: int = 0) -> Any:
        done = CliRunner().invoke(app, list(words))
        assert done.exit_code == code, done.output
        return json.loads(done.stdout) if "--json" in words else done

    return run


@pytest.fixture
def site(engine: str):
    made = make.site("The Courier")
    for number in range(3):
        make.stored(made.id, f"c-{number}", make.PROFANE)
    make.work()
    seal(made.id)
    return made


def test_a_chain_that_holds_is_said_with_its_end(typed, site):
    make.site("The Gazette")

    report = typed("audit", "verify", "--json")

    assert report["ok"]
    courier, gazette = report["sites"]
    end = sealed(site.id)[-1]
    assert (courier["name"], courier["count"], courier["head"], courier["ok"]) == (
        "The Courier",
        end.seq,
        end.hash,
        True,
    )
    assert (gazette["count"], gazette["head"]) == (0, "")
    shown = typed("audit", "verify", "--site", "The Courier").stdout
    assert "The Courier: holds" in shown
    assert end.hash in shown, "whole: it is to be kept"
    assert "Gazette" not in shown


@pytest.mark.parametrize("act", [lambda row: change(row, by="author"), remove], ids=["changed", "removed"])
def test_a_broken_row_is_named_and_the_exit_code_says_it(typed, site, act):
    row = sealed(site.id)[3]
    act(row)

    report = typed("audit", "verify", "--json", code=1)

    assert not report["ok"]
    assert report["sites"][0]["broken"]["seq"] == row.seq
    assert "BROKEN" in typed("audit", "verify", code=1).stdout


def test_an_event_that_was_made_up_and_sealed_is_named_too(typed, site):
    told(rows(Comment)[0], Kind.APPEALED)
    seal(site.id)

    [shown] = typed("audit", "verify", "--json", code=1)["sites"]

    assert shown["broken"] is None
    assert "appealed" in shown["odd"]


def test_an_end_that_was_kept_elsewhere_is_in_the_chain_or_not(typed, site):
    kept = typed("audit", "verify", "--json")["sites"][0]["head"]
    make.stored(site.id, "more")
    seal(site.id)

    good = typed("audit", "verify", "--site", "The Courier", "--expect", kept, "--json")
    bad = typed("audit", "verify", "--site", "The Courier", "--expect", "f" * 64, "--json", code=1)

    assert good["sites"][0]["expected"] is True
    assert bad["sites"][0]["expected"] is False
    assert bad["sites"][0]["broken"] is None
    assert typed("audit", "verify", "--expect", kept, code=2)
    assert typed("audit", "verify", "--site", "nowhere", code=4)


def test_everything_is_backed_up_and_restored(typed, site, tmp_path, valkey):
    file = tmp_path / "all.greenroom"

    made = typed("backup", str(file), "--json")
    make.stored(site.id, "after")
    refused = typed("restore", str(file), code=4)
    restored = typed("restore", str(file), "--replace", "--json")

    assert made["file"] == str(file)
    assert made["bytes"] == file.stat().st_size
    assert made["rows"] == restored["rows"] > 10
    assert "--replace" in refused.stderr
    assert sorted(each.external_id for each in rows(Comment)) == ["c-0", "c-1", "c-2"]
    assert typed("audit", "verify", "--json")["ok"]


def test_a_backup_does_not_take_the_place_of_another_file_by_accident(typed, site, tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("mine")

    assert typed("backup", str(file), code=4)
    assert file.read_text() == "mine"
    assert typed("backup", str(tmp_path / "nowhere" / "all"), code=4)
    assert (
        typed("restore", str(file), "--replace", code=4).stderr == "greenroom: This is no whole backup of Greenroom.\n"
    )

    assert typed("backup", str(file), "--replace", "--json")["rows"]


def test_nothing_is_restored_under_a_worker_that_runs(typed, site, tmp_path, valkey):
    file = tmp_path / "all.greenroom"
    typed("backup", str(file))
    live.heartbeat("screen@here", time.time())

    refused = typed("restore", str(file), "--replace", code=3)

    assert "stop" in refused.stderr


def test_dead_letters_are_listed_retried_and_settled(typed, site):
    first, second = given_up(site.id, "first"), given_up(site.id, "second")

    open_ones = typed("dead-letters", "list", "--json")
    assert str(first.id) in typed("dead-letters", "list").stdout
    typed("dead-letters", "retry", str(first.id))
    typed("dead-letters", "settle", str(second.id))

    assert [each["id"] for each in open_ones] == [str(second.id), str(first.id)]
    assert {"comment", "site", "revision", "why", "check", "at", "state"} <= set(open_ones[0])
    assert typed("dead-letters", "list", "--json") == []
    assert [each["state"] for each in typed("dead-letters", "list", "--settled", "--json")] == ["looked_at", "retried"]
    assert make.status(first.comment_id) == "pending"
    assert typed("dead-letters", "retry", str(first.id), code=4).stderr == (
        "greenroom: This dead letter is closed already.\n"
    )
    assert typed("dead-letters", "retry", str(new_id()), code=4)
    assert typed("dead-letters", "retry", code=2)


def test_all_that_can_be_retried_are_and_the_others_left_alone(typed, site):
    letters = [given_up(site.id, f"dead-{number}") for number in range(3)]
    with transaction() as session:
        moved = session.get_one(Comment, letters[0].comment_id)
        moved.revision = 2  # its author wrote another text
        session.add(moved)

    assert typed("dead-letters", "retry", "--all", "--json") == {"retried": 2}

    assert sorted(str(each.settled_as) for each in rows(DeadLetter)) == ["None", "retried", "retried"]
