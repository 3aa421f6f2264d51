"""Dead letters: a person sees what was given up on, has it screened once more, or settles it."""

from datetime import timedelta

import pytest

from moderation import audit, chain, deadletters, erasure, intake, queue, screening, unscreened
from moderation.database import clock, reading, transaction
from moderation.errors import LetterClosedError, NotFoundError, NotRetryableError
from moderation.ids import new_id
from moderation.models import Case, Comment, DeadLetter, Event
from moderation.terms import Action
from tests import make
from tests.moderation import plain
from tests.moderation.plain import rows, together


@pytest.fixture
def site(engine):
    return make.site()


def given_up(site_id, external_id: str = "c-1", body: str = make.CLEAN) -> DeadLetter:
    """A comment that failed three times, and the letter about it."""
    comment = make.stored(site_id, external_id, body)
    with transaction() as session:
        row = session.get_one(Comment, comment.id)
        row.attempts, row.lease_until = screening.MOST_ATTEMPTS, clock(session)
        session.add(row)
    with transaction() as session:
        unscreened.exhausted(session, clock(session))
    [letter] = rows(DeadLetter, comment_id=comment.id)
    return letter


def retry(letter: DeadLetter, by=audit.OPERATOR, sites=None) -> Comment:
    with transaction() as session:
        return deadletters.retry(session, sites, letter.id, by, clock(session))[1]


def settle(letter: DeadLetter, by=audit.OPERATOR, sites=None) -> DeadLetter:
    with transaction() as session:
        return deadletters.settle(session, sites, letter.id, by, clock(session))


def overtaken() -> int:
    with transaction() as session:
        return deadletters.close_overtaken(session, clock(session))


def the(letter: DeadLetter) -> DeadLetter:
    return rows(DeadLetter, id=letter.id)[0]


def listed(site_ids=None, *, open_only=None, before=None, limit=10):
    with reading() as session:
        return deadletters.listed(session, site_ids, open_only=open_only, before=before, limit=limit)


def kinds(comment_id) -> list[str]:
    return [each.kind for each in sorted(rows(Event, comment_id=comment_id), key=lambda each: each.id)]


def test_a_letter_that_is_retried_is_screened_once_more_with_all_its_attempts(site):
    letter = given_up(site.id)
    assert make.status(letter.comment_id) == "held"

    comment = retry(letter)

    assert (comment.status, comment.attempts, comment.lease_until) == ("pending", 0, None)
    assert (the(letter).settled_as, the(letter).settled_by) == ("retried", "operator")
    assert [each.closed_as for each in rows(Case)] == ["retried"]
    make.work()
    assert make.status(letter.comment_id) == "approved"
    assert kinds(letter.comment_id) == ["received", "unscreened", "case_opened", "retried", "screened"]


def test_what_is_held_after_all_has_a_new_case(site):
    letter = given_up(site.id, body=make.PROFANE)
    retry(letter)
    make.work()

    assert make.status(letter.comment_id) == "held"
    assert [(each.why, each.closed_at is None) for each in rows(Case)] == [("unscreened", False), ("held", True)]


def test_what_is_given_up_on_once_more_has_a_new_letter(site):
    letter = given_up(site.id)
    retry(letter)
    with transaction() as session:
        row = session.get_one(Comment, letter.comment_id)
        row.attempts, row.lease_until = screening.MOST_ATTEMPTS, clock(session)
        session.add(row)
    with transaction() as session:
        unscreened.exhausted(session, clock(session))

    assert [each.settled_as for each in sorted(rows(DeadLetter), key=lambda each: each.id)] == ["retried", None]


def test_a_letter_that_is_settled_leaves_the_comment_in_its_case(site):
    letter = given_up(site.id)

    settle(letter)

    assert the(letter).settled_as == "looked_at"
    assert make.status(letter.comment_id) == "held"
    assert [each.closed_at for each in rows(Case)] == [None]
    assert kinds(letter.comment_id)[-1] == "looked_at"


@pytest.mark.parametrize("again", [retry, settle])
@pytest.mark.parametrize("first", [retry, settle])
def test_a_letter_is_closed_once(site, first, again):
    letter = given_up(site.id)
    first(letter)

    with pytest.raises(LetterClosedError):
        again(letter)


