"""Beat sends nothing into a queue that nobody empties."""

import pytest

from moderation import live
from workers import SCREEN, UPKEEP, beat
from workers.app import app

pytestmark = pytest.mark.usefixtures("valkey")


@pytest.fixture
def scheduler():
    made = beat.Scheduler(app=app)
    yield made
    made.close()


def entry(scheduler, name):
    return scheduler.get_schedule()[name]


def test_a_sweep_goes_into_a_queue_that_is_worked_off(scheduler):
    scheduler.apply_entry(entry(scheduler, "sweep"))

    assert live.length(UPKEEP) == 1


def test_no_sweep_is_put_on_top_of_ten_that_nobody_took(scheduler):
    for _ in range(beat.MOST_SWEEPS + 5):
        scheduler.apply_entry(entry(scheduler, "sweep"))

    assert live.length(UPKEEP) == beat.MOST_SWEEPS


def test_a_canary_goes_behind_many_nudges_but_not_behind_any_number(scheduler):
    live.client().rpush(SCREEN, *range(beat.MOST_CANARIES - 1))
    for _ in range(3):
        scheduler.apply_entry(entry(scheduler, "canary through screen"))

    assert live.length(SCREEN) == beat.MOST_CANARIES
