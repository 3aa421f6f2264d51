"""The database: who writes again and again leaves others their turn."""

import subprocess
import sys
import time

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from moderation import database

BUSY = """
import sys, time
from sqlalchemy import text
from moderation import database

database.use(sys.argv[1])
print("ready", flush=True)
while True:
    with database.transaction() as session:
        session.execute(text("UPDATE counted SET n = n + 1"))
        time.sleep(0.1)
"""


@pytest.fixture
def file(tmp_path):
    url = f"sqlite:///{tmp_path / 'turns.db'}"
    database.use(url)
    with database.transaction() as session:
        session.execute(text("CREATE TABLE counted (n INTEGER)"))
        session.execute(text("INSERT INTO counted VALUES (0)"))
    yield url
    database.forget()


def test_processes_that_write_without_a_pause_leave_another_its_turn(file):
    busy = [
        subprocess.Popen([sys.executable, "-c", BUSY, file], stdout=subprocess.PIPE, text=True, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    try:
        for each in busy:
            assert each.stdout
            each.stdout.readline()
        for _ in range(10):
            with database.transaction() as session:  # raises when it finds no gap within its time-out
                session.execute(text("UPDATE counted SET n = n + 1"))
            time.sleep(0.05)
        assert [each.poll() for each in busy] == [None, None], "none of them gave up either"
    finally:
        for each in busy:
            each.kill()
            each.communicate()


def test_a_file_that_stays_locked_is_an_error_and_not_an_endless_wait(file, monkeypatch):
    monkeypatch.setattr(database, "BUSY_MILLISECONDS", 50)
    other = create_engine(file).connect()
    other.exec_driver_sql("BEGIN IMMEDIATE")

    with pytest.raises(OperationalError, match="locked"), database.transaction():
        pass

    other.close()
    with database.transaction() as session:
        session.execute(text("UPDATE counted SET n = n + 1"))
