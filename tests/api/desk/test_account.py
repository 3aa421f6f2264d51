"""The account page: password, preferences, authenticator, sessions, tokens; each only one's own."""

import re

import pytest
from fastapi.testclient import TestClient
from pyotp.totp import TOTP
from sqlalchemy import update

from moderation import signin
from moderation.database import clock, reading, transaction
from moderation.ids import new_id
from moderation.models import DeskSession, Moderator, ModeratorToken
from moderation.signin import RECOVERY
from tests import make
from tests.api.desk.plain import come_in, send
from tests.api.desk.test_sign_in import SECRET, factor, password, sign_in
from tests.moderation.plain import rows

OTHER = "another horse entirely"


@pytest.fixture
def mia(client: TestClient) -> make.AModerator:
    """Signed in by a link; she has no password."""
    made = make.moderator()
    come_in(client, made)
    return made


def account(client: TestClient, what: str = "", **fields):
    return send(client, f"/desk/account{what}", "/desk/account", **fields)


def moderator(who: make.AModerator) -> Moderator:
    with reading() as session:
        return session.get_one(Moderator, who.id)


def later(client: TestClient) -> None:
    """The hour after the link is over."""
    with transaction() as session:
        session.execute(update(DeskSession).values(created_at=clock(session) - RECOVERY))


def live_sessions(who: make.AModerator) -> list[DeskSession]:
    with reading() as session:
        return signin.sessions(session, who.id, clock(session))


def test_whoever_has_no_password_is_told_so_and_chooses_one(client: TestClient, mia):
    assert "You have no password yet" in client.get("/desk/account").text

    answer = account(client, "/password", new=SECRET, again=SECRET)

    assert "Your password is changed" in answer.text
    assert sign_in(client).status_code == 303


@pytest.mark.parametrize(
    ("new", "again", "says"),
    [
        ("elevenchars", "elevenchars", "12 to 200 characters"),
        ("x" * 201, "x" * 201, "12 to 200 characters"),
        (SECRET, OTHER, "differ"),
    ],
)
def test_a_password_that_will_not_do(client: TestClient, mia, new, again, says):
    answer = account(client, "/password", new=new, again=again)

    assert answer.status_code == 422
    assert says in answer.text
    assert moderator(mia).password is None


def test_a_new_password_takes_the_old_one_and_ends_the_other_sessions(client: TestClient, mia):
    password(mia)
    come_in(client, mia)
    later(client)
    assert len(live_sessions(mia)) == 2

    refused = account(client, "/password", old="not that one, no", new=OTHER, again=OTHER)
    assert "not your present password" in refused.text
    assert len(live_sessions(mia)) == 2

    assert "is changed" in account(client, "/password", old=SECRET, new=OTHER, again=OTHER).text
    assert len(live_sessions(mia)) == 1
    assert sign_in(client, password=SECRET).status_code == 401
    assert sign_in(client, password=OTHER).status_code == 303


def test_for_an_hour_after_a_link_a_new_password_takes_no_old_one(client: TestClient, mia):
    password(mia)
    assert "is changed" in account(client, "/password", new=OTHER, again=OTHER).text
    later(client)
    assert account(client, "/password", new=SECRET, again=SECRET).status_code == 422


def test_guesses_at_the_present_password_are_throttled(client: TestClient, mia):
    password(mia)
    later(client)
    for _ in range(5):
        assert account(client, "/password", old="guess", new=OTHER, again=OTHER).status_code == 422
    assert account(client, "/password", old=SECRET, new=OTHER, again=OTHER).status_code == 429


def test_preferences_take_effect_at_once(client: TestClient, mia):
    wanted = {"theme": "dark", "text_size": "large", "worst": "last", "pause_after": "30", "greyscale": "true"}

    page = account(client, "/preferences", **wanted).text

    assert 'data-theme="dark" data-text="large" data-greyscale' in page
    assert 'data-keys="off"' in page
    kept = {"masked": False, "greyscale": True, "keys": False, "pause_after": 30, "worst": "last"}
    assert moderator(mia).preferences == kept | {"theme": "dark", "text_size": "large"}


def test_preferences_that_nobody_knows_are_refused(client: TestClient, mia):
    assert account(client, "/preferences", theme="plaid").status_code == 422
    assert account(client, "/preferences", pause_after="-1").status_code == 422
    assert moderator(mia).preferences is None


