"""What a writer did not mean to publish stays here: in no answer, no page for machines, no log."""

import logging
from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient

from moderation.terms import Role
from tests import make
from tests.api import calls

EMAIL, IP, BROWSER, REFERRER = "planted-mail@planted.example", "203.0.113.77", "planted-browser/1.0", "planted-referrer"
HONEYPOT = "planted-honeypot"
PLANTED = (EMAIL, "planted-mail", "planted.example", IP, BROWSER, REFERRER, HONEYPOT)
SENT = {"ip": IP, "user_agent": BROWSER, "referrer": f"https://a.example/?{REFERRER}", "honeypot": HONEYPOT}


class Everything(logging.Handler):
    """Keeps whatever is logged, whole."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.kept: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(("httpx", "httpcore")):  # the test's own client
            self.kept.append(f"{record.name} {record.__dict__} {record.exc_info}")


@pytest.fixture
def logged() -> Iterator[list[str]]:
    root, handler = logging.getLogger(), Everything()
    root.addHandler(handler)
    level, root.level = root.level, logging.DEBUG
    yield handler.kept
    root.removeHandler(handler)
    root.setLevel(level)


def test_nothing_that_was_planted_comes_back_anywhere(client: TestClient, logged: list[str], configured: Callable):
    configured(undo_seconds="0")
    logging.getLogger().setLevel(logging.DEBUG)
    site, mia, tom = make.site(), make.moderator("mia"), make.moderator("tom")
    ada = make.moderator("ada", Role.ADMIN)
    answers: dict[str, str] = {}

    def ask(who: make.AtSite | make.AModerator, method: str, path: str, body: object = None) -> dict:
        answer = client.request(method, path, json=body, headers=who.headers)
        answers[f"{method} {path}"] = f"{answer.text} {answer.headers}"
        assert answer.status_code < 300, (method, path, answer.text)
        return answer.json() if answer.text.startswith("{") else {}

    rules = {"lists": {"emails": {"hold": ["@planted.example"]}, "networks": {"hold": [f"{IP}/32"]}}}
    assert client.put(f"/v1/sites/{site.id}/rules", json=rules, headers=ada.headers).status_code == 200
    ask(site, "PUT", "/v1/webhook", {"url": "https://1.1.1.1/"})
    writer = {"id": "u-1", "name": "Ana", "email": EMAIL}
    anonymous = {"name": "Bo", "email": EMAIL}
    one = ask(site, "POST", "/v1/comments", make.comment("c-1", make.PROFANE, author=writer, **SENT))
    two = make.comment("c-2", make.PROFANE, author=anonymous, **SENT)
    ask(site, "POST", "/v1/comments/batch", {"items": [two]})
    make.work()
    listed = ask(mia, "GET", "/v1/queue")["items"]
    case = next(each for each in listed if each["comment"]["id"] == one["id"])
    ask(mia, "POST", "/v1/queue/claims", {"count": 2})
    ask(mia, "GET", f"/v1/cases/{case['id']}")
    rejection = {"action": "reject", "reason": "abuse", "revision": 1}
    ask(mia, "POST", f"/v1/cases/{case['id']}/decision", rejection)
    ask(site, "GET", f"/v1/comments/{one['id']}/statement")
    ask(site, "POST", f"/v1/comments/{one['id']}/appeals", {})
    ask(tom, "GET", "/v1/queue?sort=oldest")
    ask(site, "POST", f"/v1/comments/{one['id']}/reports", {"reader": "r-1"})
    for path in ("/v1/comments", f"/v1/comments/{one['id']}", "/v1/outcomes", "/v1/deliveries", "/v1/webhook"):
        ask(site, "GET", path)
    for path in ("/v1/decisions", f"/v1/comments/{one['id']}/history", "/v1/sites", f"/v1/sites/{site.id}"):
        ask(ada, "GET", path)
    for path in (f"/v1/sites/{site.id}/keys", "/v1/moderators", "/v1/health"):
        ask(ada, "GET", path)
    for path in ("/metrics", "/readyz?verbose=1", "/livez", "/openapi.json", "/docs"):
        ask(ada, "GET", path)
    preview = {"rules": rules, "comment": make.comment(author=writer, **SENT)}
    ask(ada, "POST", f"/v1/sites/{site.id}/rules/preview", preview)
    ask(site, "PATCH", f"/v1/comments/{one['id']}", {"body": "Edited."})
    ask(site, "DELETE", f"/v1/comments/{one['id']}")
    ask(ada, "GET", f"/v1/comments/{one['id']}/history#again")

    secrets = [each.headers["Authorization"].removeprefix("Bearer ") for each in (site, mia, tom, ada)]
    leaks = {where: planted for where, text in answers.items() for planted in (*PLANTED, *secrets) if planted in text}
    assert leaks == {}
    assert logged, "something was logged, else this proves nothing"
    whole = "\n".join(logged)
    assert [each for each in (*PLANTED, *secrets, make.PROFANE) if each in whole] == []


def test_what_is_refused_is_not_logged_either(client: TestClient, logged: list[str]):
    logging.getLogger().setLevel(logging.DEBUG)
    site = make.site()
    author = {"id": "u-1", "email": EMAIL}
    bad = [
        make.comment(author=author, **{**SENT, "surprise": EMAIL}),
        make.comment(author=author, **{**SENT, "ip": f"{IP} "}),
        make.comment(author={"email": EMAIL * 100}, **SENT),
        [EMAIL],
        {"external_id": {EMAIL: IP}},
    ]

    answers = [client.post("/v1/comments", json=each, headers=site.headers) for each in bad]
    answers.append(client.get(f"/v1/comments?status={EMAIL}", headers=site.headers))
    answers.append(client.get(f"/v1/comments/{EMAIL}", headers=site.headers))
    answers.append(client.get(f"/{EMAIL}", headers=site.headers))
    answers.append(client.get("/v1/comments", headers={"Authorization": f"Bearer {EMAIL}"}))

    for answer in answers:
        calls.problem(answer, answer.status_code)
        assert not [each for each in PLANTED if each in answer.text], answer.text
    assert logged
    whole = "\n".join(logged)
    assert not [each for each in PLANTED if each in whole]


def test_a_writer_known_by_email_only_is_told_apart_without_it(client: TestClient):
    site, mia = make.site(), make.moderator()
    for number, email in enumerate(("a@planted.example", "A@planted.example ", "b@planted.example")):
        calls.send(client, site, f"c-{number}", make.PROFANE, author={"name": "Ana", "email": email})
    make.work()

    keys = {each["comment"]["external_id"]: each["comment"]["author"]["key"] for each in calls.cases(client, mia)}

    assert keys["c-0"] == keys["c-1"] != keys["c-2"]
    assert "@" not in "".join(keys.values())
