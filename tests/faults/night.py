"""A night: one house, one fault after the other at every moment, then calm. The matrix's tests look at its cells."""

import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from moderation.models import Case, Comment, Decision, Delivery, Screening
from moderation.terms import Status, Why
from tests import make
from tests.faults import invariants
from tests.faults.house import House
from tests.faults.load import CLEAN, MARK, PROFANE, Client, Load, Sent
from tests.faults.orders import until

ACCEPT, COMMITTED, NUDGE = "accept.before_commit", "accept.committed", "nudge.sending"
POPPED, TAKEN, CHECKING = "worker.popped.screen", "screen.taken", "screen.claimed"
WRITING, WRITTEN = "screen.before_commit", "screen.committed"
POSTED, DECIDING, SETTLING = "deliver.posted", "decide.before_commit", "settle.before_commit"
MOMENTS = {
    ACCEPT: "accept",
    COMMITTED: "after commit, before 202",
    NUDGE: "nudge",
    POPPED: "BRPOP to unacked",
    TAKEN: "taken, not claimed",
    CHECKING: "mid-check",
    WRITING: "before commit of verdict",
    WRITTEN: "after commit, before ack",
    POSTED: "webhook",
    DECIDING: "decision",
    SETTLING: "settling",
}
CASES = 60  # held comments for moderators to decide
CALM_SECONDS = invariants.CALM_SECONDS
ANSWER_SECONDS = 90.0


@dataclass
class Cell:
    """A fault at a moment, and what it was done to."""

    fault: str
    point: str
    sent: Sent | None = None
    case: str = ""
    status: int = 0  # of the decision's answer
    wrong: str = ""
    notes: dict[str, Any] = field(default_factory=dict)


