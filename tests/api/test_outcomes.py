"""Outcomes: a site that polls sees every settled comment, in order, and misses none."""

import threading
import time
from datetime import timedelta

from fastapi.testclient import TestClient
from sqlmodel import col, delete, select

from api import cursors
from moderation import decisions, screening
from moderation.database import clock, reading, transaction
from moderation.ids import new_id
from moderation.models import Event
from tests import make
from tests.api import calls
from tests.moderation.test_chain import seal

HOUR = timedelta(hours=1)
BODIES = (  # so different that nobody takes them for a campaign
    "I worked there for six years and the new stage is lovely.",
    "Has anybody heard when the box office opens on Sundays?",
    "The director answered my letter within a day, which I did not expect.",
    "My grandmother sewed costumes for them in the seventies.",
    "Parking has been terrible since the bridge was closed.",
)
STREETS = {"a": "We live round the corner.", "b": "Greetings from Leeds.", "c": "Thank you for this article."}


def ask(client: TestClient, site: make.AtSite, after: str | None = None, **more: int) -> dict:
    query = {**({"after": after} if after else {}), **more}
    answer = client.get("/v1/outcomes", params=query, headers=site.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def shown(page: dict) -> list[tuple[str, str]]:
    return [(each["external_id"], each["status"]) for each in page["items"]]


def work_and_seal(site: make.AtSite) -> None:
    make.work()
    seal(site.id)


def settle(site: make.AtSite) -> None:
    """What the sweep does when the undo window is over."""
    with transaction() as session:
        decisions.settle_due(session, clock(session) + HOUR)
    seal(site.id)


def test_what_is_settled_is_listed_in_that_order_and_what_is_not_is_not(client: TestClient):
    site, mia = make.site(), make.moderator()
    calls.send(client, site, "held", make.PROFANE)
    calls.send(client, site, "clean")
    work_and_seal(site)
    calls.send(client, site, "pending")
    seal(site.id)
    first = ask(client, site)

    [case] = calls.cases(client, mia)
    calls.decided(client, mia, case, "reject")
    seal(site.id)
    meanwhile = ask(client, site, first["next"])
    settle(site)
    then = ask(client, site, first["next"])

    assert shown(first) == [("clean", "approved")]
    assert (shown(meanwhile), meanwhile["next"]) == ([], first["next"]), "it may still be undone"
    assert shown(then) == [("held", "rejected")]
    assert then["items"][0]["decision"]["reason"] == "spam"
    assert first["items"][0]["decision"] is None
    assert then["items"][0] == calls.where(client, site, then["items"][0]["id"])
    assert shown(ask(client, site)) == [("clean", "approved"), ("held", "rejected")]
    assert shown(ask(client, site, then["next"])) == []


def test_an_undone_decision_never_appears(client: TestClient):
    site, mia = make.site(), make.moderator()
    calls.send(client, site, "held", make.PROFANE)
    work_and_seal(site)
    [case] = calls.cases(client, mia)
    made = calls.decided(client, mia, case, "reject")
    assert client.delete(f"/v1/decisions/{made['id']}", headers=mia.headers).status_code == 200
    settle(site)

    assert shown(ask(client, site)) == []


def test_whoever_asks_need_not_wait_for_the_sweep(client: TestClient):
    site = make.site()
    calls.send(client, site)
    empty = ask(client, site)
    make.work()

    assert (empty["items"], empty["next"]) == ([], None)
    assert shown(ask(client, site)) == [("c-1", "approved")]


def test_what_is_settled_anew_comes_again_further_on_and_only_there(client: TestClient):
    site, mia = make.site(), make.moderator()
    sent = calls.send(client, site, "c-1")
    calls.send(client, site, "c-2")
    work_and_seal(site)
    before = ask(client, site)

    edited = {"body": make.PROFANE}
    client.patch(f"/v1/comments/{sent['id']}", json=edited, headers=site.headers)
    work_and_seal(site)
    held = ask(client, site)
    [case] = calls.cases(client, mia)
    calls.decided(client, mia, case, "reject")
    settle(site)

    assert shown(before) == [("c-1", "approved"), ("c-2", "approved")]
    assert shown(held) == [("c-2", "approved")], "held is not settled"
    assert shown(ask(client, site, before["next"])) == [("c-1", "rejected")]
    assert shown(ask(client, site)) == [("c-2", "approved"), ("c-1", "rejected")]


def test_an_erased_comment_is_an_outcome_that_says_no_more_than_that(client: TestClient):
    site = make.site()
    sent = calls.send(client, site)
    work_and_seal(site)
    before = ask(client, site)
    client.delete(f"/v1/comments/{sent['id']}", headers=site.headers)
    seal(site.id)

    [erased] = ask(client, site, before["next"])["items"]

    assert (erased["id"], erased["status"], erased["verdict"]) == (sent["id"], "erased", None)
    assert erased["author"] == {"id": None, "name": None, "url": None}


def test_outcomes_come_page_by_page(client: TestClient):
    site = make.site()
    for number, body in enumerate(BODIES):
        calls.send(client, site, f"c-{number}", body)
    work_and_seal(site)

    first = client.get("/v1/outcomes?limit=2", headers=site.headers)
    second = client.get(first.links["next"]["url"], headers=site.headers)
    third = client.get(second.links["next"]["url"], headers=site.headers)

    pages = [each.json() for each in (first, second, third)]
    assert [len(each["items"]) for each in pages] == [2, 2, 1]
    assert len({each["id"] for page in pages for each in page["items"]}) == 5
    assert "next" not in third.links
    assert pages[2]["next"] not in {None, pages[1]["next"]}


def test_another_site_s_comments_and_places_are_not_there(client: TestClient):
    site, other = make.site(), make.site("The Gazette")
    calls.send(client, site)
    work_and_seal(site)
    place = ask(client, site)["next"]

    assert shown(ask(client, other)) == []
    calls.problem(client.get(f"/v1/outcomes?after={place}", headers=other.headers), 422, "cursor-invalid")
    forged = cursors.write(("outcomes", other.id), (new_id(),))
    calls.problem(client.get(f"/v1/outcomes?after={forged}", headers=other.headers), 422, names="/after")


def test_a_place_that_a_restore_has_taken_away_is_refused_and_not_taken_for_another(client: TestClient):
    site = make.site()
    calls.send(client, site, "c-1")
    work_and_seal(site)
    calls.send(client, site, "c-2")
    work_and_seal(site)
    place = ask(client, site)["next"]
    with reading() as session:
        last = session.exec(select(Event).order_by(col(Event.seq).desc())).first()
    with transaction() as session:
        session.exec(delete(Event).where(col(Event.id) == last.id))

    calls.problem(client.get(f"/v1/outcomes?after={place}", headers=site.headers), 422, names="/after")


def test_a_site_that_polls_while_many_write_misses_none(client: TestClient):
    site = make.site()
    over = threading.Event()

    def write(name: str) -> None:
        for number, body in enumerate(BODIES):
            comment = make.stored(site.id, f"{name}-{number}", f"{body} {STREETS[name]}")
            screening.screen([comment.id])

    def sweep() -> None:
        while not over.is_set():
            seal(site.id, most=5)
            time.sleep(0.005)  # a sweep rests, too: one that never does starves whoever asks in the same process

    sealer = threading.Thread(target=sweep)
    writers = [threading.Thread(target=write, args=(name,)) for name in ("a", "b", "c")]
    for each in (sealer, *writers):
        each.start()
    seen: list[str] = []
    place = None
    while any(each.is_alive() for each in writers):
        page = ask(client, site, place)
        seen, place = seen + calls.externals(page["items"]), page["next"]
    over.set()
    sealer.join()
    seal(site.id)
    while (page := ask(client, site, place))["items"]:
        seen, place = seen + calls.externals(page["items"]), page["next"]

    assert sorted(seen) == sorted(f"{name}-{number}" for name in ("a", "b", "c") for number in range(5))
