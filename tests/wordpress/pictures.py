"""The pictures of docs/akismet.md: `python -m tests.wordpress.pictures`, after `make test-wordpress`."""

from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests import browser as browsers
from tests import make
from tests.wordpress.house import PASSWORD, Both, beside_greenroom

TO = Path(__file__).parents[2] / "docs" / "wordpress"
SIZE = {"width": 1000, "height": 600}
KEY, DISCUSSION, COMMENTS = "admin.php?page=akismet-key-config", "options-discussion.php", "edit-comments.php"


def main() -> None:
    TO.mkdir(exist_ok=True)
    with beside_greenroom() as both, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browsers.found(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
        page.goto(f"{both.wordpress.url}/wp-login.php")
        page.fill("#user_login", "editor")
        page.fill("#user_pass", PASSWORD)
        page.click("#wp-submit")
        _take_all(page, both)
        browser.close()


def _take_all(page: Page, both: Both) -> None:
    key = both.wordpress.php("require 'wp-load.php'; echo get_option('wordpress_api_key');")
    both.wordpress.php("require 'wp-load.php'; delete_option('wordpress_api_key');")
    _open(page, both, KEY)
    page.get_by_text("anually enter").first.click()
    page.locator("input[name=key]").first.scroll_into_view_if_needed()
    _take(page, "key")
    page.locator("input[name=key]").first.fill(key)
    with page.expect_navigation():
        page.locator("input[name=key]").first.press("Enter")
    _open(page, both, KEY)
    _take(page, "connected")
    _open(page, both, DISCUSSION)
    page.locator("#comment_previously_approved").scroll_into_view_if_needed()
    _take(page, "discussion")
    both.wordpress.comment(make.CLEAN)
    both.wordpress.comment(make.PROFANE, author="Ben", email="ben@example.org")
    _open(page, both, COMMENTS)
    _take(page, "comments")


def _open(page: Page, both: Both, path: str) -> None:
    page.goto(f"{both.wordpress.url}/wp-admin/{path}")


def _take(page: Page, name: str) -> None:
    page.wait_for_timeout(500)
    page.screenshot(path=TO / f"{name}.png")


if __name__ == "__main__":
    main()
