"""Health: whether work is being done, and that asking costs a bounded time whatever is broken."""

from datetime import timedelta

import pytest

from moderation import database, health, live, migrate, screening, unscreened
from moderation.database import clock, transaction
from moderation.health import Level
from moderation.models import Comment, DeadLetter, Delivery, Webhook
from moderation.settings import settings
from tests import make
from tests.moderation.plain import held

DOING = {"pid": 1, "queues": list(live.QUEUES), "running": [], "received": 1_234, "idle": 2.0, "memory": 300 * 1024**2}


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


def all_at_work():
    """As workers and beat would leave it."""
    now = live.now()
    live.heartbeat("screen@here", now, DOING)
    live.tick(now)
    live.beat_sent(now)
    for queue in live.QUEUES:
        live.canary_came(queue, now)


def report():
    return {part.name: part for part in health.report()}


def levels():
    return {name: part.level for name, part in report().items()}


def troubled():
    return {name for name, level in levels().items() if level is not Level.OK} - {"disk"}


def test_with_everything_in_place_and_at_work_all_is_well(engine, valkey):
    all_at_work()

    parts = levels()

    assert parts.pop("database") in {Level.OK, Level.WARN}, "slow, perhaps, on a busy machine"
    assert parts.pop("broker") in {Level.OK, Level.WARN}
    parts.pop("disk")
    names = (
        *("migrations", "workers", "worker screen@here", "beat", "sweep", "queues", "checks"),
        *("canary screen", "canary deliver", "canary upkeep"),
        *("pending", "open cases", "deliveries", "dead letters"),
    )
    assert parts == dict.fromkeys(names, Level.OK)


def test_without_a_worker_and_a_beat_it_fails(engine, valkey):
    found = report()

    assert (found["workers"].level, found["beat"].level) == (Level.FAIL, Level.FAIL)
    assert found["workers"].shows == "none at work; nobody takes from screen, deliver, upkeep"
    assert health.worst(health.report()) is Level.FAIL


# Workers


def test_a_queue_that_nobody_takes_from_is_named(engine, valkey):
    all_at_work()
    live.heartbeat("screen@here", live.now(), {**DOING, "queues": ["screen", "upkeep"]})

    found = report()

    assert (found["workers"].level, found["worker screen@here"].level) == (Level.FAIL, Level.OK)
    assert found["workers"].shows == "1 at work; nobody takes from deliver"


def test_a_worker_that_fell_silent_fails_what_it_took_from(engine, valkey):
    all_at_work()
    live.heartbeat("screen@here", live.now() - 21, DOING)

    assert {"workers", "worker screen@here"} <= troubled()
    assert report()["worker screen@here"].level is Level.FAIL


def test_a_worker_that_fell_silent_is_a_warning_while_others_do_its_work(engine, valkey):
    all_at_work()
    live.heartbeat("other@there", live.now() - 60, DOING)

    found = report()

    assert (found["worker other@there"].level, found["workers"].level) == (Level.WARN, Level.OK)
    assert found["worker other@there"].shows.startswith("silent for 60 s; before, idle")


def test_a_worker_that_stops_in_order_is_not_missed_but_its_queues_are(engine, valkey):
    all_at_work()

    live.goodbye("screen@here")

    assert "worker screen@here" not in report()
    assert report()["workers"].level is Level.FAIL


def test_a_worker_silent_for_long_is_forgotten(engine, valkey):
    all_at_work()
    live.heartbeat("old@there", live.now() - live.FORGOTTEN_SECONDS - 1, DOING)

    assert "worker old@there" not in report()


@pytest.mark.parametrize(
    ("running", "shows"),
    [
        ([{"task": "screen", "count": 200, "seconds": 1.2}], "screening 200 comments for 1 s"),
        ([{"task": "screen", "count": 1, "seconds": 0.1}], "screening 1 comment for 0 s"),
        ([{"task": "deliver", "count": 1, "seconds": 9}], "delivering to 1 site for 9 s"),
        ([{"task": "sweep", "count": 0, "seconds": 150}], "sweeping for 2 min"),
        ([], "idle, last did something 2 s ago"),
    ],
)
def test_what_a_worker_does_is_said_in_words(engine, valkey, running, shows):
    all_at_work()
    live.heartbeat("screen@here", live.now(), {**DOING, "running": running})

    said = report()["worker screen@here"].shows

    assert said.split("; ") == [shows, "screen+deliver+upkeep", "1,234 tasks since it started", "pid 1, 300 MiB"]


def test_what_the_previous_version_left_is_understood(engine, valkey):
    all_at_work()
    live.client().hset(live.HEARTBEATS, "screen@here", str(live.now() - 3))

    assert report()["worker screen@here"].shows == "3 s ago"
    assert levels()["workers"] is Level.OK


# Beat, sweeps, canaries, queues, checks


def test_a_beat_that_fell_silent_is_seen(engine, valkey):
    all_at_work()
    live.tick(live.now() - 11)
    live.beat_sent(live.now() - 11)

    assert levels()["beat"] is Level.FAIL


def test_without_sweeps_it_is_not_beat_that_is_blamed(engine, valkey):
    all_at_work()
    live.tick(live.now() - 31)

    assert (levels()["beat"], levels()["sweep"]) == (Level.OK, Level.FAIL)


