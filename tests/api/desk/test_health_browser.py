"""The health page in a real browser: it asks again by itself, keeps the focus, and is red when it does not know."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from moderation.health import throughput
from moderation.terms import Role
from tests import make
from tests.moderation.test_deadletters import given_up

pytestmark = [pytest.mark.parametrize("engine", ["sqlite"], indirect=True), pytest.mark.timeout(120)]


@pytest.fixture
def site(engine: str, valkey: str) -> make.AtSite:
    throughput.forget()
    made = make.site()
    for number in range(5):
        make.stored(made.id, f"c-{number}")
    make.work()
    given_up(made.id, "dead")
    return made


def test_it_goes_on_by_itself_and_keeps_the_focus(opened, site):
    page = opened(make.moderator("oli", Role.OPERATOR), "/desk/health")
    first = page.locator("#counts time").get_attribute("datetime")
    page.locator("#time-hour-summary").click()
    button = page.get_by_role("button", name="Screen again")
    button.focus()

    page.wait_for_function("at => document.querySelector('#counts time').dateTime !== at", arg=first)

    expect(button).to_be_focused()
    assert page.locator("#time-hour").get_attribute("open") is not None


def test_a_server_that_does_not_answer_makes_all_of_it_red(opened, site):
    page = opened(make.moderator("oli", Role.OPERATOR), "/desk/health")
    page.route("**/desk/health", lambda route: route.abort())

    expect(page.locator("#stale")).to_contain_text("Not known: the server did not answer", timeout=12_000)
    expect(page).to_have_title("unknown: health · Greenroom")

    page.unroute("**/desk/health")
    expect(page.locator("#stale")).to_be_hidden(timeout=12_000)
    expect(page).to_have_title("fail: health · Greenroom")


def test_paused_it_says_how_old_it_is(opened, site):
    page = opened(make.moderator("oli", Role.OPERATOR), "/desk/health")
    page.get_by_role("button", name="Pause").click()

    expect(page.locator("#stale")).to_contain_text("s old: paused", timeout=20_000)
    page.get_by_role("button", name="Paused").click()

    expect(page.locator("#stale")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened, site, scheme, pictures):
    page = opened(make.moderator("ada", Role.ADMIN), "/desk/health", color_scheme=scheme)
    found = Axe().run(page)
    if pictures:
        page.screenshot(path=pictures / f"health-{scheme}.png", full_page=True)
    assert found.violations_count == 0, found.generate_report()


def test_it_is_usable_at_320_pixels(opened, site, pictures):
    page = opened(make.moderator("ada", Role.ADMIN), "/desk/health", viewport={"width": 320, "height": 640})
    if pictures:
        page.screenshot(path=pictures / "health-320.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
