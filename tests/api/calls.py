"""The calls that stories are made of: what a site and a moderator send, and what a problem document must look like."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import text
from sqlmodel import SQLModel

from moderation.database import reading
from tests import make
from tests.make import AModerator, AtSite

UNKNOWN = "00000000-0000-7000-8000-000000000000"


def send(client: TestClient, site: AtSite, external_id: str = "c-1", body: str = make.CLEAN, **more: Any) -> dict:
    sent = client.post("/v1/comments", json=make.comment(external_id, body, **more), headers=site.headers)
    assert sent.status_code == 202, sent.text
    return sent.json()


def where(client: TestClient, site: AtSite, comment_id: str) -> dict:
    found = client.get(f"/v1/comments/{comment_id}", headers=site.headers)
    assert found.status_code == 200, found.text
    return found.json()


def hold(site: AtSite, count: int, **more: Any) -> None:
    """So many comments that wait for a person, as c-0, c-1, ..."""
    for number in range(count):
        make.stored(site.id, f"c-{number}", make.PROFANE, **more)
    make.work()


def queue(client: TestClient, person: AModerator, **query: Any) -> dict:
    listed = client.get("/v1/queue", params=query, headers=person.headers)
    assert listed.status_code == 200, listed.text
    return listed.json()


def cases(client: TestClient, person: AModerator, **query: Any) -> list[dict]:
    return queue(client, person, **query)["items"]


def claim(client: TestClient, person: AModerator, count: int = 1, **more: Any) -> list[dict]:
    claimed = client.post("/v1/queue/claims", json={"count": count, **more}, headers=person.headers)
    assert claimed.status_code == 200, claimed.text
    return claimed.json()["items"]


def decide(client: TestClient, person: AModerator, case: dict, action: str = "approve", **more: Any) -> Response:
    known = {"reason": "spam"} if action == "reject" else {}
    return client.post(
        f"/v1/cases/{case['id']}/decision",
        json={"action": action, "revision": case["revision"], **known, **more},
        headers=person.headers,
    )


def decided(client: TestClient, person: AModerator, case: dict, action: str = "approve", **more: Any) -> dict:
    answer = decide(client, person, case, action, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


def problem(answer: Response, status: int, kind: str | None = None, names: str | None = None) -> dict:
    """The problem document of an answer that must be one; 'names' is the field that it must name."""
    assert answer.status_code == status, (answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == status
    assert document["type"].startswith("/problems/")
    for member in ("title", "detail"):
        assert isinstance(document[member], str), document
        assert document[member], document
    if kind:
        assert document["type"] == f"/problems/{kind}"
    if names:
        assert names in named(document), document
    return document


def named(document: dict) -> list[str]:
    """The fields that a problem blames: a JSON pointer's path, or a parameter's name."""
    return [
        each["pointer"].removeprefix("#") if "pointer" in each else each["parameter"] for each in document["errors"]
    ]


def rows() -> dict[str, int]:
    """How many rows each table has."""
    with reading() as session:
        run = session.connection()
        return {
            table.name: run.execute(text(f'SELECT count(*) FROM "{table.name}"')).scalar_one()
            for table in SQLModel.metadata.sorted_tables
        }


@contextmanager
def a_worker() -> Iterator[None]:
    """Somebody who screens whatever is pending, until the block is over."""
    over = threading.Event()

    def run() -> None:
        while not over.is_set():
            make.work()
            over.wait(0.02)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(10)


def ids(items: Sequence[dict]) -> list[str]:
    return [each["id"] for each in items]


def externals(items: Sequence[dict]) -> list[str]:
    return [each["external_id"] for each in items]