class Night:
    def __init__(self, house: House) -> None:
        self.house = house
        self.load = Load(house, seed=7)
        self.cells: dict[tuple[str, str], Cell] = {}
        self.cases: list[dict[str, Any]] = []
        self.broken: invariants.Broken = {}
        self.calm_seconds = 0.0
        self.lasted: dict[str, float] = {}  # seconds
        self._threads: list[threading.Thread] = []
        self._hooks = [f"hook-{number}" for number in range(20)]

    # --- what a scene is made of ------------------------------------------------------------------------------------

    @contextmanager
    def scene(self, fault: str, points: Sequence[str]) -> Iterator[dict[str, Cell]]:
        """Cells for this fault at these moments; what goes wrong in it is theirs, and the night goes on."""
        cells = {point: Cell(fault, point) for point in points}
        self.cells |= {(fault, point): cell for point, cell in cells.items()}
        started = time.monotonic()
        try:
            yield cells
        except Exception:  # noqa: BLE001 - its tests will say so
            for cell in cells.values():
                cell.wrong = cell.wrong or traceback.format_exc(limit=4)
        finally:
            for point in points:
                self.house.disarm(point)
                self.house.go(point)
            self.house.wire.release()
            self.lasted[f"{fault}, {', '.join(points)}"] = round(time.monotonic() - started, 2)

    def strike(self, cell: Cell, order: str) -> None:
        """Order it, do what leads there, and wait until it was obeyed."""
        before = self.house.count_struck(cell.point)
        self.house.arm(cell.point, order)
        if cell.point in {DECIDING, SETTLING}:
            self.decide(cell)
        else:  # a site whose address no other fault keeps leased
            self.send(cell, self._hooks.pop() if cell.point == POSTED else "Courier")
        self.house.wait_struck(cell.point, before)

    def send(self, cell: Cell, site: str = "Courier") -> Sent:
        cell.sent = sent = self.load.next(self.load.clean(), site, CLEAN)
        self.in_thread(lambda: self.load.submit(Client(self.house, self.load), sent))
        return sent

    def decide(self, cell: Cell) -> None:
        """A moderator approves the next case, and asks again until there is an answer."""
        case = self.cases.pop()
        cell.case = case["id"]

        def insist() -> None:
            ends = time.monotonic() + ANSWER_SECONDS
            while time.monotonic() < ends:
                cell.status = self.press(case, "mia")
                if cell.status and cell.status < 500:
                    return
                time.sleep(0.3)

        self.in_thread(insist)

    def press(self, case: dict[str, Any], name: str) -> int:
        headers = self.house.furniture["moderators"][name]
        document = {"action": "approve", "revision": case["revision"]}
        path = f"/v1/cases/{case['id']}/decision"
        return Client(self.house, self.load).ask("POST", path, document, "", headers=headers)[0]

    def in_thread(self, act: Callable[[], Any]) -> None:
        thread = threading.Thread(target=act, daemon=True)
        thread.start()
        self._threads.append(thread)

    def promised(self, *sent: Sent) -> None:
        until(lambda: all(each.id for each in sent), ANSWER_SECONDS)

    def quiet(self, seconds: float = 15.0) -> None:
        """Nothing is on its first way: whoever is stopped next stops at the moment we mean, and holds nothing else."""
        pending = select(Comment.id).where(Comment.status == Status.PENDING.value, col(Comment.lease_until).is_(None))
        waiting = select(Delivery.id).where(Delivery.state == "waiting", Delivery.attempts == 0)

        def nothing() -> bool:
            with Session(self.house.read()) as session:
                return not any(session.exec(each.limit(1)).all() for each in (pending, waiting))

        with suppress(AssertionError):
            until(nothing, seconds)

    # --- evening and morning ------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Cases to decide, and every process warm."""
        client = Client(self.house, self.load)
        rows = [self.load.next(f"{MARK} {each} {make.PROFANE}", "Gazette", PROFANE) for each in range(CASES)]
        documents = [self.load.document(each) for each in rows]
        _, answer = client.ask("POST", "/v1/comments/batch", {"items": documents}, "Gazette")
        for each, row in zip(rows, answer["items"], strict=True):
            each.id = row["comment"]["id"]

        def held() -> bool:
            headers = self.house.furniture["moderators"]["mia"]
            _, listed = client.ask("GET", "/v1/queue?limit=200", None, "", headers=headers)
            self.cases = listed.get("items", [])
            return len(self.cases) == CASES

        until(held, 30)

    def calm(self) -> None:
        """No more faults; how long until nothing is left to do, and what is broken then."""
        started = time.monotonic()
        for each in self._threads:
            each.join(ANSWER_SECONDS)
        with suppress(AssertionError):  # the invariants say it better
            until(lambda: invariants.hurry(self.house), CALM_SECONDS)
            until(lambda: invariants.settled_down(self.house), CALM_SECONDS)
        self.calm_seconds = time.monotonic() - started
        self.broken = invariants.broken(self.house, self.load)

    # --- what tests ask ---------------------------------------------------------------------------------------------

    def verdict_of(self, sent: Sent) -> tuple[Status, int, bool]:
        """(status, screenings, given up on) of a comment."""
        with Session(self.house.read()) as session:
            comment = session.get_one(Comment, UUID(sent.id))
            screenings = session.exec(select(Screening.id).where(Screening.comment_id == comment.id)).all()
            why = session.exec(select(Case.why).where(Case.comment_id == comment.id)).all()
        return Status(comment.status), len(screenings), Why.UNSCREENED in why

    def settled_within(self, cell: Cell, seconds: float) -> float:
        """How long until the site was told what was decided of the cell's case."""
        started = time.monotonic()
        asked = select(Decision.settled_at).where(Decision.case_id == UUID(cell.case), col(Decision.void_at).is_(None))

        def settled() -> bool:
            with Session(self.house.read()) as session:
                return session.exec(asked).one_or_none() is not None

        until(settled, seconds)
        return round(time.monotonic() - started, 2)

    def deliveries_of(self, sent: Sent) -> list[tuple[str, str, int, int]]:
        """(type, state, tries, bodies that came) of each delivery about a comment."""
        with Session(self.house.read()) as session:
            rows = session.exec(select(Delivery).where(Delivery.comment_id == UUID(sent.id))).all()
        came = self.house.receiver.bodies
        return [(each.type, each.state, each.attempts, len(came.get(f"msg_{each.id.hex}", ()))) for each in rows]
