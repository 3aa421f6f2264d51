"""Stories nobody thought of: whatever happens to comments, in whatever order, certain things stay true."""

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import event
from sqlmodel import Session, SQLModel, col, select

from moderation import (
    appeals,
    chain,
    crosscheck,
    database,
    deadletters,
    decisions,
    erasure,
    intake,
    migrate,
    queue,
    reports,
    screening,
    standing,
    unscreened,
    upkeep,
    webhooks,
)
from moderation.checks.signal import Signal
from moderation.database import reading, transaction
from moderation.errors import ModerationError
from moderation.models import Case, Comment, DeadLetter, Decision, Delivery, Screening
from moderation.policy import Verdict
from moderation.screening import Claimed
from moderation.states import MOVES
from moderation.terms import Action, Closed, Reason, Status, Why
from tests import make
from tests.moderation.plain import LEASE, WINDOW

STORIES, STEPS = 200, 50
TOO_LONG = timedelta(minutes=10)  # then people may look at what no worker did
PICK = st.integers(0, 10_000)  # one of those that are there
BODIES = st.sampled_from([make.CLEAN, make.PROFANE, "Something else altogether."])
NAMES = st.sampled_from([f"c-{number}" for number in range(9)])  # few, so that the same comes again
SECONDS = st.sampled_from([1, 5, 11, 21, 61, 700])
MOVED = {(before.value, then.value) for (before, _), then in MOVES.items()}
PENDING, REJECTED = Comment.status == Status.PENDING.value, Comment.status == Status.REJECTED.value
OPEN, UNSETTLED = col(Case.closed_at).is_(None), col(Decision.settled_at).is_(None)
OPEN_BECAUSE = {  # why a case may be open while its comment stands like this
    Status.PENDING: set[str](),
    Status.ERASED: set[str](),
    Status.APPROVED: {Why.REPORTED},
    Status.HELD: {Why.HELD, Why.UNSCREENED, Why.REPORTED, Why.APPEALED},
    Status.REJECTED: {Why.APPEALED},
}


