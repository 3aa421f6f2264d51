"""The desk in its first form: sign in by link, the first case open, approve, reject, undo; no script needed."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from api import guests
from moderation import people
from moderation.database import clock, reading, transaction
from moderation.models import Case
from moderation.terms import Role
from tests import make
from tests.moderation.plain import rows

SAME_ORIGIN = {"Origin": "http://greenroom.test"}


@pytest.fixture
def desk(client: TestClient) -> TestClient:
    """A browser that mia has signed in with; The Courier has one held comment."""
    site, mia = make.site(), make.moderator()
    make.stored(site.id, "c-1", make.PROFANE)
    make.work()
    with transaction() as session:
        link = people.invite(session, mia.id, clock(session))
    landed = client.get(f"/desk/sign-in?link={link}")
    assert landed.url.path == "/desk/queue"
    return client


def test_the_link_lands_on_the_queue_with_the_first_case_open(desk: TestClient):
    page = desk.get("/desk/queue").text
    assert "You are a complete" in page
    assert ">asshole</mark>" in page
    assert "Held: profanity 0.90, holds at 0.50" in page


def test_a_case_is_approved_and_taken_back(desk: TestClient):
    page = desk.get("/desk/queue").text
    decided = desk.post(_action(page, "/decision"), data=_form(page) | {"action": "approve"}, headers=SAME_ORIGIN)
    assert "Approved." in decided.text
    assert "Nothing is waiting" in decided.text

    undone = desk.post(_action(decided.text, "/undo"), data=_form(decided.text), headers=SAME_ORIGIN)

    assert "Taken back" in undone.text
    assert "You are a complete" in undone.text


def test_a_rejection_takes_the_chosen_reason(desk: TestClient):
    page = desk.get("/desk/queue").text
    sent = _form(page) | {"action": "reject", "reason": "abuse", "note": "aimed at a person"}
    assert "Rejected." in desk.post(_action(page, "/decision"), data=sent, headers=SAME_ORIGIN).text
    with reading() as session:
        assert session.exec(select(Case.closed_as)).one() == "decided"


def test_a_decision_that_comes_second_says_so(desk: TestClient):
    page = desk.get("/desk/queue").text
    for said in ("Approved.", "somebody else was first"):
        answer = desk.post(_action(page, "/decision"), data=_form(page) | {"action": "approve"}, headers=SAME_ORIGIN)
        assert said in answer.text


@pytest.mark.parametrize(
    ("headers", "csrf"),
    [
        ({"Origin": "http://evil.example"}, True),  # another site's page, with a form it somehow got hold of
        (SAME_ORIGIN, False),  # our origin, but no form of this session
        ({}, True),  # a browser always says where a form came from
    ],
)
def test_a_form_from_elsewhere_does_nothing(desk: TestClient, headers: dict[str, str], csrf: bool):
    page = desk.get("/desk/queue").text
    sent = _form(page) | {"action": "approve"} | ({} if csrf else {"csrf": "x" * 64})
    assert desk.post(_action(page, "/decision"), data=sent, headers=headers).status_code == 403
    assert "You are a complete" in desk.get("/desk/queue").text


def test_signing_out_ends_the_session_on_the_server(desk: TestClient):
    cookie = desk.cookies["greenroom_session"]
    page = desk.get("/desk/queue").text
    desk.post("/desk/sign-out", data=_form(page), headers=SAME_ORIGIN)
    answer = desk.get("/desk/queue", headers={"Cookie": f"greenroom_session={cookie}"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/sign-in")


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(client: TestClient):
    mia = make.moderator()
    with transaction() as session:
        link = people.invite(session, mia.id, clock(session))
    cookie = client.get(f"/desk/sign-in?link={link}", follow_redirects=False).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()


def test_hostile_text_is_shown_and_does_nothing(client: TestClient):
    site, mia = make.site(), make.moderator()
    evil = '<script>alert(1)</script> fuck "><img src=x onerror=alert(1)> \u202etxt.exe a\u0301' + "\u0301" * 5_000
    make.stored(
        site.id, "c-1", evil, author_name=evil[:100], page_url="javascript:alert(1)//<b>", page_title=evil[:200]
    )
    make.work()
    with transaction() as session:
        link = people.invite(session, mia.id, clock(session))
    answer = client.get(f"/desk/sign-in?link={link}")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    assert "<script>" not in answer.text
    assert "<img" not in answer.text
    assert 'href="javascript' not in answer.text
    assert "[U+202E]" in answer.text
    assert answer.text.count("\u0301") < 100
    assert "\u202e" not in answer.text
    assert "script-src 'self';" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]


def _form(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def _action(page: str, ending: str) -> str:
    return next(each for each in re.findall(r'action="([^"]+)"', page) if each.endswith(ending))


def prefer(**wished: object) -> None:
    with transaction() as session:
        mia = people.find_moderator(session, "mia")
        mia.preferences = wished
        session.add(mia)
    guests.forget()


def test_hard_ones_are_counted_and_a_pause_is_offered_after_as_many_as_she_set(desk: TestClient):
    prefer(pause_after=1)
    page = desk.get("/desk/queue").text
    assert "hard one" not in page
    make.stored(rows(Case)[0].site_id, "c-2", f"{make.PROFANE} Again.")
    make.work()

    decided = desk.post(_action(page, "/decision"), data=_form(page) | {"action": "approve"}, headers=SAME_ORIGIN)

    assert "1 hard one today" in decided.text
    assert "Time for a pause?" in decided.text


@pytest.mark.parametrize(("worst", "first"), [("first", "asshole"), ("last", "casino.example")])
def test_the_hard_ones_come_first_or_last_as_she_set(desk: TestClient, worst: str, first: str):
    links = " ".join(f"http://casino.example/{number}" for number in range(6))
    make.stored(rows(Case)[0].site_id, "c-2", f"See {links}")
    make.work()
    prefer(worst=worst, masked=False)

    page = desk.get("/desk/queue").text

    assert first in page.split('class="row"')[1].split("</a>")[0]


def test_an_operator_lands_where_she_may_look(client: TestClient, engine: str):
    ops = make.moderator("ops", Role.OPERATOR)
    with transaction() as session:
        link = people.invite(session, ops.id, clock(session))
    assert client.get(f"/desk/sign-in?link={link}").url.path == "/desk/health"
