"""The people page: invitations, roles and their end; an admin of one site stays within it; somebody stays admin."""

import re

import pytest
from fastapi.testclient import TestClient

from moderation import people
from moderation.database import clock, reading, transaction
from moderation.models import Membership, Moderator
from moderation.terms import Role
from tests import make
from tests.api.desk.plain import come_in, send
from tests.moderation.plain import rows


@pytest.fixture
def ada(client: TestClient) -> make.AModerator:
    """An admin of every site, signed in."""
    made = make.moderator("ada", Role.ADMIN)
    come_in(client, made)
    return made


def on_page(client: TestClient, what: str = "", **fields):
    return send(client, f"/desk/people{what}", "/desk/people", **fields)


def roles(who: make.AModerator) -> set[tuple[object, str]]:
    return {(each.site_id, each.role) for each in rows(Membership) if each.moderator_id == who.id}


def disabled(who: make.AModerator) -> bool:
    with reading() as session:
        return session.get_one(Moderator, who.id).disabled_at is not None


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.LEAD, Role.OPERATOR])
def test_the_page_is_for_admins(client: TestClient, role):
    come_in(client, make.moderator("mia", role))
    assert client.get("/desk/people").status_code == 403


def test_everybody_is_listed_with_roles_and_when_they_were_seen(client: TestClient, ada):
    site = make.site()
    make.moderator("mia", Role.LEAD, site.id)
    page = client.get("/desk/people").text
    assert "mia" in page
    assert "The Courier" in page
    assert "Last signed in" in page
    assert "Never signed in" in page


def test_whoever_is_invited_comes_in_by_the_link_once(client: TestClient, ada):
    site = make.site()

    page = on_page(client, name=" noor ", role="lead", site=str(site.id)).text

    link = re.findall(r"/desk/sign-in\?link=gr_link_[\w-]+", page)[0]
    assert link not in client.get("/desk/people").text
    client.cookies.clear()
    assert client.get(link).url.path == "/desk/queue"
    assert "noor" in client.get("/desk/account").text
    client.cookies.clear()
    assert client.get(link).status_code == 401


def test_a_name_that_is_taken_is_said_to_be(client: TestClient, ada):
    make.moderator("mia")
    answer = on_page(client, name="mia", role="lead", site="all")
    assert answer.status_code == 409
    assert "This name is taken." in answer.text


def test_a_role_is_given_changed_and_taken_at_once(client: TestClient, ada):
    site, mia = make.site(), make.moderator("mia")

    on_page(client, f"/{mia.id}/role", role="lead", site=str(site.id))
    assert roles(mia) == {(None, "moderator"), (site.id, "lead")}

    on_page(client, f"/{mia.id}/role", role="none", site="all")
    assert roles(mia) == {(site.id, "lead")}
    assert client.get("/v1/moderators", headers=mia.headers).status_code == 403

    on_page(client, f"/{mia.id}/role", role="admin", site=str(site.id))
    assert client.get("/v1/moderators", headers=mia.headers).status_code == 200


def test_a_new_link_for_somebody_who_is_there(client: TestClient, ada):
    mia = make.moderator("mia")
    page = on_page(client, f"/{mia.id}/link").text
    assert "A link for mia" in page
    assert "gr_link_" in page


def test_whoever_is_disabled_is_out_at_once(client: TestClient, ada):
    mia = make.moderator("mia")
    assert "have ended" in on_page(client, f"/{mia.id}/disable").text
    assert disabled(mia)
    assert client.get("/v1/queue", headers=mia.headers).status_code == 401


def test_whoever_is_enabled_again_comes_in_but_not_with_the_tokens_of_before(client: TestClient, ada):
    mia = make.moderator("mia", Role.LEAD)
    on_page(client, f"/{mia.id}/disable")

    assert "come in again" in on_page(client, f"/{mia.id}/enable").text

    assert not disabled(mia)
    assert client.get("/v1/queue", headers=mia.headers).status_code == 401
    assert come_in(client, mia).get("/desk/queue").status_code == 200
    assert client.get("/desk/rules").status_code == 200, "her role is the one she had"


