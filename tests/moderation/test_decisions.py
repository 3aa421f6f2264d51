"""Decisions: one stands, it can be undone for a while, and then the site is told."""

from datetime import timedelta

import pytest

from moderation import casework, decisions, intake, webhooks
from moderation.database import reading, transaction
from moderation.errors import (
    CaseClaimedError,
    CaseClosedError,
    CaseDecidedError,
    ModerationError,
    NotAllowedError,
    NotFoundError,
    NotOverturnableError,
    ReasonRequiredError,
    StaleRevisionError,
    UndoWindowOverError,
)
from moderation.models import Case, Comment, Decision, Delivery, Event
from moderation.terms import Action, Closed, Kind, Reason, Role, Status
from tests import make
from tests.moderation.plain import LEASE, WINDOW, claim, decide, held, rows, settle, settled, the, together, undo

NOON = make.NOON
SECOND = timedelta(seconds=1)


@pytest.fixture
def site(engine):
    made = make.site()
    with transaction() as session:
        webhooks.set_address(session, made.id, "https://hooks.example/a", NOON)
    return made


@pytest.fixture
def case(site):
    return held(site.id)


@pytest.fixture
def mia(engine):
    return make.moderator("mia").person


def told():
    """What the site is to be told, after 'held'."""
    return [each.type for each in sorted(rows(Delivery), key=lambda each: each.id)][1:]


def standing():
    return [each for each in rows(Decision) if each.void_at is None]


def edit(comment_id, body="Another text"):
    with transaction() as session:
        return intake.edit(session, session.get_one(Comment, comment_id), body, NOON)


def test_until_the_undo_window_is_over_the_site_is_told_nothing(case, mia):
    decision = decide(case, mia, Action.REJECT, note="see above")

    assert settle(NOON + WINDOW - SECOND) == []
    assert (make.status(case.comment_id), told()) == (Status.HELD, [])
    assert (decision.action, decision.reason, decision.note) == ("reject", "abuse", "see above")
    assert (decision.at, decision.undo_until, decision.moderator_id) == (NOON, NOON + WINDOW, mia.id)
    closed = rows(Case)[0]
    assert (closed.closed_at, closed.closed_as, closed.claimed_by) == (NOON, Closed.DECIDED, None)


@pytest.mark.parametrize(
    ("action", "status", "delivery"),
    [(Action.APPROVE, Status.APPROVED, "comment.approved"), (Action.REJECT, Status.REJECTED, "comment.rejected")],
)
def test_after_the_undo_window_it_is_settled_and_the_site_is_told_once(case, mia, action, status, delivery):
    decision = decide(case, mia, action)

    assert [each.id for each in settle(NOON + WINDOW)] == [case.comment_id]
    assert settle(NOON + WINDOW) == []

    comment = the(case.comment_id)
    assert (comment.status, comment.decision_id, comment.decided_at) == (status, decision.id, NOON)
    assert told() == [delivery]
    kinds = [each.kind for each in sorted(rows(Event), key=lambda each: each.id)]
    assert kinds[-2:] == [Kind.DECIDED, Kind.SETTLED]


def test_two_sweeps_at_once_settle_a_decision_once(case, mia):
    decide(case, mia)

    swept = together([lambda: settle(NOON + WINDOW)] * 6)

    assert sorted(map(len, swept)) == [0] * 5 + [1]
    assert told() == ["comment.rejected"]


def test_a_rejection_needs_a_reason_and_an_approval_keeps_none(case, mia):
    with pytest.raises(ReasonRequiredError) as refused:
        decide(case, mia, Action.REJECT, reason=None)
    assert refused.value.pointer == "/reason"
    assert rows(Decision) == []

    assert decide(case, mia, Action.APPROVE, reason=Reason.SPAM).reason is None


def test_of_ten_who_decide_at_once_one_does_and_the_others_read_who_and_when(case, engine):
    people = [make.moderator(f"m-{each}").person for each in range(10)]
    actions = [Action.APPROVE, Action.REJECT] * 5

    outcomes = together(
        [
            lambda each=each, action=action: decide(case, each, action)
            for each, action in zip(people, actions, strict=True)
        ]
    )

    made = [each for each in outcomes if isinstance(each, Decision)]
    losers = [each for each in outcomes if isinstance(each, CaseDecidedError)]
    assert (len(made), len(losers), len(rows(Decision))) == (1, 9, 1)
    winner = next(each.name for each in people if each.id == made[0].moderator_id)
    for each in losers:
        assert each.more["moderator"] == winner
        assert each.more["at"] == NOON
        assert each.more["action"] == made[0].action
        assert each.more["decision_id"] == str(made[0].id)


def test_a_moderator_who_clicks_twice_decides_once(case, mia):
    outcomes = together([lambda: decide(case, mia, Action.APPROVE)] * 4)

    assert sum(isinstance(each, CaseDecidedError) for each in outcomes) == 3
    assert len(rows(Decision)) == 1


