"""What must be true after every run: I1-I8, asked of the database, the receiver, the logs and the answers."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from moderation import chain, crosscheck
from moderation.database import clock
from moderation.decisions import MOOT
from moderation.models import Case, Comment, Decision, Delivery, Event, Screening, Site, Webhook
from moderation.terms import Closed, Kind, Status, Why
from tests.faults.house import House
from tests.faults.load import MARK, PLANTED, Load
from tests.faults.people import Desk

SETTLED = {Status.APPROVED, Status.REJECTED, Status.ERASED}
OVERTAKEN = {Closed.EDITED, Closed.ERASED, MOOT}  # decided, but its author changed the text before it settled
MOST_SHOWN = 5
CALM_SECONDS = 120.0
Broken = dict[str, list[str]]


def settled_down(house: House) -> bool:
    """Nothing is pending, no decision is on its way, everything due has been delivered."""
    with Session(house.read()) as session:
        asked = (
            select(func.count()).select_from(Comment).where(Comment.status == Status.PENDING.value),
            select(func.count())
            .select_from(Decision)
            .where(col(Decision.settled_at).is_(None), col(Decision.void_at).is_(None)),
            select(func.count()).select_from(Delivery).where(Delivery.state == "waiting"),
        )
        return not any(session.exec(each).one() for each in asked)


def hurry(house: House) -> bool:
    """Let the waiting between a delivery's tries be over: the schedule is minutes long, and tested by itself."""
    with Session(house.read()) as session:
        now = clock(session)
        session.execute(update(Webhook).values(lease_until=None, rest_until=None))
        session.execute(update(Delivery).where(col(Delivery.state) == "waiting").values(next_at=now))
        session.commit()
    return True


def broken(house: House, load: Load, desk: Desk | None = None, *, deliveries: bool = True) -> Broken:
    """Each invariant by name with what breaks it; all empty is what we want."""
    with Session(house.read()) as session:
        comments = {each.id: each for each in session.exec(select(Comment)).all()}
        cases = session.exec(select(Case)).all()
        decisions = session.exec(select(Decision)).all()
        found = {
            "I1 every 202 is in the database": _lost(load, comments),
            "I2 one row per key": _twice(session, load),
            "I3 settled or held, nothing pending": _undecided(comments.values(), cases, decisions),
            "I4 decided once": _decided_twice(session, cases, decisions, desk),
            "I5 one event per change, the chain verifies": _events(session, comments, decisions),
            "I6 the site is told, the same bytes each time": _untold(session, house, decisions) if deliveries else [],
            "I7 nothing is held by exhaustion": _exhausted(cases, comments),
            "I8 nothing planted in an answer or a log": [*load.leaks, *_logged(house), *load.broken],
        }
    return {
        name: each[:MOST_SHOWN] + [f"and {len(each) - MOST_SHOWN} more"] * (len(each) > MOST_SHOWN)
        for name, each in found.items()
    }


def must_hold(found: Broken, *, but: Iterable[str] = ()) -> None:
    """Raise with everything that is broken; 'but' names invariants by their number that this run may break."""
    wrong = {name: each for name, each in found.items() if each and name.split()[0] not in but}
    assert not wrong, json.dumps(wrong, indent=2)


def _lost(load: Load, comments: Mapping[UUID, Comment]) -> list[str]:
    lost = []
    for sent in load.promised:
        row = comments.get(UUID(sent.id))
        if row is None or row.external_id != sent.external_id:
            lost.append(f"{sent.external_id} was promised and is not there")
        elif not sent.busy and not sent.erased and (row.body, row.revision) != (sent.body, sent.revision):
            lost.append(f"{sent.external_id} has revision {row.revision}, its site knows {sent.revision}")
        elif sent.erased != (row.status == Status.ERASED) and not sent.busy:
            lost.append(f"{sent.external_id} is {row.status}, erased by its site: {sent.erased}")
    return lost


def _twice(session: Session, load: Load) -> list[str]:
    asked = (
        select(Comment.external_id).group_by(col(Comment.site_id), col(Comment.external_id)).having(func.count() > 1)
    )
    by_id = Counter(each.id for each in load.promised)
    return [*session.exec(asked).all(), *(each for each, count in by_id.items() if count > 1)]


def _undecided(comments: Iterable[Comment], cases: Iterable[Case], decisions: Iterable[Decision]) -> list[str]:
    waiting = {each.comment_id for each in cases if each.closed_at is None}
    waiting |= {each.comment_id for each in decisions if each.settled_at is None and each.void_at is None}
    found = [
        f"{each.external_id} is {each.status} after {each.attempts} attempts"
        for each in comments
        if each.status not in SETTLED and not (each.status == Status.HELD and each.id in waiting)
    ]
    return found + [f"{each.external_id} holds a lease" for each in comments if each.lease_token]


