"""The chain: each site's events, sealed in order after the commit. What is changed, removed or put in between shows.

A seal is SHA-256 over the seal before it and the event's own fields. Whoever writes an event does not seal it: one
chain would make all verdicts of a site wait for each other. The sweep does, for many at once. The order of the chain is
the order of sealing: an event that was committed late, with an older id, is sealed when it is seen.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Row, bindparam, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from moderation.database import clock, reading, transaction
from moderation.dialects import insert_new
from moderation.logs import log
from moderation.models import Chain, Event
from moderation.terms import Action, Kind

MOST_LINKS = 2_000  # sealed in one transaction
MOST_STEPS = 5_000  # verified between two looks at the database
SEALED_WITHIN = timedelta(minutes=10)  # longer unsealed: the sweep is not at work, or somebody keeps it from this row
COUNT_UP_TO = 1_000
START = ""  # what the first link holds on to

_SAYS = ("id", "site_id", "comment_id", "kind", "at", "by", "data")  # what a seal is over
_EVENTS: sa.Table = Event.metadata.tables["events"]
_NEW = "new_"  # a parameter may not be called like a column
_PUT_SEAL = (
    update(Event)
    .where(col(Event.id) == bindparam(f"{_NEW}id"), col(Event.seq).is_(None))
    .values({name: bindparam(f"{_NEW}{name}") for name in ("seq", "hash", "outcome_seq")})
)
_SETTLING_VERDICTS = {Action.APPROVE.value, Action.REJECT.value}


@dataclass(frozen=True, slots=True)
class Links:
    """Seals that were worked out, to be put on if the chain's end is still where it was."""

    site_id: UUID
    count: int  # of the chain, before
    hash: str
    seals: tuple[dict[str, Any], ...]  # id, seq, hash, outcome_seq; in order


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place where a chain does not hold."""

    seq: int
    event_id: UUID | None  # None: there is no row
    why: str


@dataclass(frozen=True, slots=True)
class Walk:
    """How far a chain was followed, and what was found."""

    site_id: UUID
    count: int  # of the chain, when the walk began; what is sealed meanwhile is for the next one
    end: str
    expected: str | None = None  # an earlier end, kept elsewhere
    met: bool = False  # it was on the way
    seq: int = 0
    hash: str = START
    broken: Broken | None = None
    over: bool = False
    unsealed: int = 0  # up to COUNT_UP_TO; one more means 'more'
    unsealed_since: datetime | None = None

    def holds(self, now: datetime) -> bool:
        late = self.unsealed_since is not None and self.unsealed_since < now - SEALED_WITHIN
        return self.over and not self.broken and not late and (self.expected is None or self.met)


def unsealed_sites(session: Session, most: int, after: UUID | None = None) -> list[UUID]:
    """Sites that have something to seal. Hops from one to the next, however many events each of them has."""
    found: list[UUID] = []
    while len(found) < most:
        asked = select(Event.site_id).where(col(Event.seq).is_(None)).order_by(col(Event.site_id)).limit(1)
        if after:
            asked = asked.where(col(Event.site_id) > after)
        after = session.exec(asked).one_or_none()
        if after is None:
            break
        found.append(after)
    return found


def seal_some(site_id: UUID, most: int = MOST_LINKS) -> bool:
    """Seal a site's next events, in a look and a write of their own; whether there may be more for us to do."""
    with reading() as session:
        links = next_links(session, site_id, most)
    if links is None:
        return False
    try:
        with transaction() as session:
            return seal(session, links, clock(session)) and len(links.seals) == most
    except IntegrityError:  # its places are taken: somebody had a hand in it
        log(__name__).error("the audit chain does not hold: see 'greenroom audit verify'", site=str(site_id))
        return False


def next_links(session: Session, site_id: UUID, most: int = MOST_LINKS) -> Links | None:
    """Work out the next seals; nothing is locked, since events do not change. None: everything is sealed."""
    end = session.get(Chain, site_id, populate_existing=True)  # before the events: see seal()
    count, before = (end.count, end.hash) if end else (0, START)
    asked = (
        sa.select(*(_EVENTS.c[name] for name in _SAYS))
        .where(col(Event.site_id) == site_id, col(Event.seq).is_(None))
        .order_by(col(Event.id))
        .limit(most)
    )
    rows: Sequence[Row[Any]] = session.execute(asked).all()
    seals = tuple(_sealed(rows, count, before))
    return Links(site_id, count, before, seals) if seals else None


