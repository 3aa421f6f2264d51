"""The queue in a real browser: keys alone, two moderators at once, undo over reloads, axe."""

from datetime import timedelta
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlmodel import col, select

from api.desk.queue import SHOWN
from moderation import decisions as decisions_of
from moderation.database import clock, reading, transaction
from moderation.models import Case, Decision
from moderation.terms import Action, Role
from tests import make

pytestmark = [pytest.mark.parametrize("engine", ["sqlite"], indirect=True), pytest.mark.timeout(180)]

HELD = 12
CHANGED = "id => ![id, undefined].includes(document.querySelector('#case article')?.dataset.case)"


@pytest.fixture
def site(engine: str, valkey: str) -> make.AtSite:
    """The Courier, with a dozen held comments."""
    made = make.site()
    for number in range(HELD):
        body, title = f"{make.PROFANE} {number}", f"Article {number}"
        make.stored(made.id, f"c-{number}", body, page_title=title, author_name="Bo")
    make.work()
    return made


def decisions() -> list[Decision]:
    with reading() as session:
        return list(session.exec(select(Decision).where(Decision.void_at.is_(None))).all())


def case_of(page: Page) -> str:
    return page.locator("#case article").get_attribute("data-case") or ""


def test_a_whole_queue_is_settled_with_keys_alone(opened, site):
    page = opened(make.moderator())
    for number in range(HELD):
        before = case_of(page)
        page.keyboard.press("a") if number % 2 else page.keyboard.type("rr" if number % 4 else "r1")
        page.wait_for_function("before => document.querySelector('#case article')?.dataset.case !== before", arg=before)

    expect(page.locator("#case")).to_contain_text("Well done")
    page.wait_for_function("() => document.querySelectorAll('#undoable form').length >= 12")
    made = decisions()
    assert len({each.case_id for each in made}) == HELD
    expected = {("approve", None), ("reject", "profanity"), ("reject", "spam")}
    assert {(each.action, each.reason) for each in made} == expected


@pytest.mark.parametrize("leads", [SHOWN - 2, SHOWN, 2 * SHOWN])
def test_the_lists_end_is_not_taken_for_the_queues_and_what_waits_for_a_lead_is_passed_over(opened, site, leads):
    for number in range(leads):
        make.stored(site.id, f"d-{number}", f"{make.PROFANE} more {number}")
    make.work()
    with transaction() as session:
        now = clock(session)
        for case in session.exec(select(Case).order_by(col(Case.opened_at)).limit(leads)):
            case.escalated_at, case.rank = now, 0  # smallest first: nearly the whole first page is a lead's
    page = opened(make.moderator())
    expect(page.locator(".row.not-mine")).to_have_count(min(leads, SHOWN))
    page.route("**/desk/queue/rows?*", lambda route: (page.wait_for_timeout(300), route.continue_()))

    for _ in range(HELD):
        before = case_of(page)
        expect(page.locator("form.decide")).to_be_visible()
        page.keyboard.press("a")
        page.wait_for_function("id => document.querySelector('#case article')?.dataset.case !== id", arg=before)

    expect(page.locator("#case")).to_contain_text("Well done")
    page.wait_for_function("many => document.querySelectorAll('#undoable form').length >= many", arg=HELD)
    assert len({each.case_id for each in decisions()}) == HELD


def test_two_moderators_at_once_never_have_the_same_case(opened, site):
    mia, noor = opened(make.moderator("mia")), opened(make.moderator("noor"))
    seen: dict[str, list[str]] = {"mia": [], "noor": []}
    for _ in range(HELD // 2 - 2):
        for name, page in (("mia", mia), ("noor", noor)):
            before = case_of(page)
            expect(page.locator("form.decide")).to_be_visible()
            seen[name].append(before)
            page.keyboard.press("a")
            page.wait_for_function("id => document.querySelector('#case article')?.dataset.case !== id", arg=before)

    assert not set(seen["mia"]) & set(seen["noor"])
    assert all(seen.values())


def test_undo_reload_undo(opened, site):
    page = opened(make.moderator())
    first = case_of(page)
    page.keyboard.press("a")
    page.wait_for_function(CHANGED, arg=first)
    second = case_of(page)
    page.locator("#undoable form").wait_for()
    page.keyboard.press("a")
    expect(page.locator("#undoable form")).to_have_count(2)

    page.keyboard.press("u")
    page.wait_for_function("id => document.querySelector('#case article')?.dataset.case === id", arg=second)
    page.reload()
    expect(page.locator("#undoable form")).to_have_count(1)
    page.keyboard.press("u")

    page.wait_for_function("id => document.querySelector('#case article')?.dataset.case === id", arg=first)
    assert decisions() == []


def test_a_colleagues_claim_shows_her_name_and_her_decision_greys_the_row(opened, site):
    mia = opened(make.moderator("mia"))
    noor = opened(make.moderator("noor"))
    hers = case_of(noor)

    expect(mia.locator(f".row[data-case='{hers}'] .holder")).to_contain_text("noor")
    noor.keyboard.press("a")

    expect(mia.locator(f".row[data-case='{hers}']")).to_have_class("row closed")


def test_the_list_does_not_move_new_ones_wait_to_be_clicked(opened, site):
    page = opened(make.moderator())
    before = page.locator(".row").count()
    make.stored(site.id, "new", make.PROFANE)
    make.work()

    expect(page.locator("#fresh")).to_have_text("1 new")
    assert page.locator(".row").count() == before
    page.locator("#fresh").click()

    expect(page.locator(".row")).to_have_count(before + 1)


def test_who_was_first_is_said_and_the_card_comes_back(opened, site):
    page = opened(make.moderator("mia"))
    first = case_of(page)
    lea = make.moderator("lea", Role.LEAD).person
    with transaction() as session:  # her claim is over, and she does not know it
        case = session.get_one(Case, UUID(first))
        case.claimed_by = case.claimed_until = None
        session.flush()
        decisions_of.decide(session, case.id, lea, Action.APPROVE, None, clock(session), timedelta(minutes=1))

    page.keyboard.press("a")

    expect(page.locator("#case .wrong")).to_contain_text("lea was first: approve at")
    assert case_of(page) == first


def test_covered_words_are_shown_when_asked_for(opened, engine):
    site = make.site()
    make.stored(site.id, "c-1", "You are a faggot and you know it.")
    make.work()
    page = opened(make.moderator())
    word = page.locator("blockquote .hard").first
    covered = word.evaluate("each => getComputedStyle(each).backgroundColor")

    page.keyboard.press("v")

    assert word.evaluate("each => getComputedStyle(each).backgroundColor") != covered


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/desk/queue", "/desk/queue?group=author", "/desk/queue?check=profanity"])
def test_axe_finds_nothing(opened, site, path, scheme, pictures):
    page = opened(make.moderator("lea", Role.ADMIN), path, color_scheme=scheme)

    found = Axe().run(page)

    if pictures:
        page.screenshot(path=pictures / f"queue-{scheme}-{len(path)}.png")
    assert found.violations_count == 0, found.generate_report()


def test_it_is_usable_at_320_pixels(opened, site, pictures):
    page = opened(make.moderator(), viewport={"width": 320, "height": 640})

    if pictures:
        page.screenshot(path=pictures / "queue-320.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#undoable form")).to_have_count(1)
