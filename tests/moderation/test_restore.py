"""Restore: what is no whole backup is refused; afterwards nobody holds what they held, and every delivery is sent."""

import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from moderation import database, migrate, people, screening, webhooks
from moderation.database import clock, reading, transaction
from moderation.errors import BackupInvalidError
from moderation.models import Case, Comment, Delivery, DeskSession, Event, SignInLink, Webhook
from moderation.outbound import Delivered
from tests import make
from tests.moderation import plain
from tests.moderation.plain import rows
from tests.moderation.test_backup import an_empty, back_up, contents, restore


@pytest.fixture
def site(engine):
    return make.site()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "all.greenroom"


def damage(file: Path, name: str, change) -> None:
    with zipfile.ZipFile(file) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    members[name] = change(members[name])
    with zipfile.ZipFile(file, "w") as archive:
        for each, content in members.items():
            if content is not None:
                archive.writestr(each, content)


DAMAGES = {
    "a row is missing": ("tables/comments.jsonl", lambda plain: plain.partition(b"\n")[2]),
    "a row was changed": ("tables/comments.jsonl", lambda plain: plain.replace(b"c-1", b"c-9")),
    "a table is missing": ("tables/comments.jsonl", lambda _: None),
    "it was interrupted": ("manifest.json", lambda _: None),
    "it is of another format": ("manifest.json", lambda plain: plain.replace(b'"format": 1', b'"format": 2')),
    "it is of a later version": ("manifest.json", lambda plain: plain.replace(migrate.head().encode(), b"9999")),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_what_is_not_a_whole_backup_of_ours_is_refused_before_anything_is_done(site, file, name):
    make.stored(site.id, "c-1")
    back_up(file)
    damage(file, *DAMAGES[name])
    before = contents()

    with pytest.raises(BackupInvalidError):
        restore(file, replace=True)

    assert contents() == before


@pytest.mark.parametrize("cut", [0.0, 0.3, 0.99])
def test_half_a_file_is_refused(site, file, cut):
    back_up(file)
    file.write_bytes(file.read_bytes()[: int(file.stat().st_size * cut)])

    with pytest.raises(BackupInvalidError):
        restore(file, replace=True)


def test_a_flipped_bit_is_refused(site, file):
    for number in range(50):
        make.stored(site.id, f"c-{number}")
    back_up(file)
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 1
    file.write_bytes(content)

    with pytest.raises(BackupInvalidError):
        restore(file, replace=True)


def test_a_backup_of_an_earlier_version_is_brought_up_to_this_one(site, file, tmp_path, request, engine):
    with an_empty(engine, request, tmp_path):
        migrate.upgrade("0002")
        here = inspect(database.engine())
        assert "seq" not in {each["name"] for each in here.get_columns("events")}
        with transaction() as session:  # as that version has written it
            session.execute(text("INSERT INTO moderators (id, name, created_at) VALUES (:id, 'mia', :at)"), OLD)
        back_up(file)
    assert not rows(Event)

    restore(file, replace=True)

    with reading() as session:
        assert migrate.at(session) == migrate.head()
        assert people.find_moderator(session, "mia").created_at.year == 2026
    assert make.stored(make.site("The Gazette").id).status == "pending"


OLD = {"id": "01910000000070008000000000000001", "at": "2026-11-22 12:00:00.000000+00:00"}


def test_what_was_on_its_way_to_a_site_is_sent_after_a_restore_under_the_same_id(site, file, request, tmp_path, engine):
    with transaction() as session:
        webhooks.set_address(session, site.id, "https://hooks.example/a", clock(session))
    for name in ("arrived", "on its way", "resting"):
        make.stored(site.id, name)
        make.work()
    with transaction() as session:
        turn = webhooks.take(session, site.id, 1, clock(session))
        webhooks.record(session, turn, turn.deliveries[0].id, Delivered(200), clock(session))
        webhooks.give_back(session, site.id, turn.token)
    with transaction() as session:
        taken = webhooks.take(session, site.id, 1, clock(session))  # a worker is at it
        session.get_one(Webhook, site.id).rest_until = clock(session) + timedelta(hours=1)
    back_up(file)
    before = {each.id: each.body for each in rows(Delivery)}

    restore(file, replace=True)

    with transaction() as session:
        again = webhooks.take(session, site.id, 10, clock(session))
    assert {each.id: each.body for each in again.deliveries}.items() <= before.items()
    assert len(again.deliveries) == 2
    assert taken.deliveries[0].id in {each.id for each in again.deliveries}
    assert {each.state for each in rows(Delivery)} == {"waiting", "delivered"}


def test_nobody_holds_what_they_held_and_nobody_is_signed_in(site, file):
    case = plain.held(site.id, "held")
    mia = make.moderator(at=site.id)
    plain.claim(mia.person, at=datetime.now(UTC))
    last = make.stored(site.id, "its last attempt")
    with transaction() as session:
        row = session.get_one(Comment, last.id)
        row.attempts, row.lease_token, row.lease_until = 3, last.id, clock(session) + timedelta(seconds=20)
        link = people.invite(session, mia.id, clock(session))
        people.sign_in(session, people.invite(session, mia.id, clock(session)), clock(session))
    back_up(file)

    restore(file, replace=True)

    [restored] = rows(Case, id=case.id)
    assert restored.claimed_by is None
    assert (rows(DeskSession), rows(SignInLink)) == ([], [])
    with transaction() as session:
        assert people.sign_in(session, link, clock(session)) is None
    assert len(screening.screen([last.id]).changed) == 1, "it has its attempts again"
    with reading() as session:
        assert people.person_of_token(session, mia.headers["Authorization"].removeprefix("Bearer "))