def seal(session: Session, links: Links, now: datetime) -> bool:
    """Put the seals on; False when somebody else has sealed meanwhile, and then nothing is done.

    The chain's end is moved only from where it was when the events were read: who was first has the row, the other
    waits for it and finds it moved. So no place is given twice, and none is left out.
    """
    if not links.count:
        insert_new(session, Chain, [{"site_id": links.site_id, "count": 0, "hash": START}])
    last = links.seals[-1]
    moved = session.execute(
        update(Chain)
        .where(col(Chain.site_id) == links.site_id, col(Chain.count) == links.count, col(Chain.hash) == links.hash)
        .values(count=last["seq"], hash=last["hash"], sealed_at=now)
        .returning(col(Chain.site_id))
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if moved is None:
        return False
    session.connection().execute(
        _PUT_SEAL, [{f"{_NEW}{name}": value for name, value in each.items()} for each in links.seals]
    )
    return True


def verify(session: Session, site_id: UUID, expected: str | None = None) -> Walk:
    """Follow a site's chain to its end."""
    walk = set_out(session, site_id, expected)
    while not walk.over:
        walk = go_on(session, walk)
    return walk


def set_out(session: Session, site_id: UUID, expected: str | None = None) -> Walk:
    end = session.get(Chain, site_id, populate_existing=True)
    return Walk(site_id, end.count if end else 0, end.hash if end else START, expected)


def go_on(session: Session, walk: Walk, most: int = MOST_STEPS) -> Walk:
    """Some steps further. A walk of millions takes a while: its caller may look at the database anew for each part."""
    asked = (
        sa.select(_EVENTS)
        .where(_EVENTS.c.site_id == walk.site_id, _EVENTS.c.seq > walk.seq, _EVENTS.c.seq <= walk.count)
        .order_by(_EVENTS.c.seq)
        .limit(most)
    )
    rows = session.execute(asked).all()
    for row in rows:
        walk = _step(walk, row)
        if walk.broken:
            return walk
    return walk if len(rows) == most else _arrive(session, walk)


def link(before: str, seq: int, event: Row[Any]) -> str:
    """The seal of an event at this place: the same on both databases, and by any program that knows this line."""
    fields = [
        seq,
        *(str(each) for each in (event.id, event.site_id, event.comment_id)),
        event.kind,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.by,
        event.data,
    ]
    plain = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{before}{plain}".encode()).hexdigest()


def settles(kind: str, data: Mapping[str, Any]) -> bool:
    """Whether a comment's outcome is known with this event; held is none."""
    if kind == Kind.SCREENED:
        return data.get("action") in _SETTLING_VERDICTS
    return kind in {Kind.SETTLED, Kind.ERASED}


def _sealed(rows: Sequence[Row[Any]], count: int, before: str) -> Iterator[dict[str, Any]]:
    for seq, row in enumerate(rows, count + 1):
        before = link(before, seq, row)
        outcome = seq if settles(row.kind, row.data) else None
        yield {"id": row.id, "seq": seq, "hash": before, "outcome_seq": outcome}


def _step(walk: Walk, row: Row[Any]) -> Walk:
    seq = walk.seq + 1
    if row.seq != seq:
        return _stop(walk, Broken(seq, None, f"event {seq} was removed"))
    sealed = link(walk.hash, seq, row)
    if row.hash != sealed:
        return _stop(walk, Broken(seq, row.id, "does not bear its seal: it was changed, moved or put in"))
    if row.outcome_seq != (seq if settles(row.kind, row.data) else None):
        return _stop(walk, Broken(seq, row.id, "its place among the outcomes was changed"))
    return replace(walk, seq=seq, hash=sealed, met=walk.met or sealed == walk.expected)


def _arrive(session: Session, walk: Walk) -> Walk:
    """This must be where the chain ends; and what has no seal yet must be new."""
    if walk.seq < walk.count:
        return _stop(walk, Broken(walk.seq + 1, None, f"event {walk.seq + 1} was removed"))
    if walk.hash != walk.end:
        return _stop(walk, Broken(walk.seq, None, "the end of the chain is another one"))
    end = sa.select(col(Chain.count)).where(col(Chain.site_id) == walk.site_id).scalar_subquery()
    beyond = (
        sa.select(_EVENTS.c.seq, _EVENTS.c.id)  # one statement, so that nothing is sealed between its two looks
        .where(_EVENTS.c.site_id == walk.site_id, sa.or_(_EVENTS.c.seq > sa.func.coalesce(end, 0), _EVENTS.c.seq < 1))
        .order_by(_EVENTS.c.seq)
        .limit(1)
    )
    stray = session.execute(beyond).one_or_none()
    if stray:
        return _stop(walk, Broken(stray.seq, stray.id, "stands outside the chain: it was put in"))
    without = (
        sa.select(_EVENTS.c.at)
        .where(_EVENTS.c.site_id == walk.site_id, _EVENTS.c.seq.is_(None))
        .order_by(_EVENTS.c.id)
        .limit(COUNT_UP_TO + 1)
    )
    waiting = session.execute(without).scalars().all()
    return replace(walk, over=True, unsealed=len(waiting), unsealed_since=min(waiting, default=None))


def _stop(walk: Walk, broken: Broken) -> Walk:
    return replace(walk, broken=broken, over=True)
