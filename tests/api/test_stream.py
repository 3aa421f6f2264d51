"""Live updates: server-sent events, from a real server, read from a real connection."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest
import uvicorn
from fastapi.testclient import TestClient

from api.main import create_app
from tests import make
from tests.api import calls
from tests.make import AModerator

TIME_OUT = httpx2.Timeout(8)


@pytest.fixture
def server(engine: str, valkey: str) -> Iterator[str]:
    """The application under uvicorn, on a free port."""
    config = uvicorn.Config(
        create_app(), port=0, log_config=None, log_level="critical", timeout_graceful_shutdown=1, lifespan="on"
    )
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run)
    thread.start()
    ends = time.monotonic() + 10
    while not running.started and time.monotonic() < ends:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{running.servers[0].sockets[0].getsockname()[1]}"
    running.should_exit = True
    thread.join(10)


@contextmanager
def listening(server: str, person: AModerator, **headers: str) -> Iterator[Iterator[dict]]:
    """The events of a stream that has begun."""
    named = {**person.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
    with httpx2.stream("GET", f"{server}/v1/stream", headers=named, timeout=TIME_OUT) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        assert next(lines).startswith(":"), "a first word, so that a client knows it is heard"
        yield events(lines)


def events(lines: Iterator[str]) -> Iterator[dict]:
    event: dict = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if name in ("event", "id"):
            event[name] = value
        elif name == "data":
            event["data"] = json.loads(value)
        elif not line and "data" in event:
            yield event
            event = {}


def take(stream: Iterator[dict], count: int) -> list[dict]:
    return [next(stream) for _ in range(count)]


@pytest.fixture
def client(server: str) -> Iterator[TestClient]:
    with httpx2.Client(base_url=server, timeout=TIME_OUT) as made:
        yield made  # type: ignore[misc]  # the same calls, over a connection


def test_cases_are_heard_opened_claimed_and_closed(server: str, client: TestClient):
    site, mia = make.site(), make.moderator("mia")

    with listening(server, mia) as stream:
        comment = calls.send(client, site, body=make.PROFANE)
        make.work()
        (case,) = calls.claim(client, mia)
        calls.decided(client, mia, case)
        heard = take(stream, 3)

    assert [each["event"] for each in heard] == ["case.opened", "case.claimed", "case.closed"]
    assert {each["data"]["case_id"] for each in heard} == {case["id"]}
    assert {each["data"]["comment_id"] for each in heard} == {comment["id"]}
    assert [each["data"]["by"] for each in heard] == [None, "mia", "mia"]
    assert len({each["id"] for each in heard}) == 3


def test_a_stream_that_broke_goes_on_after_the_last_event(server: str, client: TestClient):
    site, mia = make.site(), make.moderator("mia")
    with listening(server, mia) as stream:
        calls.send(client, site, body=make.PROFANE)
        make.work()
        (opened,) = take(stream, 1)

    (case,) = calls.claim(client, mia)
    calls.decided(client, mia, case)
    with listening(server, mia, Last_Event_ID=opened["id"]) as stream:
        missed = take(stream, 2)

    assert [each["event"] for each in missed] == ["case.claimed", "case.closed"]


def test_everybody_hears_of_their_own_sites_only(server: str, client: TestClient):
    courier, herald = make.site("The Courier"), make.site("The Herald")
    tom = make.moderator("tom", at=herald.id)

    with listening(server, tom) as stream:
        calls.hold(courier, 2)
        calls.hold(herald, 1)
        (heard,) = take(stream, 1)

    assert heard["data"]["site_id"] == str(herald.id)


def test_an_edit_closes_the_case_and_an_undo_opens_it(server: str, client: TestClient):
    site, mia = make.site(), make.moderator("mia")
    sent = calls.send(client, site, body=make.PROFANE)
    make.work()
    (case,) = calls.claim(client, mia)

    with listening(server, mia) as stream:
        decision = calls.decided(client, mia, case)
        client.delete(f"/v1/decisions/{decision['id']}", headers=mia.headers)
        client.patch(f"/v1/comments/{sent['id']}", json={"body": "Edited."}, headers=site.headers)
        heard = take(stream, 3)

    assert [each["event"] for each in heard] == ["case.closed", "case.opened", "case.closed"]
    assert {each["data"]["case_id"] for each in heard} == {case["id"]}


def test_a_last_event_that_is_none_is_refused(server: str, client: TestClient):
    mia = make.moderator()

    answer = client.get("/v1/stream", headers={**mia.headers, "Last-Event-ID": "yesterday"})

    calls.problem(answer, 422)


def test_the_stream_is_for_those_who_settle_cases(server: str, client: TestClient):
    olaf = make.moderator("olaf", make.Role.OPERATOR)

    answer = client.get("/v1/stream", headers=olaf.headers)

    calls.problem(answer, 403, "not-allowed")
