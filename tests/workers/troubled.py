"""The real worker, which can be brought into trouble: celery -A tests.workers.troubled worker ...

A file of this name in its data folder brings it: 'hang' blocks its event loop, 'deaf' lets it take nothing any more,
'broken-check' makes a check raise.
"""

import os
import time

from celery import bootsteps

from moderation import checks
from moderation.settings import settings
from workers import liveness
from workers.app import app
from workers.watchdog import Limits

LOOK_SECONDS = 0.1
HANG_SECONDS = 60

app.set_current()
app.loader.import_default_modules()
if limits := os.environ.get("TEST_WATCHDOG"):
    liveness.Watch.limits = Limits(0.2, *map(float, limits.split(",")))


def asked(trouble):
    return (settings().data / trouble).exists()


class Trouble(bootsteps.StartStopStep):
    """A timer of the worker's own event loop."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, parent):
        parent.timer.call_repeatedly(LOOK_SECONDS, self._look, (parent,))

    def _look(self, parent):
        if asked("hang"):
            time.sleep(HANG_SECONDS)
        if asked("deaf"):
            parent.task_consumer.cancel()


def breaking(look):
    def broken(facts):
        if asked("broken-check"):
            raise ZeroDivisionError
        return look(facts)

    return broken


if settings().data.name == "with-a-broken-check":
    first, *others = checks.CHECKS
    broken = checks.Check(first.name, first.version, first.says, breaking(first.look), first.prepare, first.prime)
    checks.run_many.__kwdefaults__["checks"] = (broken, *others)

app.steps["consumer"].add(Trouble)
