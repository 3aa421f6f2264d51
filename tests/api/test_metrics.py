"""/metrics and the operators' pages."""

import time

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event
from sqlmodel import select

from moderation import database, health, live, screening, tally
from moderation.database import reading
from moderation.health import rows
from moderation.models import Case, Screening
from tests import make
from tests.api import calls
from workers import tasks

NAMES = [
    "greenroom_comments_received",
    "greenroom_verdicts",
    "greenroom_decisions",
    "greenroom_screening_seconds",
    "greenroom_check_seconds",
    "greenroom_check_failures",
    "greenroom_pending_comments",
    "greenroom_pending_oldest_age_seconds",
    "greenroom_open_cases",
    "greenroom_case_oldest_age_seconds",
    "greenroom_broker_queue_length",
    "greenroom_broker_up",
    "greenroom_database_up",
    "greenroom_canary_age_seconds",
    "greenroom_canary_timestamp_seconds",
    "greenroom_dead_letters",
    "greenroom_deliveries_waiting",
    "greenroom_disk_free_bytes",
    "greenroom_worker_heartbeat_timestamp_seconds",
    "greenroom_beat_last_tick_timestamp_seconds",
    "greenroom_last_sweep_timestamp_seconds",
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
def test_every_metric_of_the_conventions_is_there_even_without_anything_to_count(shared: TestClient, name: str):
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
    live.beat_sent(now - 1)
    live.tick(now - 3)
    live.canary_came("screen", live.now() - 7)
    live.changed([], {live.counter("deliveries", each, "delivered"): 2 for each in ("x", "y")})

    families = scraped(client)

    assert value(families, "greenroom_worker_heartbeat_timestamp_seconds", worker="w-1") == now
    assert value(families, "greenroom_beat_last_tick_timestamp_seconds") == now - 1
    assert value(families, "greenroom_last_sweep_timestamp_seconds") == now - 3
    assert value(families, "greenroom_canary_age_seconds", queue="screen") >= 7
    assert value(families, "greenroom_broker_up") == 1
    assert value(families, "greenroom_deliveries_total", result="delivered") == 4
    assert value(families, "greenroom_broker_queue_length", queue="screen") is not None


def test_verdicts_decisions_and_open_cases_are_told_by_site(client: TestClient):
    courier, mia = make.site(), make.moderator()
    make.site("The Gazette")
    ids = [make.stored(courier.id, f"c-{number}", make.PROFANE).id for number in range(3)]
    tasks.screen.run([str(each) for each in ids])
    [case, *_] = client.get("/v1/queue", headers=mia.headers).json()["items"]
    calls.decide(client, mia, case, "approve")

    families = scraped(client)

    assert value(families, "greenroom_verdicts_total", site="The Courier", action="hold") == 3
    assert value(families, "greenroom_decisions_total", site="The Courier", action="approve") == 1
    assert value(families, "greenroom_open_cases", site="The Courier") == 2
    assert value(families, "greenroom_open_cases", site="The Gazette") == 0
    assert value(families, "greenroom_case_oldest_age_seconds", site="The Courier") > 0
    assert value(families, "greenroom_case_oldest_age_seconds", site="The Gazette") == 0


def test_counts_of_open_cases_stop_at_their_bound(client: TestClient):
    site = make.site()
    for number in range(4):
        make.stored(site.id, f"c-{number}", make.PROFANE)
    make.work()

    with reading() as session:
        [(name, count, oldest)] = rows.open_cases(session, up_to=2, oldest_of=4)
        first = min(each.opened_at for each in session.exec(select(Case)).all())

    assert (name, count, oldest) == ("The Courier", 3, first)


SMALL = {"sites", "webhooks"}  # a row a site


def test_neither_metrics_nor_health_walk_through_a_table(client: TestClient, engine: str):
    if engine != "sqlite":
        pytest.skip("PostgreSQL walks through what is small, index or not")
    make.stored(make.site().id, body=make.PROFANE)
    make.work()
    asked: list[tuple[str, tuple]] = []

    def remember(_connection, _cursor, statement, parameters, *_):
        asked.append((statement, parameters))

    event.listen(database.engine(), "before_cursor_execute", remember)
    scraped(client)
    health.report()
    event.remove(database.engine(), "before_cursor_execute", remember)
    asked = [each for each in asked if each[0].startswith("SELECT") and "FROM" in each[0]]

    with database.engine().connect() as connection:
        plans = [
            step[-1] for each in asked for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {each[0]}", each[1])
        ]

    walked = {plan.split()[1] for plan in plans if plan.startswith("SCAN ") and "INDEX" not in plan}
    assert len(asked) > 10
    assert {each for each in walked if not each.startswith("anon_")} <= SMALL | {"alembic_version"}


def test_how_long_screening_and_checks_take_is_a_histogram(client: TestClient):
    site = make.site()
    ids = [str(make.stored(site.id, f"c-{number}").id) for number in range(3)]
    tasks.screen.run(ids)
    tasks.screen.run(ids)  # the same nudge twice counts once

    families = scraped(client)

    assert value(families, "greenroom_screening_seconds_count") == 3
    assert value(families, "greenroom_screening_seconds_bucket", le="+Inf") == 3
    assert value(families, "greenroom_screening_seconds_sum") > 0
    assert value(families, "greenroom_check_seconds_count", check="profanity") == 3
    assert value(families, "greenroom_check_seconds_bucket", check="profanity", le="+Inf") == 3
    assert value(families, "greenroom_check_failures_total") is None


def test_a_check_that_raises_is_counted_and_one_that_knows_no_such_language_is_not(client: TestClient):
    site = make.site()
    polish = "To jest bardzo dobry artykuł, dziękuję redakcji za rzetelne opracowanie tego trudnego tematu."
    broken, foreign = make.stored(site.id, "broken").id, make.stored(site.id, "foreign", polish).id
    took = {each: screening.screen([each]).took[0] for each in (foreign, broken)}
    spam = next(signal for signal in took[broken].signals if signal.check == "spam")
    failed = [spam._replace(ran=False, why_not="failed: ValueError")]
    with reading() as session:
        signals = session.exec(select(Screening.signals).where(Screening.comment_id == foreign)).one()

    tallied = tally.tally([took[foreign], took[broken]._replace(signals=failed)])
    live.measured(*tallied)

    assert {signal["why_not"] for signal in signals if not signal["ran"]} == {"does not know this language: pl"}
    assert tallied.looked == {"": 2, "spam": 1}
    assert value(scraped(client), "greenroom_check_failures_total", check="spam") == 1
    assert live.pulse()["failing"] == {"spam": 1}


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
