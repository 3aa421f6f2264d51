"""The deliveries page in a real browser: axe, and narrow screens."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from moderation.terms import Role
from tests import make
from tests.api.desk.test_deliveries import address
from tests.api.desk.test_hostile import HOSTILE, untouched

pytestmark = [pytest.mark.parametrize("engine", ["sqlite"], indirect=True), pytest.mark.timeout(120)]


@pytest.fixture
def site(engine: str, valkey: str) -> make.AtSite:
    made = make.site()
    address(made.id)
    make.site("The Evening Post")
    for number in range(5):
        make.stored(made.id, f"c-{number}")
    make.work()
    return made


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened, site, scheme, pictures):
    page = opened(make.moderator("ada", Role.ADMIN), "/desk/deliveries", color_scheme=scheme)
    found = Axe().run(page)
    if pictures:
        page.screenshot(path=pictures / f"deliveries-{scheme}.png", full_page=True)
    assert found.violations_count == 0, found.generate_report()


def test_it_is_usable_at_320_pixels(opened, site, pictures):
    page = opened(make.moderator("ada", Role.ADMIN), "/desk/deliveries", viewport={"width": 320, "height": 640})
    page.get_by_role("button", name="Send a test").click()
    expect(page.locator(".said")).to_have_text("A test is on its way.")
    if pictures:
        page.screenshot(path=pictures / "deliveries-320.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("width", [1280, 320])
def test_hostile_ids_and_names_are_shown_and_do_nothing(opened, engine, valkey, width):
    made = make.site("<script>window.evil=1</script>" + "w" * 60)
    address(made.id, url="https://1.1.1.1/<img src=x onerror='window.evil=1'>" + "w" * 900)
    for number, each in enumerate(HOSTILE):
        make.stored(made.id, f"{number} {' '.join(each.split())[:180]}")
    make.work()
    page = opened(make.moderator("ada", Role.ADMIN), "/desk/deliveries", viewport={"width": width, "height": 800})
    untouched(page, width)
