"""The way in for a house's processes: 'python -m tests.faults.entry celery|uvicorn ARGUMENTS'.

The product as it is, with what the proof needs and the product has no business with: a failpoint inside kombu, checks
that misbehave, and a clock that can be set wrong.
"""

import os
import runpy
import sys

SOFT_SECONDS, HARD_SECONDS = 18, 19  # below the lease of 20 s


def main() -> None:
    module = sys.argv[1]
    sys.argv = [module, *sys.argv[2:]]
    from tests.faults import skew

    skew.install("api" if module == "uvicorn" else "beat" if "beat" in sys.argv else "worker")
    if module == "celery":
        from tests.faults import poison

        _between_brpop_and_unacked()
        poison.install()
        if os.environ.get("GREENROOM_FAULTS_PATIENT"):
            _no_hurry()
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _no_hurry() -> None:
    """Who waits in a failpoint must not run into the task's time limits, which are tested by themselves."""
    from workers.app import app

    app.conf.task_soft_time_limit, app.conf.task_time_limit = SOFT_SECONDS, HARD_SECONDS


def _between_brpop_and_unacked() -> None:
    """The message was taken off the list, and kombu has not yet written down that it was."""
    from kombu.transport.virtual.base import Transport

    from moderation.failpoints import reach

    deliver = Transport._deliver  # noqa: SLF001 - there is no public place in between

    def watched(self, message, queue):
        reach(f"worker.popped.{queue}")
        return deliver(self, message, queue)

    Transport._deliver = watched  # noqa: SLF001


if __name__ == "__main__":
    main()
