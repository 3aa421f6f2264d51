"""The way of one comment: from POST to a verdict, to a moderator's decision, to the site."""

from fastapi.testclient import TestClient

from tests import make


def test_a_held_comment_is_claimed_and_approved(client: TestClient):
    site, mia = make.site(), make.moderator()
    sent = client.post("/v1/comments", json=make.comment(body=make.PROFANE), headers=site.headers)
    assert sent.status_code == 202, sent.text
    assert sent.json()["status"] == "pending"
    make.work()

    case = client.post("/v1/queue/claims", json={"count": 1}, headers=mia.headers).json()["items"][0]
    decided = client.post(
        f"/v1/cases/{case['id']}/decision",
        json={"action": "approve", "revision": case["revision"]},
        headers=mia.headers,
    )

    assert case["comment"]["body"] == make.PROFANE
    assert decided.status_code == 200, decided.text
    where = client.get(f"/v1/comments/{sent.json()['id']}", headers=site.headers).json()
    assert where["status"] == "held", "the site is not told while the decision can be undone"
