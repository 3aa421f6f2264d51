"""Migrations: up, down and up again, and models and tables say the same."""

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlmodel import SQLModel

from moderation import database, migrate
from moderation.migrations import HEAD
from tests import make

OURS = {table.name for table in SQLModel.metadata.sorted_tables}


def tables():
    return set(inspect(database.engine()).get_table_names())


def at():
    with database.reading() as session:
        return migrate.at(session)


def test_the_tables_go_up_down_and_up_again(engine):
    assert (tables(), at()) == (OURS | {"alembic_version"}, HEAD)

    migrate.downgrade()
    assert (tables() & OURS, at()) == (set(), "")

    migrate.upgrade()
    assert (tables(), at()) == (OURS | {"alembic_version"}, HEAD)
    assert make.stored(make.site().id).status == "pending"


def test_going_up_where_everything_is_in_place_changes_nothing(engine):
    comment = make.stored(make.site().id)

    migrate.upgrade()

    assert make.status(comment.id) == "pending"


def test_models_and_migrations_agree(engine):
    with database.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert compare_metadata(context, SQLModel.metadata) == []


def test_the_head_that_is_written_down_is_the_head():
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))

    assert ScriptDirectory.from_config(config).get_heads() == [migrate.head()]


def test_a_database_without_tables_is_at_nothing(tmp_path):
    database.use(f"sqlite:///{tmp_path / 'empty.db'}")
    try:
        assert at() == ""
    finally:
        database.forget()
