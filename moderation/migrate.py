"""Bringing a database to the tables of this version, and saying whether it is there."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from moderation import database
from moderation.migrations import HEAD

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent / "migrations"
LOCK = 0x6772_6565  # an advisory lock's number: 'gree'


def upgrade(revision: str = "head") -> None:
    """To this revision, and not by two processes at once."""
    from alembic import command

    with database.engine().connect() as connection:
        postgresql = connection.dialect.name == "postgresql"
        if postgresql:
            connection.execute(text("SET statement_timeout = 0; SET lock_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
            connection.commit()
        try:
            command.upgrade(_config(connection), revision)
            connection.commit()
        finally:
            if postgresql:
                connection.rollback()
                connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
                connection.commit()
                connection.invalidate()  # its time-outs were lifted


def downgrade(revision: str = "base") -> None:
    from alembic import command

    with database.engine().connect() as connection:
        command.downgrade(_config(connection), revision)
        connection.commit()


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


def _config(connection: object) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
