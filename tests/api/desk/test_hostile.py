"""Hostile text on every page of the queue: nothing runs, nothing breaks the layout, no policy is violated."""

import pytest
from playwright.sync_api import Page
from sqlmodel import select

from moderation import filters, notes
from moderation.database import clock, reading, transaction
from moderation.models import Case, Comment
from moderation.terms import Role
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
