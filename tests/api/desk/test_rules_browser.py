"""The rules page in a real browser: sliders in step with numbers, axe, narrow screens."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from moderation import rulebook
from moderation.database import clock, transaction
from moderation.terms import Role
from tests import make
from tests.api.desk.test_hostile import HOSTILE, untouched

pytestmark = [pytest.mark.parametrize("engine", ["sqlite"], indirect=True), pytest.mark.timeout(120)]


@pytest.fixture
def site(engine: str, valkey: str) -> make.AtSite:
    made = make.site()
    make.stored(made.id, "c-1", make.PROFANE)
    make.work()
    return made


def test_a_slider_and_its_number_are_in_step(opened, site):
    page = opened(make.moderator("ada", Role.ADMIN), f"/desk/rules/{site.id}")
    number = page.get_by_label("spam holds at", exact=True)
    slider = page.get_by_label("spam holds at, as a slider")
    number.fill("0.25")
    expect(slider).to_have_value("0.25")
    slider.press("ArrowRight")
    expect(number).to_have_value("0.26")
    number.fill("")
    expect(slider).to_have_attribute("aria-valuetext", "never")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened, site, scheme, pictures):
    page = opened(make.moderator("ada", Role.ADMIN), f"/desk/rules/{site.id}", color_scheme=scheme)
    page.locator("[name='lists.words.block']").fill("complete")
    page.get_by_role("button", name="Try on the last").click()
    expect(page.locator("#outlook")).to_contain_text("1 would be decided otherwise")
    found = Axe().run(page)
    if pictures:
        page.screenshot(path=pictures / f"rules-{scheme}.png", full_page=True)
    assert found.violations_count == 0, found.generate_report()


def test_it_is_usable_at_320_pixels(opened, site, pictures):
    page = opened(make.moderator("ada", Role.ADMIN), f"/desk/rules/{site.id}", viewport={"width": 320, "height": 640})
    page.get_by_label("profanity holds at", exact=True).fill("many")
    page.get_by_role("button", name="Save as").click()
    expect(page.locator(".mistake")).to_contain_text("valid number")
    if pictures:
        page.screenshot(path=pictures / "rules-320.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("width", [1280, 320])
def test_hostile_entries_are_shown_and_do_nothing(opened, engine, valkey, width):
    site = make.site("<b>The</b> Courier<script>window.evil=1</script>")
    lines = [" ".join(each.split())[:190] for each in HOSTILE]
    with transaction() as session:
        document = {"lists": {"words": {"block": lines}}, "protected_names": {"*": lines[:9]}}
        rulebook.change(session, site.id, document, "<i>lea</i>", clock(session))
    page = opened(make.moderator("ada", Role.ADMIN), f"/desk/rules/{site.id}", viewport={"width": width, "height": 800})
    untouched(page, width)
    page.get_by_role("button", name="Save as").click()
    expect(page.locator(".said")).to_contain_text("Saved")
    untouched(page, width)