def _decided_twice(
    session: Session, cases: Iterable[Case], decisions: Iterable[Decision], desk: Desk | None
) -> list[str]:
    found = [
        f"comment {comment} revision {revision} was screened {count} times"
        for comment, revision, count in session.exec(
            select(Screening.comment_id, Screening.revision, func.count())
            .group_by(col(Screening.comment_id), col(Screening.revision))
            .having(func.count() > 1)
        ).all()
    ]
    standing = Counter((each.comment_id, each.revision, each.case_id) for each in decisions if each.void_at is None)
    found += [f"{key} has {count} standing decisions" for key, count in standing.items() if count > 1]
    with_one = {each.case_id for each in decisions if each.void_at is None or each.void_as in OVERTAKEN}
    found += [
        f"case {each.id} is closed as decided, and no decision stands"
        for each in cases
        if each.closed_as == Closed.DECIDED and each.id not in with_one
    ]
    opened = Counter(each.comment_id for each in cases if each.closed_at is None)
    found += [f"comment {each} has {count} open cases" for each, count in opened.items() if count > 1]
    return found + (_not_kept(decisions, desk) if desk else [])


def _not_kept(decisions: Iterable[Decision], desk: Desk) -> list[str]:
    """What a moderator was told is decided, is; what they took back, is taken back."""
    rows = {str(each.id): each for each in decisions}
    found = [f"decision {each} was confirmed and is not there" for each in desk.made if each not in rows]
    found += [
        f"decision {each} was undone and stands" for each in desk.undone & set(rows) if not _taken_back(rows[each])
    ]
    sure = set(desk.made) & set(rows) - desk.undone - desk.unsure
    found += [f"decision {each} was not undone by anybody" for each in sure if _taken_back(rows[each])]
    return found


def _taken_back(decision: Decision) -> bool:
    return decision.void_as == "undone"


def _events(session: Session, comments: Mapping[UUID, Comment], decisions: Iterable[Decision]) -> list[str]:
    counted: dict[UUID, Counter[str]] = defaultdict(Counter)
    for comment_id, kind in session.exec(select(Event.comment_id, Event.kind)).all():
        counted[comment_id][kind] += 1
    screened = Counter(session.exec(select(Screening.comment_id)).all())
    made = Counter(each.comment_id for each in decisions)
    settled = Counter(each.comment_id for each in decisions if each.settled_at)
    undone = Counter(each.comment_id for each in decisions if each.void_as == "undone")
    found = []
    for each in comments.values():
        wanted = {
            Kind.RECEIVED: 1,
            Kind.EDITED: each.revision - 1,
            Kind.SCREENED: screened[each.id],
            Kind.DECIDED: made[each.id],
            Kind.SETTLED: settled[each.id],
            Kind.UNDONE: undone[each.id],
            Kind.ERASED: int(each.status == Status.ERASED),
        }
        had = {kind: counted[each.id][kind.value] for kind in wanted}
        if had != wanted:
            wrong = {kind.value: (had[kind], wanted[kind]) for kind in wanted if had[kind] != wanted[kind]}
            found.append(f"{each.external_id}: events (had, wanted) {wrong}")
    return found + _chain(session)


def _chain(session: Session) -> list[str]:
    """Every site's chain, link by link; and that what the events tell of is in the other tables."""
    found: list[str] = []
    for site_id in session.exec(select(Site.id)).all():
        walk = chain.verify(session, site_id)
        if walk.broken:
            found.append(f"the chain breaks at {walk.broken.seq}: {walk.broken.why}")
        after = None
        while True:
            odd, after = crosscheck.compare(session, site_id, after)
            found += map(str, odd)
            if after is None:
                break
    return found


def _untold(session: Session, house: House, decisions: Iterable[Decision]) -> list[str]:
    """Every delivery came, with one body however often; every settled decision has its delivery."""
    found, about = [], defaultdict(list)
    for row in session.exec(select(Delivery)).all():
        name = f"msg_{row.id.hex}"
        about[row.comment_id].append(json.loads(row.body))
        bodies = house.receiver.bodies.get(name, set())
        if bodies != {row.body.encode()}:
            found.append(f"{row.type} {name} ({row.state}, {row.attempts} tries) came with {len(bodies)} bodies")
    for each in decisions:
        told = [told["data"] for told in about[each.comment_id] if told["data"]["revision"] == each.revision]
        wanted = Status.APPROVED if each.action == "approve" else Status.REJECTED
        if each.settled_at and not any(one["status"] == wanted for one in told):
            found.append(f"decision {each.id} is settled, and no delivery says so")
    return found


def _exhausted(cases: Iterable[Case], comments: Mapping[UUID, Comment]) -> list[str]:
    return [f"{comments[each.comment_id].external_id} was given up on" for each in cases if each.why == Why.UNSCREENED]


def _logged(house: House) -> list[str]:
    words = (MARK, *(each.decode() for each in PLANTED))
    return [f"{name}: a line holds {word!r}" for name, line in house.logs() for word in words if word in line]


def doubled(found: Broken) -> int:
    return sum(len(each) for name, each in found.items() if name[:2] in {"I2", "I4"})


def summary(house: House) -> dict[str, Any]:
    with Session(house.read()) as session:
        rows = session.exec(select(Comment.status, func.count()).group_by(col(Comment.status))).all()
    return dict(rows)
