"""The cross-check: after a whole story events and rows tell the same; an event that was made up or left out shows."""

import pytest
from sqlalchemy import delete
from sqlmodel import col

from moderation import appeals, audit, crosscheck, deadletters, erasure, intake, reports, screening, unscreened
from moderation.crosscheck import Odd
from moderation.database import clock, snapshot, transaction
from moderation.models import Case, Comment, DeadLetter, Event
from moderation.terms import Action, Kind, Role
from tests import make
from tests.moderation import plain
from tests.moderation.plain import rows


@pytest.fixture
def site(engine):
    return make.site()


def odd(site_id) -> list[Odd]:
    found: list[Odd] = []
    after = None
    while True:
        with snapshot() as session:
            some, after = crosscheck.compare(session, site_id, after)
        found += some
        if after is None:
            return found


def told(comment: Comment, kind: Kind) -> None:
    """An event to which nothing happened."""
    with transaction() as session:
        audit.record(session, [audit.event(comment, kind, clock(session), audit.POLICY)])


def tell_everything(site) -> Comment:
    """Every kind of event, for one comment or another."""
    mia = make.moderator("mia", at=site.id).person
    lea = make.moderator("lea", Role.LEAD, site.id).person
    case = plain.held(site.id, "decided")
    plain.claim(mia)
    plain.undo(plain.decide(case, mia), mia)
    plain.settled(case, mia)
    with transaction() as session:
        appeals.appeal(session, site.id, case.comment_id, "please", clock(session))
    plain.settled(
        next(each for each in rows(Case, comment_id=case.comment_id) if each.closed_at is None), lea, Action.APPROVE
    )
    edited = make.stored(site.id, "edited")
    make.work()
    with transaction() as session:
        reports.report(session, site.id, edited.id, "r-1", None, None, clock(session))
    with transaction() as session:
        intake.edit(session, session.get_one(Comment, edited.id), "Another text.", clock(session))
    for name in ("retried", "looked at"):
        give_up(make.stored(site.id, name))
    with transaction() as session:
        first, second = (each.id for each in rows(DeadLetter))
        deadletters.retry(session, None, first, lea.id, clock(session))
        deadletters.settle(session, None, second, lea.id, clock(session))
    make.work()
    with transaction() as session:
        erasure.erase(session, site.id, edited.id, clock(session))
    return plain.the(case.comment_id)


def give_up(comment: Comment) -> None:
    with transaction() as session:
        row = session.get_one(Comment, comment.id)
        row.attempts, row.lease_until = screening.MOST_ATTEMPTS, clock(session)
        session.add(row)
    with transaction() as session:
        unscreened.exhausted(session, clock(session))


def test_a_whole_story_tells_the_same_twice(site):
    tell_everything(site)

    kinds = {each.kind for each in rows(Event)}
    assert kinds >= {kind.value for kind in crosscheck.LEAVES} | {"received", "edited", "erased"}
    assert odd(site.id) == []


@pytest.mark.parametrize("kind", [*crosscheck.LEAVES, Kind.RECEIVED, Kind.EDITED, Kind.ERASED])
def test_an_event_that_was_made_up_is_found(site, kind: Kind):
    comment = make.stored(site.id)
    told(comment, kind)

    expected = 1 if kind is Kind.RECEIVED else 0
    assert odd(site.id) == [Odd(comment.id, kind, expected + 1, expected)]


def test_an_event_that_was_left_out_is_found(site):
    comment = make.stored(site.id)
    make.work()
    with transaction() as session:
        session.execute(delete(Event).where(col(Event.kind) == "screened"))

    assert odd(site.id) == [Odd(comment.id, Kind.SCREENED, 0, 1)]


def test_other_sites_are_not_looked_at(site):
    other = make.stored(make.site("The Gazette").id)
    told(other, Kind.SCREENED)

    assert odd(site.id) == []
    assert len(odd(other.site_id)) == 1


def test_a_snapshot_sees_one_moment_however_often_it_looks(site):
    make.stored(site.id)
    with snapshot() as session:
        before, _ = crosscheck.compare(session, site.id)
        with_more = plain.together([lambda: make.stored(site.id, "c-2")])
        told(with_more[0], Kind.SCREENED)
        after, _ = crosscheck.compare(session, site.id)

    assert before == after == []
    assert len(odd(site.id)) == 1
