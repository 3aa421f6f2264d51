"""fingerprints"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

BANDS = tuple(f'band_{number}' for number in range(1, 9))


def upgrade() -> None:
    op.create_table('fingerprints',
    sa.Column('comment_id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('cluster', sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
    sa.Column('writer', sqlmodel.sql.sqltypes.AutoString(length=16), nullable=True),
    sa.Column('signature', sa.LargeBinary(), nullable=False),
    *(sa.Column(band, sa.BigInteger(), nullable=True) for band in BANDS),
    sa.ForeignKeyConstraint(['comment_id'], ['comments.id'], ),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], ),
    sa.PrimaryKeyConstraint('comment_id')
    )
    with op.batch_alter_table('fingerprints', schema=None) as batch_op:
        batch_op.create_index('fingerprints_of_cluster', ['site_id', 'cluster', 'at'], unique=False)
        for band in BANDS:
            given = sa.text(f'{band} IS NOT NULL')
            batch_op.create_index(f'fingerprints_{band}', [band], unique=False, sqlite_where=given, postgresql_where=given)


def downgrade() -> None:
    with op.batch_alter_table('fingerprints', schema=None) as batch_op:
        for band in BANDS:
            given = sa.text(f'{band} IS NOT NULL')
            batch_op.drop_index(f'fingerprints_{band}', sqlite_where=given, postgresql_where=given)
        batch_op.drop_index('fingerprints_of_cluster')

    op.drop_table('fingerprints')
