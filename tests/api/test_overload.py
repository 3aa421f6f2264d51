"""Backpressure: more is refused before anything is promised. A full disk: tests/workers/test_named.py."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api import overload
from moderation import live
from moderation.database import clock, transaction
from moderation.models import Comment
from moderation.terms import Status
from tests import make
from tests.api import calls
from tests.journeys.launcher import until


@pytest.mark.usefixtures("engine", "valkey")
def test_while_the_oldest_comment_waits_too_long_more_are_refused(
    application: FastAPI, configured: Callable[..., None]
):
    configured(pending_limit_minutes="10")
    site = make.site()
    waiting = make.stored(site.id, "waiting")
    with transaction() as session:
        session.get_one(Comment, waiting.id).updated_at = clock(session) - timedelta(minutes=11)

    live.canary_came(live.SCREEN, live.now())  # workers are there, and slow

    with TestClient(application, base_url="http://greenroom.test") as client:

        def sent(status: int):
            """Each a new one: before the first look some are taken."""
            answer = client.post("/v1/comments", json=make.comment(uuid4().hex), headers=site.headers)
            return answer if answer.status_code == status else None

        refused = until(lambda: sent(503))
        make.work()
        taken = until(lambda: sent(202))

    calls.problem(refused, 503, "overloaded")
    assert refused.headers["retry-after"]
    assert taken.json()["status"] == Status.PENDING


@pytest.mark.usefixtures("engine", "valkey")
def test_while_no_worker_is_there_what_waits_too_long_is_offered_to_people(
    application: FastAPI, configured: Callable[..., None], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(overload, "LOOK_EVERY_SECONDS", 0.05)
    configured(pending_limit_minutes="10")
    waiting = make.stored(make.site().id, "waiting")
    with transaction() as session:
        session.get_one(Comment, waiting.id).updated_at = clock(session) - timedelta(minutes=11)

    with TestClient(application, base_url="http://greenroom.test"):
        until(lambda: make.status(waiting.id) == Status.HELD)
