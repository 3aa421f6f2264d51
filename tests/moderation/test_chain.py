"""The audit chain: sealed after the commit, in one order, without gaps; whatever is done to a row shows."""

from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest
from sqlalchemy import insert, text
from sqlmodel import SQLModel

from moderation import audit, chain, erasure
from moderation.database import clock, reading, transaction
from moderation.ids import new_id
from moderation.models import Chain, Comment, Event
from moderation.terms import Kind
from tests import make
from tests.moderation import plain
from tests.moderation.plain import rows, together

EVENTS = SQLModel.metadata.tables["events"]


def seal(site_id, most: int = chain.MOST_LINKS) -> None:
    """What the sweep does for a site."""
    while unsealed(site_id):
        chain.seal_some(site_id, most)


def unsealed(site_id) -> bool:
    with reading() as session:
        return chain.next_links(session, site_id, 1) is not None


def verify(site_id, expected: str | None = None) -> chain.Walk:
    with reading() as session:
        return chain.verify(session, site_id, expected)


def holds(site_id, expected: str | None = None) -> bool:
    return verify(site_id, expected).holds(datetime.now(UTC))


def sealed(site_id) -> list[Event]:
    return sorted((each for each in rows(Event, site_id=site_id) if each.seq), key=lambda each: each.seq)


def write(comment: Comment, at: datetime | None = None, **data: object) -> Event:
    """One more line of the trail, sealed by nobody yet."""
    with transaction() as session:
        line = audit.event(comment, Kind.CLAIMED, at or clock(session), audit.POLICY, data)
        audit.record(session, [line])
    return Event(**line)


def tamper(statement: str, **named: object) -> None:
    """What somebody with a hand in the database does."""
    with transaction() as session:
        session.execute(text(statement), named)


@pytest.fixture
def site(engine):
    return make.site()


@pytest.fixture
def told(site):
    """A chain of six events: two comments, screened and held or approved."""
    make.stored(site.id, "c-1", make.PROFANE)
    make.stored(site.id, "c-2")
    make.work()
    seal(site.id)
    return sealed(site.id)


def test_a_story_is_sealed_in_order_and_without_gaps(site):
    case = plain.held(site.id)
    mia = make.moderator(at=site.id).person
    plain.settled(case, mia)
    make.stored(site.id, "c-2")
    make.work()

    seal(site.id)

    events = sealed(site.id)
    assert [each.seq for each in events] == list(range(1, len(rows(Event)) + 1))
    [end] = rows(Chain)
    assert (end.count, end.hash) == (len(events), events[-1].hash)
    assert len({each.hash for each in events}) == len(events)
    assert holds(site.id)


def test_nothing_is_sealed_before_it_is_committed(site):
    comment = make.stored(site.id)
    seal(site.id)
    early = new_id()

    with transaction() as session:
        session.execute(insert(Event), [{**audit.event(comment, Kind.CLAIMED, make.NOON, "policy"), "id": early}])
        if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer: nobody seals meanwhile
            write(comment)
            seal(site.id)
    seal(site.id)

    last = sealed(site.id)[-1]
    assert last.id == early, "it has the older id, and is sealed when it is seen"
    assert holds(site.id)


def test_each_site_has_a_chain_of_its_own(site):
    other = make.site("The Gazette")
    make.stored(site.id)
    make.stored(other.id)

    with reading() as session:
        assert chain.unsealed_sites(session, 10) == sorted((site.id, other.id))
        assert chain.unsealed_sites(session, 1) == [min(site.id, other.id)]
    seal(site.id)

    assert [each.seq for each in sealed(site.id)] == [1]
    assert sealed(other.id) == []
    with reading() as session:
        assert chain.unsealed_sites(session, 10) == [other.id]


def test_of_many_who_seal_at_once_each_event_gets_one_place(site):
    for number in range(40):
        make.stored(site.id, f"c-{number}")

    together([lambda: seal(site.id, most=3)] * 6)

    assert [each.seq for each in sealed(site.id)] == list(range(1, 41))
    assert holds(site.id)


def test_whoever_worked_out_seals_for_an_end_that_has_moved_puts_none_on(site):
    comment = make.stored(site.id)
    with reading() as session:
        late = chain.next_links(session, site.id)
    write(comment)
    seal(site.id)

    with transaction() as session:
        assert not chain.seal(session, late, clock(session))

    assert [each.seq for each in sealed(site.id)] == [1, 2]
    assert holds(site.id)


