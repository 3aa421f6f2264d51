"""Many at once, at the desk: listed first, confirmed by number, shown while it goes, taken back as a whole."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from moderation import jobs, people
from moderation.database import clock, reading, transaction
from moderation.models import Case, Comment, Decision, Job, Moderator
from moderation.settings import settings
from tests import make
from tests.api.desk.test_decisions import signed_in
from tests.moderation.plain import decide, rows

ORIGIN = {"Origin": "http://greenroom.test"}


@pytest.fixture
def desk(client: TestClient) -> TestClient:
    """Mia is signed in; 25 comments are held."""
    site = make.site()
    for number in range(25):
        make.stored(site.id, f"c-{number}", f"{make.PROFANE} {number}")
    make.work()
    return signed_in(client, make.moderator("mia"))


def form(page: str) -> dict[str, str]:
    found = dict(re.findall(r'<input type="hidden" name="(csrf|cases|job)" value="([^"]*)"', page))
    assert set(found) == {"csrf", "cases", "job"}
    return found


def work() -> None:
    with reading() as session:
        ids = jobs.unfinished(session)
    for each in ids:
        for _ in range(3):
            with transaction() as session:
                jobs.step(session, each, clock(session), settings().undo_window, settings().claim_lease)


def test_a_filter_is_listed_confirmed_carried_out_and_taken_back(desk: TestClient):
    page = desk.get("/desk/bulk?check=profanity").text
    assert "25 cases, decided together" in page
    sent = form(page) | {"action": "reject", "reason": "spam"}

    refused = desk.post("/desk/jobs", data=sent, headers=ORIGIN)
    assert refused.status_code == 422
    assert "Type the number of cases, 25" in refused.text

    began = desk.post("/desk/jobs", data=sent | {"count": "25"}, headers=ORIGIN)
    assert "At work" in began.text
    work()
    done = desk.get(str(began.url.path)).text
    assert "Done: 25 decided, 0 refused, 0 to go." in done

    desk.post(f"{began.url.path}/undo", data={"csrf": sent["csrf"]}, headers=ORIGIN)
    work()
    assert "Taken back" in desk.get(str(began.url.path)).text
    with reading() as session:
        assert all(each.void_as == "undone" for each in session.exec(select(Decision)).all())


def test_selected_cases_are_listed_before_anything_is_decided(desk: TestClient):
    sent = form(desk.get("/desk/bulk").text)
    some = {"csrf": sent["csrf"], "case_ids": sent["cases"].split()[:3], "action": "approve"}

    page = desk.post("/desk/bulk", data=some, headers=ORIGIN).text

    assert "3 cases, decided together" in page
    assert "Reject all" not in page
    with reading() as session:
        assert session.exec(select(Job)).all() == []


def test_a_group_is_listed_and_goes_the_same_way(desk: TestClient):
    page = desk.get("/desk/queue?group=page").text
    assert "25 cases on one page" in page
    sent = dict(re.findall(r'<input type="hidden" name="(by|site|key|query|csrf)" value="([^"]*)"', page))

    answer = desk.post("/desk/queue/groups", data=sent, headers=ORIGIN)

    assert len(form(answer.text)["cases"].split()) == 25


def test_a_thousand_cases_fit_into_the_form(desk: TestClient):
    sent = form(desk.get("/desk/bulk").text)
    many = sent | {"cases": " ".join([sent["cases"]] * 40), "action": "approve", "count": "25"}
    answer = desk.post("/desk/jobs", data=many, headers=ORIGIN)
    assert "Approving 25 cases" in answer.text, "each once"


def test_pressed_twice_it_is_one_job(desk: TestClient):
    sent = form(desk.get("/desk/bulk?check=profanity").text) | {"action": "approve", "count": "25"}

    first, second = (desk.post("/desk/jobs", data=sent, headers=ORIGIN) for _ in range(2))

    assert first.url.path == second.url.path
    with reading() as session:
        assert len(session.exec(select(Job)).all()) == 1


def test_with_the_id_of_a_colleagues_job_nothing_begins(desk: TestClient):
    sent = form(desk.get("/desk/bulk?check=profanity").text) | {"action": "approve", "count": "25"}
    desk.post("/desk/jobs", data=sent, headers=ORIGIN)
    signed_in(desk, make.moderator("noor"))
    hers = form(desk.get("/desk/bulk?check=profanity").text) | {"action": "reject", "reason": "spam", "count": "25"}

    desk.post("/desk/jobs", data=hers | {"job": sent["job"]}, headers=ORIGIN)

    [job] = rows(Job)
    assert (job.action, str(job.id)) == ("approve", sent["job"])


def test_colleagues_do_not_see_the_job(desk: TestClient):
    sent = form(desk.get("/desk/bulk").text) | {"action": "approve", "count": "25"}
    began = desk.post("/desk/jobs", data=sent, headers=ORIGIN)
    desk.cookies.clear()
    signed_in(desk, make.moderator("noor"))
    assert desk.get(str(began.url.path)).status_code == 404


def test_the_authors_page_and_search_lead_to_each_other(desk: TestClient):
    page = desk.get("/desk/search?q=c-3").text
    author = re.search(r"/desk/authors/[0-9a-f-]+", page)
    assert author
    shown = desk.get(author[0]).text
    assert "1 open case" in shown
    assert "checks: hold (profanity" in shown

    with reading() as session:
        case, mia = (
            session.exec(select(Case).join(Comment).where(Comment.external_id == "c-3")).one(),
            rows(Moderator)[0],
        )
    decide(case, people.as_person(session, mia), at=case.opened_at - timedelta(minutes=1))
    make.settle()
    assert "reject as abuse by mia" in desk.get(author[0]).text


@pytest.mark.parametrize("by", ["author", "page", "campaign"])
@pytest.mark.parametrize("key", ["%", "a\x00b", "169.254.169.254", "01a21110-0000-7000-8000-000000000000"])
def test_a_group_that_is_none_has_no_cases(desk: TestClient, by: str, key: str):
    csrf = form(desk.get("/desk/bulk").text)["csrf"]
    site = "01a21110-0000-7000-8000-000000000000"
    sent = {"csrf": csrf, "by": by, "site": site, "key": key}
    answer = desk.post("/desk/queue/groups", data=sent, headers=ORIGIN)
    assert answer.status_code == (422 if "\x00" in key else 200)
    assert "25 cases" not in answer.text
