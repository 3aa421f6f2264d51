"""Who may do what."""

import pytest

from moderation import people
from moderation.database import reading, transaction
from moderation.errors import NameTakenError, NotAllowedError, NotFoundError
from moderation.ids import new_id
from moderation.models import DeskSession, ModeratorToken, SignInLink, SiteKey
from moderation.people import ADMINS, LEADS, LINK_LIFE, SESSION_LIFE, SETTLES, WATCHES, Person
from moderation.terms import Role
from tests import make
from tests.moderation.plain import rows, together

NOON = make.NOON
HERE, THERE = new_id(), new_id()


def who(*roles):
    return Person(new_id(), "mia", frozenset(roles))


def key_of(made):
    return made.headers["Authorization"].removeprefix("Bearer ")


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.MODERATOR, {"settle"}),
        (Role.LEAD, {"settle", "lead"}),
        (Role.ADMIN, {"settle", "lead", "administer", "watch"}),
        (Role.OPERATOR, {"watch"}),
    ],
)
def test_what_each_role_may_do(role, may):
    asked = {"settle": SETTLES, "lead": LEADS, "administer": ADMINS, "watch": WATCHES}

    assert {name for name, roles in asked.items() if who((HERE, role)).may(roles, HERE)} == may


def test_a_role_on_one_site_opens_no_other():
    mia = who((HERE, Role.ADMIN))

    assert mia.may(SETTLES, HERE)
    assert not mia.may(SETTLES, THERE)
    assert mia.may(SETTLES), "somewhere"
    assert mia.sites(SETTLES) == {HERE}
    with pytest.raises(NotAllowedError):
        mia.must(ADMINS, THERE)
    with pytest.raises(NotAllowedError):
        mia.must_everywhere(ADMINS)


def test_a_role_without_a_site_opens_all_of_them():
    ada = who((None, Role.ADMIN), (HERE, Role.MODERATOR))

    assert ada.may(ADMINS, THERE)
    assert ada.sites(ADMINS) is None
    ada.must_everywhere(ADMINS)


def test_who_has_no_role_sees_no_site():
    assert who().sites(SETTLES) == frozenset()
    assert not who().may(SETTLES)


def test_a_key_opens_its_site_until_it_is_revoked_and_is_stored_only_as_its_hash(engine):
    site, other = make.site(), make.site("The Gazette")
    row = rows(SiteKey, site_id=site.id)[0]
    secret = key_of(site)
    assert secret not in str(row.model_dump())
    with reading() as session:
        assert people.site_of_key(session, secret) == site.id
        assert people.site_of_key(session, secret + "x") is None
        assert people.site_of_key(session, "") is None

    with pytest.raises(NotFoundError), transaction() as session:
        people.revoke_key(session, other.id, row.id, NOON)
    with transaction() as session:
        people.revoke_key(session, site.id, row.id, NOON)

    with reading() as session:
        assert people.site_of_key(session, secret) is None


def test_a_token_brings_its_moderator_until_it_is_revoked(engine):
    site = make.site()
    mia, max_ = make.moderator("mia", Role.LEAD, site.id), make.moderator("max")
    row = rows(ModeratorToken, moderator_id=mia.id)[0]
    with reading() as session:
        person = people.person_of_token(session, key_of(mia))
        assert (person.id, person.name, person.roles) == (mia.id, "mia", {(site.id, Role.LEAD)})

    with pytest.raises(NotFoundError), transaction() as session:
        people.revoke_token(session, max_.id, row.id, NOON)
    with transaction() as session:
        people.revoke_token(session, mia.id, row.id, NOON)

    with reading() as session:
        assert people.person_of_token(session, key_of(mia)) is None


def invite(moderator_id, at=NOON):
    with transaction() as session:
        return people.invite(session, moderator_id, at)


def sign_in(link, at=NOON):
    with transaction() as session:
        return people.sign_in(session, link, at)


def signed_in(secret, at=NOON):
    with reading() as session:
        return people.person_of_session(session, secret, at)


def test_a_link_signs_in_once(engine):
    mia = make.moderator()
    link = invite(mia.id)

    secrets = together([lambda: sign_in(link)] * 6)

    assert len([each for each in secrets if each]) == 1
    assert signed_in(next(each for each in secrets if each)).id == mia.id
    assert link not in str([each.model_dump() for each in rows(SignInLink)])


def test_a_link_that_is_too_old_or_unknown_signs_nobody_in(engine):
    mia = make.moderator()

    assert sign_in(invite(mia.id), NOON + LINK_LIFE) is None
    assert sign_in("gr_link_nonsense") is None
    assert rows(DeskSession) == []


def test_a_session_ends_by_signing_out_by_time_and_when_its_moderator_is_disabled(engine):
    mia = make.moderator()
    out, old, disabled = (sign_in(invite(mia.id)) for _ in range(3))

    with transaction() as session:
        people.sign_out(session, out, NOON)
    assert signed_in(out) is None
    assert signed_in(old, NOON + SESSION_LIFE) is None
    assert signed_in(disabled).id == mia.id

    with transaction() as session:
        people.disable(session, people.find_moderator(session, "mia"), NOON)
    assert signed_in(disabled) is None
    with reading() as session:
        assert people.person_of_token(session, key_of(mia)) is None


def test_a_role_is_given_changed_and_taken_away_per_site(engine):
    site, mia = make.site(), make.moderator("mia")

    def roles():
        with reading() as session:
            return people.person_of_token(session, key_of(mia)).roles

    def give(role, site_id):
        with transaction() as session:
            people.give_role(session, mia.id, role, site_id)

    assert roles() == {(None, Role.MODERATOR)}
    give(Role.LEAD, site.id)
    assert roles() == {(None, Role.MODERATOR), (site.id, Role.LEAD)}
    give(Role.OPERATOR, None)
    assert roles() == {(None, Role.OPERATOR), (site.id, Role.LEAD)}
    give(None, site.id)
    assert roles() == {(None, Role.OPERATOR)}


def test_names_are_taken_once_and_found_by_name_or_id(engine):
    site, mia = make.site("The Courier"), make.moderator("mia")

    with pytest.raises(NameTakenError):
        make.site("The Courier")
    with pytest.raises(NameTakenError):
        make.moderator("mia")
    with reading() as session:
        assert people.find_site(session, "The Courier").id == people.find_site(session, str(site.id)).id == site.id
        assert people.find_moderator(session, "mia").id == people.find_moderator(session, str(mia.id)).id == mia.id
        assert people.all_sites(session) == {site.id}
        for find in (people.find_site, people.find_moderator):
            with pytest.raises(NotFoundError):
                find(session, "nobody")
            with pytest.raises(NotFoundError):
                find(session, str(new_id()))
