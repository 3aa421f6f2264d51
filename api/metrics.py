"""/metrics, for Prometheus: counted here, counted by workers in Redis, and looked up in the rows' indexes at scrape.

Every family is there from the first scrape on, if only by its name: what an alert waits for must not be a riddle.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import NamedTuple

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.utils import floatToGoString
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, select

from api import counted
from moderation import live, upkeep
from moderation.database import clock, reading
from moderation.health import disk, rows
from moderation.health.bounded import Bounded
from moderation.models import Site
from moderation.settings import settings
from moderation.tally import CHECK_SECONDS, MICROSECONDS, SCREENING_SECONDS, SUM

COUNT_UP_TO = 10_000
ANSWER_SECONDS = 2.0  # for the database; Prometheus itself gives up after ten
UNKNOWN_SITE = "?"


def render() -> bytes:
    """The text that Prometheus reads."""
    registry = CollectorRegistry()
    registry.register(_AtScrape())
    return generate_latest(registry)


class _Rows(NamedTuple):
    """What the rows say, at one moment."""

    now: datetime
    names: Mapping[str, str]
    pending: int
    oldest: datetime | None
    cases: Sequence[tuple[str, int, datetime | None]]
    dead: int
    waiting: int


class _AtScrape:
    def collect(self) -> Iterator[Metric]:
        asked = _rows.begin()
        until = time.monotonic() + ANSWER_SECONDS
        pulse, counts, timings = live.pulse(), live.counters(), live.timings()
        try:
            found = asked(until)
        except (TimeoutError, SQLAlchemyError):
            found = None
        names = found.names if found else {}
        yield from _own(names)
        yield from _counted(counts, names)
        yield from _timed(timings)
        yield from _from_pulse(pulse)
        yield from _from_rows(found)


def _own(names: Mapping[str, str]) -> Iterator[Metric]:
    info = InfoMetricFamily("greenroom_build", "What runs here")
    info.add_metric([], {"version": version("greenroom")})
    yield info
    received = CounterMetricFamily(
        "greenroom_comments_received", "Comments accepted by this process", labels=["site", "source"]
    )
    for site_id, count in counted.received().items():
        received.add_metric([names.get(str(site_id), UNKNOWN_SITE), "api"], count)
    yield received
    free = GaugeMetricFamily("greenroom_disk_free_bytes", "Room where SQLite and Valkey write", labels=["folder"])
    for folder, amount in disk.free(settings()).items():
        free.add_metric([str(folder)], amount)
    yield free


def _counted(counts: Mapping[str, int], names: Mapping[str, str]) -> Iterator[Metric]:
    """Counters that workers and we keep in Redis; they start anew when it is emptied, as counters may."""
    families = {
        "verdicts": CounterMetricFamily("greenroom_verdicts", "Verdicts by workers", labels=["site", "action"]),
        "decisions": CounterMetricFamily("greenroom_decisions", "Decisions by people", labels=["site", "action"]),
        "deliveries": CounterMetricFamily("greenroom_deliveries", "Webhook tries, by result", labels=["result"]),
        "check_failures": CounterMetricFamily(
            "greenroom_check_failures", "Comments on which a check raised or took too long", labels=["check"]
        ),
    }
    added: dict[tuple[str, tuple[str, ...]], int] = {}
    for name, count in counts.items():
        metric, site, label = name.split("|", 2)
        labels = (names.get(site, UNKNOWN_SITE), label) if metric in ("verdicts", "decisions") else (label,)
        added[metric, labels] = added.get((metric, labels), 0) + count
    for (metric, labels), count in added.items():
        if metric in families:
            families[metric].add_metric(labels, count)
    yield from families.values()


def _timed(timings: Mapping[str, int]) -> Iterator[Metric]:
    screening = HistogramMetricFamily("greenroom_screening_seconds", "From submission to verdict")
    _add(screening, [], timings, "screening", "", SCREENING_SECONDS)
    yield screening
    check = HistogramMetricFamily("greenroom_check_seconds", "A check on one comment", labels=["check"])
    for name in sorted({each.split("|")[1] for each in timings if each.startswith("check|")}):
        _add(check, [name], timings, "check", name, CHECK_SECONDS)
    yield check


def _add(
    family: HistogramMetricFamily,
    labels: Sequence[str],
    timings: Mapping[str, int],
    metric: str,
    name: str,
    ends: Sequence[float],
) -> None:
    buckets: list[tuple[str, float]] = []
    total = 0
    for end in ends:
        total += timings.get(live.counter(metric, name, str(end)), 0)
        buckets.append((floatToGoString(end), total))
    family.add_metric(labels, buckets, timings.get(live.counter(metric, name, SUM), 0) / MICROSECONDS)


def _from_pulse(pulse: live.Pulse | None) -> Iterator[Metric]:
    yield GaugeMetricFamily("greenroom_broker_up", "Redis answers", value=int(pulse is not None))
    lengths = GaugeMetricFamily("greenroom_broker_queue_length", "Nudges waiting", labels=["queue"])
    beats = GaugeMetricFamily("greenroom_worker_heartbeat_timestamp_seconds", "Last heartbeat", labels=["worker"])
    ticked = GaugeMetricFamily("greenroom_beat_last_tick_timestamp_seconds", "When beat last sent something")
    swept = GaugeMetricFamily("greenroom_last_sweep_timestamp_seconds", "Last sweep")
    sent = GaugeMetricFamily(
        "greenroom_canary_timestamp_seconds", "When the last canary that came through was sent", labels=["queue"]
    )
    aged = GaugeMetricFamily("greenroom_canary_age_seconds", "How long ago that was", labels=["queue"])
    if pulse:
        for queue, length in pulse["lengths"].items():
            lengths.add_metric([queue], length)
        for worker, seconds in pulse["workers"].items():
            beats.add_metric([worker], seconds)
        seen = [at for at in (pulse["sent"], pulse["beat"]) if at]
        if seen:  # what it sends makes sweeps: they show too that it lives
            ticked.add_metric([], max(seen))
        if pulse["beat"]:
            swept.add_metric([], pulse["beat"])
        for queue, at in pulse["canaries"].items():
            if at:
                sent.add_metric([queue], at)
                aged.add_metric([queue], max(0.0, pulse["now"] - at))
    yield from (lengths, beats, ticked, swept, sent, aged)


def _from_rows(found: _Rows | None) -> Iterator[Metric]:
    """Counts stop at COUNT_UP_TO, and no figure is better than a wrong one."""
    yield GaugeMetricFamily("greenroom_database_up", "The database answers", value=int(found is not None))
    more = f"up to {COUNT_UP_TO:,}"
    pending = GaugeMetricFamily("greenroom_pending_comments", f"Comments not screened yet, {more}")
    oldest = GaugeMetricFamily("greenroom_pending_oldest_age_seconds", "How long the oldest of them waits")
    cases = GaugeMetricFamily("greenroom_open_cases", f"Cases that wait for a person, {more}", labels=["site"])
    aged = GaugeMetricFamily("greenroom_case_oldest_age_seconds", "How long the oldest of them waits", labels=["site"])
    dead = GaugeMetricFamily("greenroom_dead_letters", f"Comments given up on that nobody has settled, {more}")
    waiting = GaugeMetricFamily("greenroom_deliveries_waiting", f"Webhooks still to be delivered, {more}")
    if found:
        pending.add_metric([], found.pending)
        oldest.add_metric([], _age(found.now, found.oldest))
        dead.add_metric([], found.dead)
        waiting.add_metric([], found.waiting)
        for site, count, since in found.cases:
            cases.add_metric([site], count)
            aged.add_metric([site], _age(found.now, since))
    yield from (pending, oldest, cases, aged, dead, waiting)


def _age(now: datetime, since: datetime | None) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0


def _look() -> _Rows:
    with reading() as session:
        return _Rows(
            now=clock(session),
            names=_site_names(session),
            pending=rows.count_pending(session, COUNT_UP_TO),
            oldest=upkeep.oldest_pending(session),
            cases=rows.open_cases(session, COUNT_UP_TO),
            dead=rows.count_dead(session, COUNT_UP_TO),
            waiting=rows.count_waiting(session, COUNT_UP_TO),
        )


def _site_names(session: Session) -> dict[str, str]:
    return {str(site_id): name for site_id, name in session.exec(select(Site.id, Site.name)).all()}


_rows = Bounded(_look)