@pytest.mark.parametrize(("age", "level"), [(12, Level.OK), (26, Level.WARN), (61, Level.FAIL)])
def test_an_old_canary_names_its_queue(engine, valkey, age, level):
    all_at_work()
    live.canary_came("deliver", live.now() - age)

    found = report()

    assert found["canary deliver"].level is level
    assert found["canary deliver"].limit == ("60 s" if level is Level.FAIL else "25 s")
    assert found["canary screen"].level is Level.OK


def test_while_no_canary_has_come_the_first_one_sent_counts(engine, valkey):
    assert (report()["canary screen"].level, report()["canary screen"].shows) == (Level.OK, "none sent yet")

    live.canary_sent("screen", live.now() - 70)
    live.canary_sent("screen", live.now())

    assert report()["canary screen"].level is Level.FAIL


def test_queues_are_told_with_their_lengths(engine, valkey):
    all_at_work()
    live.client().rpush("screen", "a", "b")

    assert report()["queues"].shows == "screen 2, deliver 0, upkeep 0"


def test_a_check_that_does_not_run_is_named_and_fails_where_it_fails_often(engine, valkey):
    all_at_work()
    live.measured({}, {}, {"": 300, "profanity": 12})
    sometimes = report()["checks"]
    live.measured({}, {}, {"spam": 200})
    often = report()["checks"]

    assert (sometimes.level, often.level) == (Level.WARN, Level.FAIL)
    assert sometimes.shows == "did not run: profanity on 12 of 300 comments in 5 min"
    assert "spam on 200" in often.shows


# What the rows know of


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
        for settled in (None, now):
            letter = DeadLetter(site_id=site.id, comment_id=case.comment_id, revision=1, why="", at=now)
            letter.settled_at, letter.check_name = settled, "spam" if settled else "profanity"
            session.add(letter)
        for state in ("failed", "waiting", "waiting", "delivered"):
            session.add(Delivery(site_id=site.id, type="t", body="", state=state, created_at=now, next_at=now))

    parts = report()

    assert (parts["dead letters"].level, parts["dead letters"].shows) == (
        Level.WARN,
        "1, ended in profanity",
    )
    assert parts["deliveries"].level is Level.WARN
    assert parts["deliveries"].shows == "2 waiting, 1 given up of the last 1,000"
    assert parts["open cases"].shows == "1, the oldest for 0 s"


def test_what_was_given_up_on_shows_up(engine, valkey):
    comment = make.stored(make.site().id)
    for attempt in range(3):
        with transaction() as session:
            screening.claim(session, [comment.id], make.NOON + attempt * timedelta(minutes=1))
    with transaction() as session:
        unscreened.exhausted(session, make.NOON + timedelta(minutes=3))

    assert report()["dead letters"].level is Level.WARN


def test_addresses_that_fail_rest_or_are_disabled_are_named_by_their_site(engine, valkey):
    names = ("fine", "failing", "resting", "disabled")
    sites = {name: make.site(name) for name in names}
    with transaction() as session:
        now = clock(session)
        for name, site in sites.items():
            webhook = Webhook(site_id=site.id, url="https://hooks.example/a", secret="s", created_at=now)
            if name != "fine":
                webhook.failures, webhook.failing_since = 3, now - timedelta(hours=3)
            if name == "resting":
                webhook.rest_until = now + timedelta(minutes=1)
            if name == "disabled":
                webhook.disabled_at = now - timedelta(days=3)
            session.add(webhook)

    found = {name: part for name, part in report().items() if name.startswith("webhook ")}

    assert set(found) == {"webhook failing", "webhook resting", "webhook disabled"}
    assert {part.level for part in found.values()} == {Level.WARN}
    assert found["webhook failing"].shows == "3 failed in a row, for 3 h"
    assert found["webhook resting"].shows == "3 failed in a row, for 3 h; resting"
    assert found["webhook disabled"].shows == "disabled: it answered 410 Gone, for 3 days"


# What is broken is named, and the rest is told


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


def test_a_database_newer_than_the_program_is_told_and_ready(valkey, tmp_path):
    database.use(f"sqlite:///{tmp_path / 'newer.db'}")
    try:
        with transaction() as session:
            session.connection().exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32))")
            session.connection().exec_driver_sql("INSERT INTO alembic_version VALUES ('9999')")
        parts = {part.name: part for part in health.ready()}
    finally:
        database.forget()

    assert (parts["migrations"].level, parts["migrations"].shows) == (Level.WARN, "9999")


def test_a_database_that_cannot_be_opened_is_told_and_nothing_raises(valkey, tmp_path):
    (tmp_path / "file").write_bytes(b"no database at all" * 1_000)
    database.use(f"sqlite:///{tmp_path / 'file'}")
    try:
        parts = levels()
    finally:
        database.forget()

    assert (parts["database"], parts["queue"]) == (Level.FAIL, Level.FAIL)


def test_a_server_that_is_down_is_told_and_nothing_raises(valkey):
    database.use("postgresql+psycopg://nobody@127.0.0.1:9/nothing")
    try:
        parts = levels()
    finally:
        database.forget()

    assert (parts["database"], parts["queue"], parts["beat"]) == (Level.FAIL,) * 3


def test_without_anything_to_tell_the_worst_is_ok():
    assert health.worst([]) is Level.OK
