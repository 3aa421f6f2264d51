"""The few places where SQLite and PostgreSQL differ."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, insert, inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

FOLDED = "greenroom_folded"


def insert_new(session: Session, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> int:
    """Rows that are there already stay as they are; how many were not. Every row has the same columns."""
    on = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return _insert(session, on.insert(_table(model)).on_conflict_do_nothing(), rows)


def insert_all(session: Session, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Every row has the same columns, all that have no default in the database."""
    _insert(session, insert(_table(model)), rows)


def _insert(session: Session, statement: Any, rows: Sequence[Mapping[str, Any]]) -> int:
    """Past the mapper: it costs as much again as the driver."""
    return session.connection().execute(statement, rows, execution_options={"preserve_rowcount": True}).rowcount


def _table(model: type[SQLModel]) -> Any:
    return inspect(model).local_table


def one_at_a_time(session: Session, names: Iterable[str]) -> None:
    """Until this transaction ends, nobody else gets past here with one of these names. On SQLite it has no rival."""
    if session.get_bind().dialect.name == "sqlite":
        return
    numbers = sorted(int.from_bytes(hashlib.sha256(each.encode()).digest()[:8], signed=True) for each in names)
    waits = text("SELECT count(pg_advisory_xact_lock(each)) FROM unnest(CAST(:numbers AS bigint[])) AS each")
    session.connection().execute(waits, {"numbers": numbers})


def unlocked(statement: Select[Any]) -> Select[Any]:
    """Only rows that nobody else is just taking. SQLite drops the clause: there, BEGIN IMMEDIATE keeps others out."""
    return statement.with_for_update(skip_locked=True, key_share=True)


def locked(statement: Select[Any]) -> Select[Any]:
    """Wait until nobody else is changing these rows. On SQLite the transaction has seen to it already.

    FOR NO KEY UPDATE: rows that merely point here can still be added, else two who each hold one would wait for ever.
    """
    return statement.with_for_update(key_share=True)


def says(session: Session, column: Any, words: str) -> ColumnElement[bool]:
    """Whether the words occur, in capitals or not. SQLite's own LOWER knows ASCII only: it is given ours."""
    if session.get_bind().dialect.name == "sqlite":
        return getattr(func, FOLDED)(column).contains(words.casefold(), autoescape=True)
    return column.icontains(words, autoescape=True)


def folded(text: str | None) -> str | None:
    """What SQLite calls FOLDED: set up with each of its connections."""
    return text.casefold() if text else text


def earlier_by(dialect: str, moment: Any, by: timedelta) -> ColumnElement[Any]:
    """A column's time less a span. SQLite keeps times as text, which sorts: '2026-11-25 06:15:29.123456'."""
    if dialect == "sqlite":
        return func.strftime("%Y-%m-%d %H:%M:%f", moment, f"-{by.total_seconds():.3f} seconds")
    return moment - by


def beside_the_index(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition that rows are held against, but not looked up by.

    Without statistics, SQLite takes 'site and an earlier id', which is a site's whole table, for as short a way as
    'site, address and minute'.
    """
    return case((condition, 1)) == 1
