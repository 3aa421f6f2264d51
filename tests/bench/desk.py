"""The desk in a real browser: first paint, and from a key to the next case on the screen, with 100 and 10,000 cases."""

import statistics
import time
from contextlib import ExitStack
from itertools import cycle, islice
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests import browser as browsers
from tests.bench import place
from tests.bench.place import ROOT, Place
from tests.bench.report import Found

COMMENTS = (1_000, 100_000)  # a tenth of them are open cases
LOADS = 9
PRESSES = 40
SETTLED = 200  # by keys alone
KEPT = ROOT / ".bench"
# Approved, rejected with reasons, taken back, skipped, left to a lead: after each step another case is on the screen.
MIXED = (("a",), ("rr",), ("r1",), ("a",), ("r3",), ("va",), ("a", "u", "a"), ("s",), ("r4",), ("e",))
GONE_ON = "id => ![id, undefined].includes(document.querySelector('#case article')?.dataset.case)"
# In the page: when a key went down, and when the case that came after it had been painted.
WATCH = """() => {
  window.presses = [];
  let pressed = 0, before = '';
  const shown = () => document.querySelector('#case article')?.dataset.case ?? '';
  addEventListener('keydown', () => { pressed = performance.now(); before = shown(); }, true);
  new MutationObserver(() => {
    if (!pressed || shown() === before) return;
    const began = pressed;
    pressed = 0;
    requestAnimationFrame(() => setTimeout(() => window.presses.push(performance.now() - began)));
  }).observe(document.querySelector('#case'), { childList: true, subtree: true, attributes: true });
}"""


def measure(engine: str, *, quick: bool) -> Found:
    columns = ("milliseconds", *(f"{each // 10:,} cases, median (most)" for each in COMMENTS))
    found = Found(f"desk-{engine}", f"The desk in Chromium, {engine}", columns)
    with ExitStack() as stack:
        chromium = stack.enter_context(sync_playwright()).chromium
        browser = chromium.launch(executable_path=browsers.found(), args=["--no-sandbox", "--disable-gpu"])
        pages = [_signed_in(stack, browser, engine, each) for each in COMMENTS]
        paints = _first_paints(pages)
        presses = [_presses(page, PRESSES // 2 if quick else PRESSES) for page in pages]
        for name, took in (("first paint of the queue", paints), ("from a key to the next case, painted", presses)):
            found.rows.append((name, *(f"{statistics.median(each):.0f} ({max(each):.0f})" for each in took)))
            few, many = map(statistics.median, took)
            found.ratio(f"{name}: 10,000 / 100", many / few, "at most 1.5")
        many = SETTLED // 4 if quick else SETTLED
        keys, seconds = _settle(pages[1], many)
        found.rows.append((f"{many} cases by {keys} keys alone, a case", "", f"{1_000 * seconds / many:.0f}"))
        browser.close()
    return found


def _signed_in(stack: ExitStack, browser: Browser, engine: str, many: int) -> Page:
    here: Place = stack.enter_context(place.opened(engine))
    here.fill(many, KEPT / f"growth-{engine}-{many}")
    here.start_api()
    page = browser.new_context(base_url=here.url, viewport={"width": 1280, "height": 800}).new_page()
    page.goto(f"/desk/sign-in?link={here.furniture['moderator']['link']}")
    return page


def _first_paints(pages: list[Page]) -> list[list[float]]:
    """They take turns, so that a busy machine meets both alike; the first load of each fills the browser's cache."""
    took: list[list[float]] = [[] for _ in pages]
    for number in range(LOADS + 1):
        for mine, page in zip(took, pages, strict=True):
            page.goto("/desk/queue")
            page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length")
            painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
            if number:
                mine.append(painted)
    return took


def _presses(page: Page, many: int) -> list[float]:
    page.goto("/desk/queue")
    page.evaluate(WATCH)
    for number in range(many):
        page.wait_for_timeout(150)  # nobody decides faster than she reads
        page.keyboard.press("a")
        page.wait_for_function("many => window.presses.length > many", arg=number)
    return page.evaluate("window.presses")


def _settle(page: Page, many: int) -> tuple[int, float]:
    """So many cases as moderators do it: how many keys, and how many seconds."""
    keys = 0
    page.goto("/desk/queue")
    began = time.monotonic()
    for steps in islice(cycle(MIXED), many):
        for step in steps:
            if step == "u":
                page.locator("#undoable form").first.wait_for()
            before = _case(page)
            page.keyboard.type(step)
            keys += len(step)
            page.wait_for_function(GONE_ON, arg=before)
    return keys, time.monotonic() - began


def _case(page: Page) -> Any:
    return page.locator("#case article").get_attribute("data-case")
