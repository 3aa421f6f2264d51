"""Backup and restore: everything at one moment, while others go on writing; and all of it back, or nothing.

Both databases write and read the same file, so that a Greenroom can also move from one to the other.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col
from sqlmodel.sql.sqltypes import UTCDateTime

from moderation import archive, migrate
from moderation.archive import Manifest, Table
from moderation.database import alone, clock, snapshot
from moderation.errors import BackupInvalidError, NotEmptyError, UnavailableError
from moderation.failpoints import reach
from moderation.models import Case, Comment, Delivery, DeskSession, SignInLink, Webhook
from moderation.terms import DeliveryState, Status

ROWS_AT_ONCE = 1_000
REVISIONS = "alembic_version"  # the migrations' own table: the manifest has what it holds

Advance = Callable[[int], Any]
# What a column can hold: how it is known, and the type that reads and writes it in either database.
TYPES: dict[str, tuple[type[sa.types.TypeEngine[Any]], type[sa.types.TypeEngine[Any]]]] = {
    "uuid": (sa.Uuid, sa.Uuid),
    "time": (sa.DateTime, UTCDateTime),
    "bytes": (sa.LargeBinary, sa.LargeBinary),
    "json": (sa.JSON, sa.JSON),
    "boolean": (sa.Boolean, sa.Boolean),
    "integer": (sa.Integer, sa.BigInteger),
    "number": (sa.Float, sa.Float),
    "text": (sa.String, sa.Text),
}


def count(session: Session) -> int:
    """How many rows there are to be backed up."""
    found = _found(session.connection())
    return sum(session.execute(sa.select(sa.func.count()).select_from(_plain(each))).scalar_one() for each in found)


def write(path: Path, advance: Advance) -> Manifest:
    """Back up into this file. What was there is replaced at the very end, or not at all."""
    with archive.created(path) as file, snapshot() as session:
        if not migrate.put_off(session):
            raise UnavailableError("The database is being migrated: back it up when that is done.")
        revision, now = migrate.at(session), clock(session)
        if not migrate.known(revision):
            raise BackupInvalidError("The database is of another version of Greenroom: back it up with that one.")
        found = _found(session.connection())
        tables = [archive.write_table(file, each, _rows(session, each, advance)) for each in found]
        manifest = Manifest(revision, now.isoformat(), tuple(tables))
        archive.write_manifest(file, manifest)
        reach("backup.before_rename")
    return manifest


def restore(path: Path, advance: Advance, *, replace: bool = False) -> Manifest:
    """Fill an empty database from a backup, of this version or an earlier one; 'replace': whatever is there goes first.

    One transaction: whoever is interrupted has changed nothing.
    """
    with archive.opened(path) as (file, manifest):
        if not migrate.known(manifest.revision):
            raise BackupInvalidError("This backup is of a later version of Greenroom: restore it with that one.")
        archive.check(file, manifest)
        with alone() as connection:
            _clear(connection, replace=replace)
            migrate.carry(connection, manifest.revision)
            for table in manifest.tables:
                _fill(connection, file, table, advance)
            migrate.carry(connection)
            _go_on(connection, clock(Session(connection)))
            reach("restore.before_commit")
    return manifest


def _found(connection: sa.Connection) -> list[Table]:
    """Our tables as they are here, perhaps those of an earlier version, in an order in which they can be filled."""
    look = sa.inspect(connection)
    here = set(look.get_table_names())
    return [
        Table(
            ours.name,
            {each["name"]: _kind(ours.c.get(each["name"]), each["type"]) for each in look.get_columns(ours.name)},
        )
        for ours in SQLModel.metadata.sorted_tables
        if ours.name in here
    ]


def _kind(ours: sa.Column[Any] | None, here: sa.types.TypeEngine[Any]) -> str:
    """What our column holds; one that this version has no more, what the database takes it for."""
    held = here if ours is None else ours.type
    plain = held.impl_instance if isinstance(held, sa.types.TypeDecorator) else held
    return next(kind for kind, (known, _) in TYPES.items() if isinstance(plain, known))


def _plain(table: Table) -> sa.Table:
    columns = [sa.Column(name, TYPES[kind][1]) for name, kind in table.columns.items()]
    return sa.Table(table.name, sa.MetaData(), *columns)


def _rows(session: Session, table: Table, advance: Advance) -> Iterator[archive.Row]:
    options = {"yield_per": ROWS_AT_ONCE}
    for some in session.connection().execute(sa.select(_plain(table)), execution_options=options).partitions():
        yield from some
        advance(len(some))


def _clear(connection: sa.Connection, *, replace: bool) -> None:
    """No table of ours is left; unless there is something in one, and nobody said that it may go."""
    here = set(sa.inspect(connection).get_table_names())
    ours = [each.name for each in SQLModel.metadata.sorted_tables if each.name in here]
    filled = [each for each in ours if connection.execute(sa.select(1).select_from(sa.table(each)).limit(1)).first()]
    if filled and not replace:
        raise NotEmptyError
    held = sa.MetaData()
    held.reflect(connection, only=[*ours, *({REVISIONS} & here)])
    held.drop_all(connection)


def _fill(connection: sa.Connection, file: ZipFile, table: Table, advance: Advance) -> None:
    rows = archive.read_table(file, table)
    while some := list(islice(rows, ROWS_AT_ONCE)):
        connection.execute(_plain(table).insert(), some)
        advance(len(some))


def _go_on(connection: sa.Connection, now: datetime) -> None:
    """Nobody holds what they held when the backup was made, nobody is signed in, and every delivery is due."""
    pending = col(Comment.status) == Status.PENDING.value
    waiting = col(Delivery.state) == DeliveryState.WAITING.value
    nobody: dict[str, Any] = {"lease_token": None, "lease_until": None}
    connection.execute(sa.update(Comment).where(pending).values(attempts=0, **nobody))
    connection.execute(sa.update(Webhook).values(rest_until=None, **nobody))
    connection.execute(sa.update(Case).values(claimed_by=None, claimed_until=None))
    connection.execute(sa.update(Delivery).where(waiting).values(next_at=now))
    connection.execute(sa.delete(DeskSession))
    connection.execute(sa.delete(SignInLink))
