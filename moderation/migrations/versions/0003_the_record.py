"""the record: seals and chains, what became of dead letters, since when an address fails"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

MOMENT = sqlmodel.sql.sqltypes.UTCDateTime
TEXT = sqlmodel.sql.sqltypes.AutoString
ADDED = {
    'events': (('seq', sa.BigInteger()), ('hash', TEXT(length=64)), ('outcome_seq', sa.BigInteger())),
    'dead_letters': (
        ('check_name', TEXT(length=40)), ('settled_at', MOMENT()), ('settled_by', TEXT(length=50)), ('settled_as', TEXT(length=10)),
    ),
    'webhooks': (('disabled_why', TEXT(length=10)), ('failing_since', MOMENT()), ('failed_at', MOMENT())),
}


def upgrade() -> None:
    # Only what an earlier version does not notice: columns that may be empty, and a table of its own.
    op.create_table('chains',
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('count', sa.BigInteger(), nullable=False),
    sa.Column('hash', TEXT(length=64), nullable=False),
    sa.Column('sealed_at', MOMENT(), nullable=True),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], ),
    sa.PrimaryKeyConstraint('site_id')
    )
    for table, columns in ADDED.items():
        for name, kind in columns:
            op.add_column(table, sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for table, columns in ADDED.items():
        for name, _ in columns:
            op.drop_column(table, name)

    op.drop_table('chains')
