"""Screening: claim a batch, look and judge outside any transaction, write the verdicts. Every step asks the row.

A worker that was paused, killed or doubled writes nothing it has no lease for (compare-and-set on its token).
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, update
from sqlmodel import Session, col, select

from moderation import alike, audit, facts, queue, rulebook, webhooks
from moderation.checks import run_many
from moderation.checks.signal import Facts, Signal, signal_document
from moderation.database import clock, reading, transaction
from moderation.dialects import insert_all, unlocked
from moderation.failpoints import reach
from moderation.ids import new_id
from moderation.models import Comment, Screening
from moderation.policy import Verdict, judge, verdict_document
from moderation.rules import Rules
from moderation.states import after
from moderation.tally import Took
from moderation.terms import Action, Kind, Status, Why

MOST_ATTEMPTS = 3
LEASE = timedelta(seconds=20)  # longer than the task's hard time limit, 8 s
LOOKING_SECONDS = 3.0  # for a batch; what is left over is given back. Below the task's soft limit, 5 s
REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A batch that is ours until the lease is over."""

    token: UUID
    comments: tuple[Comment, ...]
    facts: tuple[Facts, ...]
    rules: Mapping[UUID, tuple[int, Rules]]
    fingerprints: Mapping[UUID, Mapping[str, Any]] = field(default_factory=dict[UUID, Mapping[str, Any]])


@dataclass(frozen=True, slots=True)
class Screened:
    """What was written, and whom to nudge about it."""

    changed: tuple[UUID, ...] = ()
    verdicts: Mapping[tuple[UUID, str], int] | None = None  # (site, action) -> how many
    sites: frozenset[UUID] = frozenset()  # have something to be told
    left: tuple[UUID, ...] = ()  # not looked at in time: nudge them again
    took: tuple[Took, ...] = ()


def screen(ids: Sequence[UUID], entering: Callable[[UUID, str], object] | None = None) -> Screened:
    """Screen these comments, as far as they are still to be screened and nobody else is at it.

    `entering` is told of each check that begins with a comment which has failed before: its process may not live to
    say where it ended.
    """
    reach("screen.taken")
    with transaction() as session:
        claimed = claim(session, ids, clock(session))
    if claimed is None:
        return Screened()
    with reading() as session:
        claimed = compare(session, claimed, clock(session))
    reach("screen.claimed")
    told = partial(entering, claimed.comments[0].id) if entering and claimed.comments[0].attempts > 1 else _nobody
    looked = run_many(claimed.facts, budget=LOOKING_SECONDS, entering=told)
    verdicts = [
        judge(signals, each.rules, sensitive=each.rules.sensitive(each.page_url))
        for signals, each in zip(looked, claimed.facts, strict=False)
    ]
    with transaction() as session:
        written = write(session, claimed, looked, verdicts, clock(session))
        reach("screen.before_commit")
    reach("screen.committed")
    return written


def _nobody(check: str) -> None:
    del check


def claim(session: Session, ids: Sequence[UUID], now: datetime) -> Claimed | None:
    """Lease what is pending, has attempts left and no living lease.

    What failed once is taken only when it comes alone, so that a poison comment does not drag its batch along.
    """
    token = new_id()
    first = () if len(ids) == 1 else (col(Comment.attempts) == 0,)
    free = (
        select(Comment.id)
        .where(
            col(Comment.id).in_(ids),
            Comment.status == Status.PENDING.value,
            col(Comment.attempts) < MOST_ATTEMPTS,
            nobody_at_it(now),
            *first,
        )
        .order_by(col(Comment.id))
    )
    comments = list(
        session.execute(
            update(Comment)
            .where(col(Comment.id).in_(unlocked(free).scalar_subquery()))
            .values(lease_token=token, lease_until=now + LEASE, attempts=Comment.attempts + 1)
            .returning(Comment)
            .execution_options(synchronize_session=False, populate_existing=True)
        ).scalars()
    )
    if not comments:
        return None
    comments.sort(key=lambda each: each.id)
    rules = rulebook.current(session, {each.site_id for each in comments})
    in_force = {site_id: current for site_id, (_, current) in rules.items()}
    return Claimed(token, tuple(comments), tuple(facts.gather(session, comments, in_force, now)), rules)


def nobody_at_it(now: datetime) -> ColumnElement[bool]:
    """No lease, or one that is over. One longer than LEASE was given before the clock was set back."""
    until = col(Comment.lease_until)
    return or_(until.is_(None), until <= now, until > now + LEASE)


def compare(session: Session, claimed: Claimed, now: datetime) -> Claimed:
    """The same, with what others have said that is nearly the same."""
    known, fingerprints = alike.gather(session, claimed.comments, claimed.facts, now)
    return replace(claimed, facts=tuple(known), fingerprints=fingerprints)