def test_only_who_administers_all_of_somebody_enables_them(client: TestClient):
    here = make.site("Here")
    far = make.moderator("far")
    with transaction() as session:
        people.disable(session, session.get_one(Moderator, far.id), clock(session))
    come_in(client, make.moderator("ben", Role.ADMIN, here.id))

    assert on_page(client, f"/{far.id}/enable").status_code == 404, "of one site, she does not even see them"
    assert disabled(far)


def test_the_last_admin_of_everything_stays(client: TestClient, ada):
    make.moderator("bo", Role.ADMIN, make.site().id)

    for what, sent in (("role", {"role": "lead", "site": "all"}), ("role", {"role": "none", "site": "all"})):
        answer = on_page(client, f"/{ada.id}/{what}", **sent)
        assert answer.status_code == 403
        assert "last admin of every site" in answer.text
    assert on_page(client, f"/{ada.id}/disable").status_code == 403
    assert roles(ada) == {(None, "admin")}
    assert not disabled(ada)


def test_with_another_one_she_may_go(client: TestClient, ada):
    eve = make.moderator("eve", Role.ADMIN)
    on_page(client, f"/{ada.id}/role", role="lead", site="all")
    assert roles(ada) == {(None, "lead")}
    come_in(client, eve)
    assert on_page(client, f"/{eve.id}/disable").status_code == 403


def test_an_admin_who_is_disabled_does_not_count_as_another_one(client: TestClient, ada):
    eve = make.moderator("eve", Role.ADMIN)
    with transaction() as session:
        people.disable(session, session.get_one(Moderator, eve.id), clock(session))
    assert on_page(client, f"/{ada.id}/disable").status_code == 403


def test_an_admin_of_one_site_sees_and_changes_what_is_of_that_site(client: TestClient):
    here, there = make.site("Here"), make.site("There")
    ben = make.moderator("ben", Role.ADMIN, here.id)
    near, far = make.moderator("near", at=here.id), make.moderator("far", at=there.id)
    both, all_over = make.moderator("both", at=here.id), make.moderator("all-over")
    with transaction() as session:
        people.give_role(session, both.id, Role.LEAD, there.id)
    come_in(client, ben)

    page = client.get("/desk/people").text
    assert all(f">{name}" in page for name in ("near", "both", "ben"))
    assert all(text not in page for text in ("far", "all-over", "There", "every site", "lead</span> "))

    assert on_page(client, f"/{near.id}/role", role="lead", site=str(here.id)).status_code == 200
    assert on_page(client, f"/{near.id}/role", role="lead", site=str(there.id)).status_code == 403
    assert on_page(client, f"/{near.id}/role", role="lead", site="all").status_code == 403
    assert on_page(client, f"/{far.id}/role", role="lead", site=str(here.id)).status_code == 404
    assert on_page(client, name="new", role="lead", site=str(there.id)).status_code == 403
    assert on_page(client, name="new", role="lead", site="all").status_code == 403
    for what in ("link", "disable"):
        assert on_page(client, f"/{both.id}/{what}").status_code == 403
        assert on_page(client, f"/{far.id}/{what}").status_code == 404
        assert on_page(client, f"/{all_over.id}/{what}").status_code == 404
        assert on_page(client, f"/{near.id}/{what}").status_code == 200
    assert roles(near) == {(here.id, "lead")}
    assert roles(far) == {(there.id, "moderator")}


def test_a_hostile_name_is_only_text(client: TestClient, ada):
    make.moderator('<script>alert(1)</script>"\u202e')
    page = client.get("/desk/people").text
    assert "<script>alert" not in page
    assert "\u202e" not in page


@pytest.mark.parametrize("what", ["", "/{}/role", "/{}/link", "/{}/disable"])
def test_a_form_from_elsewhere_does_nothing(client: TestClient, ada, what):
    mia = make.moderator("mia")
    sent = {"name": "eve", "role": "admin", "site": "all", "csrf": "x" * 64}
    answer = client.post(f"/desk/people{what.format(mia.id)}", data=sent, headers={"Origin": "http://greenroom.test"})
    assert answer.status_code == 403
    assert roles(mia) == {(None, "moderator")}
