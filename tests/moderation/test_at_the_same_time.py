"""What happens to a comment from several sides at once: appeals, reports, edits and decisions that cross."""

from datetime import timedelta

import pytest

from moderation import appeals, intake, reports, upkeep
from moderation.database import reading, transaction
from moderation.errors import FieldInvalidError, IdempotencyKeyReusedError, NotOverturnableError
from moderation.models import Case, Comment
from moderation.submissions import Accepted
from moderation.terms import Action, Role, Status, Why
from tests import make
from tests.moderation.plain import WINDOW, decide, held, rows, settle, settled

NOON = make.NOON
LATER = NOON + timedelta(seconds=1)
OVER = NOON + WINDOW + timedelta(seconds=2)


@pytest.fixture
def site(engine):
    return make.site()


def test_what_is_appealed_or_reported_since_is_not_overturned_but_decided(site):
    lead, other = make.moderator("lea", Role.LEAD).person, make.moderator("mia").person
    appealed, reported = held(site.id, "c-1"), held(site.id, "c-2")
    rejected, approved = settled(appealed, lead), settled(reported, lead, Action.APPROVE)
    with transaction() as session:
        appeals.appeal(session, site.id, appealed.comment_id, "please", LATER)
        reports.report(session, site.id, reported.comment_id, "reader-1", None, None, LATER)

    with pytest.raises(NotOverturnableError):
        decide(appealed, lead, Action.APPROVE, at=OVER, overturns=rejected.id)
    with pytest.raises(NotOverturnableError):
        decide(reported, lead, Action.REJECT, at=OVER, overturns=approved.id)

    for case in rows(Case):
        if case.closed_at is None:
            decide(case, other, Action.APPROVE, at=OVER)
    settle(OVER + WINDOW + timedelta(seconds=2))
    assert {make.status(each.comment_id) for each in (appealed, reported)} == {Status.APPROVED}
    assert all(each.closed_at for each in rows(Case))


def test_only_the_last_of_a_comments_decisions_is_overturned(site):
    lead = make.moderator("lea", Role.LEAD).person
    first = held(site.id)
    rejected = settled(first, make.moderator("mia").person)
    with transaction() as session:
        appeals.appeal(session, site.id, first.comment_id, "please", LATER)
    denied = settled(next(each for each in rows(Case) if each.closed_at is None), lead)

    with pytest.raises(NotOverturnableError):
        decide(first, lead, Action.APPROVE, at=OVER, overturns=rejected.id)

    decide(rows(Case, id=denied.case_id)[0], lead, Action.APPROVE, at=OVER, overturns=denied.id)
    settle(OVER + WINDOW + timedelta(seconds=2))
    assert make.status(first.comment_id) == Status.APPROVED


def test_a_person_does_not_hold(site):
    case = held(site.id)
    with pytest.raises(FieldInvalidError):
        decide(case, make.moderator().person, Action.HOLD)


def test_enough_reports_while_an_approval_can_be_undone_take_the_comment_down_when_it_settles(site):
    case = held(site.id)
    decide(case, make.moderator().person, Action.APPROVE)
    for reader in range(3):
        with transaction() as session:
            reports.report(session, site.id, case.comment_id, f"reader-{reader}", None, None, LATER)

    settle(OVER)

    assert make.status(case.comment_id) == Status.HELD
    assert [each.reports for each in rows(Case) if each.closed_at is None] == [3]


def test_enough_reports_before_anybody_looked_hold_what_the_checks_approve(site):
    comment = make.stored(site.id)
    for reader in range(3):
        with transaction() as session:
            reports.report(session, site.id, comment.id, f"reader-{reader}", None, None, NOON)

    make.work()

    assert make.status(comment.id) == Status.HELD
    assert [(each.why, each.reports) for each in rows(Case)] == [(Why.REPORTED, 3)]


def test_an_old_comment_that_is_edited_has_waited_since_its_edit(site):
    comment = make.stored(site.id)
    make.work()
    with transaction() as session:
        long_ago = session.get_one(Comment, comment.id)
        long_ago.received_at = long_ago.updated_at = NOON - timedelta(days=30)
        intake.edit(session, long_ago, "Another text", NOON)
    with reading() as session:
        assert upkeep.oldest_pending(session) == NOON


def test_a_key_whose_first_use_was_refused_still_belongs_to_one_comment(site):
    make.stored(site.id, "taken", "The text that is there")
    sent = [
        make.submission(site.id, "taken" if index < 3 else f"new-{index}", idempotency_key="k", payload_hash=str(index))
        for index in range(6)
    ]

    with transaction() as session:
        outcomes = intake.submit(session, sent, NOON)

    accepted = [each for each in outcomes if isinstance(each, Accepted)]
    assert len(accepted) == 1
    assert sum(isinstance(each, IdempotencyKeyReusedError) for each in outcomes) == 2
