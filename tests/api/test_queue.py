"""The queue over HTTP: what waits, in which order, and who has it."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from fastapi.testclient import TestClient

from tests import make
from tests.api import calls

Configured = Callable[..., None]


def test_a_case_has_everything_that_a_moderator_needs(client: TestClient):
    site, mia = make.site(), make.moderator()
    sent = calls.send(client, site, "c-1", make.PROFANE)
    make.work()

    case = calls.cases(client, mia)[0]

    wanted = {
        *("id", "comment", "why", "priority", "opened_at", "revision", "reports", "appeal"),
        *("claimed_by", "claimed_until"),
    }
    assert wanted <= set(case)
    assert (case["why"], case["revision"], case["reports"], case["appeal"]) == ("held", 1, 0, None)
    assert (case["claimed_by"], case["claimed_until"]) == (None, None)
    assert isinstance(case["priority"], int | float)
    assert datetime.fromisoformat(case["opened_at"]).tzinfo
    comment = case["comment"]
    assert (comment["id"], comment["body"]) == (sent["id"], make.PROFANE)
    assert comment["author"]["name"] == "Ana"
    assert comment["verdict"]["action"] == "hold"
    assert [each["check"] for each in comment["verdict"]["because"]] == ["profanity", "abuse.insult"]


def test_how_old_the_article_was_is_shown_if_the_site_says(client: TestClient):
    site, mia = make.site(), make.moderator()
    page = {"url": "https://courier.example/a", "modified_at": "2019-03-01T08:00:00.000Z"}
    calls.send(client, site, "c-1", make.PROFANE, page=page)
    make.work()

    [case] = calls.cases(client, mia)

    assert case["comment"]["page"] == page | {"title": None}


def test_a_signal_says_what_it_saw_and_where(client: TestClient):
    site, mia = make.site(), make.moderator()
    calls.send(client, site, "c-1", make.PROFANE)
    make.work()

    signals = {each["check"]: each for each in calls.cases(client, mia)[0]["comment"]["signals"]}

    for signal in signals.values():
        assert {"check", "score", "version", "milliseconds", "spans", "evidence", "ran", "why_not"} <= set(signal)
        assert 0 <= signal["score"] <= 1
        assert (signal["ran"], signal["why_not"]) == (True, None)
    assert {"profanity", "links", "repeats", "flood", "blocklist", "newcomer"} <= set(signals)
    (start, end), *_ = signals["profanity"]["spans"]
    assert make.PROFANE[start:end] == "asshole"
    assert "strong: asshole" in signals["profanity"]["evidence"]
    assert signals["links"]["spans"] == []


def test_the_queue_is_counted_and_comes_page_by_page(client: TestClient):
    site, mia = make.site(), make.moderator()
    calls.hold(site, 5)

    first = client.get("/v1/queue?limit=2&sort=oldest", headers=mia.headers)
    second = client.get(first.links["next"]["url"], headers=mia.headers)
    third = calls.queue(client, mia, limit=2, sort="oldest", cursor=second.json()["next"])

    pages = [first.json(), second.json(), third]
    assert [len(page["items"]) for page in pages] == [2, 2, 1]
    assert len({each["id"] for page in pages for each in page["items"]}) == 5
    assert third["next"] is None
    assert {page["counts"]["open"] for page in pages} == {5}


@pytest.mark.parametrize("sort", ["urgent", "oldest", "newest"])
def test_each_order_goes_on_where_its_page_ended(client: TestClient, sort: str):
    site, mia = make.site(), make.moderator()
    calls.hold(site, 5)
    whole = calls.ids(calls.cases(client, mia, sort=sort))

    paged: list[str] = []
    cursor = None
    for _ in range(5):
        page = calls.queue(client, mia, sort=sort, limit=1, **({"cursor": cursor} if cursor else {}))
        paged += calls.ids(page["items"])
        cursor = page["next"]

    assert paged == whole
    assert len(set(paged)) == 5
    assert cursor is None


def test_oldest_and_newest_are_each_others_mirror_and_urgent_is_neither(client: TestClient):
    site, mia = make.site(), make.moderator()
    for number in range(3):
        calls.send(client, site, f"c-{number}", make.PROFANE)
        make.work()
    oldest = calls.cases(client, mia, sort="oldest")
    for reader in ("r-1", "r-2"):
        reported = f"/v1/comments/{oldest[1]['comment']['id']}/reports"
        client.post(reported, json={"reader": reader}, headers=site.headers)

    newest, urgent = calls.cases(client, mia, sort="newest"), calls.cases(client, mia, sort="urgent")

    assert [each["comment"]["external_id"] for each in oldest] == ["c-0", "c-1", "c-2"]
    assert calls.ids(newest) == calls.ids(oldest)[::-1]
    assert urgent[0]["id"] == oldest[1]["id"], "two readers reported it"
    assert urgent[0]["priority"] > urgent[1]["priority"]
    assert calls.ids(calls.cases(client, mia)) == calls.ids(urgent), "urgent first, unless asked otherwise"


def test_each_filter_of_the_queue_finds_its_own(client: TestClient):
    courier, herald = make.site("The Courier"), make.site("The Herald")
    mia = make.moderator()
    links = "See http://a.example/ and http://b.example/ and http://c.example/ and http://d.example/"
    calls.send(client, courier, "rude", make.PROFANE, language="en")
    calls.send(client, courier, "linked", links, page={"url": "https://courier.example/b"}, author={"id": "bo"})
    calls.send(client, herald, "of-herald", make.PROFANE, page={"url": "https://herald.example/"})
    make.work()

    def found(**query: str) -> set[str]:
        listed = calls.queue(client, mia, **query)
        assert listed["counts"]["open"] == len(listed["items"])
        return {each["comment"]["external_id"] for each in listed["items"]}

    assert found() == {"rude", "linked", "of-herald"}
    assert found(site=str(courier.id)) == {"rude", "linked"}
    assert found(site="The Herald") == {"of-herald"}
    assert found(check="links") == {"linked"}
    assert found(check="profanity") == {"rude", "of-herald"}
    assert found(check="%") == set()
    assert found(page_url="https://courier.example/b") == {"linked"}
    assert found(author="bo") == {"linked"}
    assert found(language="en") == {"rude"}
    assert found(check="profanity", site="The Courier") == {"rude"}


def test_a_cursor_of_another_order_is_refused(client: TestClient):
    site, mia, tom = make.site(), make.moderator("mia"), make.moderator("tom")
    calls.hold(site, 2)
    cursor = calls.queue(client, mia, limit=1)["next"]

    for headers, query in ((mia.headers, "&sort=oldest"), (mia.headers, "&check=links"), (tom.headers, "")):
        answer = client.get(f"/v1/queue?limit=1&cursor={cursor}{query}", headers=headers)
        calls.problem(answer, 422, "cursor-invalid", names="/cursor")


def test_a_claim_is_a_lease_that_everybody_sees(client: TestClient):
    site, mia, tom = make.site(), make.moderator("mia"), make.moderator("tom")
    calls.hold(site, 2)

    (mine,) = calls.claim(client, mia)
    (his,) = calls.claim(client, tom)

    assert mine["id"] != his["id"]
    assert mine["claimed_by"] == "mia"
    assert datetime.fromisoformat(mine["claimed_until"]) > datetime.fromisoformat(mine["opened_at"])
    seen = {each["id"]: each["claimed_by"] for each in calls.cases(client, tom)}
    assert seen == {mine["id"]: "mia", his["id"]: "tom"}
    assert calls.claim(client, tom) == [], "none is left"


def test_each_claim_leases_further_cases_and_the_most_urgent_first(client: TestClient):
    site, mia = make.site(), make.moderator()
    calls.hold(site, 3)
    urgent = calls.ids(calls.cases(client, mia))

    first, second, third = calls.claim(client, mia), calls.claim(client, mia, 2), calls.claim(client, mia, 5)

    assert calls.ids(first + second) == urgent
    assert third == []


def test_two_hundred_are_claimed_at_once_and_no_more(client: TestClient):
    site, mia = make.site(), make.moderator()
    calls.hold(site, 203)

    claimed = calls.claim(client, mia, 200)

    assert len({each["id"] for each in claimed}) == 200
    for count in (201, 0, -1):
        refused = client.post("/v1/queue/claims", json={"count": count}, headers=mia.headers)
        calls.problem(refused, 422, names="/count")
    assert len(calls.claim(client, mia, 200)) == 3


def test_fifty_claims_at_the_same_moment_are_fifty_cases(client: TestClient):
    site = make.site()
    people = [make.moderator(f"m-{number}") for number in range(10)]
    calls.hold(site, 60)

    with ThreadPoolExecutor(25) as threads:
        claimed = list(threads.map(lambda number: calls.claim(client, people[number % 10]), range(50)))

    assert [len(each) for each in claimed] == [1] * 50
    assert len({each[0]["id"] for each in claimed}) == 50


def test_a_claim_that_is_given_back_is_free_again(client: TestClient):
    site, mia, tom = make.site(), make.moderator("mia"), make.moderator("tom")
    calls.hold(site, 1)
    (case,) = calls.claim(client, mia)
    path = f"/v1/queue/claims/{case['id']}"

    not_his = client.delete(path, headers=tom.headers)
    mine = client.delete(path, headers=mia.headers)

    calls.problem(not_his, 409, "case-claimed")
    assert mine.status_code == 204
    assert calls.ids(calls.claim(client, tom)) == [case["id"]]


def test_a_lease_that_ran_out_is_free_again(client: TestClient, configured: Configured):
    configured(claim_minutes="0.002")
    site, mia, tom = make.site(), make.moderator("mia"), make.moderator("tom")
    calls.hold(site, 1)
    (case,) = calls.claim(client, mia)

    time.sleep(0.15)

    assert calls.cases(client, tom)[0]["claimed_by"] is None
    assert calls.ids(calls.claim(client, tom)) == [case["id"]]


def test_a_moderator_of_one_site_sees_and_claims_only_there(client: TestClient):
    courier, herald = make.site("The Courier"), make.site("The Herald")
    mia, tom = make.moderator("mia", at=courier.id), make.moderator("tom", at=herald.id)
    calls.hold(courier, 2)
    (case, _) = calls.cases(client, mia)

    listed, claimed = calls.queue(client, tom), calls.claim(client, tom, 10)
    looked = client.get(f"/v1/cases/{case['id']}", headers=tom.headers)
    decided = calls.decide(client, tom, case)
    filtered = client.get("/v1/queue?site=The Courier", headers=tom.headers)
    history = client.get(f"/v1/comments/{case['comment']['id']}/history", headers=tom.headers)

    assert (listed["items"], listed["counts"]["open"], claimed) == ([], 0, [])
    for answer in (looked, decided, filtered, history):
        calls.problem(answer, 404, "not-found")


def test_a_claim_can_be_asked_for_one_site(client: TestClient):
    courier, herald = make.site("The Courier"), make.site("The Herald")
    mia = make.moderator()
    calls.hold(courier, 1)
    calls.hold(herald, 1)

    (case,) = calls.claim(client, mia, 5, site="The Herald")

    assert case["site_id"] == str(herald.id)


def test_history_tells_everything_in_order_and_a_screening_once(client: TestClient):
    site, mia = make.site(), make.moderator("mia")
    sent = calls.send(client, site, body=make.PROFANE)
    make.work()
    (case,) = calls.claim(client, mia)
    decision = calls.decided(client, mia, case, "reject", reason="abuse", note="He means it.")
    client.delete(f"/v1/decisions/{decision['id']}", headers=mia.headers)

    answer = client.get(f"/v1/comments/{sent['id']}/history", headers=mia.headers)

    assert answer.status_code == 200
    lines = answer.json()["items"]
    assert [each["kind"] for each in lines] == ["received", "screened", "case_opened", "claimed", "decided", "undone"]
    assert [each["by"] for each in lines] == ["site", "policy", "policy", "mia", "mia", "mia"]
    assert [each["at"] for each in lines] == sorted(each["at"] for each in lines)
    assert lines[1]["verdict"]["action"] == "hold"
    assert lines[1]["signals"]
    assert (lines[4]["action"], lines[4]["reason"], lines[4]["note"]) == ("reject", "abuse", "He means it.")
