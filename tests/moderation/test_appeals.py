"""Appeals: the author asks again, and somebody else decides."""

import pytest

from moderation import appeals, rulebook
from moderation.database import transaction
from moderation.errors import AppealNotPossibleError, NotFoundError, OwnDecisionError
from moderation.models import Appeal, Case, Decision, Event
from moderation.terms import Action, Kind, Role, Status, Why
from tests import make
from tests.moderation.plain import WINDOW, claim, decide, held, rows, settle, settled, together

NOON = make.NOON
LATER = NOON + 2 * WINDOW


@pytest.fixture
def site(engine):
    return make.site()


@pytest.fixture
def mia(engine):
    return make.moderator("mia").person


@pytest.fixture
def max_(engine):
    return make.moderator("max").person


@pytest.fixture
def rejected(site, mia):
    """A comment that mia rejected, as its closed case."""
    case = held(site.id)
    settled(case, mia, Action.REJECT)
    return case


def appeal(site, comment_id, reason="I meant it well"):
    with transaction() as session:
        return appeals.appeal(session, site.id, comment_id, reason, LATER)


def appealed():
    return next(each for each in rows(Case) if each.why == Why.APPEALED and each.closed_at is None)


def test_an_appeal_opens_an_urgent_case_with_the_author_s_words(site, rejected):
    made = appeal(site, rejected.comment_id)

    case = appealed()
    assert (made.reason, made.case_id, case.appeal_id) == ("I meant it well", case.id, made.id)
    assert case.rank < LATER.timestamp()
    assert make.status(rejected.comment_id) == Status.REJECTED
    assert len(rows(Event, kind=Kind.APPEALED)) == 1


def test_a_moderator_cannot_decide_an_appeal_against_their_own_decision(site, rejected, mia):
    appeal(site, rejected.comment_id)

    with pytest.raises(OwnDecisionError):
        decide(appealed(), mia, Action.APPROVE, at=LATER)

    assert len(rows(Decision)) == 1


def test_not_even_a_lead_decides_an_appeal_against_their_own_decision(site):
    lea = make.moderator("lea", Role.LEAD).person
    case = held(site.id)
    settled(case, lea, Action.REJECT)
    appeal(site, case.comment_id)

    with pytest.raises(OwnDecisionError):
        decide(appealed(), lea, Action.REJECT, at=LATER)


def test_an_appeal_is_not_offered_to_whoever_decided_first(site, rejected, mia, max_):
    appeal(site, rejected.comment_id)

    assert claim(mia, 10, LATER) == []
    assert [each.id for each in claim(max_, 10, LATER)] == [appealed().id]


@pytest.mark.parametrize(("action", "status"), [(Action.APPROVE, Status.APPROVED), (Action.REJECT, Status.REJECTED)])
def test_somebody_else_grants_or_denies_it(site, rejected, max_, action, status):
    appeal(site, rejected.comment_id)

    decide(appealed(), max_, action, at=LATER)
    settle(LATER + WINDOW)

    assert make.status(rejected.comment_id) == status


def test_what_was_denied_is_appealed_again_before_a_third_person(site, rejected, max_):
    appeal(site, rejected.comment_id)
    decide(appealed(), max_, Action.REJECT, at=LATER)
    settle(LATER + WINDOW)

    appeal(site, rejected.comment_id)

    with pytest.raises(OwnDecisionError):
        decide(appealed(), max_, Action.APPROVE, at=LATER + 2 * WINDOW)


def test_only_one_appeal_at_a_time(site, rejected):
    appeal(site, rejected.comment_id)

    with pytest.raises(AppealNotPossibleError):
        appeal(site, rejected.comment_id)

    assert len(rows(Appeal)) == 1


def test_of_many_appeals_at_once_one_is_taken(site, rejected):
    outcomes = together([lambda: appeal(site, rejected.comment_id)] * 8)

    assert sorted(type(each).__name__ for each in outcomes) == ["Appeal"] + ["AppealNotPossibleError"] * 7
    assert len(rows(Appeal)) == 1


def test_only_a_rejected_comment_can_be_appealed(site, mia):
    pending = make.stored(site.id, "pending")
    with pytest.raises(AppealNotPossibleError):
        appeal(site, pending.id)
    make.work()
    with pytest.raises(AppealNotPossibleError):
        appeal(site, pending.id)
    case = held(site.id, "held")
    with pytest.raises(AppealNotPossibleError):
        appeal(site, case.comment_id)
    decide(case, mia, Action.REJECT)
    with pytest.raises(AppealNotPossibleError):
        appeal(site, case.comment_id)
    assert rows(Appeal) == []


def test_another_site_cannot_appeal(rejected):
    with pytest.raises(NotFoundError):
        appeal(make.site("The Gazette"), rejected.comment_id)


def test_what_the_policy_rejected_can_be_appealed_before_anybody(site, mia):
    with transaction() as session:
        rulebook.change(session, site.id, {"lists": {"words": {"block": ["casino"]}}}, "ada", NOON)
    comment = make.stored(site.id, body="Best casino")
    make.work()

    appeal(site, comment.id)
    decide(appealed(), mia, Action.APPROVE, at=LATER)
    settle(LATER + WINDOW)

    assert make.status(comment.id) == Status.APPROVED


def test_while_an_overturn_is_on_its_way_there_is_no_appeal(site, rejected, mia):
    first = rows(Decision)[0]
    decide(rejected, mia, Action.APPROVE, at=LATER, overturns=first.id)

    with pytest.raises(AppealNotPossibleError):
        appeal(site, rejected.comment_id)