def test_undo_and_the_sweep_at_the_last_moment_agree(site, mia):
    for each in range(6):
        case = held(site.id, f"c-{each}")
        decision = decide(case, mia, Action.APPROVE)

        undone, swept = together(
            [lambda d=decision: undo(d, mia, NOON + WINDOW - SECOND), lambda: settle(NOON + WINDOW)]
        )

        if isinstance(undone, UndoWindowOverError):
            assert make.status(case.comment_id) == Status.APPROVED
            continue
        assert not isinstance(undone, Exception), undone
        assert swept == []
        assert make.status(case.comment_id) == Status.HELD


def test_a_case_that_a_colleague_has_claimed_is_theirs_until_the_lease_is_over(case, mia):
    max_ = make.moderator("max").person
    claim(max_)

    with pytest.raises(CaseClaimedError) as refused:
        decide(case, mia)
    assert refused.value.more == {"moderator": "max", "until": (NOON + LEASE)}

    assert decide(case, mia, at=NOON + LEASE).moderator_id == mia.id


def test_a_decision_on_a_text_that_has_changed_is_refused(case, mia):
    with pytest.raises(StaleRevisionError) as refused:
        decide(case, mia, revision=2)
    assert refused.value.more == {"revision": 1}

    edit(case.comment_id)
    with pytest.raises(StaleRevisionError):
        decide(case, mia, revision=1)
    with pytest.raises(CaseClosedError):
        decide(case, mia, revision=2)
    assert rows(Decision) == []


def test_an_edit_voids_a_decision_that_the_site_was_not_told(case, mia):
    decision = decide(case, mia, Action.APPROVE)

    edit(case.comment_id)

    assert settle(NOON + WINDOW) == []
    assert (make.status(case.comment_id), told()) == (Status.PENDING, [])
    assert rows(Decision)[0].void_as == "edited"
    with pytest.raises(UndoWindowOverError):
        undo(decision, mia)


def test_another_site_s_moderator_decides_nothing(case):
    gus = make.moderator("gus", at=make.site("The Gazette").id).person

    with pytest.raises(NotFoundError):
        decide(case, gus)


# --- undo ----------------------------------------------------------------------------------------------------------


def test_undone_within_the_window_the_case_is_open_again_and_claimed_by_who_undid_it(case, mia):
    decision = decide(case, mia)

    undo(decision, mia, NOON + WINDOW - SECOND)

    again = rows(Case)[0]
    assert (again.closed_at, again.closed_as) == (None, None)
    assert (again.claimed_by, again.claimed_until) == (mia.id, NOON + WINDOW - SECOND + LEASE)
    assert rows(Decision)[0].void_as == decisions.UNDONE
    assert len(rows(Event, kind=Kind.UNDONE)) == 1


def test_what_was_undone_is_never_settled_and_the_site_hears_nothing(case, mia):
    undo(decide(case, mia), mia)

    assert settle(NOON + 10 * WINDOW) == []
    assert (make.status(case.comment_id), told()) == (Status.HELD, [])


def test_undone_twice_is_undone_once(case, mia):
    decision = decide(case, mia)

    undo(decision, mia)
    undo(decision, mia, NOON + SECOND)

    assert len(rows(Event, kind=Kind.UNDONE)) == 1
    assert rows(Decision)[0].void_at == NOON


@pytest.mark.parametrize("swept", [True, False], ids=["settled", "not swept yet"])
def test_after_the_window_it_cannot_be_undone(case, mia, swept):
    decision = decide(case, mia)
    if swept:
        settle(NOON + WINDOW)

    with pytest.raises(UndoWindowOverError):
        undo(decision, mia, NOON + WINDOW)

    settle(NOON + WINDOW)
    assert make.status(case.comment_id) == Status.REJECTED


def test_what_was_undone_can_be_decided_anew(case, mia):
    undo(decide(case, mia, Action.REJECT), mia)

    decide(case, mia, Action.APPROVE, at=NOON + SECOND)

    settle(NOON + 2 * WINDOW)
    assert (make.status(case.comment_id), told()) == (Status.APPROVED, ["comment.approved"])
    assert len(standing()) == 1


def test_only_whoever_decided_or_a_lead_undoes(case, mia):
    max_, lea = make.moderator("max").person, make.moderator("lea", Role.LEAD).person
    decision = decide(case, mia)

    with pytest.raises(NotAllowedError):
        undo(decision, max_)

    undo(decision, lea)
    assert rows(Case)[0].claimed_by == lea.id


def test_a_decision_of_another_site_is_not_there(case, mia):
    gus = make.moderator("gus", Role.LEAD, at=make.site("The Gazette").id).person

    with pytest.raises(NotFoundError):
        undo(decide(case, mia), gus)


# --- overturn ------------------------------------------------------------------------------------------------------


