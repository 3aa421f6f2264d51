"""Backup and restore: all of it, at one moment, into either database; or nothing, and nothing that looks whole."""

import json
import os
import stat
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, select, text
from sqlmodel import SQLModel

from moderation import backup, callbacks, chain, crosscheck, database, migrate, people, webhooks
from moderation.database import clock, reading, snapshot, transaction
from moderation.errors import NotEmptyError, UnavailableError
from moderation.models import (
    Comment,
    CoralPhase,
    Event,
    Fingerprint,
    Job,
    Note,
    Revision,
    RulesVersion,
    SavedFilter,
)
from tests import make
from tests.api import calls
from tests.conftest import ENGINES
from tests.journeys.launcher import GREENROOM
from tests.moderation import plain
from tests.moderation.plain import rows
from tests.moderation.test_chain import seal
from tests.moderation.test_crosscheck import tell_everything

ROOT = Path(__file__).parents[2]
HERE = {"lease_token", "lease_until", "attempts", "rest_until", "claimed_by", "claimed_until", "next_at"}


def back_up(path: Path):
    return backup.write(path, lambda _: None)


def restore(path: Path, **more: bool):
    return backup.restore(path, lambda _: None, **more)


def contents() -> dict[str, list[dict]]:
    """Everything in the database that a restore does not set anew."""
    with reading() as session:
        return {
            table.name: sorted(
                (
                    {name: value for name, value in row.items() if name not in HERE}
                    for row in session.execute(select(table)).mappings()
                ),
                key=str,
            )
            for table in SQLModel.metadata.sorted_tables
            if table.name not in {"desk_sessions", "sign_in_links"}
        }


