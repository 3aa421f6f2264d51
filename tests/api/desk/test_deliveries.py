"""The deliveries page: filtered, page by page, sent again; addresses with their state, and a test."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from moderation import deliveries, webhooks
from moderation.casework import sites_of
from moderation.database import clock, transaction
from moderation.models import Delivery, Webhook
from moderation.terms import DeliveryState, Role
from tests import make
from tests.api.desk.test_decisions import signed_in
from tests.moderation.plain import rows

SAME_ORIGIN = {"Origin": "http://greenroom.test"}
URL = "https://1.1.1.1/hooks"


@pytest.fixture
def site(engine: str) -> make.AtSite:
    """Told of one comment."""
    made = make.site()
    address(made.id)
    make.stored(made.id, "c-<1>")
    make.work()
    return made


@pytest.fixture
def ada(client: TestClient, site: make.AtSite) -> TestClient:
    return signed_in(client, make.moderator("ada", Role.ADMIN))


def address(site_id: UUID, **known: object) -> None:
    with transaction() as session:
        webhook = webhooks.set_address(session, site_id, URL, clock(session))
        for name, value in known.items():
            setattr(webhook, name, value)


def put(delivery: Delivery, **known: object) -> None:
    with transaction() as session:
        row = session.get_one(Delivery, delivery.id)
        for name, value in known.items():
            setattr(row, name, value)
        session.add(row)


def post(browser: TestClient, where: str, **sent: str):
    csrf = re.findall(r'name="csrf" value="([^"]*)"', browser.get("/desk/deliveries").text)[0]
    return browser.post(f"/desk/deliveries{where}", data={"csrf": csrf} | sent, headers=SAME_ORIGIN)


def test_a_delivery_shows_what_came_of_it(ada: TestClient, site: make.AtSite):
    [delivery] = rows(Delivery)
    put(delivery, state="failed", attempts=10, last_status=500, last_error="<b>" + "x" * 190)
    page = ada.get("/desk/deliveries").text
    for shown in ("comment.approved", "c-&lt;1&gt;", "failed</span>", "500 &lt;b&gt;xxx", "Send again</button>"):
        assert shown in page
    assert "x" * 170 not in page


def test_it_is_filtered_by_state_and_site(ada: TestClient, site: make.AtSite):
    other = make.site("Other")
    assert "comment.approved" in ada.get("/desk/deliveries?state=waiting").text
    assert "comment.approved" in ada.get(f"/desk/deliveries?site={site.id}").text
    for query in ("state=failed", f"site={other.id}"):
        assert "No delivery that fits." in ada.get(f"/desk/deliveries?{query}").text


def test_what_failed_is_sent_again_and_the_view_stays(ada: TestClient, site: make.AtSite):
    [delivery] = rows(Delivery)
    put(delivery, state="failed", attempts=10)
    answer = post(ada, f"/{delivery.id}/redeliver", site=str(site.id), back="state=failed&evil=1")
    assert answer.url.query == b"state=failed&said=again"
    assert "It is sent once more." in answer.text
    [again] = rows(Delivery)
    assert (again.state, again.attempts) == ("waiting", 0)


def test_to_a_disabled_address_nothing_is_sent_until_a_test_tries_it(ada: TestClient, site: make.AtSite):
    [delivery] = rows(Delivery)
    put(delivery, state="failed")
    with transaction() as session:
        webhook = session.get_one(Webhook, site.id)
        webhook.disabled_at, webhook.disabled_why = clock(session), "gone"
        session.add(webhook)
    assert "disabled: it answered 410 Gone" in ada.get("/desk/deliveries").text
    refused = post(ada, f"/{delivery.id}/redeliver", site=str(site.id))
    assert refused.status_code == 409
    assert 'role="alert"' in refused.text
    assert "A test is on its way." in post(ada, "/test", site=str(site.id)).text
    assert {each.type for each in rows(Delivery)} == {"comment.approved", "webhook.test"}
    assert rows(Webhook)[0].disabled_at is None


def test_other_sites_are_not_hers(client: TestClient, site: make.AtSite):
    mine = make.site("Mine")
    signed_in(client, make.moderator("ann", Role.ADMIN, mine.id))
    address(mine.id)
    [delivery] = rows(Delivery)
    page = client.get(f"/desk/deliveries?site={site.id}").text
    assert "comment.approved" not in page
    assert "The Courier" not in page
    assert post(client, f"/{delivery.id}/redeliver", site=str(site.id)).status_code == 403
    assert post(client, f"/{delivery.id}/redeliver", site=str(mine.id)).status_code == 404
    assert post(client, "/test", site=str(site.id)).status_code == 403


def test_a_lead_does_not_see_it(client: TestClient, site: make.AtSite):
    assert signed_in(client, make.moderator("lea", Role.LEAD)).get("/desk/deliveries").status_code == 403


def test_pages_follow_one_another_to_the_end(ada: TestClient, site: make.AtSite):
    for number in range(60):
        make.stored(site.id, f"n-{number}")
    make.work()
    first = ada.get("/desk/deliveries?state=waiting").text
    [following] = re.findall(r'<a href="([^"]+)" rel="next"', first)
    second = ada.get(following.replace("&amp;", "&")).text
    shown = [re.findall(r">((?:n|c)-[^<]+)</p>", each) for each in (first, second)]
    assert [len(each) for each in shown] == [50, 11]
    assert len({*shown[0], *shown[1]}) == 61
    assert 'rel="next"' not in second


def test_more_leads_on_also_where_a_button_was_refused(ada: TestClient, site: make.AtSite):
    for number in range(60):
        make.stored(site.id, f"n-{number}")
    make.work()
    refused = post(ada, f"/{site.id}/redeliver", site=str(site.id)).text
    [following] = re.findall(r'<a href="([^"]+)" rel="next"', refused)
    assert "n-0</p>" in ada.get(following.replace("&amp;", "&")).text


@pytest.mark.parametrize("scoped", [False, True])
def test_a_page_looks_only_so_far_and_says_where_to_go_on(engine: str, monkeypatch: pytest.MonkeyPatch, scoped: bool):
    monkeypatch.setattr(deliveries, "WINDOW", 5)
    site = make.site()
    address(site.id)
    for number in range(12):
        make.stored(site.id, f"n-{number}")
    make.work()
    theirs = {site.id, make.site("Quiet").id} if scoped else None
    found, more, turns = [], None, 0
    with transaction() as session:
        oldest = min(rows(Delivery), key=lambda each: each.id)
        session.get_one(Delivery, oldest.id).state = "failed"
        session.flush()
        while turns == 0 or more:
            some, more = deliveries.listed(session, theirs, DeliveryState.FAILED, more, 50)
            found, turns = [*found, *some], turns + 1
    assert ([each.delivery.id for each in found], turns) == ([oldest.id], 3)


def test_addresses_in_trouble_come_first(engine: str):
    now = make.NOON
    sites = {name: make.site(name) for name in ("a none", "b works", "c fails", "d rests", "e disabled")}
    address(sites["b works"].id)
    address(sites["c fails"].id, failures=1)
    address(sites["d rests"].id, failures=3, rest_until=now + timedelta(seconds=9))
    address(sites["e disabled"].id, disabled_at=now, disabled_why="failing")
    with transaction() as session:
        found = deliveries.addresses(session, sites_of(session, None), now)
    assert [each.state for each in found] == ["disabled", "resting", "failing", "working", "none"]
