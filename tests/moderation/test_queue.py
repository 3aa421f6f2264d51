"""The queue: which case comes next, and who has it."""

from datetime import timedelta

import pytest

from moderation import casework, queue
from moderation.database import reading, transaction
from moderation.errors import CaseClaimedError, NotFoundError
from moderation.ids import author_key, page_id
from moderation.models import Case, Comment, Event
from moderation.queue import Filter, Sort
from moderation.terms import Kind, Role, Why
from tests import make
from tests.moderation.plain import LEASE, claim, decide, held, rows, together

NOON = make.NOON
MINUTE = timedelta(minutes=1)


def case(site_id, name, opened_at=NOON, sureness=0.0, why=Why.HELD):
    """A case that was opened at this moment."""
    comment = make.stored(site_id, name)
    with transaction() as session:
        queue.open_cases(session, [(comment, why, ("profanity",), sureness)], opened_at)
    return rows(Case, comment_id=comment.id)[0]


def listed(person, sort=Sort.URGENT, after=None, limit=100, wanted=None):
    with reading() as session:
        return queue.listed(session, person, wanted or Filter(), sort, after, limit)


def count(person, wanted=None):
    with reading() as session:
        return queue.count_open(session, person, wanted or Filter())


def release(person, case_id, at=NOON):
    with transaction() as session:
        return queue.release(session, person, case_id, at)


def renew(person, at):
    with transaction() as session:
        queue.renew(session, person, at, LEASE)


def test_the_order_is_urgent_oldest_or_newest(engine):
    site, mia = make.site(), make.moderator()
    old = case(site.id, "old", NOON - timedelta(hours=3))
    sure = case(site.id, "sure", NOON, sureness=1.0)  # four hours of head start
    new = case(site.id, "new", NOON + MINUTE)

    assert [each.id for each in listed(mia.person, Sort.URGENT)] == [sure.id, old.id, new.id]
    assert [each.id for each in listed(mia.person, Sort.OLDEST)] == [old.id, sure.id, new.id]
    assert [each.id for each in listed(mia.person, Sort.NEWEST)] == [new.id, sure.id, old.id]


