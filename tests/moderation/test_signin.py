"""Passwords, codes of an authenticator, sessions."""

from datetime import timedelta

import pytest
from pyotp.totp import TOTP

from moderation import people, signin
from moderation.database import reading, transaction
from moderation.errors import NotAllowedError
from moderation.models import Membership, Moderator
from moderation.signin import RECOVERY, STEP_SECONDS
from moderation.terms import Role
from tests import make
from tests.moderation.plain import rows, together

NOON = make.NOON
SECRET = "correct horse battery"
FACTOR = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STEP = timedelta(seconds=STEP_SECONDS)


def moderator(who: make.AModerator) -> Moderator:
    with reading() as session:
        return session.get_one(Moderator, who.id)


def with_factor() -> make.AModerator:
    mia = make.moderator()
    with transaction() as session:
        session.get_one(Moderator, mia.id).totp_secret = FACTOR
    return mia


def take(who: make.AModerator, code: str, at=NOON) -> bool:
    looked_at = moderator(who)
    with transaction() as session:
        return signin.take_code(session, looked_at, code, at)


@pytest.mark.parametrize(
    ("password", "fine"),
    [
        ("tall ferns!", False),
        ("tall ferns !", True),
        ("tall ferns in the rain of may " * 7, False),
        (("tall ferns in the rain of may " * 7)[:200], True),
        ("e\u0301" * 11, False),  # eleven, however they are written
        ("Wilhelmina-Maria", False),  # her name
        ("äöüß 漢字 🙂 word", True),
    ],
)
def test_length_is_what_counts(password, fine):
    assert (signin.objection("wilhelmina-maria", password) == "") is fine


@pytest.mark.parametrize(
    "password",
    ["password1234", "qwertyuiop12", "x" * 40, "123456789012", "letmeinletmein", "wilhelmina2026", "greenroom2026"],
)
def test_what_is_soon_guessed_is_refused(password):
    assert signin.objection("wilhelmina", password).startswith("That is too easy to guess.")


def test_the_same_password_composed_otherwise_is_the_same():
    known = Moderator(name="mia", created_at=NOON, password=signin.hashed("caf\u00e9 au lait, s'il te pla\u00eet"))
    assert signin.matches(known, "cafe\u0301 au lait, s'il te plai\u0302t")
    assert not signin.matches(known, "cafe au lait, s'il te plait")


def test_nobody_and_no_password_never_match():
    assert not signin.matches(None, SECRET)
    assert not signin.matches(Moderator(name="mia", created_at=NOON), "")
    assert not signin.matches(Moderator(name="mia", created_at=NOON, password="no hash at all"), SECRET)


def test_a_password_is_only_put_in_the_place_of_the_one_that_was_looked_at(engine):
    mia = make.moderator()
    looked_at = moderator(mia)
    for made, done in (("first", True), ("second", False)):
        with transaction() as session:
            assert signin.set_password(session, looked_at, made) is done
    assert moderator(mia).password == "first"


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_may_be_one_step_off(engine, steps, taken):
    assert take(with_factor(), TOTP(FACTOR).at(NOON + steps * STEP)) is taken


def test_a_code_is_taken_once_and_none_before_it(engine):
    mia = with_factor()
    assert take(mia, TOTP(FACTOR).at(NOON))
    assert not take(mia, TOTP(FACTOR).at(NOON))
    assert not take(mia, TOTP(FACTOR).at(NOON - STEP))
    assert take(mia, TOTP(FACTOR).at(NOON + STEP), NOON + STEP)


def test_of_many_who_send_the_same_code_one_is_let_in(engine):
    mia, code = with_factor(), TOTP(FACTOR).at(NOON)
    assert sorted(together([lambda: take(mia, code)] * 6)) == [False] * 5 + [True]


@pytest.mark.parametrize("code", ["", "000000", "١٢٣٤٥٦", "\ud800", "1" * 1_000])
def test_what_is_no_code_is_not_taken(engine, code):
    assert not take(with_factor(), code, NOON)


def test_a_link_stands_for_what_was_lost_for_an_hour(engine):
    mia = make.moderator()
    with transaction() as session:
        by_link = people.sign_in(session, people.invite(session, mia.id, NOON), NOON)
        by_password = signin.sign_in(session, session.get_one(Moderator, mia.id), "", NOON + STEP, "")
    assert by_link
    assert by_password
    with reading() as session:
        assert signin.recovering(session, by_link, NOON + RECOVERY - STEP)
        assert not signin.recovering(session, by_link, NOON + RECOVERY)
        assert not signin.recovering(session, by_password, NOON + 2 * STEP)


def test_two_admins_do_not_part_with_each_other(engine):
    admins = [make.moderator(name, Role.ADMIN) for name in ("ada", "eve")]

    def demote(who: make.AModerator) -> str:
        try:
            with transaction() as session:
                people.give_role(session, who.id, None, None)
        except NotAllowedError:
            return "refused"
        return "done"

    assert sorted(together([lambda each=each: demote(each) for each in admins])) == ["done", "refused"]
    assert len(rows(Membership)) == 1
