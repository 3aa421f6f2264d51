"""A worker's memory: what is loaded is left alone, what batches take is kept for the next one."""

import subprocess
import sys

PROGRAM = """
import gc, resource
import numpy as np
from moderation import memory

memory.leave_loaded_alone()
memory.keep_what_batches_take()
np.ones(3_000_000)  # 24 MB: taken once from the system ...
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    np.ones(3_000_000)  # ... and not again
taken = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
print(gc.get_freeze_count() > 10_000, gc.get_threshold() == memory.COLLECT_AFTER, taken)
"""


def test_what_a_batch_lets_go_of_is_not_asked_for_again_and_what_is_loaded_is_not_looked_through():
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)

    frozen, seldom, pages = ran.stdout.split()
    assert (frozen, seldom) == ("True", "True")
    if sys.platform == "linux":  # glibc; 20 arrays of 5,859 pages each, if they were
        assert int(pages) < 20 * 1_000
