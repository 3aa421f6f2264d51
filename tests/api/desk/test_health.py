"""The health page: a tile for everything, red where nobody knows, charts with their tables, dead letters with retry."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from api.desk.health import grouped
from moderation import live
from moderation.database import clock, reading
from moderation.health import Level, Part, throughput
from moderation.models import DeadLetter
from moderation.terms import Role
from tests import make
from tests.api.desk.test_decisions import signed_in
from tests.api.desk.test_deliveries import address
from tests.moderation.plain import rows
from tests.moderation.test_deadletters import given_up

SAME_ORIGIN = {"Origin": "http://greenroom.test"}


@pytest.fixture(autouse=True)
def anew() -> None:
    throughput.forget()


@pytest.fixture
def oli(client: TestClient) -> TestClient:
    """An operator's browser."""
    return signed_in(client, make.moderator("oli", Role.OPERATOR))


def tile(page: str, name: str) -> str:
    """The level of a tile."""
    return re.findall(rf'<li class="tile (\w+)">\s*<p class="named"><span>{re.escape(name)}</span>', page)[0]


def test_the_word_for_everything_is_in_the_title_and_the_heading(oli: TestClient):
    page = oli.get("/desk/health").text
    assert "<title>fail: health" in page
    assert re.search(r'<h1 id="word" class="fail">Not working', page)


def test_without_workers_what_they_would_do_is_red_and_the_database_is_not(oli: TestClient):
    live.client().delete(live.CANARIES, live.HEARTBEATS, live.TICK, live.SENT)
    page = oli.get("/desk/health").text
    red = ("canary screen", "canary deliver", "canary upkeep", "beat", "sweep", "workers")
    assert [tile(page, each) for each in red] == ["fail"] * len(red)
    assert (tile(page, "database"), tile(page, "pending")) == ("ok", "ok")


def test_a_part_that_is_missing_is_red():
    groups = grouped([Part("database", Level.OK, "1 ms"), Part("canary screen", Level.OK, "none sent yet")])
    judged = {part.name: (part.level, part.shows) for group in groups for part in group.parts}
    assert judged["database"] == (Level.OK, "1 ms")
    assert judged["canary screen"] == (Level.FAIL, "none sent yet")
    assert judged["beat"] == judged["disk"] == (Level.FAIL, "no data")


def test_a_part_that_nobody_has_sorted_is_shown_all_the_same():
    assert grouped([Part("something new", Level.WARN, "7")])[-1].parts == (Part("something new", Level.WARN, "7"),)


def test_what_was_screened_is_in_the_charts_and_their_tables(oli: TestClient):
    site = make.site()
    for number in range(3):
        make.stored(site.id, f"c-{number}")
    make.work()
    page = oli.get("/desk/health").text
    assert page.count("<figure") == page.count("<svg") == page.count("<details") == 4
    assert page.count("3 comments screened in all; at most 3 in one stretch.") == 4
    assert "style=" not in page


def test_only_who_watches_sees_it(client: TestClient):
    assert signed_in(client, make.moderator("mia")).get("/desk/health").status_code == 403


def test_a_dead_letter_says_why_and_is_screened_once_more(oli: TestClient):
    site = make.site()
    letter = given_up(site.id)
    page = oli.get("/desk/health").text
    assert "not screened after 3 attempts" in page
    answer = post(oli, page, f"/desk/health/letters/{letter.id}/retry")
    assert "It is being screened once more." in answer.text
    assert make.status(letter.comment_id) == "pending"
    again = post(oli, page, f"/desk/health/letters/{letter.id}/retry")
    assert again.status_code == 409
    assert 'class="wrong" role="alert"' in again.text


def test_somebody_who_has_looked_closes_a_letter(oli: TestClient):
    letter = given_up(make.site().id)
    page = oli.get("/desk/health").text
    assert "somebody has looked" in post(oli, page, f"/desk/health/letters/{letter.id}/settle").text
    assert rows(DeadLetter)[0].settled_as == "looked_at"


def test_letters_of_other_sites_are_not_hers(client: TestClient):
    mine, other = make.site(), make.site("The Other")
    letter = given_up(other.id)
    signed_in(client, make.moderator("ada", Role.ADMIN, mine.id))
    page = client.get("/desk/health").text
    assert str(letter.id) not in page
    assert post(client, page, f"/desk/health/letters/{letter.id}/settle").status_code == 404


def test_troubled_addresses_of_other_sites_are_not_hers(client: TestClient):
    mine, other = make.site(), make.site("The Other")
    for each in (mine, other):
        address(each.id, failures=2)
    signed_in(client, make.moderator("ada", Role.ADMIN, mine.id))
    page = client.get("/desk/health").text
    assert tile(page, "webhook The Courier") == "warn"
    assert "The Other" not in page


def test_the_api_does_not_show_them_to_her_either(client: TestClient):
    mine, other = make.site(), make.site("The Other")
    for each in (mine, other):
        address(each.id, failures=2)
    ada, olaf = make.moderator("ada", Role.ADMIN, mine.id), make.moderator("olaf", Role.OPERATOR)
    hers, all_ = (
        {part["name"] for part in client.get("/v1/health", headers=each.headers).json()["parts"]}
        for each in (ada, olaf)
    )
    assert all_ - hers == {"webhook The Other"}
    assert "webhook The Courier" in hers


def test_a_stretch_that_is_over_is_looked_up_once(engine: str):
    site = make.site()
    make.stored(site.id)
    make.work()
    with reading() as session:
        now = clock(session)
        [*before, last] = throughput.over(session, now, timedelta(minutes=5), 12)
        later = throughput.over(session, now + timedelta(minutes=10), timedelta(minutes=5), 12)
    assert ([each.count for each in before], last.count) == ([0] * 11, 1)
    assert last.median is not None
    assert later[-3] == last
    assert sum(each.count for each in later) == 1


def post(browser: TestClient, page: str, where: str):
    [csrf] = set(re.findall(r'name="csrf" value="([^"]*)"', page))
    return browser.post(where, data={"csrf": csrf}, headers=SAME_ORIGIN)
