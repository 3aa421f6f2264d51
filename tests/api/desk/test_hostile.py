"""Hostile text on every page of the queue: nothing runs, nothing breaks the layout, no policy is violated."""

from datetime import timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Page
from sqlmodel import col, select

from moderation import decisions, filters, jobs, notes, reports, webhooks
from moderation.database import clock, reading, transaction
from moderation.models import Case, Comment
from moderation.terms import Action, Reason, Role
from tests import make

pytestmark = [pytest.mark.parametrize("engine", ["sqlite"], indirect=True), pytest.mark.timeout(180)]

HOSTILE = (
    "<script>window.evil = 1</script>",
    "\"><img src=x onerror='window.evil = 1'>",
    "<svg/onload=window.evil=1>",
    "javascript:window.evil=1//",
    "</title><script>window.evil=1</script>",
    "{{ 7 * 7 }} ${7 * 7} {% raw %}",
    "</blockquote></article></main><h1 style='position:fixed;inset:0'>gone",
    "<a href='javascript:window.evil=1' onclick='window.evil=1'>click</a>",
    "<style>*{display:none}</style>",
    "\u202egnp.exe \u2066 hidden \u200b\u200b\u2069",
    "p\u0430yp\u0430l.com \u0440\u0430ssword",
    "Z" + "\u0351\u0352\u0353" * 2_000,
    "w" * 20_000,
    "\u2028\u2029\x07\x1b[31m",
    "a\u0000b".replace("\u0000", ""),
    "\ufdfd" * 500,
)
WIDTHS = (1280, 320)


@pytest.fixture
def site(engine: str, valkey: str) -> make.AtSite:
    made = make.site("<b>The</b> Courier")
    for number, text in enumerate(HOSTILE):
        line = " ".join(text.split())[:190]
        make.stored(
            made.id,
            f"c-{number}",
            f"{make.PROFANE} {text}"[:20_000],
            author_name=line,
            page_title=line,
            page_url=f"javascript:window.evil=1//{number}<b>",
            language="en",
        )
    make.work()
    return made


def untouched(page: Page, width: int) -> None:
    assert page.evaluate("window.evil") is None
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("main#main").is_visible()
    assert page.locator("[onerror], [onclick], [onload], main style, main script, main img").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0


@pytest.mark.parametrize("width", WIDTHS)
def test_hostile_cases_are_shown_and_do_nothing(opened, site, width):
    page = opened(make.moderator("lea", Role.LEAD), viewport={"width": width, "height": 800})
    with reading() as session:
        cases = [str(each) for each in session.exec(select(Case.id)).all()]
    assert len(cases) == len(HOSTILE)
    for each in cases:
        page.goto(f"/desk/queue?case={each}")
        untouched(page, width)


def test_controls_and_look_alikes_are_made_visible(opened, site):
    page = opened(make.moderator("lea", Role.LEAD))
    with reading() as session:
        by_name = {
            external_id: str(case)
            for external_id, case in session.exec(
                select(Comment.external_id, Case.id).join(Case, Case.comment_id == Comment.id)
            ).all()
        }
    page.goto(f"/desk/queue?case={by_name['c-9']}")
    assert page.locator("blockquote .control").all_inner_texts()[:2] == ["[U+202E]", "[U+2066]"]
    page.goto(f"/desk/queue?case={by_name['c-10']}")
    assert "Cyrillic" in (page.locator("blockquote .lookalike").first.get_attribute("title") or "")


def test_notes_and_filters_with_hostile_names_do_nothing(opened, site):
    lea = make.moderator("lea", Role.LEAD)
    with transaction() as session:
        comment = session.exec(select(Comment)).first()
        assert comment
        for text in HOSTILE[:10]:
            notes.write(session, lea.person, comment.id, text[:2_000], clock(session))
            filters.save(session, lea.person, text[:60], f"check={text}"[:2_000], clock(session))
        case = session.exec(select(Case.id).where(Case.comment_id == comment.id)).one()
    page = opened(lea, f"/desk/queue?case={case}&check=profanity")
    untouched(page, WIDTHS[0])
    page.goto("/desk/queue?group=page")
    untouched(page, WIDTHS[0])


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_runs_or_breaks_on_hostile_words(opened, site, width):
    ada = make.moderator("ada", Role.ADMIN)
    author, job = _busy(site, ada)
    page = opened(ada, viewport={"width": width, "height": 800})
    for path in (
        "/desk/queue?group=author",
        "/desk/queue?group=campaign",
        "/desk/queue?author=%3Cscript%3E&language=%22%3E&page_url=javascript:1",
        "/desk/bulk?check=profanity",
        f"/desk/jobs/{job}",
        "/desk/decisions?moderator=all",
        "/desk/search?q=evil",
        "/desk/search?q=%3Cscript%3Ewindow.evil%20%3D%201",
        f"/desk/authors/{author}",
        "/desk/people",
        "/desk/account",
        "/desk/deliveries",
        "/desk/health",
        f"/desk/rules/{site.id}",
        "/desk/nothing?<script>window.evil=1</script>",
    ):
        page.goto(path)
        untouched(page, width)


def _busy(site: make.AtSite, ada: make.AModerator) -> tuple[UUID | None, UUID]:
    """People with hostile names report, decide, and leave notes; one author, and one job."""
    for number, text in enumerate(HOSTILE[:8]):
        make.moderator(f"{text[:60]} {number}", Role.LEAD, site.id)
    eve = make.moderator("<img src=x onerror='window.evil = 1'>", Role.LEAD, site.id).person
    with transaction() as session:
        now = clock(session)
        webhooks.set_address(session, site.id, "https://hooks.example/<svg onload=window.evil=1>", now)
        webhooks.test(session, site.id, now)
        comments = session.exec(select(Comment).order_by(col(Comment.id))).all()
        for comment, text in zip(comments, HOSTILE, strict=True):
            reports.report(session, site.id, comment.id, text[:200], text[:200], text[:2_000], now)
        cases = session.exec(select(Case).order_by(col(Case.id))).all()
        for case in cases[:6]:
            decisions.decide(
                session, case.id, eve, Action.REJECT, None, now, timedelta(minutes=5), Reason.SPAM, HOSTILE[0]
            )
        job = jobs.begin(
            session, ada.person, [each.id for each in cases[6:9]], Action.REJECT, Reason.OTHER, HOSTILE[1], {}, now
        )
        return comments[0].author_id, job.id
