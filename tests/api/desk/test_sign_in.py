"""Signing in: a name, a password and a code; guesses are throttled; a link is always a way."""

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from pyotp.totp import TOTP
from sqlmodel import select

from api.desk import throttle
from moderation import live, people, signin
from moderation.database import clock, reading, transaction
from moderation.models import DeskSession, Moderator
from tests import make
from tests.api.desk.plain import SAME_ORIGIN, come_in

SECRET = "correct horse battery"
FACTOR = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def mia(client: TestClient) -> make.AModerator:
    """She has a password."""
    made = make.moderator()
    password(made)
    return made


def password(who: make.AModerator, hasher: PasswordHasher | None = None) -> None:
    with transaction() as session:
        moderator = session.get_one(Moderator, who.id)
        moderator.password = hasher.hash(SECRET) if hasher else signin.hashed(SECRET)


def factor(who: make.AModerator) -> TOTP:
    with transaction() as session:
        session.get_one(Moderator, who.id).totp_secret = FACTOR
    return TOTP(FACTOR)


def sign_in(client: TestClient, name: str = "mia", password: str = SECRET, code: str = "", **headers: str):
    sent = {"name": name, "password": password, "code": code}
    return client.post("/desk/sign-in", data=sent, headers=SAME_ORIGIN | headers, follow_redirects=False)


def test_name_and_password_land_on_the_queue(client: TestClient, mia):
    answer = sign_in(client, **{"User-Agent": FIREFOX})

    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/queue")
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert client.get("/desk/account").status_code == 200
    with reading() as session:
        assert session.exec(select(DeskSession.seen_as)).one() == "Firefox on Linux"


def test_whatever_is_wrong_the_answer_is_the_same(client: TestClient, mia):
    make.moderator("without-password")
    gone = make.moderator("gone")
    password(gone)
    with transaction() as session:
        people.disable(session, session.get_one(Moderator, gone.id), clock(session))

    answers = [
        sign_in(client, "mia", "something else entirely"),
        sign_in(client, "nobody"),
        sign_in(client, "without-password"),
        sign_in(client, "without-password", ""),
        sign_in(client, "gone"),
    ]

    assert {each.status_code for each in answers} == {401}
    assert len({each.text.replace(name, "") for each, name in zip(answers, NAMES, strict=True)}) == 1
    assert all("set-cookie" not in each.headers for each in answers)


NAMES = ("mia", "nobody", "without-password", "without-password", "gone")


def test_a_form_from_elsewhere_signs_nobody_in(client: TestClient, mia):
    sent = {"name": "mia", "password": SECRET}
    for headers in ({"Origin": "http://evil.example"}, {}):
        assert client.post("/desk/sign-in", data=sent, headers=headers, follow_redirects=False).status_code == 403


def test_after_five_failures_a_name_must_wait_but_a_link_need_not(client: TestClient, mia):
    for _ in range(5):
        assert sign_in(client, password="wrong wrong wrong").status_code == 401

    refused = sign_in(client)

    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 300
    assert "Too many tries. Try again in 5 minutes" in refused.text
    assert come_in(client, mia).get("/desk/account").status_code == 200


def test_a_success_forgets_the_failures_of_the_name(client: TestClient, mia):
    for _ in range(2):
        for _ in range(4):
            assert sign_in(client, password="wrong wrong wrong").status_code == 401
        assert sign_in(client).status_code == 303


def test_an_address_that_guesses_at_many_names_must_wait(client: TestClient, mia):
    for number in range(20):
        assert sign_in(client, f"nobody-{number}").status_code == 401
    assert sign_in(client).status_code == 429


def test_guesses_are_counted_without_redis(client: TestClient, mia, monkeypatch):
    throttle.start_anew()
    with monkeypatch.context() as away:
        away.setattr(live, "client", lambda: live.redis.Redis.from_url("unix:///nowhere.sock"))
        for _ in range(5):
            assert sign_in(client, password="wrong wrong wrong").status_code == 401
        assert sign_in(client).status_code == 429
    throttle.start_anew()


def test_a_session_begins_anew_and_the_browsers_old_one_ends(client: TestClient, mia):
    come_in(client, mia)
    old = client.cookies["greenroom_session"]

    sign_in(client)

    assert client.cookies["greenroom_session"] != old
    client.cookies.clear()
    answer = client.get("/desk/account", headers={"Cookie": f"greenroom_session={old}"}, follow_redirects=False)
    assert answer.status_code == 303


def test_a_password_that_was_hashed_weaker_is_hashed_again(client: TestClient, mia):
    password(mia, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))

    assert sign_in(client).status_code == 303

    with reading() as session:
        assert not signin.outdated(session.get_one(Moderator, mia.id))
    assert sign_in(client).status_code == 303


def test_with_an_authenticator_the_password_alone_does_not_suffice(client: TestClient, mia):
    codes = factor(mia)
    assert sign_in(client).status_code == 401
    assert sign_in(client, code="000000x").status_code == 401
    assert sign_in(client, code=codes.now()).status_code == 303


def test_a_code_is_taken_once(client: TestClient, mia):
    code = factor(mia).now()
    assert sign_in(client, code=code).status_code == 303
    assert sign_in(client, code=code).status_code == 401


def test_a_link_needs_no_code(client: TestClient, mia):
    factor(mia)
    assert "You signed in by a link" in come_in(client, mia).get("/desk/account").text
