"""/metrics, for Prometheus: counted here, counted by workers in Redis, and looked up in the rows' indexes at scrape."""

import time
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import version

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import select

from api import counted
from moderation import live, upkeep
from moderation.database import clock, reading
from moderation.models import Site
from workers import QUEUES


def render() -> bytes:
    """The text that Prometheus reads."""
    registry = CollectorRegistry()
    registry.register(_AtScrape())
    return generate_latest(registry)


class _AtScrape:
    def collect(self) -> Iterator[Metric]:
        info = InfoMetricFamily("greenroom_build", "What runs here")
        info.add_metric([], {"version": version("greenroom")})
        yield info
        names = _site_names()
        counter = CounterMetricFamily(
            "greenroom_comments_received", "Comments accepted by this process", labels=["site", "source"]
        )
        for site_id, count in counted.received().items():
            counter.add_metric([names.get(str(site_id), "?"), "api"], count)
        yield counter
        yield from _from_redis(names)
        yield from _from_rows()


def _from_redis(names: dict[str, str]) -> Iterator[Metric]:
    verdicts = CounterMetricFamily("greenroom_verdicts", "Verdicts by workers", labels=["site", "action"])
    deliveries = CounterMetricFamily("greenroom_deliveries", "Webhook tries by what came of them", labels=["result"])
    results: Counter[str] = Counter()
    for name, count in live.counters().items():
        metric, site, label = name.split("|", 2)
        if metric == "verdicts":
            verdicts.add_metric([names.get(site, "?"), label], count)
        elif metric == "deliveries":
            results[label] += count
    for label, count in results.items():
        deliveries.add_metric([label], count)
    yield verdicts
    yield deliveries
    lengths = GaugeMetricFamily("greenroom_broker_queue_length", "Nudges waiting", labels=["queue"])
    for queue in QUEUES:
        length = live.length(queue)
        if length < live.UNKNOWN:
            lengths.add_metric([queue], length)
    yield lengths
    pulse = live.pulse()
    beats = GaugeMetricFamily("greenroom_worker_heartbeat_timestamp_seconds", "Last heartbeat", labels=["worker"])
    for worker, seconds in (pulse["workers"] if pulse else {}).items():
        beats.add_metric([worker], seconds)
    yield beats
    if pulse and pulse["beat"]:
        yield GaugeMetricFamily("greenroom_beat_last_tick_timestamp_seconds", "Last sweep", value=pulse["beat"])


def _from_rows() -> Iterator[Metric]:
    try:
        with reading() as session:
            pending, oldest, now = upkeep.count_pending(session), upkeep.oldest_pending(session), clock(session)
    except SQLAlchemyError:
        return  # no figure is better than a wrong one
    yield GaugeMetricFamily("greenroom_pending_comments", "Comments not screened yet", value=pending)
    age = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
    yield GaugeMetricFamily("greenroom_pending_oldest_age_seconds", "How long the oldest of them waits", value=age)


_names: dict[str, str] = {}
_names_until = 0.0
NAMES_SECONDS = 30.0


def _site_names() -> dict[str, str]:
    global _names, _names_until  # noqa: PLW0603 - a small cache
    if time.monotonic() > _names_until:
        try:
            with reading() as session:
                _names = {str(site_id): name for site_id, name in session.exec(select(Site.id, Site.name)).all()}
        except SQLAlchemyError:
            return _names
        _names_until = time.monotonic() + NAMES_SECONDS
    return _names