def test_what_happens_while_a_chain_is_followed_is_for_the_next_one(site):
    comment = make.stored(site.id)
    seal(site.id)
    with reading() as session:
        walk = chain.set_out(session, site.id)
    write(comment)
    seal(site.id)

    with reading() as session:
        walk = chain.go_on(session, walk)

    assert walk.over
    assert walk.seq == 1
    assert walk.holds(datetime.now(UTC))


def test_a_long_chain_is_followed_in_parts(site):
    comment = make.stored(site.id)
    for _ in range(6):
        write(comment)
    seal(site.id)
    with reading() as session:
        walk, parts = chain.set_out(session, site.id), 0
        while not walk.over:
            walk, parts = chain.go_on(session, walk, most=2), parts + 1

    assert (walk.seq, parts) == (7, 4)
    assert holds(site.id)


def change(event: Event, **new: object) -> None:
    with transaction() as session:
        session.connection().execute(EVENTS.update().where(EVENTS.c.id == event.id).values(new))


def remove(event: Event) -> None:
    with transaction() as session:
        session.connection().execute(EVENTS.delete().where(EVENTS.c.id == event.id))


def test_an_event_that_stays_unsealed_is_not_covered(site, told):
    comment = rows(Comment)[0]
    write(comment, at=datetime.now(UTC))
    assert holds(site.id), "the sweep is on its way"

    write(comment, at=datetime.now(UTC) - chain.SEALED_WITHIN - timedelta(seconds=1))

    walk = verify(site.id)
    assert walk.broken is None
    assert walk.unsealed == 2
    assert not walk.holds(datetime.now(UTC))


def test_a_chain_that_somebody_had_a_hand_in_is_not_sealed_on_and_the_others_are(site, told):
    tamper("DELETE FROM chains")
    make.stored(site.id, "c-3")
    other = make.site("The Gazette")
    make.stored(other.id)

    assert not chain.seal_some(site.id)
    assert not chain.seal_some(other.id)

    assert len(sealed(site.id)) == len(told)
    assert len(sealed(other.id)) == 1


def test_a_site_without_events_has_a_chain_that_holds(site):
    walk = verify(site.id)
    assert (walk.seq, walk.hash, walk.holds(datetime.now(UTC))) == (0, chain.START, True)


def test_erasing_a_comment_breaks_nothing(site, told):
    comment = rows(Comment)[0]
    with transaction() as session:
        erasure.erase(session, site.id, comment.id, clock(session))
    seal(site.id)

    assert holds(site.id)
    assert sealed(site.id)[-1].kind == "erased"


def test_a_seal_is_the_same_whichever_database_keeps_it():
    event = SimpleNamespace(
        id="00000000-0000-7000-8000-000000000001",
        site_id="00000000-0000-7000-8000-000000000002",
        comment_id="00000000-0000-7000-8000-000000000003",
        kind="screened",
        at=datetime(2026, 11, 22, 13, 0, 0, 5, tzinfo=timezone(timedelta(hours=1))),
        by="policy",
        data={"revision": 1, "action": "hold", "words": "gr\u00fc\u00dfe"},
    )

    seal_ = chain.link(chain.START, 1, event)

    assert seal_ == "345c724fa3c22aa19d8477dac3df51cca6ff6201600ec2747c2d600b779d49fe"
    turned = SimpleNamespace(
        **{**vars(event), "data": dict(reversed(event.data.items())), "at": event.at.astimezone(UTC)}
    )
    assert chain.link(chain.START, 1, turned) == seal_


SETTLING = [
    ("screened", {"action": "approve"}, True),
    ("screened", {"action": "reject"}, True),
    ("screened", {"action": "hold"}, False),
    ("decided", {"action": "approve"}, False),
    ("settled", {"action": "approve"}, True),
    ("undone", {"action": "approve"}, False),
    ("erased", {}, True),
    ("received", {}, False),
    ("unscreened", {}, False),
]


@pytest.mark.parametrize(("kind", "data", "settles"), SETTLING)
def test_what_settles_a_comment(kind: str, data: dict, settles: bool):
    assert chain.settles(kind, data) is settles
