"""when the article last changed, at the time of a comment"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

MOMENT = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.add_column('comments', sa.Column('page_modified_at', MOMENT(), nullable=True))


def downgrade() -> None:
    op.drop_column('comments', 'page_modified_at')