@contextmanager
def an_empty(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of this kind without any table, in use until the block is over."""
    before = str(database.engine().url.render_as_string(hide_password=False))
    if name == "sqlite":
        url = f"sqlite:///{tmp_path / 'other.db'}"
    else:
        there = make_url(request.getfixturevalue("postgresql_url"))
        with create_engine(there, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS other"))
            connection.execute(text("CREATE DATABASE other"))
        url = there.set(database="other").render_as_string(hide_password=False)
    database.use(url)
    try:
        yield url
    finally:
        database.use(before)


@pytest.fixture
def site(engine):
    return make.site()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "all.greenroom"


def fill(site) -> None:
    """Something in every table that a restore must bring back."""
    with transaction() as session:
        webhooks.set_address(session, site.id, "https://hooks.example/a", clock(session))
    tell_everything(site)
    make.stored(
        site.id, "Gr\u00fc\u00dfe \U0001f389", "Na\u00efve \u2028 words", user_agent='"\\\t', typed_for_seconds=0.1
    )
    make.stored(site.id, "key", idempotency_key="k-1", payload_hash="0" * 64)
    make.work()
    on_the_desk(site, make.stored(site.id, "pending"))
    seal(site.id)


def on_the_desk(site, comment) -> None:
    """What moderators leave there."""
    mia = make.moderator("desk").id
    with transaction() as session:
        now = clock(session)
        session.add(Note(site_id=site.id, comment_id=comment.id, moderator_id=mia, text="Ask Ada.", at=now))
        session.add(Revision(comment_id=comment.id, revision=0, body="As it was.", until=now))
        session.add(SavedFilter(moderator_id=mia, name="Spam", query="check=spam", at=now))
        callbacks.expect(session, comment.id, "https://wordpress.example/", "abcdefghijkl")
        session.add(CoralPhase(site_id=site.id, secret="a-secret-of-coral", created_at=now))
        session.add(Job(moderator_id=mia, action="reject", filter={"check": "spam"}, case_ids=[], at=now))


def holds(site_id) -> bool:
    with reading() as session:
        walk = chain.verify(session, site_id)
    with snapshot() as session:
        odd, _ = crosscheck.compare(session, site_id)
    return walk.holds(datetime.now(UTC)) and odd == []


@pytest.mark.parametrize("other", ENGINES)
def test_the_drill_everything_is_back_in_an_empty_database_of_either_kind(site, file, tmp_path, request, other, valkey):
    fill(site)
    before, end = contents(), max(each.seq or 0 for each in rows(Event))
    assert [name for name, found in before.items() if not found] == []

    made = back_up(file)

    with an_empty(other, request, tmp_path):
        restored = restore(file)
        assert contents() == before
        assert restored == made
        assert made.rows >= sum(map(len, before.values()))
        assert holds(site.id)
        # ... and goes on where it was: what was pending is screened, and the chain grows from its old end.
        [pending] = [each for each in rows(Comment) if each.status == "pending"]
        make.work()
        assert make.status(pending.id) == "approved"
        seal(site.id)
        assert min(each.seq for each in rows(Event, comment_id=pending.id) if each.kind == "screened") > end
        assert holds(site.id)
        with reading() as session:
            assert people.site_of_key(session, site.headers["Authorization"].removeprefix("Bearer ")) == site.id
            assert migrate.at(session) == migrate.head()


def test_a_backup_shows_one_moment_while_others_write(site, file):
    for number in range(20):
        make.stored(site.id, f"c-{number}")

    def write_between(_: int) -> None:
        if not written:
            written.append(plain.together([lambda: make.stored(site.id, "meanwhile")])[0])

    written: list[Comment] = []
    backup.write(file, write_between)

    assert isinstance(written[0], Comment), "nobody is kept waiting"
    found = in_the_file(file)
    assert len(found["comments"]) == len(found["events"]) == 20


def test_a_migration_waits_for_a_backup_and_nobody_else_does(site, file):
    make.stored(site.id, "c-1")
    migrating = threading.Thread(target=migrate.upgrade)

    def meanwhile(_: int) -> None:
        if not written:
            migrating.start()
            written.extend(plain.together([lambda: make.stored(site.id, "meanwhile")]))

    written: list[Comment] = []
    backup.write(file, meanwhile)
    migrating.join(30)

    assert isinstance(written[0], Comment)
    assert not migrating.is_alive()


@pytest.mark.skipif("postgresql" not in ENGINES, reason="only there does who reads keep others out")
def test_while_it_is_being_migrated_a_database_is_not_backed_up(postgresql_url, file):
    database.use(postgresql_url)
    with database.engine().connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": migrate.LOCK})

        with pytest.raises(UnavailableError):
            back_up(file)

        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": migrate.LOCK})
    assert not list(file.parent.iterdir())


def in_the_file(file: Path) -> dict[str, list]:
    with zipfile.ZipFile(file) as archive:
        return {
            Path(name).stem: [json.loads(line) for line in archive.read(name).splitlines()]
            for name in archive.namelist()
            if name.startswith("tables/")
        }


def test_a_backup_is_for_its_owner_alone_and_leaves_nothing_beside_it(site, file):
    back_up(file)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_a_backup_that_fails_leaves_what_was_there(site, file):
    back_up(file)
    before = file.read_bytes()

    def full(_: int) -> None:
        raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space"):
        backup.write(file, full)

    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def test_a_database_that_holds_something_is_not_touched_unless_that_is_asked_for(site, file):
    make.stored(site.id, "c-1")
    back_up(file)
    make.stored(site.id, "c-2")
    before = contents()

    with pytest.raises(NotEmptyError):
        restore(file)
    assert contents() == before

    restore(file, replace=True)
    assert [each.external_id for each in rows(Comment)] == ["c-1"]


def test_a_restore_that_breaks_off_has_changed_nothing(site, file):
    make.stored(site.id, "c-1")
    back_up(file)
    make.stored(site.id, "c-2")
    before = contents()

    def break_off(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup.restore(file, break_off, replace=True)

    assert contents() == before
    assert make.stored(site.id, "c-3").status == "pending"


@pytest.mark.parametrize(
    ("point", "command"), [("backup.before_rename", "backup"), ("restore.before_commit", "restore")]
)
def test_killed_at_the_last_moment_nothing_has_happened(site, file, tmp_path, point, command):
    make.stored(site.id, "c-1")
    if command == "restore":
        back_up(file)
        make.stored(site.id, "c-2")
    before = contents()
    orders = tmp_path / "orders"
    orders.mkdir()
    (orders / point).write_text("once kill")
    url = database.engine().url.render_as_string(hide_password=False)
    environment = os.environ | {"GREENROOM_DATABASE_URL": url, "GREENROOM_FAILPOINTS": str(orders)}
    typed = [GREENROOM, command, str(file), *(["--replace"] if command == "restore" else [])]

    done = subprocess.run(typed, env=environment, cwd=ROOT, capture_output=True, timeout=60, check=False)

    assert done.returncode == -9, done.stderr
    assert contents() == before
    assert file.exists() == (command == "restore")
    if command == "restore":
        restore(file, replace=True)
        assert len(rows(Comment)) == 1


def test_a_backup_holds_rows_of_every_kind_that_there_is(site, file):
    fill(site)
    back_up(file)
    held = {name for name, found in in_the_file(file).items() if found}
    assert {Fingerprint.__tablename__, RulesVersion.__tablename__, "idempotent_answers", "chains"} <= held
    assert held == {name for name, count in calls.rows().items() if count}