def test_of_many_who_retry_at_once_one_does(site):
    letter = given_up(site.id)

    done = together([lambda: retry(letter)] * 6)

    assert sum(isinstance(each, Comment) for each in done) == 1
    assert sum(isinstance(each, LetterClosedError) for each in done) == 5
    assert kinds(letter.comment_id).count("retried") == 1


def test_a_moderator_and_an_operator_at_once_do_not_both_have_it(site):
    mia = make.moderator(at=site.id).person
    for number in range(6):
        letter = given_up(site.id, f"c-{number}")
        case = next(each for each in rows(Case) if each.comment_id == letter.comment_id)

        done = together([lambda: retry(letter), lambda: plain.decide(case, mia, Action.APPROVE)])  # noqa: B023

        assert sum(isinstance(each, Exception) for each in done) == 1
        assert make.status(letter.comment_id) == ("pending" if isinstance(done[0], Comment) else "held")


def test_a_comment_that_was_decided_is_not_screened_once_more(site):
    letter = given_up(site.id)
    [case] = rows(Case)
    mia = make.moderator(at=site.id).person
    decision = plain.decide(case, mia, Action.APPROVE)

    with pytest.raises(NotRetryableError):
        retry(letter)

    plain.undo(decision, mia)
    assert retry(letter).status == "pending", "undone: it waits again"


def test_a_decision_that_was_carried_out_closes_the_letter(site):
    letter = given_up(site.id)
    [case] = rows(Case)
    mia = make.moderator(at=site.id).person
    plain.decide(case, mia, Action.APPROVE)
    assert overtaken() == 0, "it may still be undone"

    plain.settle(make.NOON + plain.WINDOW)

    assert overtaken() == 1
    assert (the(letter).settled_as, the(letter).settled_by) == ("overtaken", "policy")
    assert overtaken() == 0


def test_a_letter_about_an_earlier_text_is_closed(site):
    edited, erased, kept = given_up(site.id, "c-1"), given_up(site.id, "c-2"), given_up(site.id, "c-3")
    with transaction() as session:
        intake.edit(session, session.get_one(Comment, edited.comment_id), "Another text.", clock(session))
    with transaction() as session:
        erasure.erase(session, site.id, erased.comment_id, clock(session))
    with pytest.raises(NotRetryableError):
        retry(edited)

    assert overtaken() == 2

    assert [the(each).settled_as for each in (edited, erased, kept)] == ["overtaken", "overtaken", None]


def test_letters_are_listed_newest_first_by_site_and_by_what_became_of_them(site):
    other = make.site("The Gazette")
    first, second, third = given_up(site.id, "c-1"), given_up(other.id, "c-2"), given_up(site.id, "c-3")
    settle(first)

    assert [each.id for each in listed()] == [third.id, second.id, first.id]
    assert [each.id for each in listed(frozenset({site.id}))] == [third.id, first.id]
    assert [each.id for each in listed(open_only=True)] == [third.id, second.id]
    assert [each.id for each in listed(open_only=False)] == [first.id]
    assert [each.id for each in listed(before=third.id, limit=1)] == [second.id]
    assert listed(frozenset()) == []


def test_another_site_s_letter_is_not_there(site):
    letter = given_up(site.id)
    for act in (retry, settle):
        with pytest.raises(NotFoundError):
            act(letter, sites=frozenset({make.site(f"The {act.__name__}").id}))
    with pytest.raises(NotFoundError):
        retry(DeadLetter(id=new_id(), site_id=site.id, comment_id=letter.comment_id, revision=1, why="", at=make.NOON))


def test_a_claim_does_not_outlive_a_retry(site):
    letter = given_up(site.id)
    mia = make.moderator(at=site.id).person
    plain.claim(mia)

    retry(letter)

    [case] = rows(Case)
    assert case.claimed_by is None
    with transaction() as session:
        assert queue.claim_next(session, mia, 1, make.NOON, timedelta(minutes=10)) == []


def test_nothing_of_it_is_an_outcome():
    assert not any(chain.settles(kind, {}) for kind in ("unscreened", "retried", "looked_at"))
