"""Health: whether work is being done."""

import time
from datetime import timedelta

import pytest

from moderation import database, health, live, migrate, screening
from moderation.database import clock, transaction
from moderation.health import Level
from moderation.models import Comment, DeadLetter, Delivery
from moderation.settings import settings
from tests import make
from tests.moderation.plain import held


@pytest.fixture
def no_broker(monkeypatch, tmp_path):
    """Nobody listens where the queue should be."""
    monkeypatch.setenv("GREENROOM_REDIS_URL", f"unix://{tmp_path}/nobody.sock")
    settings.cache_clear()
    live.client.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()
    live.client.cache_clear()


def report():
    return {part.name: part for part in health.report()}


def levels():
    return {name: part.level for name, part in report().items()}


def test_with_everything_in_place_and_at_work_all_is_well(engine, valkey):
    live.heartbeat("celery@here", time.time())
    live.tick(time.time())

    parts = levels()

    assert parts.pop("database") in {Level.OK, Level.WARN}, "slow, perhaps, on a busy machine"
    assert parts == dict.fromkeys(
        ("migrations", "broker", "worker celery@here", "beat", "pending", "deliveries", "dead letters", "open cases"),
        Level.OK,
    )


def test_without_a_worker_and_a_beat_it_fails(engine, valkey):
    assert (levels()["workers"], levels()["beat"]) == (Level.FAIL, Level.FAIL)
    assert health.worst(health.report()) is Level.FAIL


def test_a_worker_and_a_beat_that_fell_silent_are_seen(engine, valkey):
    live.heartbeat("celery@gone", time.time() - 60)
    live.heartbeat("celery@here", time.time())
    live.tick(time.time() - 60)

    found = levels()

    assert (found["worker celery@gone"], found["worker celery@here"]) == (Level.FAIL, Level.OK)
    assert found["beat"] is Level.FAIL


def test_a_worker_that_stops_in_order_is_not_missed(engine, valkey):
    live.heartbeat("celery@here", time.time())

    live.goodbye("celery@here")

    assert "worker celery@here" not in report()


@pytest.mark.parametrize(
    ("waits", "level"),
    [(timedelta(seconds=5), Level.OK), (timedelta(minutes=2), Level.WARN), (timedelta(minutes=11), Level.FAIL)],
)
def test_the_oldest_pending_comment_tells_how_work_is_going(engine, valkey, waits, level):
    comment = make.stored(make.site().id)
    with transaction() as session:
        session.get_one(Comment, comment.id).updated_at = clock(session) - waits

    assert report()["pending"].level is level
    make.work()
    assert report()["pending"].shows == "0"


def test_dead_letters_failed_deliveries_and_open_cases_are_counted(engine, valkey):
    site = make.site()
    case = held(site.id)
    with transaction() as session:
        now = clock(session)
        session.add(DeadLetter(site_id=site.id, comment_id=case.comment_id, revision=1, why="", at=now))
        for state, attempts in (("failed", 10), ("waiting", 2), ("waiting", 0), ("delivered", 1)):
            session.add(
                Delivery(
                    site_id=site.id, type="t", body="", state=state, attempts=attempts, created_at=now, next_at=now
                )
            )

    parts = report()

    assert (parts["dead letters"].level, parts["dead letters"].shows) == (Level.WARN, "1")
    assert (parts["deliveries"].level, parts["deliveries"].shows) == (Level.WARN, "1 retrying, 1 given up")
    assert parts["open cases"].shows == "1"


def test_a_broker_that_is_not_there_is_seen_and_the_rest_is_told(engine, no_broker):
    parts = levels()

    assert (parts["broker"], parts["workers"]) == (Level.FAIL, Level.FAIL)
    assert parts["pending"] is Level.OK
    assert parts["migrations"] is Level.OK


def test_a_database_without_tables_is_not_ready(valkey, tmp_path):
    database.use(f"sqlite:///{tmp_path / 'empty.db'}")
    try:
        parts = {part.name: part for part in health.ready()}
    finally:
        database.forget()

    assert (parts["migrations"].level, parts["migrations"].shows) == (Level.FAIL, "none")
    assert parts["migrations"].limit == f"head is {migrate.head()}"


def test_a_database_that_cannot_be_opened_is_told_and_nothing_raises(valkey, tmp_path):
    (tmp_path / "file").write_bytes(b"no database at all" * 1_000)
    database.use(f"sqlite:///{tmp_path / 'file'}")
    try:
        parts = levels()
    finally:
        database.forget()

    assert (parts["database"], parts["queue"]) == (Level.FAIL, Level.FAIL)


def test_without_anything_to_tell_the_worst_is_ok():
    assert health.worst([]) is Level.OK


def test_what_was_given_up_on_shows_up(engine, valkey):
    comment = make.stored(make.site().id)
    for attempt in range(3):
        with transaction() as session:
            screening.claim(session, [comment.id], make.NOON + attempt * timedelta(minutes=1))
    with transaction() as session:
        screening.exhausted(session, make.NOON + timedelta(minutes=3))

    assert report()["dead letters"].level is Level.WARN
