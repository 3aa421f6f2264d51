"""Bringing a database to the tables of this version, and saying whether it is there."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from moderation import database
from moderation.migrations import HEAD, IN_ONE_TRANSACTION

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent / "migrations"
LOCK = 0x6772_6565  # an advisory lock's number: 'gree'


def upgrade(revision: str = "head", folder: Path = FOLDER) -> None:
    """To this revision, and not by two processes at once. Workers of the release before go on meanwhile."""
    from alembic import command

    if database.engine().dialect.name == "sqlite":
        with database.alone() as connection:  # one that began by reading could not go on to write beside others
            carry(connection, revision, folder)
        return
    with database.engine().connect() as connection:
        connection.execute(text("SET statement_timeout = 0; SET lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        connection.commit()
        try:
            command.upgrade(_config(connection, folder), revision)
            connection.commit()
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
            connection.commit()
            connection.invalidate()  # its time-outs were lifted


def carry(connection: Connection, revision: str = "head", folder: Path = FOLDER) -> None:
    """To this revision within the caller's transaction, which is to commit it."""
    from alembic import command

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    config = _config(connection, folder)
    config.attributes[IN_ONE_TRANSACTION] = True
    command.upgrade(config, revision)


def put_off(session: Session) -> bool:
    """Until this transaction ends nobody migrates: they would wait for it, and everybody else for them.

    False: somebody is at it.
    """
    if session.get_bind().dialect.name == "sqlite":
        return True  # there, who reads keeps nobody out
    return session.execute(text("SELECT pg_try_advisory_xact_lock_shared(:lock)"), {"lock": LOCK}).scalar_one()


def known(revision: str) -> bool:
    """Whether this version knows how to come from there to its own head."""
    from alembic.script import ScriptDirectory

    return any(each.revision == revision for each in ScriptDirectory.from_config(_config(None)).walk_revisions())


def is_ahead(here: str) -> bool:
    """Whether the database is of a later version: this one goes on working, since what is added does not disturb it."""
    return here > HEAD


def downgrade(revision: str = "base", folder: Path = FOLDER) -> None:
    from alembic import command

    with database.alone() as connection:
        command.downgrade(_config(connection, folder), revision)


def head() -> str:
    """The newest revision that this version knows. Written down, since asking Alembic costs a second at every start."""
    return HEAD


def at(session: Session) -> str:
    """The revision that the database is at; nothing when it has no tables yet."""
    try:
        return session.connection().execute(text("SELECT version_num FROM alembic_version")).scalar() or ""
    except SQLAlchemyError:
        session.rollback()
        return ""


def _config(connection: object, folder: Path = FOLDER) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
