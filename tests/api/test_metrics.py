"""/metrics and the operators' pages."""

import time

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from moderation import live
from tests import make
from tests.api import calls

NAMES = [
    "greenroom_comments_received",
    "greenroom_verdicts",
    "greenroom_pending_comments",
    "greenroom_pending_oldest_age_seconds",
    "greenroom_broker_queue_length",
    "greenroom_worker_heartbeat_timestamp_seconds",
    "greenroom_beat_last_tick_timestamp_seconds",
    "greenroom_deliveries",
    "greenroom_build_info",
]


def scraped(client: TestClient) -> dict:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {family.name: family for family in text_string_to_metric_families(answer.text)}


def value(families: dict, name: str, **labels: str) -> float | None:
    for family in families.values():
        for sample in family.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                return sample.value
    return None


@pytest.mark.parametrize("name", NAMES)
def test_every_metric_of_the_conventions_is_there(shared: TestClient, name: str):
    live.heartbeat("w-1", time.time())
    live.tick(time.time())

    families = scraped(shared)

    assert name in families or name.removesuffix("_info") in families


def test_what_is_pending_and_accepted_is_counted(client: TestClient):
    site = make.site("Counted")
    before = value(scraped(client), "greenroom_comments_received_total", site="Counted") or 0
    for number in range(3):
        calls.send(client, site, f"c-{number}")

    pending = scraped(client)
    make.work()
    after = scraped(client)

    assert value(pending, "greenroom_pending_comments") == 3
    assert value(pending, "greenroom_pending_oldest_age_seconds") >= 0
    assert value(after, "greenroom_pending_comments") == 0
    assert value(after, "greenroom_pending_oldest_age_seconds") == 0
    received = [sample.value for sample in after["greenroom_comments_received"].samples]
    assert sum(received) >= before + 3


def test_the_broker_and_those_who_work_are_shown(client: TestClient):
    now = float(int(time.time()))
    live.heartbeat("w-1", now)
    live.tick(now - 1)
    live.changed([], {live.counter("deliveries", "x", "delivered"): 4})

    families = scraped(client)

    assert value(families, "greenroom_worker_heartbeat_timestamp_seconds", worker="w-1") == now
    assert value(families, "greenroom_beat_last_tick_timestamp_seconds") == now - 1
    assert value(families, "greenroom_deliveries_total", result="delivered") == 4
    assert value(families, "greenroom_broker_queue_length", queue="screen") is not None


def test_health_is_200_and_says_in_its_body_how_it_goes(client: TestClient):
    olaf, mia = make.moderator("olaf", make.Role.OPERATOR), make.moderator("mia")

    health = client.get("/v1/health", headers=olaf.headers)
    refused = client.get("/v1/health", headers=mia.headers)

    assert health.status_code == 200
    assert health.json()["status"] == "fail", "no worker is there"
    parts = {each["name"]: each["status"] for each in health.json()["parts"]}
    assert parts["database"] in ("ok", "warn")
    assert parts["workers"] == "fail"
    calls.problem(refused, 403)


def test_readiness_names_its_parts_when_asked(client: TestClient):
    ready = client.get("/readyz?verbose=1")

    assert ready.status_code == 200
    assert {"database", "migrations", "broker"} <= set(ready.json()["parts"])
