"""The moderators of a house: they claim, decide, race each other, press twice, and change their minds."""

import random
import threading
import time
from dataclasses import dataclass, field

from tests.faults.house import House
from tests.faults.load import Client, Load


@dataclass
class Desk:
    """A thread per moderator. What they were told is theirs is kept: the invariants ask for it."""

    house: House
    load: Load
    seed: int
    pause: float = 0.3
    made: dict[str, tuple[str, str]] = field(default_factory=dict)  # decision -> (case, action)
    unsure: set[str] = field(default_factory=set)  # undo was asked for, and no answer came
    undone: set[str] = field(default_factory=set)
    refused: int = 0  # somebody was first

    def __post_init__(self) -> None:
        self._going = threading.Event()
        self._all: list[threading.Thread] = []

    def start(self) -> "Desk":
        self._going.set()
        self._all = [
            threading.Thread(target=self._run, args=(name,), daemon=True) for name in self.house.furniture["moderators"]
        ]
        for each in self._all:
            each.start()
        return self

    def stop(self) -> None:
        self._going.clear()
        for each in self._all:
            each.join(60)

    def _run(self, name: str) -> None:
        chance = random.Random(f"{self.seed}{name}")
        client, headers = Client(self.house, self.load), self.house.furniture["moderators"][name]
        while self._going.is_set():
            if chance.random() < 0.3:  # at what everybody sees, without a claim
                status, answer = client.ask("GET", "/v1/queue?limit=5&sort=oldest", None, "", headers=headers)
            else:
                status, answer = client.ask("POST", "/v1/queue/claims", {"count": 3}, "", headers=headers)
            for case in answer.get("items", []) if status == 200 else []:
                self._decide(client, headers, case, chance)
            time.sleep(self.pause)

    def _decide(self, client: Client, headers: dict[str, str], case: dict, chance: random.Random) -> None:
        action = chance.choice(("approve", "reject"))
        document = {"action": action, "revision": case["revision"]} | ({"reason": "spam"} if action == "reject" else {})
        path = f"/v1/cases/{case['id']}/decision"
        twice = 2 if chance.random() < 0.2 else 1  # a double click
        for _ in range(twice):
            status, made = client.ask("POST", path, document, "", headers=headers)
            if status == 200:
                self.made[made["id"]] = (case["id"], action)
                if chance.random() < 0.15:
                    self._undo(client, headers, made["id"])
            elif status == 409:
                self.refused += 1

    def _undo(self, client: Client, headers: dict[str, str], decision: str) -> None:
        status, _ = client.ask("DELETE", f"/v1/decisions/{decision}", None, "", headers=headers)
        if status == 200:
            self.undone.add(decision)
        elif status in {0, 500, 503}:
            self.unsure.add(decision)
