"""the decisions of a job, found by an index that is built while others write"""

from moderation.migrations import add_index, drop_index

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_index('decisions_of_job', 'decisions', ['job_id'], where='job_id IS NOT NULL')


def downgrade() -> None:
    drop_index('decisions_of_job', 'decisions')
