"""greenroom health: a table for people, JSON for machines, an exit code for both, and a look again and again."""

import json
import signal
import subprocess

import pytest
from typer.testing import CliRunner

from api.cli.main import app
from moderation import live
from tests.journeys.launcher import GREENROOM
from tests.moderation.test_health import all_at_work


@pytest.mark.usefixtures("engine", "valkey")
def test_people_get_a_table_and_a_last_line_that_names_what_is_wrong():
    done = CliRunner().invoke(app, ["health"], env={"COLUMNS": "200"})

    assert done.exit_code == 1
    assert "nobody takes from screen, deliver, upkeep" in done.output
    assert "workers (fail)" in done.output.splitlines()[-1]
    assert "migrations" not in done.output.splitlines()[-1]


@pytest.mark.usefixtures("engine", "valkey")
def test_when_nothing_fails_the_exit_code_is_0_even_with_a_warning():
    all_at_work()
    live.canary_came("deliver", live.now() - 30)

    done = CliRunner().invoke(app, ["health", "--json"])

    parts = {each["name"]: each for each in json.loads(done.output)["parts"]}
    failing = [name for name, each in parts.items() if each["status"] == "fail" and name != "disk"]
    assert failing == []
    assert (parts["canary deliver"]["status"], parts["canary deliver"]["limit"]) == ("warn", "25 s")
    assert done.exit_code == (1 if parts["disk"]["status"] == "fail" else 0)


@pytest.mark.usefixtures("sqlite_url", "valkey")
def test_who_watches_is_told_again_and_again_until_they_interrupt():
    watching = subprocess.Popen([GREENROOM, "health", "--watch", "--json"], stdout=subprocess.PIPE, text=True)
    assert watching.stdout

    reports = [json.loads(watching.stdout.readline()) for _ in range(2)]
    watching.send_signal(signal.SIGINT)

    assert {each["status"] for each in reports} == {"fail"}
    assert watching.wait(30) == 1
