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
from moderation.models import Case, Comment, DeadLetter, Decision
from moderation.policy import Verdict
from moderation.screening import Claimed
from moderation.terms import Action, Reason, Status
from tests import make
from tests.moderation import holds
from tests.moderation.plain import LEASE, WINDOW

STORIES, STEPS = 200, 50
TOO_LONG = timedelta(minutes=10)  # then people may look at what no worker did
BODIES = st.sampled_from([make.CLEAN, make.PROFANE, "Something else altogether."])
NAMES = st.sampled_from([f"c-{number}" for number in range(9)])  # few, so that the same comes again
SECONDS = st.sampled_from([1, 1, 5, 11, 21, 61, 700])
WHO = st.integers(0, 2)
DECIDED = st.sampled_from([Action.APPROVE, Action.REJECT])
SEEN = Signal("profanity", score=0.5)
PENDING, REJECTED = Comment.status == Status.PENDING.value, Comment.status == Status.REJECTED.value
LOOKED_AT = col(Comment.lease_token).is_not(None)
OPEN, UNSETTLED = col(Case.closed_at).is_(None), col(Decision.settled_at).is_(None)


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
        self.tokens: dict[UUID, UUID | None] = {}
        for number in range(3):
            self.submit(f"c-{number}", make.CLEAN, None)

    # --- the site ---------------------------------------------------------------------------------------------------

    @rule(name=NAMES, body=BODIES, key=st.sampled_from([None, "k-1", "k-2"]))
    def submit(self, name: str, body: str, key: str | None) -> None:
        sent = make.submission(self.site, name, body, idempotency_key=key, payload_hash=f"{name}{body}" if key else "")
        with transaction() as session:
            intake.submit(session, [sent], self.now)

    @rule(data=st.data(), body=BODIES)
    def edit(self, data: st.DataObject, body: str) -> None:
        with self.allowed() as session:
            comment = standing.find(session, self.site, self.one(data, rather=LOOKED_AT), lock=True)
            if comment.body != body:
                intake.edit(session, comment, body, self.now)

    @rule(data=st.data(), reader=st.integers(1, 4))
    def report(self, data: st.DataObject, reader: int) -> None:
        with self.allowed() as session:
            reports.report(session, self.site, self.one(data), f"reader-{reader}", None, None, self.now)

    @rule(data=st.data())
    def appeal(self, data: st.DataObject) -> None:
        with self.allowed() as session:
            appeals.appeal(session, self.site, self.one(data, rather=REJECTED), None, self.now)

    @rule(data=st.data(), really=st.integers(1, 5))
    def erase(self, data: st.DataObject, really: int) -> None:
        if really < 5:
            return  # seldom, or every story ends early
        with self.allowed() as session:
            erasure.erase(session, self.site, self.one(data), self.now)

    # --- workers ----------------------------------------------------------------------------------------------------

    @rule(data=st.data(), count=st.sampled_from([1, 1, 1, 3]))
    def a_nudge_arrives(self, data: st.DataObject, count: int) -> None:
        """Any number of times, with whatever ids: who claims holds what nobody else holds."""
        held, claimed = self.leased(), None
        with self.allowed() as session:
            claimed = screening.claim(session, [self.one(data, rather=PENDING) for _ in range(count)], self.now)
        if claimed:
            assert not {each.id for each in claimed.comments} & held
            self.tokens |= {each.id: claimed.token for each in claimed.comments}
            self.at_work.append(claimed)

    @precondition(lambda self: self.at_work)
    @rule(data=st.data(), action=st.sampled_from(Action), looked=st.sampled_from([5, 5, 1]))
    def a_worker_writes(self, data: st.DataObject, action: Action, looked: int) -> None:
        """In time or long after its lease; of all comments it has, or of the first few."""
        claimed = data.draw(st.sampled_from(self.at_work))
        self.at_work.remove(claimed)
        verdicts = [Verdict(action, (), (), 0.5)] * min(looked, len(claimed.comments))
        with transaction() as session:
            written = screening.write(session, claimed, [(SEEN,)] * len(verdicts), verdicts, self.now)
        in_time = {each.id for each in claimed.comments if self.tokens.get(each.id) == claimed.token}
        assert set(written.changed) <= in_time

    @rule(data=st.data(), action=st.sampled_from(Action))
    def a_worker_screens(self, data: st.DataObject, action: Action) -> None:
        """As it mostly is: claimed and written in one go."""
        self.a_nudge_arrives(data, 1)
        if self.at_work:
            self.a_worker_writes(data, action, 5)

    @precondition(lambda self: self.at_work)
    @rule(data=st.data())
    def a_worker_sleeps_through_its_lease(self, data: st.DataObject) -> None:
        """And somebody else takes one of its comments; either may be the first to write."""
        slept = data.draw(st.sampled_from(self.at_work))
        self.now += screening.LEASE
        with transaction() as session:
            taken = screening.claim(session, [data.draw(st.sampled_from(slept.comments)).id], self.now)
        if taken:
            self.tokens |= {each.id: taken.token for each in taken.comments}
            self.at_work.append(taken)

    @precondition(lambda self: self.at_work)
    @rule(data=st.data())
    def a_worker_dies(self, data: st.DataObject) -> None:
        self.at_work.remove(data.draw(st.sampled_from(self.at_work)))

    @rule(patient=st.booleans(), seconds=SECONDS)
    def sweep(self, patient: bool, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
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

    @rule(who=WHO, count=st.integers(1, 3))
    def claim(self, who: int, count: int) -> None:
        with self.allowed() as session:
            queue.claim_next(session, self.people[who], count, self.now, LEASE)

    @rule(who=WHO, action=DECIDED)
    def claim_and_decide(self, who: int, action: Action) -> None:
        """As it mostly is."""
        with self.allowed() as session:
            case = queue.claim_next(session, self.people[who], 1, self.now, LEASE)[0]
            self._decide(session, who, case, action, case.revision)

    @rule(who=WHO, data=st.data())
    def release(self, who: int, data: st.DataObject) -> None:
        with self.allowed() as session:
            queue.release(session, self.people[who], self.one(data, Case), self.now)

    @rule(who=WHO, data=st.data(), action=DECIDED, late=st.sampled_from([0, 0, 0, 1]))
    def decide(self, who: int, data: st.DataObject, action: Action, late: int) -> None:
        with self.allowed() as session:
            case = session.get_one(Case, self.one(data, Case, rather=OPEN))
            self._decide(session, who, case, action, case.revision - late)
            assert not late, "who looked at another text has not decided this one"

    @rule(who=WHO, data=st.data(), action=DECIDED)
    def overturn(self, who: int, data: st.DataObject, action: Action) -> None:
        with self.allowed() as session:
            stands = session.get_one(Decision, self.one(data, Decision))
            self._decide(session, who, session.get_one(Case, stands.case_id), action, stands.revision, stands.id)

    @rule(who=st.integers(0, 5), data=st.data())
    def undo(self, who: int, data: st.DataObject) -> None:
        """Mostly by whoever decided."""
        with self.allowed() as session:
            made = session.get_one(Decision, self.one(data, Decision, rather=UNSETTLED))
            person = next(each for each in self.people if who < 3 or each.id == made.moderator_id)
            decisions.undo(session, made.id, person, self.now, LEASE)

    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        with self.allowed() as session:
            letter, comment = deadletters.retry(session, None, self.one(data, DeadLetter), "ops", self.now)
            self.retried[comment.id, letter.revision] += 1

    # --- what stays true --------------------------------------------------------------------------------------------

    @invariant()
    def everything_holds(self) -> None:
        if hasattr(self, "before"):
            with database.snapshot() as session:
                comments = holds.everything(session, self.site, self.before, self.retried)
            self.before = {each.id: each.status for each in comments}
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

    def one(self, data: st.DataObject, table: type[Any] = Comment, rather: Any = None) -> UUID:
        """One of those that are there; three times of four one of which something new can come."""
        asked = select(table.id).order_by(table.id)
        with reading() as session:
            ids = session.exec(asked).all()
            some = session.exec(asked.where(rather)).all() if rather is not None else []
        if not ids:
            raise IndexError
        return data.draw(st.sampled_from(some if some and data.draw(st.integers(0, 3)) else ids))

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


TestStories = Story.TestCase
TestStories.pytestmark = [pytest.mark.timeout(600)]
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
