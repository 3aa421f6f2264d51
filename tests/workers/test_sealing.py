"""The sweep seals every site's events, and closes dead letters that were overtaken."""

import pytest

from moderation import audit, chain
from moderation.database import reading, transaction
from moderation.models import Case, Chain, DeadLetter, Event
from moderation.terms import Action, Kind
from tests import make
from tests.moderation import plain
from tests.moderation.plain import rows
from tests.moderation.test_chain import holds, tamper
from tests.moderation.test_deadletters import given_up
from workers import tasks

pytestmark = pytest.mark.usefixtures("engine", "valkey")


def test_a_sweep_seals_what_was_committed_on_every_site():
    sites = [make.site(f"Site {number}") for number in range(5)]
    for site in sites:
        make.stored(site.id, "c-1")
        make.stored(site.id, "c-2", make.PROFANE)
    make.work()

    tasks.sweep.run()

    assert [each for each in rows(Event) if each.seq is None] == []
    assert {each.site_id for each in rows(Chain)} == {each.id for each in sites}
    assert all(holds(each.id) for each in sites)


def test_what_is_more_than_one_batch_is_sealed_too():
    site = make.site()
    comment = make.stored(site.id)
    with transaction() as session:
        lines = [audit.event(comment, Kind.CLAIMED, make.NOON, audit.POLICY) for _ in range(chain.MOST_LINKS + 10)]
        audit.record(session, lines)

    for _ in range(10):  # as much as there is time for, each time
        tasks.sweep.run()

    assert [each for each in rows(Event) if each.seq is None] == []
    assert holds(site.id)


def test_a_site_whose_chain_was_tampered_with_keeps_no_other_from_being_sealed():
    bad, good = make.site("The Courier"), make.site("The Gazette")
    make.stored(bad.id)
    tasks.sweep.run()
    tamper("DELETE FROM chains")
    make.stored(bad.id, "c-2")
    make.stored(good.id)

    for _ in range(3):
        tasks.sweep.run()

    assert holds(good.id)
    assert not holds(bad.id)


def test_what_an_earlier_release_has_written_is_sealed_too():
    site = make.site()
    make.stored(site.id)
    with transaction() as session:  # its workers know nothing of seals
        [event] = rows(Event)
        session.delete(session.get(Event, event.id))
        session.flush()
        session.execute(
            Event.metadata.tables["events"].insert(), [event.model_dump(exclude={"seq", "hash", "outcome_seq"})]
        )

    tasks.sweep.run()

    assert holds(site.id)
    with reading() as session:
        assert session.get(Chain, site.id).count == 1


def test_a_decision_that_was_carried_out_closes_its_dead_letter():
    site = make.site()
    letter = given_up(site.id)
    case = next(each for each in rows(Case) if each.comment_id == letter.comment_id)
    plain.decide(case, make.moderator(at=site.id).person, Action.APPROVE, at=make.NOON.replace(year=2020))

    tasks.sweep.run()

    assert make.status(letter.comment_id) == "approved"
    assert [each.settled_as for each in rows(DeadLetter)] == ["overtaken"]
