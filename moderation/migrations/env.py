"""Alembic's entry: migrates the connection it is handed."""

from alembic import context
from sqlmodel import SQLModel

from moderation import database, models

assert models  # imported for what it does: it fills the metadata


def _migrate() -> None:
    connection = context.config.attributes.get("connection")
    if connection is None:  # 'alembic' on the command line
        connection = database.engine().connect()
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


_migrate()
