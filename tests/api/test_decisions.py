"""Decisions over HTTP: one, many, undo, what was decided, and overturning it."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from fastapi.testclient import TestClient

from moderation.terms import Role
from tests import make
from tests.api import calls

Configured = Callable[..., None]


def listed(client: TestClient, person: make.AModerator, **query: str | int) -> list[dict]:
    answer = client.get("/v1/decisions", params=query, headers=person.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def test_a_decision_says_what_who_when_and_how_long_it_can_be_undone(client: TestClient):
    site, mia = make.site(), make.moderator("mia")
    sent = calls.send(client, site, body=make.PROFANE)
    make.work()
    (case,) = calls.claim(client, mia)

    decision = calls.decided(client, mia, case, "reject", reason="abuse", note="He means it.")

    wanted = {"id", "case_id", "comment_id", "action", "reason", "note", "moderator", "at", "undo_until"}
    assert wanted <= set(decision)
    assert (decision["case_id"], decision["comment_id"]) == (case["id"], sent["id"])
    assert (decision["action"], decision["reason"], decision["note"]) == ("reject", "abuse", "He means it.")
    assert decision["moderator"] == "mia"
    assert datetime.fromisoformat(decision["undo_until"]) > datetime.fromisoformat(decision["at"])
    assert calls.cases(client, mia) == []


def test_the_site_is_told_when_the_undo_window_is_over(client: TestClient, configured: Configured):
    configured(undo_seconds="0.3")
    site, mia = make.site(), make.moderator("mia")
    sent = calls.send(client, site, body=make.PROFANE)
    make.work()
    calls.decided(client, mia, calls.cases(client, mia)[0], "reject", reason="abuse", note="Between us.")
    make.settle()
    before = calls.where(client, site, sent["id"])

    time.sleep(0.35)
    make.settle()

    assert (before["status"], before["decision"]) == ("held", None)
    after = calls.where(client, site, sent["id"])
    assert after["status"] == "rejected"
    assert set(after["decision"]) == {"action", "reason", "at"}
    assert (after["decision"]["action"], after["decision"]["reason"]) == ("reject", "abuse")
    assert after["decided_at"] == after["decision"]["at"]


def test_of_ten_who_decide_at_once_one_does_and_nine_read_who_and_when(client: TestClient):
    site = make.site()
    people = [make.moderator(f"m-{number}") for number in range(10)]
    calls.hold(site, 1)
    case = calls.cases(client, people[0])[0]

    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(lambda person: calls.decide(client, person, case), people))

    assert sorted(each.status_code for each in answers) == [200] + [409] * 9
    winner = next(each.json() for each in answers if each.status_code == 200)
    for answer in answers:
        if answer.status_code == 409:
            document = calls.problem(answer, 409, "case-decided")
            assert document["moderator"] == winner["moderator"]
            assert abs(datetime.fromisoformat(document["at"]) - datetime.fromisoformat(winner["at"])).seconds == 0
    assert calls.rows()["decisions"] == 1


def test_a_case_that_a_colleague_has_claimed_is_theirs(client: TestClient):
    site, mia, tom = make.site(), make.moderator("mia"), make.moderator("tom")
    calls.hold(site, 1)
    (case,) = calls.claim(client, mia)

    his = calls.decide(client, tom, case)

    assert calls.problem(his, 409, "case-claimed")["moderator"] == "mia"
    calls.decided(client, mia, case)


def test_a_text_that_changed_is_not_decided_by_its_old_revision(client: TestClient):
    site, mia = make.site(), make.moderator()
    sent = calls.send(client, site, body=make.PROFANE)
    make.work()
    old = calls.cases(client, mia)[0]
    client.patch(f"/v1/comments/{sent['id']}", json={"body": make.PROFANE + " Twice."}, headers=site.headers)
    make.work()
    new = calls.cases(client, mia)[0]

    on_the_old_case = calls.decide(client, mia, old)
    with_the_old_revision = calls.decide(client, mia, new | {"revision": 1})

    calls.problem(on_the_old_case, 409)
    document = calls.problem(with_the_old_revision, 409, "stale-revision", names="/revision")
    assert document["revision"] == 2
    calls.decided(client, mia, new)


def test_a_rejection_needs_a_reason(client: TestClient):
    site, mia = make.site(), make.moderator()
    calls.hold(site, 1)
    case = calls.cases(client, mia)[0]

    one = calls.decide(client, mia, case, "reject", reason=None)
    many = client.post("/v1/decisions", json={"case_ids": [case["id"]], "action": "reject"}, headers=mia.headers)
    unknown = calls.decide(client, mia, case, "reject", reason="because")

    calls.problem(one, 422, "reason-required", names="/reason")
    calls.problem(many, 422, "reason-required", names="/reason")
    calls.problem(unknown, 422, names="/reason")
    assert calls.rows()["decisions"] == 0


@pytest.mark.parametrize("missing", ["action", "revision"])
def test_a_decision_needs_an_action_and_a_revision(client: TestClient, missing: str):
    site, mia = make.site(), make.moderator()
    calls.hold(site, 1)
    case = calls.cases(client, mia)[0]
    sent = {"action": "approve", "revision": 1}
    del sent[missing]

    answer = client.post(f"/v1/cases/{case['id']}/decision", json=sent, headers=mia.headers)

    calls.problem(answer, 422, names=f"/{missing}")


def test_many_are_decided_by_their_ids_and_each_is_listed(client: TestClient):
    site, mia, tom = make.site(), make.moderator("mia"), make.moderator("tom")
    calls.hold(site, 4)
    claimed = calls.claim(client, tom)[0]["id"]
    mine = [each["id"] for each in calls.cases(client, mia) if each["id"] != claimed]
    asked = [mine[0], claimed, calls.UNKNOWN, mine[1]]

    answer = client.post(
        "/v1/decisions", json={"case_ids": asked, "action": "reject", "reason": "spam"}, headers=mia.headers
    )

    assert answer.status_code == 200
    items = answer.json()["items"]
    assert [each["case_id"] for each in items] == asked
    assert [each["status"] for each in items] == [200, 409, 404, 200]
    assert items[0]["decision"]["action"] == "reject"
    assert items[1]["problem"]["type"] == "/problems/case-claimed"
    assert items[2]["problem"]["type"] == "/problems/not-found"
    assert len(calls.cases(client, mia)) == 2


def test_many_are_decided_by_a_filter_and_each_is_listed(client: TestClient):
    courier, herald = make.site("The Courier"), make.site("The Herald")
    mia = make.moderator()
    calls.hold(courier, 3)
    calls.hold(herald, 2)
    asked = {"filter": {"site": "The Courier", "check": "profanity"}, "action": "approve"}

    answer = client.post("/v1/decisions", json=asked, headers=mia.headers)

    items = answer.json()["items"]
    assert [each["status"] for each in items] == [200] * 3
    assert {each["decision"]["case_id"] for each in items} == {each["case_id"] for each in items}
    assert {each["site_id"] for each in calls.cases(client, mia)} == {str(herald.id)}


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"case_ids": [calls.UNKNOWN], "filter": {}},
        {"case_ids": []},
        {"case_ids": None, "filter": None},
        {"filter": {"everything": True}},
    ],
)
def test_many_are_named_in_exactly_one_way(client: TestClient, asked: dict):
    site, mia = make.site(), make.moderator()
    calls.hold(site, 1)

    answer = client.post("/v1/decisions", json={"action": "approve", **asked}, headers=mia.headers)

    calls.problem(answer, 422, "invalid-input")
    assert calls.rows()["decisions"] == 0


def test_a_decision_is_undone_and_the_case_is_open_again(client: TestClient):
    site, mia = make.site(), make.moderator("mia")
    sent = calls.send(client, site, body=make.PROFANE)
    make.work()
    case = calls.cases(client, mia)[0]
    decision = calls.decided(client, mia, case)

    undone = client.delete(f"/v1/decisions/{decision['id']}", headers=mia.headers)
    again = client.delete(f"/v1/decisions/{decision['id']}", headers=mia.headers)

    assert undone.status_code in (200, 204)
    assert again.status_code in (200, 204), "undoing twice is no mistake"
    assert calls.ids(calls.cases(client, mia)) == [case["id"]]
    assert calls.where(client, site, sent["id"])["status"] == "held"
    assert listed(client, mia) == []
    assert calls.decided(client, mia, case, "reject")["action"] == "reject"


def test_only_whoever_decided_or_a_lead_undoes(client: TestClient):
    site, mia, tom = make.site(), make.moderator("mia"), make.moderator("tom")
    lea = make.moderator("lea", Role.LEAD)
    calls.hold(site, 1)
    path = f"/v1/decisions/{calls.decided(client, mia, calls.cases(client, mia)[0])['id']}"

    his, hers = client.delete(path, headers=tom.headers), client.delete(path, headers=lea.headers)

    calls.problem(his, 403, "not-allowed")
    assert hers.status_code in (200, 204)


def test_after_the_window_nothing_is_undone(client: TestClient, configured: Configured):
    configured(undo_seconds="0")
    site, mia = make.site(), make.moderator()
    calls.hold(site, 1)
    decision = calls.decided(client, mia, calls.cases(client, mia)[0])

    late = client.delete(f"/v1/decisions/{decision['id']}", headers=mia.headers)

    calls.problem(late, 409, "undo-window-over")


def test_moderators_see_their_own_decisions_and_leads_everybodys(client: TestClient):
    courier, herald = make.site("The Courier"), make.site("The Herald")
    mia, tom = make.moderator("mia"), make.moderator("tom")
    lea, ada = make.moderator("lea", Role.LEAD, courier.id), make.moderator("ada", Role.ADMIN)
    calls.hold(courier, 3)
    calls.hold(herald, 1)
    open_cases = {each["site_id"]: each for each in calls.cases(client, mia)}
    of_herald = open_cases[str(herald.id)]
    one, two, three = (each for each in calls.cases(client, mia, site="The Courier", sort="oldest"))
    hers = calls.decided(client, mia, one)
    his = calls.decided(client, tom, two, "reject")
    undone = calls.decided(client, mia, three)
    client.delete(f"/v1/decisions/{undone['id']}", headers=mia.headers)
    elsewhere = calls.decided(client, mia, of_herald)

    assert calls.ids(listed(client, mia)) == [elsewhere["id"], hers["id"]]
    assert calls.ids(listed(client, tom)) == [his["id"]]
    assert calls.ids(listed(client, lea)) == [his["id"], hers["id"]]
    assert calls.ids(listed(client, ada)) == [elsewhere["id"], his["id"], hers["id"]]
    assert {each["id"]: each["moderator"] for each in listed(client, lea)} == {his["id"]: "tom", hers["id"]: "mia"}
    assert calls.ids(listed(client, ada, moderator="tom")) == [his["id"]]
    assert calls.ids(listed(client, ada, action="approve")) == [elsewhere["id"], hers["id"]]


def test_decisions_go_on_after_a_cursor(client: TestClient):
    site, mia = make.site(), make.moderator()
    calls.hold(site, 3)
    made = [calls.decided(client, mia, case)["id"] for case in calls.cases(client, mia)]

    first = client.get("/v1/decisions?limit=2", headers=mia.headers)
    linked = client.get(first.links["next"]["url"], headers=mia.headers).json()
    rest = client.get("/v1/decisions", params={"after": first.json()["next"]}, headers=mia.headers).json()

    assert calls.ids(first.json()["items"]) == made[:0:-1]
    assert calls.ids(rest["items"]) == calls.ids(linked["items"]) == made[:1]
    assert rest["next"] is None


def test_a_settled_decision_is_overturned_by_another(client: TestClient, configured: Configured):
    configured(undo_seconds="0")
    site, mia, tom = make.site(), make.moderator("mia"), make.moderator("tom")
    lea = make.moderator("lea", Role.LEAD)
    sent = calls.send(client, site, body=make.PROFANE)
    make.work()
    case = calls.cases(client, mia)[0]
    first = calls.decided(client, mia, case, "reject", reason="abuse")

    unnamed = calls.decide(client, lea, case)
    by_tom = calls.decide(client, tom, case, overturns=first["id"])
    same = calls.decide(client, lea, case, "reject", overturns=first["id"])
    by_lea = calls.decide(client, lea, case, overturns=first["id"])
    again = calls.decide(client, lea, case, "reject", overturns=first["id"])

    calls.problem(unnamed, 409, "case-decided")
    calls.problem(by_tom, 403, "not-allowed")
    calls.problem(same, 409, "not-overturnable")
    assert by_lea.status_code == 200, by_lea.text
    calls.problem(again, 409, "not-overturnable")
    assert calls.where(client, site, sent["id"])["status"] == "approved"
    assert [each["overturned_at"] is not None for each in listed(client, lea)] == [False, True]


def test_an_overturn_that_is_undone_leaves_the_first_decision_standing(client: TestClient, configured: Configured):
    configured(undo_seconds="0")
    site, mia = make.site(), make.moderator()
    sent = calls.send(client, site, body=make.PROFANE)
    make.work()
    case = calls.cases(client, mia)[0]
    first = calls.decided(client, mia, case, "reject")
    configured(undo_seconds="60")
    second = calls.decided(client, mia, case, overturns=first["id"])

    client.delete(f"/v1/decisions/{second['id']}", headers=mia.headers)

    assert calls.where(client, site, sent["id"])["status"] == "rejected"
    assert [(each["id"], each["overturned_at"]) for each in listed(client, mia)] == [(first["id"], None)]