def begun(client: TestClient) -> str:
    page = client.get("/desk/account/authenticator").text
    assert "<svg" in page
    assert "style=" not in page
    return re.findall(r'name="secret" value="(\w+)"', page)[0]


def test_an_authenticator_is_on_once_a_code_fits_and_off_by_another(client: TestClient, mia):
    password(mia)
    secret = begun(client)

    assert account(client, "/authenticator", secret=secret, code="nonsense").status_code == 422
    assert moderator(mia).totp_secret is None
    now = TOTP(secret).now()
    assert "takes a code" in account(client, "/authenticator", secret=secret, code=f"{now[:3]} {now[3:]}").text
    assert moderator(mia).totp_secret == secret
    assert sign_in(client).status_code == 401

    later(client)
    come_in(client, mia)
    later(client)
    assert account(client, "/authenticator/end", code=now).status_code == 422, "it was taken before"
    assert account(client, "/authenticator/end").status_code == 422
    assert "no code any more" in account(client, "/authenticator/end", password=SECRET).text
    assert moderator(mia).totp_secret is None


def test_an_authenticator_that_is_on_is_not_replaced(client: TestClient, mia):
    password(mia)
    secret = begun(client)
    factor(mia)
    account(client, "/authenticator", secret=secret, code=TOTP(secret).now())
    assert moderator(mia).totp_secret != secret


def test_after_a_link_an_authenticator_that_is_lost_is_turned_off(client: TestClient, mia):
    password(mia)
    factor(mia)
    assert "no code any more" in account(client, "/authenticator/end").text


def test_sessions_are_listed_and_ended(client: TestClient, mia):
    old = client.cookies["greenroom_session"]
    come_in(client, mia)
    page = client.get("/desk/account").text
    assert page.count("this one") == 1
    other = min(live_sessions(mia), key=lambda each: each.id)

    assert "That session has ended" in account(client, f"/sessions/{other.id}/end").text

    assert len(live_sessions(mia)) == 1
    client.cookies.clear()
    answer = client.get("/desk/account", headers={"Cookie": f"greenroom_session={old}"}, follow_redirects=False)
    assert answer.headers["location"] == "/desk/sign-in"


def test_sign_out_everywhere_else_and_everywhere(client: TestClient, mia):
    for _ in range(2):
        come_in(client, mia)
    assert len(live_sessions(mia)) == 3

    account(client, "/sessions/end", which="others")
    assert len(live_sessions(mia)) == 1

    assert account(client, "/sessions/end", which="all").url.path == "/desk/sign-in"
    assert live_sessions(mia) == []


def test_a_session_of_somebody_else_is_not_there(client: TestClient, mia):
    bo = make.moderator("bo")
    come_in(client, bo)
    theirs = live_sessions(mia)[0]
    assert account(client, f"/sessions/{theirs.id}/end").status_code == 404
    assert account(client, f"/sessions/{new_id()}/end").status_code == 404
    assert len(live_sessions(mia)) == 1


def test_a_token_is_shown_once_works_and_is_revoked(client: TestClient, mia):
    made = account(client, "/tokens", label="my <b>script</b>")
    token = re.findall(r"gr_mod_[\w-]+", made.text)[0]
    assert "my &lt;b&gt;script" in made.text
    assert token not in client.get("/desk/account").text
    assert client.get("/v1/queue", headers={"Authorization": f"Bearer {token}"}).status_code == 200

    row = next(each for each in rows(ModeratorToken) if token.endswith(each.hint))
    assert "opens nothing" in account(client, f"/tokens/{row.id}/revoke").text

    assert client.get("/v1/queue", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_token_of_somebody_else_is_not_there(client: TestClient, mia):
    make.moderator("bo")
    theirs = next(each for each in rows(ModeratorToken) if each.moderator_id != mia.id)
    assert account(client, f"/tokens/{theirs.id}/revoke").status_code == 404


@pytest.mark.parametrize("what", ["/preferences", "/password", "/sessions/end", "/tokens", "/authenticator/end"])
def test_a_form_from_elsewhere_does_nothing(client: TestClient, mia, what):
    sent = {"new": SECRET, "again": SECRET, "csrf": "x" * 64}
    answer = client.post(f"/desk/account{what}", data=sent, headers={"Origin": "http://greenroom.test"})
    assert answer.status_code == 403
