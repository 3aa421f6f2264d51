"""Schema changes without stopping: the release before works on while the next one's migrations are made, and after."""

import ast
import shutil
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest
from sqlalchemy import inspect, text

from moderation import backup, database, migrate, webhooks
from moderation.database import clock, reading, transaction
from moderation.migrations import HEAD
from moderation.models import Comment, Delivery, Event
from moderation.outbound import Delivered
from tests import make
from tests.moderation import plain
from tests.moderation.plain import rows
from tests.moderation.test_chain import seal

DEADLINE_SECONDS = 60.0
VERSIONS = sorted((migrate.FOLDER / "versions").glob("[0-9]*.py"))
# The first release had these.
FROM_THE_START = {"0001", "0002"}

EXPAND = """
    revision, down_revision, branch_labels, depends_on = "{0}", "{1}", None, None

    import sqlalchemy as sa
    from alembic import op
    from moderation.migrations import add_index

    def upgrade():
        op.add_column("comments", sa.Column("mood", sa.String(20), nullable=True))
        op.add_column("deliveries", sa.Column("urgency", sa.Integer(), nullable=False, server_default="0"))
        op.create_table("moods", sa.Column("name", sa.String(20), primary_key=True))
        add_index("comments_mood", "comments", ["site_id", "mood"], where="mood IS NOT NULL")

    def downgrade():
        op.drop_index("comments_mood", "comments")
        op.drop_table("moods")
        op.drop_column("deliveries", "urgency")
        op.drop_column("comments", "mood")
"""
BACKFILL = """
    revision, down_revision, branch_labels, depends_on = "{0}", "{1}", None, None

    from alembic import op

    def upgrade():
        op.execute("INSERT INTO moods (name) VALUES ('calm')")
        op.execute("UPDATE comments SET mood = 'calm' WHERE mood IS NULL AND status = 'approved'")

    def downgrade():
        op.execute("UPDATE comments SET mood = NULL")
        op.execute("DELETE FROM moods")
"""


@pytest.fixture
def next_release(tmp_path: Path, engine: str) -> Iterator[Path]:
    """The migrations of a release to come: all of ours, and two more. Taken back in the end."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrate.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    before = HEAD
    for number, plain_text in ((9001, EXPAND), (9002, BACKFILL)):
        written = textwrap.dedent(plain_text).format(number, before)
        (folder / "versions" / f"{number}_next.py").write_text(f'"""next"""\n{written}')
        before = str(number)
    yield folder
    migrate.downgrade(HEAD, folder)


class OldWorker:
    """This very release at work: accepts, screens, decides, tells, seals, over and over; what went wrong stays."""

    def __init__(self, site: make.AtSite) -> None:
        self.site, self.rounds, self.broken = site, 0, []
        self.mia = make.moderator(at=site.id).person
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(DEADLINE_SECONDS)

    def at_work(self, rounds: int = 3) -> None:
        """Wait until it has gone round so often more."""
        wanted, ends = self.rounds + rounds, time.monotonic() + DEADLINE_SECONDS
        while self.rounds < wanted and not self.broken and time.monotonic() < ends:
            time.sleep(0.01)
        assert self.broken == []
        assert self.rounds >= wanted

    def _work(self) -> None:
        while not self._over.is_set() and not self.broken:
            try:
                self._round(f"round-{self.rounds}")
                self.rounds += 1
            except Exception as broken:  # noqa: BLE001 - what went wrong is what the test looks at
                self.broken.append(broken)

    def _round(self, name: str) -> None:
        make.stored(self.site.id, f"{name}-clean")
        case = plain.held(self.site.id, f"{name}-held")
        plain.settled(case, self.mia)
        with transaction() as session:
            turn = webhooks.take(session, self.site.id, 10, clock(session))
            for each in turn.deliveries if turn else ():
                webhooks.record(session, turn, each.id, Delivered(200), clock(session))
            if turn:
                webhooks.give_back(session, self.site.id, turn.token)
        seal(self.site.id)


def test_the_release_before_works_on_while_the_next_one_s_migrations_are_made_and_after(next_release):
    site = make.site()
    with transaction() as session:
        webhooks.set_address(session, site.id, "https://hooks.example/a", clock(session))
    with OldWorker(site) as worker:
        worker.at_work()
        migrate.upgrade("9001", next_release)
        worker.at_work()
        migrate.upgrade("9002", next_release)
        worker.at_work()

    with reading() as session:
        assert migrate.at(session) == "9002"
        moods = session.execute(text("SELECT DISTINCT mood FROM comments WHERE status = 'approved'")).scalars().all()
    assert "calm" in moods
    assert "comments_mood" in {each["name"] for each in inspect(database.engine()).get_indexes("comments")}
    assert {each.status for each in rows(Comment)} <= {"approved", "held", "rejected"}
    assert {each.state for each in rows(Delivery)} == {"delivered"}
    assert [each for each in rows(Event) if each.seq is None] == []


def test_a_database_that_is_ahead_is_known_to_be(next_release):
    assert not migrate.is_ahead(HEAD)
    assert not migrate.is_ahead("")
    migrate.upgrade("9001", next_release)

    with reading() as session:
        assert migrate.is_ahead(migrate.at(session))


def test_a_database_that_is_ahead_is_backed_up_by_its_own_release(next_release, tmp_path):
    migrate.upgrade("9001", next_release)

    with pytest.raises(Exception, match="another version"):
        backup.write(tmp_path / "all", lambda _: None)

    assert not (tmp_path / "all").exists()


def upgrade_of(path: Path) -> ast.FunctionDef:
    [found] = [
        each
        for each in ast.parse(path.read_text()).body
        if isinstance(each, ast.FunctionDef) and each.name == "upgrade"
    ]
    return found


def disturbs(call: ast.Call) -> bool:
    """Whether an operation takes something away that the release before leans on, or keeps it from writing."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    given = {each.arg: ast.unparse(each.value) for each in call.keywords}
    if name == "Column":
        return given.get("nullable") != "True" and "server_default" not in given
    return name.startswith(("drop_", "rename_", "alter_", "create_unique", "create_foreign", "create_check"))


def disturbing(path: Path) -> list[str]:
    upgrade = upgrade_of(path)
    new_tables = [
        each
        for each in ast.walk(upgrade)
        if isinstance(each, ast.Call) and ast.unparse(each.func) == "op.create_table"  # its columns are its own
    ]
    theirs = {id(inner) for each in new_tables for inner in ast.walk(each)}
    calls = [each for each in ast.walk(upgrade) if isinstance(each, ast.Call) and id(each) not in theirs]
    return [ast.unparse(each) for each in calls if disturbs(each)]


LATER = [path for path in VERSIONS if path.name.split("_")[0] not in FROM_THE_START]


@pytest.mark.parametrize("path", LATER, ids=lambda path: path.stem)
def test_a_migration_only_adds_unless_it_says_that_it_takes_away(path: Path):
    if "CONTRACTS" in path.read_text():  # what the release before has stopped to use
        return
    assert disturbing(path) == []


@pytest.mark.parametrize(
    "operation",
    [
        'op.drop_column("comments", "body")',
        'op.drop_table("events")',
        'op.alter_column("comments", "body", nullable=False)',
        'op.rename_table("events", "trail")',
        'op.add_column("comments", sa.Column("mood", sa.String(20)))',
        'op.add_column("comments", sa.Column("mood", sa.String(20), nullable=False))',
    ],
)
def test_what_would_disturb_the_release_before_is_seen(operation: str, tmp_path: Path):
    path = tmp_path / "9001_next.py"
    path.write_text(f"def upgrade():\n    {operation}\n")

    assert disturbing(path)
