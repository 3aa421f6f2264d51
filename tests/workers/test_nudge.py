"""Nudging: batches cut to size, and a broker that is dead, frozen or full never blocks the caller."""

import base64
import json
import os
import socket
import subprocess
import sys
from uuid import UUID

import pytest

from moderation import live
from moderation.ids import new_id
from workers import DELIVER, SCREEN, nudge
from workers.nudge import MOST_CHARACTERS, MOST_IDS, cut

IDS = [UUID(int=each) for each in range(1, 1_001)]


def nudged(queue):
    """The ids that wait in a queue, a list for each message, in order."""
    messages = [json.loads(each) for each in live.client().lrange(queue, 0, -1)][::-1]
    return [json.loads(base64.b64decode(each["body"]))[0][0] for each in messages]


def test_nothing_makes_no_batch():
    assert cut([]) == []


def test_batches_are_cut_by_count_and_keep_their_order():
    batches = cut((each, 1) for each in IDS[: 2 * MOST_IDS + 1])

    assert [len(each) for each in batches] == [MOST_IDS, MOST_IDS, 1]
    assert [each for batch in batches for each in batch] == IDS[: 2 * MOST_IDS + 1]


def test_batches_are_cut_by_characters():
    half = MOST_CHARACTERS // 2

    assert [len(each) for each in cut([(each, half) for each in IDS[:5]])] == [2, 2, 1]
    assert [len(each) for each in cut([(each, half + 1) for each in IDS[:3]])] == [1, 1, 1]


def test_a_single_long_comment_is_a_batch_of_its_own():
    batches = cut([(IDS[0], 10), (IDS[1], 2 * MOST_CHARACTERS), (IDS[2], 10)])

    assert batches == [[IDS[0]], [IDS[1]], [IDS[2]]]


@pytest.mark.parametrize(
    "sizes", [[1] * 500, [MOST_CHARACTERS] * 9, [7, MOST_CHARACTERS - 7, 1, 5_000_000, 0, 0, 3] * 30]
)
def test_no_batch_is_ever_larger_than_it_may_be(sizes):
    comments = list(zip(IDS, sizes, strict=False))
    size = dict(comments)

    for batch in cut(comments):
        assert 1 <= len(batch) <= MOST_IDS
        assert len(batch) == 1 or sum(size[each] for each in batch) <= MOST_CHARACTERS


def test_a_nudge_carries_the_ids_and_nothing_else(valkey):
    nudge.screen([(IDS[0], 10), (IDS[1], 10)])
    nudge.flush(5)

    assert nudged(SCREEN) == [[str(IDS[0]), str(IDS[1])]]


def test_what_failed_before_is_nudged_alone(valkey):
    nudge.screen_alone(IDS[:3])
    nudge.flush(5)

    assert nudged(SCREEN) == [[str(each)] for each in IDS[:3]]


def test_each_site_is_nudged_by_itself(valkey):
    sites = [new_id() for _ in range(3)]

    nudge.deliver(sites)
    nudge.flush(5)

    assert nudged(DELIVER) == [[str(each)] for each in sites]
    assert live.length(SCREEN) == 0


# A process of its own nudges far more often than the publisher can hold, and says when its calls have come back.
NUDGING = """
from uuid import UUID
from workers import nudge
for each in range(1, 2 * nudge.WAITING):
    nudge.screen([(UUID(int=each), 10)])
nudge.flush(0.05)
print("came back with", nudge._post(__import__("os").getpid()).qsize() <= nudge.WAITING)
"""


def nudging(redis_url, data):
    environment = os.environ | {"GREENROOM_REDIS_URL": redis_url, "GREENROOM_DATA": str(data)}
    return subprocess.run(
        [sys.executable, "-c", NUDGING], env=environment, capture_output=True, text=True, timeout=30, check=True
    )


def test_a_broker_that_is_not_there_blocks_nobody(tmp_path):
    assert nudging(f"unix://{tmp_path}/nobody.sock", tmp_path).stdout.split() == ["came", "back", "with", "True"]


def test_a_broker_that_never_answers_blocks_nobody(tmp_path):
    with socket.socket(socket.AF_UNIX) as frozen:
        frozen.bind(f"{tmp_path}/s")
        frozen.listen()

        assert nudging(f"unix://{tmp_path}/s", tmp_path).stdout.split() == ["came", "back", "with", "True"]
