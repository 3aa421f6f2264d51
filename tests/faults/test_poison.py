"""Comments that break whatever looks at them: each is held within 90 seconds, and nobody else notices."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

import pytest

from moderation.models import Case, DeadLetter, Screening
from moderation.terms import Status, Why
from tests.conftest import ENGINES
from tests.faults import poison
from tests.faults.house import opened
from tests.faults.poisoned import Poisoned, all_settled
from tests.faults.poisoned import poisoned as poisoned_house

pytestmark = pytest.mark.timeout(240)

HELD_WITHIN = timedelta(seconds=90)
FATAL = ("kill", "hang")  # the process is gone: nothing can say what it saw
CAUGHT = tuple(name for name in poison.ACTS if name not in FATAL)


@pytest.fixture(scope="module")
def houses() -> Iterator[dict[str, Poisoned]]:
    """A house on each engine, poisoned at the same time: it is a minute of waiting."""
    with ExitStack() as stack:
        found = {name: poisoned_house(stack.enter_context(opened(name, two=False))) for name in ENGINES}
        with ThreadPoolExecutor() as threads:
            list(threads.map(all_settled, found.values()))
        yield found


@pytest.fixture(params=ENGINES)
def poisoned(request: pytest.FixtureRequest, houses: dict[str, Poisoned]) -> Poisoned:
    return houses[request.param]


@pytest.mark.parametrize("name", poison.ACTS)
def test_a_poison_comment_is_held_within_ninety_seconds(poisoned: Poisoned, name: str):
    sent = poisoned.bad[name]
    comment, case = poisoned.comment(sent), poisoned.of(sent, Case)[0]
    assert comment.status == Status.HELD
    assert case.opened_at - comment.received_at < HELD_WITHIN


@pytest.mark.parametrize("name", FATAL)
def test_what_ended_its_worker_is_a_dead_letter_that_names_the_check(poisoned: Poisoned, name: str):
    letters = poisoned.of(poisoned.bad[name], DeadLetter)
    assert [each.check_name for each in letters] == [poison.CHECK]
    assert [each.why for each in poisoned.of(poisoned.bad[name], Case)] == [Why.UNSCREENED]


@pytest.mark.parametrize("name", CAUGHT)
def test_what_a_check_survived_is_held_by_a_signal_that_did_not_run(poisoned: Poisoned, name: str):
    screening = poisoned.of(poisoned.bad[name], Screening)[0]
    signal = next(each for each in screening.signals if each["check"] == poison.CHECK)
    assert signal["ran"] is False
    assert signal["why_not"]


def test_its_batch_mates_are_undisturbed(poisoned: Poisoned):
    for each in poisoned.mates:
        assert poisoned.comment(each).status == Status.APPROVED
        assert len(poisoned.of(each, Screening)) == 1
        assert poisoned.of(each, DeadLetter) == []
