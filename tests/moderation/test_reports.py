"""Reports: a reader asks for a look."""

import pytest

from moderation import erasure, intake, reports, rulebook, webhooks
from moderation.database import transaction
from moderation.errors import CommentErasedError, NotFoundError
from moderation.models import Case, Comment, Delivery, Event, Report
from moderation.terms import Action, Kind, Status, Why
from tests import make
from tests.moderation.plain import WINDOW, decide, held, rows, settle, settled, the, together, undo

NOON = make.NOON


@pytest.fixture
def site(engine):
    """Three readers take a comment down."""
    made = make.site()
    with transaction() as session:
        webhooks.set_address(session, made.id, "https://hooks.example/a", NOON)
        rulebook.change(session, made.id, {"limits": {"reports_to_hold": 3}}, "ada", NOON)
    return made


@pytest.fixture
def approved(site):
    comment = make.stored(site.id)
    make.work()
    return comment


def report(site, comment, reader: str | None = "reader-1"):
    with transaction() as session:
        return reports.report(session, site.id, comment.id, reader, "rude", "look at this", NOON)


def test_a_report_of_an_approved_comment_opens_a_case_and_leaves_it_up(site, approved):
    made, sites = report(site, approved)

    case = rows(Case)[0]
    assert (case.why, case.comment_id, case.reports, case.closed_at) == (Why.REPORTED, approved.id, 1, None)
    assert (make.status(approved.id), sites) == (Status.APPROVED, set())
    assert (made.reader, made.reason, the(approved.id).report_count) == ("reader-1", "rude", 1)
    assert len(rows(Event, kind=Kind.REPORTED)) == 1


def test_the_same_reader_counts_once(site, approved):
    first, _ = report(site, approved)
    again, _ = report(site, approved)

    assert first.id == again.id
    assert (len(rows(Report)), rows(Case)[0].reports) == (1, 1)


def test_the_same_reader_many_times_at_once_counts_once(site, approved):
    outcomes = together([lambda: report(site, approved)] * 8)

    assert [each for each in outcomes if isinstance(each, Exception)] == []
    assert (len(rows(Report)), rows(Case)[0].reports, the(approved.id).report_count) == (1, 1, 1)


def test_readers_without_a_name_count_each(site, approved):
    for _ in range(2):
        report(site, approved, None)

    assert rows(Case)[0].reports == 2


def test_each_report_makes_a_case_more_urgent(site, approved):
    report(site, approved, "reader-1")
    before = rows(Case)[0].rank

    report(site, approved, "reader-2")

    assert rows(Case)[0].rank < before


def test_enough_readers_take_the_comment_down_and_the_site_is_told(site, approved):
    sites = [report(site, approved, f"reader-{each}")[1] for each in range(3)]

    assert sites == [set(), set(), {site.id}]
    assert make.status(approved.id) == Status.HELD
    assert [each.type for each in sorted(rows(Delivery), key=lambda each: each.id)] == [
        "comment.approved",
        "comment.held",
    ]
    assert len(rows(Case)) == 1


def test_enough_readers_at_once_take_it_down_once(site, approved):
    together([lambda each=each: report(site, approved, f"reader-{each}") for each in range(8)])

    assert make.status(approved.id) == Status.HELD
    assert (len(rows(Case)), rows(Case)[0].reports, the(approved.id).report_count) == (1, 8, 8)
    assert [each.type for each in rows(Delivery)].count("comment.held") == 1


def test_a_dismissed_report_leaves_the_comment_up(site, approved):
    report(site, approved)

    settled(rows(Case)[0], make.moderator().person, Action.APPROVE)

    assert make.status(approved.id) == Status.APPROVED


def test_a_report_of_a_held_comment_raises_its_case(site):
    case = held(site.id)

    report(site, the(case.comment_id))

    after = rows(Case)[0]
    assert (after.id, after.reports, after.why) == (case.id, 1, Why.HELD)
    assert after.rank < case.rank


def test_a_report_of_a_rejected_comment_is_kept_and_opens_nothing(site):
    case = held(site.id)
    settled(case, make.moderator().person, Action.REJECT)

    report(site, the(case.comment_id))

    assert len(rows(Report)) == 1
    assert [each for each in rows(Case) if each.closed_at is None] == []


def test_a_report_while_a_decision_can_be_undone_does_not_stand_in_the_way_of_undoing_it(site, approved):
    mia = make.moderator().person
    report(site, approved, "reader-1")
    decision = decide(rows(Case)[0], mia, Action.APPROVE)
    report(site, approved, "reader-2")

    undo(decision, mia)

    still_open = [each for each in rows(Case) if each.closed_at is None]
    assert len(still_open) == 1
    assert len(rows(Report)) == 2


def test_a_report_while_a_rejection_is_on_its_way_leaves_no_case_behind(site, approved):
    report(site, approved, "reader-1")
    decide(rows(Case)[0], make.moderator().person, Action.REJECT)
    report(site, approved, "reader-2")

    settle(NOON + WINDOW)

    assert make.status(approved.id) == Status.REJECTED
    assert [each for each in rows(Case) if each.closed_at is None] == [], "nobody sees it any more"


def test_reports_of_the_text_before_do_not_take_the_next_one_down(site, approved):
    for each in range(2):
        report(site, approved, f"reader-{each}")
    with transaction() as session:
        intake.edit(session, session.get_one(Comment, approved.id), "A milder text, with nothing in it.", NOON)
    make.work()

    report(site, approved, "reader-9")

    assert make.status(approved.id) == Status.APPROVED


def test_an_erased_comment_and_another_site_s_cannot_be_reported(site, approved):
    with pytest.raises(NotFoundError):
        report(make.site("The Gazette"), approved)

    with transaction() as session:
        erasure.erase(session, site.id, approved.id, NOON)
    with pytest.raises(CommentErasedError):
        report(site, approved)
