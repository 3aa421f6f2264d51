"""Dead letters over HTTP: operators see what could not be screened, and have it screened once more."""

from fastapi.testclient import TestClient

from moderation.terms import Role
from tests import make
from tests.api import calls
from tests.moderation.test_deadletters import given_up


def letters(client: TestClient, person: make.AModerator, **query: str | int) -> list[dict]:
    answer = client.get("/v1/dead-letters", params=query, headers=person.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def post(client: TestClient, person: make.AModerator, letter: dict, what: str):
    return client.post(f"/v1/dead-letters/{letter['id']}/{what}", headers=person.headers)


def test_an_operator_sees_which_comment_and_why(client: TestClient):
    site, oli = make.site(), make.moderator("oli", Role.OPERATOR)
    row = given_up(site.id)

    [letter] = letters(client, oli)

    assert letter == {
        "id": str(row.id),
        "site_id": str(site.id),
        "comment_id": str(row.comment_id),
        "revision": 1,
        "why": "not screened after 3 attempts",
        "check": row.check_name,
        "at": letter["at"],
        "state": "open",
        "settled_at": None,
        "settled_as": None,
        "settled_by": None,
    }


def test_retried_it_is_screened_once_more(client: TestClient):
    site, oli = make.site(), make.moderator("oli", Role.OPERATOR)
    given_up(site.id)
    [letter] = letters(client, oli)

    answer = post(client, oli, letter, "retry")

    assert answer.status_code == 202
    assert (answer.json()["state"], answer.json()["settled_as"], answer.json()["settled_by"]) == (
        "settled",
        "retried",
        "oli",
    )
    assert calls.where(client, site, letter["comment_id"])["status"] == "pending"
    make.work()
    assert calls.where(client, site, letter["comment_id"])["status"] == "approved"
    calls.problem(post(client, oli, letter, "retry"), 409, "letter-closed")
    assert letters(client, oli, state="open") == []
    assert [each["id"] for each in letters(client, oli, state="settled")] == [letter["id"]]


def test_settled_it_is_closed_and_the_case_stays(client: TestClient):
    site, ada = make.site(), make.moderator("ada", Role.ADMIN)
    given_up(site.id)
    [letter] = letters(client, ada)

    answer = post(client, ada, letter, "settle")

    assert (answer.status_code, answer.json()["settled_as"]) == (200, "looked_at")
    assert [each["comment"]["id"] for each in calls.cases(client, ada)] == [letter["comment_id"]]
    history = client.get(f"/v1/comments/{letter['comment_id']}/history", headers=ada.headers).json()["items"]
    assert [(each["kind"], each["by"]) for each in history][-1] == ("looked_at", "ada")


def test_once_decided_it_cannot_be_retried(client: TestClient):
    site, ada = make.site(), make.moderator("ada", Role.ADMIN)
    given_up(site.id)
    [letter] = letters(client, ada)
    [case] = calls.cases(client, ada)
    calls.decided(client, ada, case)

    calls.problem(post(client, ada, letter, "retry"), 409, "not-retryable")


def test_they_come_page_by_page(client: TestClient):
    site, oli = make.site(), make.moderator("oli", Role.OPERATOR)
    made = [str(given_up(site.id, f"c-{number}").id) for number in range(3)]

    first = client.get("/v1/dead-letters?limit=2", headers=oli.headers)
    second = client.get(first.links["next"]["url"], headers=oli.headers).json()

    assert calls.ids(first.json()["items"] + second["items"]) == made[::-1]
    assert second["next"] is None


def test_only_operators_and_admins_of_the_site_see_them(client: TestClient):
    site, other = make.site(), make.site("The Gazette")
    given_up(site.id)
    mia, lea = make.moderator("mia", at=site.id), make.moderator("lea", Role.LEAD, site.id)
    here = make.moderator("here", Role.OPERATOR, site.id)
    there = make.moderator("there", Role.OPERATOR, other.id)
    [letter] = letters(client, here)

    for person in (mia, lea):
        calls.problem(client.get("/v1/dead-letters", headers=person.headers), 403)
        calls.problem(post(client, person, letter, "retry"), 403)
        calls.problem(post(client, person, letter, "settle"), 403)
    assert letters(client, there) == []
    calls.problem(post(client, there, letter, "retry"), 404)
    calls.problem(client.get("/v1/dead-letters", headers=site.headers), 403)
    calls.problem(client.get("/v1/dead-letters?state=lost", headers=here.headers), 422, names="state")
