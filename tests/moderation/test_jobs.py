"""Jobs: one decision on many cases, in steps that can be killed, with one undo window for all of them."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlmodel import col, select

from moderation import decisions, intake, jobs, people
from moderation.database import reading, transaction
from moderation.errors import FieldInvalidError, NotFoundError, ReasonRequiredError, UndoWindowOverError
from moderation.models import Case, Comment, Decision, Job
from moderation.terms import Action, Reason, Status
from tests import make
from tests.moderation.plain import LEASE, WINDOW, decide, rows, settle

NOON = make.NOON
MANY = 2 * jobs.AT_ONCE + 5


@pytest.fixture
def site(engine):
    return make.site()


@pytest.fixture
def mia(site):
    return make.moderator("mia").person


@pytest.fixture
def cases(site) -> list[UUID]:
    for number in range(MANY):
        make.stored(site.id, f"c-{number}", f"{make.PROFANE} {number}")
    make.work()
    return [each.id for each in rows(Case)]


def begin(person, case_ids, action=Action.REJECT, reason=Reason.SPAM) -> UUID:
    with transaction() as session:
        return jobs.begin(session, person, case_ids, action, reason, None, {}, NOON).id


def step(job_id, now=NOON) -> int:
    with transaction() as session:
        return len(jobs.step(session, job_id, now, WINDOW, LEASE) or ())


def the(job_id) -> Job:
    with reading() as session:
        return session.get_one(Job, job_id)


def undo(person, job_id, now=NOON) -> None:
    with transaction() as session:
        jobs.undo(session, person, job_id, now)


def test_every_case_is_decided_once_and_the_site_is_told_when_the_window_is_over(mia, cases):
    job_id = begin(mia, cases)

    assert [step(job_id) for _ in range(4)] == [jobs.AT_ONCE, jobs.AT_ONCE, 5, 0]

    assert (the(job_id).state, the(job_id).done, the(job_id).refused) == (jobs.DONE, MANY, 0)
    assert {(each.job_id, each.reason) for each in rows(Decision)} == {(job_id, "spam")}
    assert settle(NOON + WINDOW - timedelta(seconds=1)) == []
    settle(NOON + WINDOW)
    assert {each.status for each in rows(Comment)} == {Status.REJECTED}


def test_until_the_last_step_nothing_of_it_settles(mia, cases):
    job_id = begin(mia, cases)
    step(job_id)

    assert settle(NOON + 100 * WINDOW) == []


def test_what_somebody_else_has_or_decided_or_whose_text_changed_is_refused_and_stays(site, mia, cases):
    noor = make.moderator("noor").person
    taken, decided, edited = (rows(Case, id=each)[0] for each in cases[:3])
    with transaction() as session:
        case = session.get_one(Case, taken.id)
        case.claimed_by, case.claimed_until = noor.id, NOON + LEASE
        comment = session.get_one(Comment, edited.comment_id)
        intake.edit(session, comment, "Another text.", NOON)
    decide(decided, noor, Action.APPROVE)
    job_id = begin(mia, cases[:4])

    step(job_id)

    assert (the(job_id).refused, the(job_id).state) == (3, jobs.DONE)
    with reading() as session:
        assert jobs.refused(the(job_id)) == [
            (str(cases[0]), "noor has this case."),
            (str(cases[1]), "noor was first: approve."),
            (str(cases[2]), "The text has changed since this revision."),
        ]
        made = session.exec(select(Decision).where(col(Decision.job_id).is_not(None))).all()
    assert [each.case_id for each in made] == [cases[3]]


def test_the_whole_is_taken_back_in_steps_and_nobody_holds_the_cases(mia, cases):
    job_id = begin(mia, cases)
    while step(job_id):
        pass

    undo(mia, job_id)
    while step(job_id):
        pass

    assert the(job_id).state == jobs.UNDONE
    assert {each.void_as for each in rows(Decision)} == {decisions.UNDONE}
    assert all(each.closed_at is None and each.claimed_by is None for each in rows(Case))
    assert settle(NOON + 100 * WINDOW) == []


def test_it_can_be_taken_back_while_it_is_at_work(mia, cases):
    job_id = begin(mia, cases)
    step(job_id)

    undo(mia, job_id)
    while step(job_id):
        pass

    assert (the(job_id).state, len(rows(Decision))) == (jobs.UNDONE, jobs.AT_ONCE)


def test_once_the_window_is_over_it_stands(mia, cases):
    job_id = begin(mia, cases[:3])
    step(job_id)

    with pytest.raises(UndoWindowOverError):
        undo(mia, job_id, NOON + WINDOW)


def test_a_moderator_who_was_disabled_decides_nothing_more(mia, cases):
    job_id = begin(mia, cases)
    step(job_id)
    with transaction() as session:
        people.disable(session, people.find_moderator(session, "mia"), NOON)

    step(job_id)
    step(job_id)

    assert (the(job_id).state, the(job_id).refused) == (jobs.DONE, MANY - jobs.AT_ONCE)


def test_what_makes_no_sense_is_refused(mia, cases):
    with pytest.raises(ReasonRequiredError):
        begin(mia, cases, reason=None)
    with pytest.raises(FieldInvalidError):
        begin(mia, [])
    with pytest.raises(FieldInvalidError):
        begin(mia, [uuid4()] * (jobs.MOST_CASES + 1))
    assert rows(Job) == []


def test_nobody_sees_or_undoes_a_colleagues_job(mia, cases):
    job_id = begin(mia, cases[:2])

    with pytest.raises(NotFoundError):
        undo(make.moderator("noor").person, job_id)
