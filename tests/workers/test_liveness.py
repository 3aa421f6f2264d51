"""Real workers in trouble: the watchdog ends those that do not work, and leaves alone those that cannot."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.launcher import until
from tests.workers.alive import House, children, house, stays, stopped
from workers.watchdog import EXIT_CODE

pytestmark = pytest.mark.timeout(180)
NUDGE = "from workers.app import app; [app.send_task('canary', [{queue!r}, 5.0], queue={queue!r}) for _ in range({n})]"


@pytest.fixture
def place() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="gr-", dir="/tmp"))  # short: a socket's path has at most 108 bytes
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def impatient(place: Path) -> Iterator[House]:
    """Its watchdogs wait for three seconds where others wait for twenty."""
    with house(place / "d", TEST_WATCHDOG="3,3,60") as made:
        yield made


def nudge(at: House, *queues: str, count: int = 1) -> None:
    for queue in queues:
        at.python(NUDGE.format(queue=queue, n=count))


def came(at: House, *queues: str) -> bool:
    """A canary through each of these queues."""
    return all(at.redis.hexists("greenroom:canaries", f"{queue}|came") for queue in queues)


def trouble(at: House, named: str) -> None:
    (at.data / named).touch()


def ended(at: House, *workers) -> list[str]:
    """What the watchdogs said when they ended these workers."""
    assert until(lambda: all(each.poll() is not None for each in workers), 30)
    assert {each.returncode for each in workers} == {EXIT_CODE}
    said = [each for each in at.log().splitlines() if "the watchdog ends this worker" in each]
    assert len(said) == len(workers)
    return said


def live(*workers) -> bool:
    return all(each.poll() is None for each in workers)


# 'screen' runs its tasks in processes, 'deliver' in threads.


def test_a_worker_whose_event_loop_hangs_is_ended_with_all_its_processes(impatient: House):
    workers = impatient.workers(s="screen", d="deliver")
    pool = children(workers[0])
    assert pool

    trouble(impatient, "hang")

    assert all("the event loop has not ticked for" in each for each in ended(impatient, *workers))
    assert until(lambda: not any(each.is_running() for each in pool))


def test_a_worker_that_takes_nothing_while_nudges_wait_is_ended(impatient: House):
    workers = impatient.workers(s="screen", d="deliver")
    trouble(impatient, "deaf")
    stays(lambda: live(*workers), 5)  # nothing waits: nobody is missed

    nudge(impatient, "screen", "deliver", count=3)

    assert all("nothing runs and nothing was received for" in each for each in ended(impatient, *workers))


def test_a_worker_whose_processes_all_stand_still_is_ended(impatient: House):
    [worker] = impatient.workers(s="screen")

    with stopped(*children(worker)):
        nudge(impatient, "screen", count=20)
        [said] = ended(impatient, worker)

    assert "nothing runs and nothing was received for" in said


def test_a_worker_that_stood_still_goes_on_when_it_is_continued(impatient: House):
    [worker] = impatient.workers(s="screen")

    with stopped(worker, *children(worker)):
        nudge(impatient, "screen", count=5)
        time.sleep(5)

    assert until(lambda: came(impatient, "screen"))
    stays(lambda: live(worker), 4)


def test_while_redis_stands_still_or_is_gone_no_worker_is_ended_and_afterwards_they_work(impatient: House):
    workers = impatient.workers(s="screen", d="deliver")

    with stopped(impatient.valkey):
        stays(lambda: live(*workers), 10)
    nudge(impatient, "screen", "deliver")
    assert until(lambda: came(impatient, "screen", "deliver"), 60)

    impatient.valkey.kill()
    impatient.valkey.wait()
    stays(lambda: live(*workers), 5)
    impatient.start_valkey()
    impatient.redis.delete("greenroom:canaries")
    nudge(impatient, "screen", "deliver")
    assert until(lambda: came(impatient, "screen", "deliver"), 60)
    assert live(*workers)


def test_a_worker_says_what_it_does_and_takes_its_leave(impatient: House):
    [worker] = impatient.workers(w="screen+upkeep")
    nudge(impatient, "screen", count=2)

    said = until(lambda: (found := impatient.said("w"))["received"] >= 2 and found, 30)
    worker.terminate()

    assert (said["pid"], said["queues"], said["running"]) == (worker.pid, ["screen", "upkeep"], [])
    assert said["memory"] > 50_000_000
    assert said["idle"] < 30
    assert worker.wait(20) == 0
    assert impatient.said("w") == {}
