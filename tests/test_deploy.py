"""deploy/: alert rules and a dashboard, held to what /metrics really exports, without Prometheus or Grafana."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from api import metrics
from moderation import database, live
from moderation.settings import settings

DEPLOY = Path(__file__).parents[1] / "deploy"
ALERTS = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())
DASHBOARD = json.loads((DEPLOY / "grafana" / "greenroom.json").read_text())
SCRAPE = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
PANELS = DASHBOARD["panels"]
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
SEVERITIES = {"page", "ticket"}


@pytest.fixture(scope="module")
def exported() -> dict[str, Any]:
    """The families of /metrics while neither the database nor Redis answers: what is there is always there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GREENROOM_REDIS_URL", "unix:///nobody/here.sock")
        settings.cache_clear()
        live.client.cache_clear()
        database.use("postgresql+psycopg://nobody@127.0.0.1:9/nothing")
        text = metrics.render().decode()
    settings.cache_clear()
    live.client.cache_clear()
    database.forget()
    return {family.name: family for family in text_string_to_metric_families(text)}


def names(exported: dict[str, Any]) -> set[str]:
    """Every name that a query may use."""
    return {name + suffix for name, family in exported.items() for suffix in SUFFIXES[family.type]}


def queries() -> Iterator[tuple[str, str]]:
    yield from ((rule["alert"], rule["expr"]) for rule in RULES)
    yield from ((panel["title"], target["expr"]) for panel in PANELS for target in panel["targets"])
    yield from ((each["name"], each["expr"]) for each in DASHBOARD["annotations"]["list"])


def test_every_metric_that_an_alert_or_a_panel_names_is_exported(exported: dict[str, Any]):
    named = {where: set(re.findall(r"\bgreenroom_\w+", query)) for where, query in queries()}

    missing = {where: found - names(exported) for where, found in named.items() if found - names(exported)}

    assert missing == {}
    assert len(set().union(*named.values())) > 15


def test_every_metric_that_is_exported_is_looked_at_by_somebody(exported: dict[str, Any]):
    asked = " ".join(query for _, query in queries())

    assert [name for name in exported if name not in asked and name != "greenroom_canary_timestamp_seconds"] == []


def test_while_nothing_answers_that_is_what_is_exported(exported: dict[str, Any]):
    values = {each.name: each.value for family in exported.values() for each in family.samples}

    assert (values["greenroom_broker_up"], values["greenroom_database_up"]) == (0, 0)
    assert "greenroom_pending_comments" not in values, "no figure is better than a wrong one"


def test_every_label_that_is_asked_for_is_one_that_its_metric_has():
    known = {"check", "site", "action", "queue", "worker", "result", "folder", "le", "job"}

    for where, query in queries():
        grouped = re.findall(r"by \(([^)]*)\)", query)
        matched = re.findall(r"[{,](\w+)[=!]", query)
        asked = {each.strip() for group in grouped for each in group.split(",")} | set(matched)
        assert asked <= known, where


@pytest.mark.parametrize("query", [query for _, query in queries()], ids=[where for where, _ in queries()])
def test_a_query_is_whole(query: str):
    for left, right in ("()", "[]", "{}"):
        assert query.count(left) == query.count(right)
    assert "\n" not in query


@pytest.mark.parametrize("rule", RULES, ids=[rule["alert"] for rule in RULES])
def test_an_alert_says_what_is_wrong_how_bad_it_is_and_what_to_do(rule: dict[str, Any]):
    assert re.fullmatch(r"Greenroom[A-Z]\w+", rule["alert"])
    assert rule["labels"]["severity"] in SEVERITIES
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["runbook"].endswith((".", "?", "!"))
    used = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
    assert used <= {*re.findall(r"\w+", rule["expr"]), "instance"}


def test_alerts_and_panels_have_names_of_their_own():
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    assert len({panel["id"] for panel in PANELS}) == len({panel["title"] for panel in PANELS}) == len(PANELS)


def test_no_two_panels_lie_over_each_other():
    taken = [
        (x, y)
        for at in (panel["gridPos"] for panel in PANELS)
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(set(taken)) == len(taken)
    assert max(x for x, _ in taken) < 24


def test_the_example_reads_the_rules_and_asks_where_metrics_are():
    [job] = SCRAPE["scrape_configs"]

    assert all((DEPLOY / "prometheus" / each).is_file() for each in SCRAPE["rule_files"])
    assert (job["job_name"], job["metrics_path"]) == ("greenroom", "/metrics")
