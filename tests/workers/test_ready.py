"""A screening worker is ready before it forks: no task's time is spent on loading tables."""

import subprocess
import sys

import pytest

GROWN = """
import psutil
from celery import signals
from moderation import checks
from moderation.presets import preset
from moderation.terms import Preset
from workers.app import app

app.amqp.queues.select({queues!r})
signals.worker_init.send(sender=None)
before = psutil.Process().memory_info().rss
checks.get_ready(preset(Preset.STANDARD))
print((psutil.Process().memory_info().rss - before) // 1_000_000)
"""


@pytest.mark.parametrize(("queues", "loads"), [(["screen", "upkeep"], False), (["deliver"], True)])
def test_a_worker_that_screens_has_everything_loaded_before_it_forks(queues: list[str], loads: bool):
    code = GROWN.format(queues=queues)
    grown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert (int(grown) > 30) == loads, f"the first look took {grown.strip()} MB more"
