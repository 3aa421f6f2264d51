"""The desk without JavaScript, and for those who want no motion: plain forms, plain links, nothing that moves."""

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from moderation import signin
from moderation.database import reading, transaction
from moderation.models import Case, Decision, Job, Moderator, Note
from moderation.terms import Role
from tests import make

pytestmark = [pytest.mark.parametrize("engine", ["sqlite"], indirect=True), pytest.mark.timeout(180)]

PASSWORD = "correct horse battery"
HELD = 4
# Whatever moves, for longer than anybody sees.
MOVES = """() => {
  const one = (text) => parseFloat(text) * (text.trim().endsWith('ms') ? 0.001 : 1);
  const seconds = (text) => Math.max(...text.split(',').map(one));
  const moves = (style) => seconds(style.transitionDuration) > 0.01 || seconds(style.animationDuration) > 0.01;
  return [...document.querySelectorAll('*')]
    .filter((each) => moves(getComputedStyle(each)) || getComputedStyle(each).scrollBehavior === 'smooth')
    .map((each) => each.outerHTML.slice(0, 80));
}"""


@pytest.fixture
def site(engine: str, valkey: str) -> make.AtSite:
    made = make.site()
    for number in range(HELD):
        make.stored(made.id, f"c-{number}", f"{make.PROFANE} {number}", page_title=f"Article {number}")
    make.work()
    return made


@pytest.fixture
def page(browser: Browser, address: str, site: make.AtSite):
    """mia's, at the form; scripts are off."""
    mia = make.moderator()
    with transaction() as session:
        session.get_one(Moderator, mia.id).password = signin.hashed(PASSWORD)
    context = browser.new_context(base_url=address, java_script_enabled=False)
    made = context.new_page()
    made.goto("/desk/sign-in")
    yield made
    context.close()


def sign_in(page: Page) -> None:
    page.get_by_label("Name").fill("mia")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def shown(page: Page) -> str:
    return page.locator("#case article").get_attribute("data-case") or ""


def decisions() -> list[tuple[str, str | None]]:
    with reading() as session:
        found = session.exec(select(Decision).where(Decision.void_at.is_(None)).order_by(Decision.id)).all()
        return [(each.action, each.reason) for each in found]


def test_the_basics_work_without_a_script(page):
    sign_in(page)
    expect(page.locator(".row")).to_have_count(HELD)

    first = shown(page)
    page.get_by_role("button", name="Approve", exact=False).first.click()
    assert shown(page) not in {"", first}
    page.get_by_role("button", name="Reject as spam").click()
    assert decisions() == [("approve", None), ("reject", "spam")]

    page.get_by_role("button", name="Undo").first.click()
    assert decisions() == [("approve", None)]

    third = shown(page)
    page.get_by_role("button", name="Skip").click()
    assert shown(page) != third

    page.get_by_label("Note to colleagues").fill("Ask the desk editor.")
    page.get_by_role("button", name="Leave note").click()
    expect(page.locator("p.note")).to_contain_text("Ask the desk editor.")
    with reading() as session:
        assert len(session.exec(select(Note)).all()) == 1

    left = shown(page)
    page.get_by_role("button", name="To a lead").click()
    with reading() as session:
        assert [str(each.id) for each in session.exec(select(Case).where(Case.escalated_at.is_not(None)))] == [left]


def test_any_case_of_the_list_opens_and_the_other_pages_are_there(page):
    sign_in(page)
    other = page.locator(".row").nth(2)
    wanted = other.get_attribute("data-case")
    other.click()
    assert shown(page) == wanted

    for path, heading in (
        ("/desk/decisions", "Decisions"),
        ("/desk/search?q=asshole", "Search"),
        ("/desk/account", "mia"),
    ):
        page.goto(path)
        expect(page.locator("h1")).to_contain_text(heading, ignore_case=True)
    page.goto("/desk/search?q=asshole")
    expect(page.locator("main")).to_contain_text("complete")


def test_a_filter_is_listed_and_decided_without_a_script(page):
    sign_in(page)
    page.goto("/desk/bulk?check=abuse.insult")
    page.get_by_role("button", name=f"Approve all {HELD}").click()

    expect(page.locator("h1")).to_have_text(f"Approving {HELD} cases")
    with reading() as session:
        assert [len(each.case_ids) for each in session.exec(select(Job)).all()] == [HELD]


@pytest.mark.parametrize("path", ["/desk/queue", "/desk/health", "/desk/rules", "/desk/decisions"])
def test_who_wants_no_motion_gets_none(opened, site, path):
    page = opened(make.moderator("ada", Role.ADMIN), path, reduced_motion="reduce")

    assert page.evaluate(MOVES) == []
