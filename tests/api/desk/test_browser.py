"""The desk in a real browser."""

import pytest

from tests import make

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # the pages are the same on both


def test_a_key_approves(opened, engine: str):
    site = make.site()
    make.stored(site.id, "c-1", make.PROFANE)
    make.work()
    page = opened(make.moderator())

    page.keyboard.press("a")

    page.get_by_text("Approved.").wait_for()
