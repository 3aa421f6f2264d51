"""Questions with a deadline, and room on the disk."""

import threading
import time
from pathlib import Path

import pytest

from moderation.health import disk
from moderation.health.bounded import Bounded
from moderation.health.disk import Limits
from moderation.health.parts import Level
from moderation.settings import Settings
from tests.moderation.plain import together

LONG = 30.0


def soon(seconds: float = LONG) -> float:
    return time.monotonic() + seconds


def test_an_answer_in_time_is_given_and_every_question_is_asked_anew():
    answers = iter([1, 2])
    asked = Bounded(lambda: next(answers))

    assert [asked.begin()(soon()), asked.begin()(soon())] == [1, 2]


def test_what_it_raises_whoever_asks_gets_to_know():
    def broken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Bounded(broken).begin()(soon())


def test_while_an_answer_does_not_come_nobody_waits_beyond_the_deadline_and_one_thread_is_busy():
    gate, asked = threading.Event(), []

    def hangs() -> str:
        asked.append(1)
        gate.wait(LONG)
        return "at last"

    question = Bounded(hangs)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            question.begin()(soon(0.05))
    assert len(asked) == 1

    waits = question.begin()
    gate.set()
    assert waits(soon()) == "at last"


def test_many_who_ask_at_once_get_the_same_answer():
    gate, asked = threading.Event(), []

    def slow() -> int:
        asked.append(1)
        gate.wait(LONG)
        return len(asked)

    question = Bounded(slow)
    first = question.begin()
    threading.Timer(0.2, gate.set).start()

    assert set(together([lambda: question.begin()(soon())] * 5)) == {1}
    assert first(soon()) == 1


def test_what_is_embedded_is_on_this_disk_and_what_is_elsewhere_is_not(tmp_path: Path):
    (tmp_path / "elsewhere").mkdir()
    data, other = tmp_path, tmp_path / "elsewhere"
    urls = {"database_url": "postgresql://host/name", "redis_url": "redis://host:6379/0"}

    assert disk.folders(Settings(data=data)) == [data]
    assert disk.folders(Settings(data=data, database_url=f"sqlite:///{other}/a.db")) == [other, data]
    assert disk.folders(Settings(data=data, database_url=urls["database_url"])) == [data]
    assert disk.folders(Settings(data=data, **urls)) == []
    assert disk.folders(Settings(data=data / "not there yet")) == []


@pytest.mark.parametrize(
    ("limits", "level", "full"),
    [
        (Limits(warn=0, fail=0), Level.OK, False),
        (Limits(warn=10**18, fail=0), Level.WARN, False),
        (Limits(warn=10**18, fail=10**18), Level.FAIL, True),
    ],
)
def test_a_disk_is_told_with_the_limit_that_it_crossed(tmp_path: Path, limits: Limits, level: Level, full: bool):
    settings = Settings(data=tmp_path)

    assert disk.part(settings, limits).level is level
    assert disk.full(settings, limits) is full


def test_a_disk_elsewhere_is_nobodys_trouble_here():
    settings = Settings(database_url="postgresql://host/name", redis_url="redis://host:6379/0")

    assert disk.part(settings, Limits(warn=10**18, fail=10**18)).level is Level.OK
    assert not disk.full(settings, Limits(warn=10**18, fail=10**18))
