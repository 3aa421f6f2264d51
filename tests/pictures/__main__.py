"""make pictures: every page of the desk, light and dark, in docs/desk/, from a newsroom's day that was made up."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests import browser as browsers
from tests.bench import place
from tests.bench.place import ROOT, Place

TO = ROOT / "docs" / "desk"
WIDTH, HEIGHT, TALLEST = 1280, 860, 1400  # pixels
SCHEMES = ("light", "dark")
# Page -> who looks, where, and what she does there before the picture is taken.
Act = Callable[[Page, dict[str, Any]], Any]


def _nothing(page: Page, shown: dict[str, Any]) -> None:
    del page, shown


def _press(key: str) -> Act:
    return lambda page, _: page.keyboard.press(key)


def _try_rules(page: Page, shown: dict[str, Any]) -> None:
    del shown
    page.get_by_label("spam holds at", exact=True).fill("0.3")
    page.get_by_role("button", name="Try on the last").click()
    page.locator("#outlook").wait_for()


def _look(page: Page, shown: dict[str, Any]) -> None:
    del shown
    page.get_by_role("button", name="E-mail and network address").click()


def _decide_all(page: Page, shown: dict[str, Any]) -> None:
    del shown
    page.get_by_label("Reason, to reject").select_option("spam")
    page.get_by_role("button", name="Reject all").click()
    page.wait_for_timeout(2_500)
    page.reload()


def _wait(page: Page, shown: dict[str, Any]) -> None:
    """The health page asks again every five seconds."""
    del shown
    page.wait_for_timeout(6_000)


PAGES: dict[str, tuple[str, str, Act]] = {
    "sign-in": ("", "/desk/sign-in", _nothing),
    "case": ("lea", "/desk/queue?case={reported}", _nothing),
    "writer": ("lea", "/desk/queue?case={reported}", _look),
    "queue": ("mia", "/desk/queue?case={case}", _nothing),
    "decided": ("mia", "/desk/queue?sort=newest", _press("a")),
    "filter": ("mia", "/desk/queue?check=profanity&sort=oldest", _nothing),
    "groups": ("lea", "/desk/queue?group=campaign", _nothing),
    "keys": ("mia", "/desk/queue", _press("?")),
    "decide-many": ("lea", "/desk/bulk?check=campaign", _nothing),
    "decisions": ("lea", "/desk/decisions?moderator=all", _nothing),
    "search": ("mia", "/desk/search?q=board", _nothing),
    "author": ("mia", "/desk/authors/{author}", _nothing),
    "rules": ("ada", "/desk/rules/{site}", _nothing),
    "rules-tried": ("ada", "/desk/rules/{site}", _try_rules),
    "people": ("ada", "/desk/people", _nothing),
    "account": ("mia", "/desk/account", _nothing),
    "authenticator": ("mia", "/desk/account/authenticator", _nothing),
    "deliveries": ("ada", "/desk/deliveries", _nothing),
    "health": ("ada", "/desk/health", _wait),
    "problem": ("mia", "/desk/nothing-here", _nothing),
    "job": ("lea", "/desk/bulk?check=campaign", _decide_all),
}
NARROW = ("queue", "rules", "health")  # also as a telephone shows them


def main() -> None:
    wanted = sys.argv[1:] or list(PAGES)
    TO.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browsers.found(), args=["--no-sandbox", "--disable-gpu"])
        for scheme in SCHEMES:  # a newsroom each: what one picture decides is open in the other
            with place.opened("sqlite", furnish="tests.pictures.furnish") as here:
                here.start_api()
                here.start_worker(1, "screen,upkeep,deliver")
                _take_all(browser, here, scheme, wanted)
        browser.close()


def _take_all(browser: Browser, here: Place, scheme: str, wanted: list[str]) -> None:
    shown = here.furniture
    people: dict[str, Page] = {}
    for name in wanted:
        who, path, act = PAGES[name]
        if who not in people:
            context = browser.new_context(base_url=here.url, color_scheme=scheme, reduced_motion="reduce")
            people[who] = context.new_page()
            if who:
                people[who].goto(f"/desk/sign-in?link={shown['links'][who]}")
        page = people[who]
        page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        page.goto(path.format(**shown))
        act(page, shown)
        page.wait_for_timeout(300)
        _take(page, TO / f"{name}-{scheme}.png", WIDTH)
        if name in NARROW:
            page.set_viewport_size({"width": 320, "height": 640})
            _take(page, TO / f"{name}-narrow-{scheme}.png", 320)


def _take(page: Page, to: Path, width: int) -> None:
    if page.locator("main.desk, form#rules").count():  # what sticks to an edge would stand in the middle
        page.screenshot(path=to)
        return
    height = page.evaluate("document.documentElement.scrollHeight")
    page.screenshot(path=to, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": min(height, TALLEST)})


if __name__ == "__main__":
    main()