@pytest.mark.parametrize("sort", list(Sort))
def test_paging_shows_every_case_once_also_when_many_were_opened_at_the_same_moment(engine, sort):
    site, mia = make.site(), make.moderator()
    comments = [make.stored(site.id, f"c-{each}") for each in range(11)]
    with transaction() as session:
        for at, comment in enumerate(comments):
            queue.open_cases(session, [(comment, Why.HELD, (), 0.0)], NOON + (at // 6) * MINUTE)
    whole = [each.id for each in listed(mia.person, sort)]

    paged, after = [], None
    while page := listed(mia.person, sort, after, limit=3):
        paged += [each.id for each in page]
        last = page[-1]
        after = (last.rank if sort is Sort.URGENT else last.opened_at, last.id)

    assert paged == whole
    assert len(set(paged)) == 11


def test_a_case_that_is_closed_between_two_pages_makes_no_gap(engine):
    site, mia = make.site(), make.moderator()
    cases = [held(site.id, f"c-{each}") for each in range(4)]
    first = listed(mia.person, Sort.OLDEST, limit=2)

    decide(cases[0], mia.person)

    rest = listed(mia.person, Sort.OLDEST, (first[-1].opened_at, first[-1].id), limit=10)
    assert [each.id for each in rest] == [each.id for each in cases[2:]]
    assert count(mia.person) == 3


def test_each_filter_narrows_the_queue(engine):
    courier, gazette, mia = make.site("The Courier"), make.site("The Gazette"), make.moderator()
    one = held(courier.id, "one", author_id="ana", page_url="https://x.example/1", language="de")
    two = held(
        courier.id,
        "two",
        "I read it on bbc.com, on courier.com and on npr.org.",
        author_id="bob",
        page_url="https://x.example/2",
    )
    three = held(gazette.id, "three", author_id="ana")

    def found(**wanted):
        assert count(mia.person, Filter(**wanted)) == len(listed(mia.person, wanted=Filter(**wanted)))
        return {each.id for each in listed(mia.person, wanted=Filter(**wanted))}

    assert found() == {one.id, two.id, three.id}
    assert found(sites=frozenset({courier.id})) == {one.id, two.id}
    assert found(check="links") == {two.id}
    assert found(check="link") == set(), "a check is named whole"
    assert found(check="%") == set()
    assert found(page_ids=(page_id(courier.id, "https://x.example/1"),)) == {one.id}
    assert found(author_ids=(author_key(courier.id, "ana", None),)) == {one.id}
    assert found(author_ids=()) == set()
    assert found(language="de") == {one.id}
    assert found(reason=Why.HELD) == {one.id, two.id, three.id}
    assert found(reason=Why.APPEALED) == set()
    claimed = claim(mia.person)[0]
    assert found(claimed_by=mia.id) == {claimed.id}


def test_another_site_s_moderator_sees_and_gets_nothing(engine):
    courier, gazette = make.site("The Courier"), make.site("The Gazette")
    mia, gus = make.moderator("mia", at=courier.id), make.moderator("gus", at=gazette.id)
    one = held(courier.id)

    assert [each.id for each in listed(mia.person)] == [one.id]
    assert listed(gus.person) == []
    assert listed(gus.person, wanted=Filter(sites=frozenset({courier.id}))) == []
    assert count(gus.person) == 0
    assert claim(gus.person) == []
    with pytest.raises(NotFoundError):
        release(gus.person, one.id)


def test_an_operator_settles_nothing(engine):
    olga, one = make.moderator("olga", Role.OPERATOR), held(make.site().id)

    assert listed(olga.person) == []
    assert claim(olga.person) == []
    with pytest.raises(NotFoundError), reading() as session:
        queue.find_case(session, olga.person, one.id)


def test_the_most_urgent_free_cases_are_leased(engine):
    site, mia, max_ = make.site(), make.moderator("mia"), make.moderator("max")
    later, first, second = (
        case(site.id, "c", NOON),
        case(site.id, "a", NOON - 2 * MINUTE),
        case(site.id, "b", NOON - MINUTE),
    )

    mine, theirs = claim(mia.person, 2), claim(max_.person, 2)

    assert [each.id for each in mine] == [first.id, second.id]
    assert [each.id for each in theirs] == [later.id]
    assert (mine[0].claimed_by, mine[0].claimed_until) == (mia.id, NOON + LEASE)
    assert len(rows(Event, kind=Kind.CLAIMED)) == 3


def test_each_call_leases_further_cases_to_the_same_moderator_too(engine):
    site, mia = make.site(), make.moderator()
    for each in range(3):
        case(site.id, f"c-{each}")

    got = [claim(mia.person)[0].id for _ in range(3)]

    assert len(set(got)) == 3
    assert claim(mia.person) == []


def test_twenty_moderators_who_claim_at_once_get_different_cases(engine):
    site, mia = make.site(), make.moderator()
    people = [make.moderator(f"m-{each}") for each in range(20)]
    comments = [make.stored(site.id, f"c-{each}") for each in range(20)]
    with transaction() as session:
        queue.open_cases(session, [(each, Why.HELD, (), 0.0) for each in comments], NOON)

    together([lambda each=each: claim(each.person) for each in people])

    claimed = [each for each in rows(Case) if each.claimed_by]
    events = rows(Event, kind=Kind.CLAIMED)
    assert len(events) == len(claimed), "no case was leased twice"
    assert len({each.claimed_by for each in claimed}) == len(claimed)
    assert len(claimed) + len(claim(mia.person, 20)) == 20


def test_a_lease_that_ran_out_can_be_had_by_somebody_else(engine):
    mia, max_ = make.moderator("mia"), make.moderator("max")
    one = held(make.site().id)
    claim(mia.person)

    assert claim(max_.person, at=NOON + LEASE - timedelta(seconds=1)) == []
    assert [each.id for each in claim(max_.person, at=NOON + LEASE)] == [one.id]


def test_whoever_is_at_work_keeps_what_they_have(engine):
    mia, max_ = make.moderator("mia"), make.moderator("max")
    held(make.site().id)
    claim(mia.person)

    renew(mia.person, NOON + timedelta(seconds=30))
    assert rows(Case)[0].claimed_until == NOON + LEASE, "not with every click"
    renew(max_.person, NOON + 5 * MINUTE)
    assert rows(Case)[0].claimed_until == NOON + LEASE, "not by somebody else"
    renew(mia.person, NOON + 5 * MINUTE)
    assert rows(Case)[0].claimed_until == NOON + 5 * MINUTE + LEASE


def test_a_lease_that_ran_out_is_not_renewed(engine):
    mia = make.moderator()
    held(make.site().id)
    claim(mia.person)

    renew(mia.person, NOON + LEASE + MINUTE)

    assert rows(Case)[0].claimed_until == NOON + LEASE


def test_a_claim_that_is_given_back_is_free_again(engine):
    mia, max_ = make.moderator("mia"), make.moderator("max")
    one = held(make.site().id)
    claim(mia.person)

    release(mia.person, one.id)

    assert (rows(Case)[0].claimed_by, rows(Case)[0].claimed_until) == (None, None)
    assert len(rows(Event, kind=Kind.RELEASED)) == 1
    assert [each.id for each in claim(max_.person)] == [one.id]


def test_nobody_gives_back_a_colleague_s_living_claim(engine):
    mia, max_ = make.moderator("mia"), make.moderator("max")
    one = held(make.site().id)
    claim(mia.person)

    with pytest.raises(CaseClaimedError):
        release(max_.person, one.id)

    assert rows(Case)[0].claimed_by == mia.id
    release(max_.person, one.id, NOON + LEASE)
    assert rows(Case)[0].claimed_by is None


def test_named_cases_are_claimed_again_by_whoever_has_them_and_by_nobody_else(engine):
    site, mia, max_ = make.site(), make.moderator("mia"), make.moderator("max")
    one, two = held(site.id, "one"), held(site.id, "two")
    claim(mia.person, 2)

    def named(person, at=NOON):
        with transaction() as session:
            return {each.id for each in queue.claim_next(session, person, 10, at, LEASE, case_ids=[one.id])}

    assert named(max_.person) == set()
    assert named(mia.person, NOON + MINUTE) == {one.id}
    assert {each.id: each.claimed_until for each in rows(Case)} == {one.id: NOON + MINUTE + LEASE, two.id: NOON + LEASE}


def test_a_comment_has_one_open_case_at_most(engine):
    from sqlalchemy.exc import IntegrityError

    one = held(make.site().id)

    with pytest.raises(IntegrityError), transaction() as session:
        queue.open_cases(session, [(session.get_one(Comment, one.comment_id), Why.HELD, (), 0.0)], NOON)

    assert len(rows(Case)) == 1


def test_a_view_holds_everything_a_moderator_needs(engine):
    mia = make.moderator()
    one = held(make.site().id, author_name="Ana", page_title="An article")
    claim(mia.person)

    with reading() as session:
        view = casework.views(session, listed(mia.person))[0]

    assert (view.case.id, view.comment.body, view.page.title) == (one.id, make.PROFANE, "An article")
    assert view.screening.verdict["action"] == "hold"
    assert (view.claimed_by, view.appeal, view.standing) == ("mia", None, None)
