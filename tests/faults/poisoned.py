"""A house in which comments break whatever looks at them, each in a batch with others that do not."""

import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from moderation.models import Comment
from moderation.terms import Status
from tests.faults import poison
from tests.faults.house import House
from tests.faults.load import Client, Load, Sent
from tests.faults.orders import until

MATES = 6  # in the same batch, and so in the same nudge


@dataclass
class Poisoned:
    house: House
    bad: dict[str, Sent]
    mates: list[Sent]

    def of(self, sent: Sent, table: type[Any]) -> list[Any]:
        with Session(self.house.read()) as session:
            return list(session.exec(select(table).where(table.comment_id == UUID(sent.id))).all())

    def comment(self, sent: Sent) -> Comment:
        with Session(self.house.read()) as session:
            return session.get_one(Comment, UUID(sent.id))


def poisoned(house: House) -> Poisoned:
    load = Load(house, seed=13)
    client, made = Client(house, load), Poisoned(house, {}, [])
    for name in poison.ACTS:
        mates = [load.next(load.clean(), "Courier") for _ in range(MATES)]
        made.bad[name] = load.next(f"{load.clean()} {poison.WORD}-{name}", "Courier")
        made.mates += mates
        batch = [*mates[: MATES // 2], made.bad[name], *mates[MATES // 2 :]]
        _, answer = client.ask(
            "POST", "/v1/comments/batch", {"items": [load.document(each) for each in batch]}, "Courier"
        )
        for each, row in zip(batch, answer["items"], strict=True):
            each.id = row["comment"]["id"]
    return made


def all_settled(made: Poisoned) -> None:
    time.sleep(5)
    everybody = [*made.bad.values(), *made.mates]
    until(lambda: all(made.comment(each).status != Status.PENDING for each in everybody), 120)
