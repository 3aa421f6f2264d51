"""The watchdog's judgement, look by look; what it does to a real worker is in test_liveness.py."""

import threading
import time

import pytest

from moderation import live
from workers.watchdog import Judge, Limits, Look, Watchdog

LIMITS = Limits()


def judged(looks, judge=None):
    """What the first look that is a reason to end says, and when; None where none is."""
    judge = judge or Judge(LIMITS, 0.0)
    for each in looks:
        why = judge.look(each)
        if why:
            return each.at, why
    return None


def seconds(first, last, **known):
    """A look every second; by default the loop ticks and nothing waits."""
    usual = {"received": 0, "running": 0, "waiting": 0}
    return [Look(at=float(at), **{"ticked": float(at), **usual, **known}) for at in range(int(first), int(last) + 1)]


def test_a_worker_that_ticks_and_has_nothing_to_do_goes_on():
    assert judged(seconds(1, 600)) is None


def test_a_loop_that_does_not_tick_is_a_reason_to_end():
    looks = seconds(1, 10) + seconds(11, 60, ticked=10.0)

    assert judged(looks) == (31.0, "the event loop has not ticked for 21 s")


def test_a_loop_that_ticks_again_in_time_goes_on():
    assert judged(seconds(1, 29, ticked=10.0) + seconds(30, 40)) is None


def test_nudges_that_wait_while_nothing_happens_are_a_reason_to_end():
    at, why = judged(seconds(1, 60, waiting=3))

    assert (at, why) == (22.0, "nudges wait (3), nothing runs and nothing was received for 21 s")


def test_a_worker_that_is_busy_is_left_alone_however_much_waits():
    assert judged(seconds(1, 300, waiting=500, running=1)) is None


def test_a_worker_that_receives_now_and_then_is_left_alone():
    looks = [each for at in range(0, 300, 15) for each in seconds(at + 1, at + 15, waiting=500, received=at)]

    assert judged(looks) is None


def test_a_queue_that_is_empty_in_between_starts_it_over():
    looks = [
        each for at in range(0, 300, 15) for each in (*seconds(at + 1, at + 14, waiting=1), *seconds(at + 15, at + 15))
    ]

    assert judged(looks) is None


def test_while_redis_does_not_answer_nothing_is_a_reason_to_end():
    assert judged(seconds(1, 300, ticked=0.0, waiting=None)) is None


def test_after_redis_is_back_the_loop_has_its_time_again():
    looks = seconds(1, 100, ticked=0.0, waiting=None) + seconds(101, 200, ticked=0.0)

    assert judged(looks) == (121.0, "the event loop has not ticked for 21 s")


def test_a_worker_that_was_stopped_and_continued_has_its_time_again():
    stopped = seconds(1, 10) + seconds(1_000, 1_015, ticked=10.0, waiting=9)

    assert judged([*stopped, *seconds(1_016, 1_100)]) is None


def test_what_still_hangs_after_having_been_continued_ends():
    looks = seconds(1, 10) + seconds(1_000, 1_100, ticked=10.0)

    assert judged(looks)[0] == 1_021.0


def test_short_stops_one_after_the_other_do_not_hide_a_loop_that_hangs():
    looks = [each for at in range(1, 100, 5) for each in seconds(at, at, ticked=0.0)]

    assert judged(looks)[0] <= 30


def test_a_worker_that_is_not_connected_has_longer():
    at, why = judged(seconds(1, 100, ticked=None))

    assert (at, why) == (36.0, "not connected for 36 s while Redis answers")
    assert judged(seconds(1, 34, ticked=None) + seconds(35, 50) + seconds(51, 84, ticked=None)) is None


def test_time_without_a_connection_does_not_count_as_idle():
    assert judged(seconds(1, 30, ticked=None, waiting=5) + seconds(31, 50, waiting=5)) is None


@pytest.mark.usefixtures("valkey")
def test_the_thread_looks_at_the_real_queues_and_ends_once():
    live.client().rpush("deliver", "a nudge")
    ended, said = [], threading.Event()

    def end(why):
        ended.append(why)
        said.set()

    dog = Watchdog(["deliver"], lambda: (time.monotonic(), 0, 0), Limits(every=0.02, silent=9, idle=0.2), end)
    dog.start()

    assert said.wait(10)
    assert ended[0].startswith("nudges wait (1), nothing runs")


@pytest.mark.usefixtures("valkey")
def test_the_thread_rests_when_the_worker_is_told_to_stop():
    looked = threading.Event()

    def look():
        looked.set()

    Watchdog(["deliver"], look, Limits(every=0.02)).start()

    assert looked.wait(10)
    for _ in range(100):
        if "watchdog" not in {each.name for each in threading.enumerate()}:
            return
        time.sleep(0.05)
    raise AssertionError("it goes on")