def write(
    session: Session,
    claimed: Claimed,
    looked: Sequence[Sequence[Signal]],
    verdicts: Sequence[Verdict],
    now: datetime,
) -> Screened:
    """Write each verdict, if its comment is still pending and still ours; give back what was not looked at."""
    judged = dict(zip((each.id for each in claimed.comments), zip(looked, verdicts, strict=True), strict=False))
    ours = _move(session, claimed, {each: verdict for each, (_, verdict) in judged.items()}, now)
    done = [each for each in claimed.comments if each.id in ours]
    for comment in done:  # readers may have reported it while we looked
        status, comment.report_count = ours[comment.id]
        comment.status = status.value
    reported = _take_down(session, claimed, done)
    screenings = {each.id: _screening(each, *judged[each.id], claimed.rules[each.site_id][0], now) for each in done}
    if done:
        insert_all(session, Screening, list(screenings.values()))
        alike.remember(session, done, claimed.fingerprints)
    audit.record(session, [_event(each, screenings[each.id], now) for each in done])
    queue.open_cases(session, [_case(each, judged[each.id][1]) for each in done if _needs_case(each)], now)
    told = [(each, REPORTED if each.id in reported else _reason(judged[each.id][1])) for each in done]
    sites = webhooks.enqueue(session, told, now)
    left = [each.id for each in claimed.comments if each.id not in judged]
    _give_back(session, claimed.token, left)
    return Screened(
        changed=tuple(each.id for each in done),
        verdicts=Counter((each.site_id, judged[each.id][1].action.value) for each in done),
        sites=frozenset(sites),
        left=tuple(left),
        took=tuple(Took(_waited(each, now), judged[each.id][0]) for each in done),
    )


def _waited(comment: Comment, now: datetime) -> float | None:
    return (now - comment.received_at).total_seconds() if comment.revision == 1 else None


def _move(
    session: Session, claimed: Claimed, verdicts: Mapping[UUID, Verdict], now: datetime
) -> dict[UUID, tuple[Status, int]]:
    """Set the statuses, one statement for each that occurs; (status, reports) of those that were still ours."""
    moved: dict[UUID, tuple[Status, int]] = {}
    for action in Action:
        ids = sorted(each for each, verdict in verdicts.items() if verdict.action is action)
        if not ids:
            continue
        status = after(Status.PENDING, action)
        written = session.execute(
            update(Comment)
            .where(
                col(Comment.id).in_(ids),
                col(Comment.status) == Status.PENDING.value,
                col(Comment.lease_token) == claimed.token,
            )
            .values(
                status=status.value,
                screened_at=now,
                decided_at=None if action is Action.HOLD else now,
                updated_at=now,
                lease_token=None,
                lease_until=None,
            )
            .returning(col(Comment.id), col(Comment.report_count))
            .execution_options(synchronize_session=False)
        )
        moved |= {comment_id: (status, reports) for comment_id, reports in written}
    return moved


def _take_down(session: Session, claimed: Claimed, done: Sequence[Comment]) -> set[UUID]:
    """What was approved, but enough readers had reported before anybody looked: held instead."""
    reported: set[UUID] = set()
    for comment in done:
        limit = claimed.rules[comment.site_id][1].limits.reports_to_hold
        if comment.status == Status.APPROVED and comment.report_count >= limit:
            comment.status = after(Status(comment.status), Action.HOLD).value
            reported.add(comment.id)
    if reported:
        taken = update(Comment).where(col(Comment.id).in_(reported)).execution_options(synchronize_session=False)
        session.execute(taken.values(status=Status.HELD.value, decided_at=None))
    return reported


def _screening(
    comment: Comment, signals: Sequence[Signal], verdict: Verdict, rules_version: int, now: datetime
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "comment_id": comment.id,
        "revision": comment.revision,
        "at": now,
        "rules_version": rules_version,
        "verdict": verdict_document(verdict),
        "signals": [signal_document(each) for each in signals],
    }


def _event(comment: Comment, screening: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    data = {"screening_id": str(screening["id"]), "action": screening["verdict"]["action"]}
    return audit.event(comment, Kind.SCREENED, now, audit.POLICY, data)


def _needs_case(comment: Comment) -> bool:
    return comment.status == Status.HELD or (comment.status == Status.APPROVED and comment.report_count > 0)


def _case(comment: Comment, verdict: Verdict) -> tuple[Comment, Why, tuple[str, ...], float]:
    why = Why.REPORTED if verdict.action is Action.APPROVE else Why.HELD
    return comment, why, tuple(each.check for each in verdict.because), verdict.sureness


def _reason(verdict: Verdict) -> str | None:
    return verdict.because[0].check if verdict.because else None


def _give_back(session: Session, token: UUID, ids: Sequence[UUID]) -> None:
    if not ids:
        return
    session.execute(
        update(Comment)
        .where(col(Comment.id).in_(ids), col(Comment.lease_token) == token)
        .values(lease_token=None, lease_until=None, attempts=Comment.attempts - 1)
        .execution_options(synchronize_session=False)
    )
