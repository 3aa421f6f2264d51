"""Plain things that the domain's tests need: many at once, rows of a table, a held comment with its case."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel, select

from moderation import decisions, queue
from moderation.database import reading, transaction
from moderation.models import Case, Comment, Decision
from moderation.people import Person
from moderation.terms import Action, Reason
from tests import make

WINDOW = timedelta(seconds=10)  # for undo
LEASE = timedelta(minutes=10)  # of a case


def together(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """All at once, each in a thread of its own; what each returned or raised."""
    gate = Barrier(len(calls))

    def one(call: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return call()
        except Exception as raised:  # noqa: BLE001 - what a loser reads is what the test looks at
            return raised

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(one, calls))


def rows(table: type[SQLModel], **named: Any) -> list[Any]:
    with reading() as session:
        found = session.exec(select(table)).all()
    return [each for each in found if all(getattr(each, name) == value for name, value in named.items())]


def the(comment_id: UUID) -> Comment:
    with reading() as session:
        return session.get_one(Comment, comment_id)


def held(site_id: UUID, external_id: str = "c-1", body: str = make.PROFANE, **more: Any) -> Case:
    """A comment that was held: its open case."""
    comment = make.stored(site_id, external_id, body, **more)
    make.work()
    return next(each for each in rows(Case, comment_id=comment.id) if each.closed_at is None)


def decide(case: Case, person: Person, action: Action = Action.REJECT, at: Any = make.NOON, **more: Any) -> Decision:
    known = {"revision": case.revision, "reason": Reason.ABUSE if action is Action.REJECT else None, **more}
    with transaction() as session:
        return decisions.decide(session, case.id, person, action, now=at, undo_window=WINDOW, **known)


def undo(decision: Decision, person: Person, at: Any = make.NOON) -> Decision:
    with transaction() as session:
        return decisions.undo(session, decision.id, person, at, LEASE)


def settle(at: Any) -> list[Comment]:
    with transaction() as session:
        return decisions.settle_due(session, at)[0]


def settled(case: Case, person: Person, action: Action = Action.REJECT) -> Decision:
    """A decision that its site was told."""
    decision = decide(case, person, action)
    settle(make.NOON + WINDOW)
    return decision


def claim(person: Person, count: int = 1, at: Any = make.NOON, wanted: queue.Filter | None = None) -> list[Case]:
    with transaction() as session:
        return queue.claim_next(session, person, count, at, LEASE, wanted)
