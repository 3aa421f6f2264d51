"""Signing in, the account page and people in a real browser: axe, narrow screens, and the whole way in."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from pyotp.totp import TOTP

from moderation import people, signin
from moderation.database import clock, transaction
from moderation.models import Moderator
from moderation.terms import Role
from tests import make

pytestmark = [pytest.mark.parametrize("engine", ["sqlite"], indirect=True), pytest.mark.timeout(120)]

SECRET = "correct horse battery"
PAGES = {"account": "/desk/account", "authenticator": "/desk/account/authenticator", "people": "/desk/people"}


@pytest.fixture
def ada(engine: str, valkey: str) -> make.AModerator:
    """An admin with a password, among others."""
    ada, site = make.moderator("ada", Role.ADMIN), make.site()
    make.site("The Evening Post of Somewhere Rather Far Away, Weekend Edition")
    make.moderator("mia", Role.LEAD, site.id)
    make.moderator("a-name-that-is-long-" * 5, Role.OPERATOR)
    with transaction() as session:
        session.get_one(Moderator, ada.id).password = signin.hashed(SECRET)
        gone = people.make_moderator(session, "gone", Role.MODERATOR, site.id, clock(session))
        people.disable(session, gone, clock(session))
    return ada


def password_form(page: Page, code: str = "") -> None:
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill(SECRET)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [*PAGES, "sign-in"])
def test_axe_finds_nothing(opened, ada, name, scheme, pictures):
    page = opened(ada, PAGES.get(name, "/desk/sign-in"), color_scheme=scheme)
    for each in page.locator("main summary").all():
        each.click()

    found = Axe().run(page)

    if pictures:
        page.screenshot(path=pictures / f"{name}-{scheme}.png", full_page=True)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("name", [*PAGES, "sign-in"])
def test_a_narrow_screen_is_wide_enough(opened, ada, name, pictures):
    page = opened(ada, PAGES.get(name, "/desk/sign-in"), viewport={"width": 320, "height": 640})
    for each in page.locator("main summary").all():
        each.click()

    if pictures:
        page.screenshot(path=pictures / f"{name}-320.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_whole_way_with_an_authenticator(opened, ada):
    page = opened(ada, "/desk/account")
    page.get_by_role("link", name="Set it up").click()
    secret = page.locator("pre.secret").inner_text()
    page.get_by_role("textbox", name="Code").fill(TOTP(secret).now())
    page.get_by_role("button", name="Turn it on").click()
    expect(page.locator(".said")).to_contain_text("takes a code")

    page.get_by_role("button", name="Sign out", exact=True).click()
    password_form(page)
    expect(page.get_by_role("alert")).to_be_visible()
    # The code that turned it on is used up; the next one is within the skew.
    with transaction() as session:
        ahead = TOTP(secret).at(int(clock(session).timestamp()) + signin.STEP_SECONDS)
    password_form(page, ahead)
    expect(page).to_have_url("/desk/queue")


def test_a_theme_is_there_at_once(opened, ada):
    page = opened(ada, "/desk/account", color_scheme="light")
    page.get_by_label("Theme").select_option("dark")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_somebody_is_invited_and_comes_in(opened, ada, browser, address):
    page = opened(ada, "/desk/people")
    page.get_by_role("textbox", name="Name").fill("noor")
    page.get_by_role("button", name="Make a link").click()
    link = page.locator("pre.secret").inner_text()
    assert link.startswith(address)

    other = browser.new_context()
    hers = other.new_page()
    hers.goto(link)
    expect(hers).to_have_url(f"{address}/desk/queue")
    other.close()
