"""The whole circle with WordPress: published, spam, held and approved at the desk, and what its moderators click."""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import make
from tests.journeys import launcher
from tests.journeys.launcher import GREENROOM, Running
from tests.wordpress import house
from tests.wordpress.house import WordPress

pytestmark = [
    pytest.mark.skipif(bool(house.missing()), reason=f"not installed: {', '.join(house.missing())}"),
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("wordpress"),
]
EMAIL = "nobody-may-see@example.org"
SETTINGS = {"GREENROOM_UNDO_SECONDS": "0", "GREENROOM_WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8"}


class Both(NamedTuple):
    greenroom: Running
    wordpress: WordPress


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    with tempfile.TemporaryDirectory(prefix="wp-", dir="/tmp") as named:
        home = Path(named)
        home.chmod(0o755)
        with launcher.up(home / "greenroom", **SETTINGS) as greenroom:
            made = subprocess.run(
                [GREENROOM, "key", "--akismet", "--site", "The Courier", "--json"],
                env={"PATH": "/usr/bin:/bin", "GREENROOM_DATA": str(home / "greenroom")},
                check=True,
                capture_output=True,
                text=True,
            )
            plugin = greenroom.http.get("/integrations/wordpress.php").text
            with house.running(home, plugin, json.loads(made.stdout)["key"]) as wordpress:
                yield Both(greenroom, wordpress)


def test_a_plain_comment_is_published_and_its_writers_e_mail_is_not(both: Both):
    both.wordpress.comment(make.CLEAN, email=EMAIL)

    assert both.wordpress.status(make.CLEAN) == "1"
    assert make.CLEAN in both.wordpress.shown()
    assert EMAIL not in both.wordpress.shown()


def test_spam_goes_to_spam(both: Both):
    both.wordpress.comment("Nobody will ever see this.", author="akismet-guaranteed-spam")

    assert both.wordpress.status("Nobody will ever see this.") == "spam"


def test_what_is_held_waits_and_is_published_after_its_approval_at_the_desk(both: Both):
    both.wordpress.comment(make.PROFANE)
    assert both.wordpress.status(make.PROFANE) == "0"
    assert make.PROFANE not in both.wordpress.shown()

    [case] = both.greenroom.http.get("/v1/queue", headers=both.greenroom.moderator).json()["items"]
    both.greenroom.http.post(
        f"/v1/cases/{case['id']}/decision",
        json={"action": "approve", "revision": case["comment"]["revision"]},
        headers=both.greenroom.moderator,
    ).raise_for_status()
    launcher.until(lambda: _status(both, make.PROFANE) == "approved")
    if not both.wordpress.is_called_back:
        both.wordpress.ask_again()

    launcher.until(lambda: both.wordpress.status(make.PROFANE) == "1")
    assert make.PROFANE in both.wordpress.shown()


def test_while_nobody_is_reached_a_comment_waits_and_is_published_afterwards(both: Both):
    body = "The second act was the best that I have seen in years."
    plugin = both.wordpress.pages / "wp-content/mu-plugins/greenroom.php"
    text = plugin.read_text()
    plugin.write_text(text.replace(both.greenroom.shown["url"], "http://127.0.0.1:9"))

    both.wordpress.comment(body, author="Cleo", email="cleo@example.org")

    assert both.wordpress.status(body) == "0"
    assert body not in both.wordpress.shown()

    plugin.write_text(text)
    both.wordpress.ask_again()
    assert both.wordpress.status(body) == "1"


def test_clicks_in_wordpress_are_decisions_here(both: Both):
    body = "I was there, and it was the best play of the year."
    both.wordpress.comment(body, author="Bea", email="bea@example.org")
    assert _status(both, body) == "approved"
    both.wordpress.sign_in()

    both.wordpress.click("spam", body)
    launcher.until(lambda: _status(both, body) == "rejected")
    both.wordpress.click("unspam", body)
    launcher.until(lambda: _status(both, body) == "approved")


def _status(both: Both, body: str) -> str:
    ours = both.greenroom.http.get("/v1/sites", headers=both.greenroom.admin).json()["items"][0]["id"]
    lines = both.greenroom.http.get(f"/v1/sites/{ours}/export", headers=both.greenroom.admin).text.splitlines()
    return next(each["status"] for each in map(json.loads, reversed(lines)) if each["body"] == body)
