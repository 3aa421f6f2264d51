"""The children of 'greenroom up': one that stands still is ended, and started again."""

import os
import signal
import sys
import time

from api.cli import processes
from api.cli.processes import MARK, Child, Household
from tests.journeys.launcher import until

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_a_child_that_stands_still_is_ended_and_started_again(tmp_path, monkeypatch):
    monkeypatch.setattr(processes, "STOPPED_SECONDS", 0.3)
    said = []
    household = Household(dict(os.environ) | {MARK: str(tmp_path)}, said.append)
    child = household.add(Child("sleeper", SLEEPER))
    first = child.process.pid
    os.kill(first, signal.SIGSTOP)

    def back():
        household.look_after()
        return child.process.pid != first and child.ended() is None

    until(back)
    household.stop()

    assert "stood still" in said[0]


def test_a_child_that_goes_on_in_time_is_left_alone(tmp_path):
    said = []
    household = Household(dict(os.environ) | {MARK: str(tmp_path)}, said.append)
    child = household.add(Child("sleeper", SLEEPER))
    os.kill(child.process.pid, signal.SIGSTOP)
    household.look_after()
    os.kill(child.process.pid, signal.SIGCONT)
    time.sleep(0.1)
    household.look_after()

    assert (said, child.ended(), child.stopped_since) == ([], None, None)
    household.stop()
