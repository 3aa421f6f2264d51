"""keys of Akismet's clients, and where they are called back"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    op.create_table('callbacks',
    sa.Column('comment_id', sa.Uuid(), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('key', TEXT(length=12), nullable=False),
    sa.ForeignKeyConstraint(['comment_id'], ['comments.id'], ),
    sa.PrimaryKeyConstraint('comment_id')
    )
    op.add_column('site_keys', sa.Column('moderator_id', sa.Uuid(), nullable=True))
    op.add_column('site_keys', sa.Column('held_as', TEXT(length=10), nullable=True))
    op.add_column('deliveries', sa.Column('callback_url', sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column('deliveries', 'callback_url')
    op.drop_column('site_keys', 'held_as')
    op.drop_column('site_keys', 'moderator_id')
    op.drop_table('callbacks')
