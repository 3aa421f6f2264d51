"""The canary: what arrives is recorded, what does not get all the way is not."""

import pytest

from moderation import database, live
from workers import QUEUES, canary
from workers.app import CANARY_STALE_SECONDS, app

ENTRIES = [each for each in app.conf.beat_schedule.values() if each["task"] == "canary"]


@pytest.mark.usefixtures("engine", "valkey")
def test_a_canary_that_arrives_says_when_it_was_sent():
    canary.canary.run("screen", 1_000.5)

    assert live.pulse()["canaries"] == {"screen": 1_000.5, "deliver": None, "upkeep": None}


@pytest.mark.usefixtures("valkey")
def test_a_canary_that_does_not_reach_the_database_has_not_arrived():
    database.use("postgresql+psycopg://nobody@127.0.0.1:9/nothing")
    try:
        canary.canary.run("screen", 1_000.5)
    finally:
        database.forget()

    assert live.pulse()["canaries"]["screen"] is None


@pytest.mark.usefixtures("valkey")
def test_beat_sends_one_through_every_queue_and_each_takes_along_when_it_was_sent():
    before = live.now()
    sent = {queue: now() for queue, now in (entry["args"] for entry in ENTRIES)}

    assert sent.keys() == set(QUEUES)
    assert all(before <= each <= live.now() for each in sent.values())
    assert live.pulse()["canaries"] == sent, "until one arrives, age counts from the first that was sent"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["args"][0])
def test_a_canary_goes_where_it_says_and_is_dropped_when_it_is_late(entry):
    assert entry["options"] == {"queue": entry["args"][0], "expires": CANARY_STALE_SECONDS}
