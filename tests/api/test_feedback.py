"""What readers and authors say of a comment, and what the author is told."""

import json
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from tests import make
from tests.api import calls
from tests.make import AModerator, AtSite

Configured = Callable[..., None]


def report(client: TestClient, site: AtSite, comment: dict, reader: str | None = None, **more: str):
    sent = {**({"reader": reader} if reader else {}), **more}
    return client.post(f"/v1/comments/{comment['id']}/reports", json=sent, headers=site.headers)


def appeal(client: TestClient, site: AtSite, comment: dict, **more: str):
    return client.post(f"/v1/comments/{comment['id']}/appeals", json=more, headers=site.headers)


def rejected(client: TestClient, site: AtSite, by: AModerator) -> dict:
    """A comment that a moderator rejected, and the site was told."""
    sent = calls.send(client, site, body=make.PROFANE)
    make.work()
    calls.decided(client, by, calls.cases(client, by)[0], "reject", reason="abuse")
    make.settle()
    assert calls.where(client, site, sent["id"])["status"] == "rejected"
    return sent


def test_a_report_opens_a_case_and_the_comment_stays_up(client: TestClient):
    site, mia = make.site(), make.moderator()
    sent = calls.send(client, site)
    make.work()

    answer = report(client, site, sent, "r-1", reason="rude", note="He is talking about me.")

    assert answer.status_code == 201
    assert answer.json()["comment_id"] == sent["id"]
    case = calls.cases(client, mia)[0]
    assert (case["why"], case["reports"], case["comment"]["id"]) == ("reported", 1, sent["id"])
    assert calls.where(client, site, sent["id"])["status"] == "approved"


def test_the_same_reader_counts_once(client: TestClient):
    site, mia = make.site(), make.moderator()
    sent = calls.send(client, site)
    make.work()

    answers = [report(client, site, sent, "r-1").json()["id"] for _ in range(3)]
    report(client, site, sent, "r-2")

    assert len(set(answers)) == 1
    assert calls.cases(client, mia)[0]["reports"] == 2


def test_enough_readers_take_a_comment_down_until_somebody_decided(client: TestClient):
    site, mia = make.site(), make.moderator()
    sent = calls.send(client, site)
    make.work()

    for reader in ("r-1", "r-2", "r-3"):
        report(client, site, sent, reader)

    assert calls.where(client, site, sent["id"])["status"] == "held"
    assert [case["reports"] for case in calls.cases(client, mia)] == [3]


def test_a_report_needs_no_body(client: TestClient):
    site = make.site()
    sent = calls.send(client, site)

    answer = client.post(f"/v1/comments/{sent['id']}/reports", headers=site.headers)

    assert answer.status_code == 201


def test_a_comment_that_was_reported_before_it_was_screened_gets_its_case_afterwards(client: TestClient):
    site, mia = make.site(), make.moderator()
    sent = calls.send(client, site)
    report(client, site, sent, "r-1")

    make.work()

    case = calls.cases(client, mia)[0]
    assert (case["why"], case["reports"]) == ("reported", 1)


def test_an_erased_comment_cannot_be_reported(client: TestClient):
    site = make.site()
    sent = calls.send(client, site)
    client.delete(f"/v1/comments/{sent['id']}", headers=site.headers)

    answer = report(client, site, sent, "r-1")

    calls.problem(answer, 409, "comment-erased")


def test_a_rejected_comment_is_appealed_and_somebody_else_decides(client: TestClient, configured: Configured):
    configured(undo_seconds="0")
    site, mia, tom = make.site(), make.moderator("mia"), make.moderator("tom")
    sent = rejected(client, site, by=mia)

    asked = appeal(client, site, sent, reason="I was quoting somebody.")
    case = calls.cases(client, tom)[0]
    own = calls.decide(client, mia, case)
    other = calls.decide(client, tom, case)

    assert asked.status_code == 201
    assert (case["why"], case["appeal"]["reason"]) == ("appealed", "I was quoting somebody.")
    calls.problem(own, 403, "own-decision")
    assert other.status_code == 200, other.text
    assert calls.where(client, site, sent["id"])["status"] == "approved"


def test_whoever_rejected_is_not_handed_the_appeal(client: TestClient, configured: Configured):
    configured(undo_seconds="0")
    site, mia, tom = make.site(), make.moderator("mia"), make.moderator("tom")
    sent = rejected(client, site, by=mia)
    appeal(client, site, sent)

    hers, his = calls.claim(client, mia, 10), calls.claim(client, tom, 10)

    assert (len(hers), len(his)) == (0, 1)


def test_only_a_rejected_comment_is_appealed_and_once_at_a_time(client: TestClient, configured: Configured):
    configured(undo_seconds="0")
    site, mia = make.site(), make.moderator()
    sent = rejected(client, site, by=mia)
    fine = calls.send(client, site, "c-2")
    make.work()

    first, second, of_an_approved = (appeal(client, site, each) for each in (sent, sent, fine))

    assert first.status_code == 201
    calls.problem(second, 409, "appeal-not-possible")
    calls.problem(of_an_approved, 409, "appeal-not-possible")


def test_a_statement_says_what_was_done_by_whom_and_why(client: TestClient, configured: Configured):
    configured(undo_seconds="0")
    site, mia = make.site(), make.moderator("mia-with-a-name")
    sent = rejected(client, site, by=mia)

    statement = client.get(f"/v1/comments/{sent['id']}/statement", headers=site.headers)

    assert statement.status_code == 200
    told = statement.json()
    assert (told["status"], told["reason"], told["decided_by"], told["automated"]) == (
        "rejected",
        "abuse",
        "person",
        False,
    )
    assert told["explanation"]
    assert told["decided_at"]
    assert "mia-with-a-name" not in statement.text, "the author is not told who"
    assert "asshole" not in statement.text


def test_a_statement_of_a_rejection_by_policy_says_so(client: TestClient):
    site, ada = make.site(), make.moderator("ada", make.Role.ADMIN)
    rules = {"lists": {"words": {"block": ["gizmocasino"]}}}
    assert client.put(f"/v1/sites/{site.id}/rules", json=rules, headers=ada.headers).status_code == 200
    sent = calls.send(client, site, body="Come to gizmocasino today.")
    make.work()

    statement = client.get(f"/v1/comments/{sent['id']}/statement", headers=site.headers)
    shown = calls.where(client, site, sent["id"])

    assert statement.status_code == 200, statement.text
    assert (statement.json()["decided_by"], statement.json()["automated"]) == ("policy", True)
    assert statement.json()["reason"] == "blocklist"
    assert statement.json()["explanation"]
    assert "gizmocasino" not in statement.text + json.dumps(shown)


@pytest.mark.parametrize("body", [make.CLEAN, make.PROFANE])
def test_there_is_no_statement_for_what_was_not_rejected(client: TestClient, body: str):
    site = make.site()
    sent = calls.send(client, site, body=body)
    make.work()

    answer = client.get(f"/v1/comments/{sent['id']}/statement", headers=site.headers)

    calls.problem(answer, 404, "no-statement")
