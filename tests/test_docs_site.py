"""`make docs`: the pages as a site that a browser opens from disk, where search works and nothing is fetched."""

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from api.main import create_app
from tests import browser, reference

DOCS = Path(__file__).parents[1] / "docs"

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = tmp_path_factory.mktemp("site")
    ran = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", DOCS, built],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return built


def test_the_reference_is_what_the_api_says_of_itself():
    assert reference.PAGE.read_text("utf-8") == reference.page(), "`make docs` writes it anew"


def test_every_operation_says_what_it_does():
    operations = [each for path in create_app().openapi()["paths"].values() for each in path.values()]

    assert len(operations) > 50
    assert [each["operationId"] for each in operations if not each.get("description")] == []


def test_every_page_is_there(site: Path):
    pages = {each.relative_to(DOCS).with_suffix(".html") for each in DOCS.glob("**/*.md")}

    assert [each for each in sorted(pages) if not (site / each).is_file()] == []


def test_a_browser_opens_it_from_disk_and_searches_it(site: Path):
    asked: list[str] = []
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=browser.found(), args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_page()
        page.on("request", lambda each: asked.append(each.url))
        page.goto((site / "index.html").as_uri())
        page.get_by_role("link", name="a site in ten minutes").click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.goto((site / "search.html").as_uri() + "?q=honeypot")
        expect(page.locator("#search-results li").first).to_be_visible()
        chromium.close()

    assert [each for each in asked if not each.startswith(("file:", "data:"))] == []