def test_a_lead_overturns_what_was_settled(case, mia):
    lea = make.moderator("lea", Role.LEAD).person
    first = settled(case, mia, Action.REJECT)

    second = decide(case, lea, Action.APPROVE, at=NOON + 2 * WINDOW, overturns=first.id)

    assert make.status(case.comment_id) == Status.REJECTED, "until its own undo window is over"
    settle(NOON + 3 * WINDOW)
    assert (make.status(case.comment_id), told()) == (Status.APPROVED, ["comment.rejected", "comment.approved"])
    assert [each.id for each in standing()] == [second.id]
    assert rows(Decision, id=first.id)[0].void_as == decisions.OVERTURNED


def test_an_overturn_that_is_undone_restores_what_stood_before(case, mia):
    lea = make.moderator("lea", Role.LEAD).person
    first = settled(case, mia, Action.REJECT)
    second = decide(case, lea, Action.APPROVE, at=NOON + 2 * WINDOW, overturns=first.id)

    undo(second, lea, NOON + 2 * WINDOW + SECOND)

    assert [each.id for each in standing()] == [first.id]
    assert settle(NOON + 9 * WINDOW) == []
    assert (make.status(case.comment_id), told()) == (Status.REJECTED, ["comment.rejected"])
    assert rows(Case)[0].closed_at == NOON, "the case stays closed"


def test_a_decision_overturned_before_it_was_settled_is_never_told(case, mia):
    first = decide(case, mia, Action.REJECT)

    decide(case, mia, Action.APPROVE, at=NOON + SECOND, overturns=first.id)

    settle(NOON + 9 * WINDOW)
    assert told() == ["comment.approved"]


def test_who_neither_decided_nor_leads_overturns_nothing(case, mia):
    first = settled(case, mia)

    with pytest.raises(NotAllowedError):
        decide(case, make.moderator("max").person, Action.APPROVE, overturns=first.id)

    assert [each.id for each in standing()] == [first.id]


def test_only_the_decision_that_stands_is_overturned_and_only_by_another_one(case, mia):
    lea = make.moderator("lea", Role.LEAD).person
    first = settled(case, mia, Action.REJECT)

    with pytest.raises(NotOverturnableError):
        decide(case, lea, Action.REJECT, overturns=first.id)
    with pytest.raises(NotOverturnableError):
        decide(case, lea, Action.APPROVE, overturns=case.id)
    decide(case, lea, Action.APPROVE, overturns=first.id)
    with pytest.raises(NotOverturnableError):
        decide(case, lea, Action.APPROVE, overturns=first.id)


def test_of_ten_leads_who_overturn_at_once_one_does(case, mia):
    leads = [make.moderator(f"lea-{each}", Role.LEAD).person for each in range(10)]
    first = settled(case, mia, Action.REJECT)

    outcomes = together([lambda each=each: decide(case, each, Action.APPROVE, overturns=first.id) for each in leads])

    assert sum(isinstance(each, Decision) for each in outcomes) == 1
    assert sum(isinstance(each, NotOverturnableError) for each in outcomes) == 9
    assert len(standing()) == 1


def test_a_decision_on_an_earlier_text_is_not_overturned_past_the_screening_of_the_new_one(case, mia):
    lea = make.moderator("lea", Role.LEAD).person
    first = settled(case, mia, Action.REJECT)
    edit(case.comment_id, make.PROFANE + " And more.")

    with pytest.raises(ModerationError):
        decide(case, lea, Action.APPROVE, revision=2, overturns=first.id)

    settle(NOON + 9 * WINDOW)
    assert make.status(case.comment_id) == Status.PENDING, "a person did not look at this text, and no check did"


# --- listing -------------------------------------------------------------------------------------------------------


def listed(person, before=None, limit=10, **wanted):
    with reading() as session:
        return [each.id for each in decisions.listed(session, person, before, limit, **wanted)]


def test_moderators_see_their_own_decisions_and_leads_everybody_s(site, mia):
    max_, lea = make.moderator("max").person, make.moderator("lea", Role.LEAD).person
    far = make.moderator("gus", Role.LEAD, at=make.site("The Gazette").id).person
    mine = decide(held(site.id, "one"), mia, Action.APPROVE)
    theirs = decide(held(site.id, "two"), max_, Action.REJECT)

    assert listed(mia) == [mine.id]
    assert listed(lea) == [theirs.id, mine.id]
    assert listed(far) == []
    assert listed(lea, moderator_id=mia.id) == [mine.id]
    assert listed(lea, action=Action.REJECT) == [theirs.id]
    assert listed(lea, limit=1) == [theirs.id]
    assert listed(lea, before=theirs.id) == [mine.id]


def test_an_undone_decision_is_not_listed_and_an_overturned_one_is(site, mia):
    undo(decide(held(site.id, "one"), mia), mia)
    first = decide(held(site.id, "two"), mia, Action.REJECT)
    second = decide(rows(Case, id=first.case_id)[0], mia, Action.APPROVE, overturns=first.id)

    assert listed(mia) == [second.id, first.id]


def test_a_case_shows_the_decision_that_stands(case, mia):
    decision = decide(case, mia)

    with reading() as session:
        view = casework.views(session, rows(Case))[0]
        names = decisions.names(session, [decision])

    assert view.standing.id == decision.id
    assert names == {mia.id: "mia"}