class Story(RuleBasedStateMachine):
    """A site, two moderators and a lead, some workers, and a clock that only the story moves."""

    @initialize()
    def begin(self) -> None:
        with transaction() as session:
            for table in reversed(SQLModel.metadata.sorted_tables):
                session.connection().execute(table.delete())
        self.now = make.NOON
        self.site = make.site().id
        self.people = [make.moderator(name).person for name in ("mia", "noor", "ada")]
        with transaction() as session:
            webhooks.set_address(session, self.site, "https://hooks.example/a", self.now)
        self.at_work: list[Claimed] = []  # claimed by a worker, not written yet
        self.before: dict[UUID, str] = {}  # each comment's status after the last step
        self.retried: Counter[tuple[UUID, int]] = Counter()
        self.submit("c-0", make.CLEAN, None)

    # --- the site ---------------------------------------------------------------------------------------------------

    @rule(name=NAMES, body=BODIES, key=st.sampled_from([None, "k-1", "k-2"]))
    def submit(self, name: str, body: str, key: str | None) -> None:
        sent = make.submission(self.site, name, body, idempotency_key=key, payload_hash=f"{name}{body}" if key else "")
        with transaction() as session:
            intake.submit(session, [sent], self.now)

    @rule(pick=PICK, body=BODIES)
    def edit(self, pick: int, body: str) -> None:
        with self.allowed() as session:
            comment = standing.find(session, self.site, self.one(pick), lock=True)
            if comment.body != body:
                intake.edit(session, comment, body, self.now)

    @rule(pick=PICK, reader=st.integers(1, 4))
    def report(self, pick: int, reader: int) -> None:
        with self.allowed() as session:
            reports.report(session, self.site, self.one(pick), f"reader-{reader}", None, None, self.now)

    @rule(pick=PICK)
    def appeal(self, pick: int) -> None:
        with self.allowed() as session:
            appeals.appeal(session, self.site, self.one(pick, rather=REJECTED), None, self.now)

    @rule(pick=PICK, really=st.integers(1, 4))
    def erase(self, pick: int, really: int) -> None:
        if really > 1:
            return  # seldom, or every story ends early
        with self.allowed() as session:
            erasure.erase(session, self.site, self.one(pick), self.now)

    # --- workers ----------------------------------------------------------------------------------------------------

    @rule(picks=st.lists(PICK, min_size=1, max_size=5))
    def a_nudge_arrives(self, picks: list[int]) -> None:
        """Any number of times, with whatever ids: who claims holds what nobody else holds."""
        held, claimed = self.leased(), None
        with self.allowed() as session:
            claimed = screening.claim(session, [self.one(each, rather=PENDING) for each in picks], self.now)
        if claimed:
            assert not {each.id for each in claimed.comments} & held
            self.at_work.append(claimed)

    @precondition(lambda self: self.at_work)
    @rule(pick=PICK, actions=st.lists(st.sampled_from(Action), min_size=1, max_size=5), looked=st.integers(1, 5))
    def a_worker_writes(self, pick: int, actions: list[Action], looked: int) -> None:
        """In time or long after its lease; of all comments it has, or of the first few."""
        claimed = self.at_work.pop(pick % len(self.at_work))
        verdicts = [_verdict(actions[each % len(actions)]) for each in range(min(looked, len(claimed.comments)))]
        with transaction() as session:
            written = screening.write(session, claimed, [(SEEN,)] * len(verdicts), verdicts, self.now)
        in_time = {each.id for each in claimed.comments if self.tokens.get(each.id) == claimed.token}
        assert set(written.changed) <= in_time

    @precondition(lambda self: self.at_work)
    @rule(pick=PICK)
    def a_worker_dies(self, pick: int) -> None:
        self.at_work.pop(pick % len(self.at_work))

    @rule(patient=st.booleans())
    def sweep(self, patient: bool) -> None:
        with transaction() as session:
            unscreened.exhausted(session, self.now)
            if not patient:
                unscreened.overdue(session, self.now, TOO_LONG)
            deadletters.close_overtaken(session, self.now)
        with transaction() as session:
            decisions.settle_due(session, self.now)
        with reading() as session:
            due = {each for each, _, _ in upkeep.to_nudge(session, self.now, 100)}
        assert not due & self.leased()
        chain.seal_some(self.site)

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    # --- people -----------------------------------------------------------------------------------------------------

    @rule(who=st.integers(0, 2), count=st.integers(1, 3))
    def claim(self, who: int, count: int) -> None:
        with self.allowed() as session:
            queue.claim_next(session, self.people[who], count, self.now, LEASE)

    @rule(who=st.integers(0, 2), pick=PICK)
    def release(self, who: int, pick: int) -> None:
        with self.allowed() as session:
            queue.release(session, self.people[who], self.one(pick, Case), self.now)

    @rule(who=st.integers(0, 2), pick=PICK, action=st.sampled_from([Action.APPROVE, Action.REJECT]), late=st.booleans())
    def decide(self, who: int, pick: int, action: Action, late: bool) -> None:
        with self.allowed() as session:
            case = session.get_one(Case, self.one(pick, Case, rather=OPEN))
            self._decide(session, who, case, action, case.revision - late)

    @rule(who=st.integers(0, 2), pick=PICK, action=st.sampled_from([Action.APPROVE, Action.REJECT]))
    def overturn(self, who: int, pick: int, action: Action) -> None:
        with self.allowed() as session:
            standing_one = session.get_one(Decision, self.one(pick, Decision))
            case = session.get_one(Case, standing_one.case_id)
            self._decide(session, who, case, action, standing_one.revision, standing_one.id)

    @rule(who=st.integers(0, 2), pick=PICK)
    def undo(self, who: int, pick: int) -> None:
        with self.allowed() as session:
            decisions.undo(session, self.one(pick, Decision, rather=UNSETTLED), self.people[who], self.now, LEASE)

    @rule(pick=PICK)
    def retry(self, pick: int) -> None:
        with suppress(ModerationError, IndexError), transaction() as session:
            letter, comment = deadletters.retry(session, None, self.one(pick, DeadLetter), "ops", self.now)
            self.retried[comment.id, letter.revision] += 1

    # --- what stays true --------------------------------------------------------------------------------------------

    @invariant()
    def everything_holds(self) -> None:
        if not hasattr(self, "before"):
            return
        with database.snapshot() as session:
            comments = session.exec(select(Comment)).all()
            cases = session.exec(select(Case).where(col(Case.closed_at).is_(None))).all()
            made = session.exec(select(Decision)).all()
            odd, _ = crosscheck.compare(session, self.site)
            screened = Counter(session.exec(select(Screening.comment_id, Screening.revision)).all())
            told = {each.comment_id: each.type for each in session.exec(select(Delivery).order_by(col(Delivery.id)))}
        assert odd == [], "one event per change"
        self._moved_by_the_table(comments)
        _decided_once(comments, cases, made)
        for comment in comments:
            assert comment.lease_token is None or comment.status == Status.PENDING
            assert told.get(comment.id) in {None, f"comment.{comment.status}"} or comment.status == Status.PENDING
        for key, count in screened.items():
            assert count <= 1 + self.retried[key], "screened once, unless an operator asked for more"
        self.tokens = {each.id: each.lease_token for each in comments}

    def teardown(self) -> None:
        if not hasattr(self, "before"):
            return
        while chain.seal_some(self.site):
            pass
        with reading() as session:
            walk = chain.verify(session, self.site)
        assert walk.broken is None
        assert walk.unsealed == 0

    # --- helpers ----------------------------------------------------------------------------------------------------

    @contextmanager
    def allowed(self) -> Iterator[Session]:
        """What the rules refuse, changes nothing; with nothing there yet, nothing happens."""
        with suppress(ModerationError, IndexError), transaction() as session:
            yield session

    def one(self, pick: int, table: type[Any] = Comment, rather: Any = None) -> UUID:
        """One of those that are there; four times of five one of which something new can come."""
        asked = select(table.id).order_by(table.id)
        with reading() as session:
            ids = session.exec(asked).all()
            some = session.exec(asked.where(rather)).all() if rather is not None and pick % 5 < 4 else []
        if not ids:
            raise IndexError
        return (some or ids)[pick // 5 % len(some or ids)]

    def leased(self) -> set[UUID]:
        with reading() as session:
            return set(session.exec(select(Comment.id).where(col(Comment.lease_until) > self.now)).all())

    def _decide(
        self, session: Session, who: int, case: Case, action: Action, revision: int, overturns: UUID | None = None
    ) -> None:
        reason = Reason.ABUSE if action is Action.REJECT else None
        decisions.decide(
            session, case.id, self.people[who], action, revision, self.now, WINDOW, reason, overturns=overturns
        )

    def _moved_by_the_table(self, comments: Any) -> None:
        for comment in comments:
            then = self.before.get(comment.id, Status.PENDING)
            assert comment.status == then or (then, comment.status) in MOVED
        assert set(self.before) <= {each.id for each in comments}, "nothing is ever gone"
        self.before = {each.id: each.status for each in comments}


SEEN = Signal("profanity", score=0.5)


def _verdict(action: Action) -> Verdict:
    return Verdict(action, (), (), 0.5)


def _decided_once(comments: Any, cases: Any, made: Any) -> None:
    stand = [each for each in made if each.void_at is None]
    counted = Counter((each.comment_id, each.revision, each.case_id) for each in stand)
    assert all(count == 1 for count in counted.values())
    on_the_way = Counter(each.comment_id for each in stand if each.settled_at is None)
    still_open = {each.comment_id: each for each in cases}
    assert len(still_open) == len(cases)
    for comment in comments:
        case = still_open.get(comment.id)
        assert case is None or case.why in OPEN_BECAUSE[Status(comment.status)]
        assert case is None or case.revision == comment.revision
        if comment.status == Status.HELD:
            assert case or on_the_way[comment.id], "whoever is held is waited for by somebody"
        if comment.status in {Status.PENDING, Status.ERASED}:
            assert not on_the_way[comment.id]
    decided = {each.case_id for each in stand}
    assert not {each.id for each in cases if each.closed_as == Closed.DECIDED} - decided


TestStories = Story.TestCase
TestStories.pytestmark = [pytest.mark.timeout(300)]
TestStories.settings = settings(
    max_examples=STORIES,
    stateful_step_count=STEPS,
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module", autouse=True)
def a_quick_database() -> Iterator[None]:
    """In memory where there is such a folder: ten thousand steps do not wait for a disk."""
    folder = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(prefix="gr-", dir=folder) as home:
        engine = database.use(f"sqlite:///{home}/story.db")
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        migrate.upgrade()
        yield
        database.forget()
