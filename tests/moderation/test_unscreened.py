"""What no worker looks at is offered to people as it is; a dead letter says so, and can be retried."""

from datetime import timedelta

import pytest

from moderation import screening, unscreened
from moderation.database import clock, transaction
from moderation.models import Case, Comment, DeadLetter, Delivery
from moderation.terms import Status, Why
from tests import make
from tests.moderation.plain import rows

pytestmark = pytest.mark.usefixtures("engine")

LIMIT = timedelta(minutes=10)


def overdue(later):
    with transaction() as session:
        return unscreened.overdue(session, clock(session) + later, LIMIT)


def test_what_has_waited_too_long_is_held_for_a_person_with_a_dead_letter():
    comment = make.stored(make.site().id)

    assert [each.id for each in overdue(LIMIT)] == [comment.id]

    assert make.status(comment.id) == Status.HELD
    assert [(each.why, each.closed_at) for each in rows(Case)] == [(Why.UNSCREENED, None)]
    assert "no worker looked at it within 10 minutes" in rows(DeadLetter)[0].why
    assert overdue(LIMIT) == [], "once"


def test_what_has_not_waited_so_long_is_left_for_a_worker():
    comment = make.stored(make.site().id)

    assert overdue(LIMIT - timedelta(seconds=1)) == []
    assert make.status(comment.id) == Status.PENDING


def test_what_a_worker_is_looking_at_is_left_to_it():
    comment = make.stored(make.site().id)
    with transaction() as session:
        assert screening.claim(session, [comment.id], clock(session) + LIMIT)

    assert overdue(LIMIT) == []


def test_a_worker_that_comes_back_late_writes_nothing_over_it():
    comment = make.stored(make.site().id)
    with transaction() as session:
        claimed = screening.claim(session, [comment.id], clock(session))
    assert claimed
    overdue(LIMIT)

    with transaction() as session:
        verdicts = [screening.judge((), each.rules) for each in claimed.facts]
        screening.write(session, claimed, [()], verdicts, clock(session))

    assert rows(Comment)[0].status == Status.HELD
    assert rows(Delivery) == []
