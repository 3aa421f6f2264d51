"""each site's waiting comments, built while others write"""

from moderation.migrations import add_index, drop_index

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_index('comments_waiting', 'comments', ['site_id', 'updated_at', 'id'], where="status = 'pending'")


def downgrade() -> None:
    drop_index('comments_waiting', 'comments')
