"""Backpressure between sites: one that floods waits for the sweep; the others are nudged at once."""

import time

import pytest

from api import backlog
from moderation import upkeep
from moderation.database import reading
from tests import make
from tests.workers.test_nudge import nudged
from workers import SCREEN, nudge


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(backlog, "AT_ONCE", 3)
    monkeypatch.setattr(backlog, "LOOK_EVERY_SECONDS", 0.05)


def send(client, site, names):
    items = [
        {"external_id": each, "body": make.CLEAN, "page": {"url": "https://courier.example/a"}, "author": {"id": each}}
        for each in names
    ]
    answer = client.post("/v1/comments/batch", json={"items": items}, headers=site.headers)
    assert answer.status_code == 202
    nudge.flush(5)


def ids_nudged():
    return {each for batch in nudged(SCREEN) for each in batch}


def test_a_site_that_sends_more_than_a_few_at_once_is_nudged_for_the_first(few, client):
    send(client, make.site(), [f"c-{each}" for each in range(5)])

    assert len(ids_nudged()) == 3


def test_another_site_is_nudged_at_once_all_the_same(few, client):
    loud, quiet = make.site(), make.site("The Gazette")
    send(client, loud, [f"c-{each}" for each in range(5)])
    _until(lambda: backlog.behind == {loud.id})

    send(client, loud, ["c-6"])
    send(client, quiet, ["one"])

    assert len(ids_nudged()) == 3 + 1


def test_a_site_that_has_caught_up_is_nudged_at_once_again(few, client):
    site = make.site()
    send(client, site, [f"c-{each}" for each in range(5)])
    _until(lambda: backlog.behind)
    make.work()
    _until(lambda: not backlog.behind)

    send(client, site, ["c-6"])

    assert len(ids_nudged()) == 3 + 1


def test_who_is_behind_is_told_by_what_waits(engine):
    loud, quiet = make.site(), make.site("The Gazette")
    for each in range(4):
        make.stored(loud.id, f"c-{each}")
    make.stored(quiet.id)

    with reading() as session:
        assert upkeep.sites_behind(session, 3) == {loud.id}
        assert upkeep.sites_behind(session, 4) == set()
        assert set(upkeep.sites_waiting(session, 10)) == {loud.id, quiet.id}
        assert len(upkeep.sites_waiting(session, 1)) == 1


def _until(holds, seconds=10):
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.02)
