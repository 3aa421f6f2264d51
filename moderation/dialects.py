"""The few places where SQLite and PostgreSQL differ."""

from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def insert_new(session: Session, table: type[SQLModel]) -> Any:
    """INSERT ... ON CONFLICT DO NOTHING: rows that are there already stay as they are."""
    on = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return on.insert(table).on_conflict_do_nothing()


def unlocked(statement: Select[Any]) -> Select[Any]:
    """Only rows that nobody else is just taking. SQLite drops the clause: there, BEGIN IMMEDIATE keeps others out."""
    return statement.with_for_update(skip_locked=True, key_share=True)


def locked(statement: Select[Any]) -> Select[Any]:
    """Wait until nobody else is changing these rows. On SQLite the transaction has seen to it already.

    FOR NO KEY UPDATE: rows that merely point here can still be added, else two who each hold one would wait for ever.
    """
    return statement.with_for_update(key_share=True)
