"""The whole circle with WordPress: published, spam, held and approved at the desk, and what its moderators click."""

import json
import re
from collections.abc import Iterator

import pytest

from tests import make
from tests.journeys import launcher
from tests.wordpress import house
from tests.wordpress.house import Both, beside_greenroom

pytestmark = [
    pytest.mark.skipif(bool(house.missing()), reason=f"not installed: {', '.join(house.missing())}"),
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("wordpress"),
]
SETTINGS = "/wp-admin/options-general.php?page=akismet-key-config"
EMAIL = "nobody-may-see@example.org"


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    with beside_greenroom() as both:
        yield both


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


def test_the_key_is_entered_in_the_plugins_settings_and_they_say_that_it_is_connected(both: Both):
    key = both.wordpress.php("require 'wp-load.php'; echo get_option('wordpress_api_key');")
    both.wordpress.php("require 'wp-load.php'; delete_option('wordpress_api_key');")
    both.wordpress.sign_in()

    before = both.wordpress.http.get(SETTINGS).text
    nonce = re.search(r'name="_wpnonce" value="(\w+)"', before)
    assert nonce
    both.wordpress.http.post(SETTINGS, data={"action": "enter-key", "key": key, "_wpnonce": nonce[1]})
    page = both.wordpress.http.get(SETTINGS).text

    assert "Disconnect this account" not in before
    assert "Disconnect this account" in page
    assert "connect to the Akismet servers" not in page
    assert "Subscription" in page, "and nothing broke halfway"


def _status(both: Both, body: str) -> str:
    ours = both.greenroom.http.get("/v1/sites", headers=both.greenroom.admin).json()["items"][0]["id"]
    lines = both.greenroom.http.get(f"/v1/sites/{ours}/export", headers=both.greenroom.admin).text.splitlines()
    return next(each["status"] for each in map(json.loads, reversed(lines)) if each["body"] == body)
