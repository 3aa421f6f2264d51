"""The tables over time. HEAD is the newest revision: what a running Greenroom needs to find.

The rule: first expand, a release later contract. A migration adds what the release before does not notice (columns that
may be empty or have a server default, tables, indexes), so that its workers go on while it is made. What is not needed
any more goes in a later release, whose workers' predecessors have stopped using it: such a migration says CONTRACTS.
"""

from collections.abc import Sequence
from typing import Any

HEAD = "0010"
IN_ONE_TRANSACTION = "in one transaction"  # Alembic's attribute by which a restore says that it commits by itself


def add_index(name: str, table: str, columns: Sequence[str], where: str, *, unique: bool = False) -> None:
    """Build an index without keeping writers out, where the database can. Started again, it begins anew."""
    import sqlalchemy as sa
    from alembic import op

    given = sa.text(where)
    whole: dict[str, Any] = {"unique": unique, "sqlite_where": given, "postgresql_where": given}
    context = op.get_context()
    if context.dialect.name == "sqlite" or (context.config and context.config.attributes.get(IN_ONE_TRANSACTION)):
        op.create_index(name, table, list(columns), **whole)
        return
    with context.autocommit_block():
        op.drop_index(name, table, if_exists=True)  # what an interrupted build has left is not valid
        op.create_index(name, table, list(columns), postgresql_concurrently=True, **whole)


def drop_index(name: str, table: str) -> None:
    from alembic import op

    op.drop_index(name, table, if_exists=True)
