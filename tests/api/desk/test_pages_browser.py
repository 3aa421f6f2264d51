"""Every page of the desk, light and dark and on a narrow screen: no rule of accessibility is broken."""

from collections.abc import Callable
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlmodel import select

from moderation import jobs
from moderation.database import clock, reading, transaction
from moderation.models import Case, Comment
from moderation.terms import Action, Reason, Role
from tests import make
from tests.moderation.plain import decide, rows

pytestmark = [pytest.mark.parametrize("engine", ["sqlite"], indirect=True), pytest.mark.timeout(180)]

NARROW = 320


@pytest.fixture
def ada(engine: str, valkey: str) -> make.AModerator:
    """An admin with a site where things have happened."""
    site, ada = make.site(), make.moderator("ada", Role.ADMIN)
    for number in range(25):
        make.stored(site.id, f"c-{number}", f"{make.PROFANE} {number}", page_title="On the harbour", author_name="Bo")
    make.work()
    with transaction() as session:
        now = clock(session)
    cases = rows(Case)
    decide(cases[0], ada.person, Action.APPROVE, at=now)
    decide(cases[1], ada.person, at=now)
    with transaction() as session:
        jobs.begin(session, ada.person, [each.id for each in cases[2:5]], Action.REJECT, Reason.SPAM, None, {}, now)
    return ada


def author() -> UUID | None:
    with reading() as session:
        return session.exec(select(Comment.author_id)).first()


def job() -> UUID:
    with reading() as session:
        return jobs.unfinished(session)[0]


PAGES: dict[str, Callable[[], str]] = {
    "decisions": lambda: "/desk/decisions?moderator=all",
    "search": lambda: "/desk/search?q=asshole",
    "author": lambda: f"/desk/authors/{author()}",
    "bulk": lambda: "/desk/bulk?check=profanity",
    "job": lambda: f"/desk/jobs/{job()}",
    "groups": lambda: "/desk/queue?group=page",
    "nothing": lambda: "/desk/nothing",
    "sign-in": lambda: "/desk/sign-in",
    "account": lambda: "/desk/account",
    "people": lambda: "/desk/people",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(opened, ada, name, scheme, pictures):
    page = opened(ada, PAGES[name](), color_scheme=scheme)

    found = Axe().run(page)

    if pictures:
        page.screenshot(path=pictures / f"{name}-{scheme}.png")
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("name", PAGES)
def test_a_narrow_screen_is_wide_enough(opened, ada, name):
    page = opened(ada, PAGES[name](), viewport={"width": NARROW, "height": 640})

    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
