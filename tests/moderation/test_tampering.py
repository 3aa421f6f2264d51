"""The audit chain: a row that was changed, removed, put in or moved is found, first, in the middle and last."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from moderation import chain
from moderation.database import transaction
from moderation.ids import new_id
from moderation.models import Event
from tests import make
from tests.moderation.test_chain import EVENTS, change, holds, remove, seal, sealed, tamper, verify


@pytest.fixture
def site(engine):
    return make.site()


@pytest.fixture
def told(site):
    """A chain of five events: two comments, screened and held or approved."""
    make.stored(site.id, "c-1", make.PROFANE)
    make.stored(site.id, "c-2")
    make.work()
    seal(site.id)
    return sealed(site.id)


CHANGES = {
    "who": {"by": "author"},
    "what": {"kind": "released"},
    "when": {"at": datetime(2020, 1, 1, tzinfo=UTC)},
    "which comment": {"data": {"revision": 9}},
    "its seal": {"hash": "0" * 64},
    "its outcome": {"outcome_seq": 99},
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("which", [0, 2, -1], ids=["first", "middle", "last"])
def test_a_changed_row_is_found(site, told, name: str, which: int):
    change(told[which], **CHANGES[name])

    walk = verify(site.id)

    assert walk.broken
    assert (walk.broken.seq, walk.broken.event_id) == (told[which].seq, told[which].id)
    assert not walk.holds(datetime.now(UTC))


@pytest.mark.parametrize("which", [0, 2, -1], ids=["first", "middle", "last"])
def test_a_removed_row_is_found(site, told, which: int):
    remove(told[which])

    walk = verify(site.id)

    assert walk.broken == chain.Broken(told[which].seq, None, f"event {told[which].seq} was removed")


def test_that_all_rows_were_removed_is_found(site, told):
    tamper("DELETE FROM events")

    assert verify(site.id).broken.seq == 1


def put_in(event: Event, **changed: object) -> None:
    with transaction() as session:
        session.connection().execute(EVENTS.insert(), [{**event.model_dump(), "id": new_id(), **changed}])


def shift(site_id, since: int) -> None:
    """Make room at a place: everything from there on goes one further."""
    for each in reversed([event for event in sealed(site_id) if event.seq >= since]):
        change(each, seq=each.seq + 1, outcome_seq=each.outcome_seq and each.outcome_seq + 1)


def test_a_row_put_in_between_is_found(site, told):
    shift(site.id, since=3)
    put_in(told[2], outcome_seq=None)

    assert verify(site.id).broken.seq in {3, 4}


def test_a_row_put_in_with_a_seal_that_fits_is_found_by_what_comes_after(site, told):
    shift(site.id, since=3)
    forged = SimpleNamespace(**{**told[2].model_dump(), "id": new_id()})
    put_in(told[2], id=forged.id, seq=3, outcome_seq=None, hash=chain.link(told[1].hash, 3, forged))

    assert verify(site.id).broken.seq == 4


@pytest.mark.parametrize("place", [7, -1, 0])
def test_a_row_put_in_outside_the_chain_is_found(site, told, place: int):
    assert len(told) < 7
    put_in(told[0], seq=place, outcome_seq=None)

    assert "put in" in verify(site.id).broken.why


def test_rows_that_changed_places_are_found(site, told):
    for event, seq in ((told[1], 99), (told[2], told[1].seq), (told[1], told[2].seq)):
        change(event, seq=seq)

    assert verify(site.id).broken.seq == told[1].seq


def test_an_end_that_was_set_back_is_found(site, told):
    tamper("UPDATE chains SET count = :count, hash = :hash", count=told[-2].seq, hash=told[-2].hash)

    assert verify(site.id).broken.event_id == told[-1].id


def test_an_end_that_was_taken_away_is_found(site, told):
    tamper("DELETE FROM chains")

    assert verify(site.id).broken.seq == 1


def test_a_chain_that_was_made_anew_holds_no_end_that_is_kept_elsewhere(site, told):
    kept = told[-1].hash
    make.stored(site.id, "c-3")
    seal(site.id)
    assert holds(site.id, expected=kept)

    remove(told[1])
    tamper("DELETE FROM chains")
    tamper("UPDATE events SET seq = NULL, hash = NULL, outcome_seq = NULL")
    seal(site.id)

    assert holds(site.id), "whoever may write everything can make everything anew"
    assert not holds(site.id, expected=kept), "but not an end that they cannot reach"
