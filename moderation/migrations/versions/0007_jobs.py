"""the decisions of a job, jobs to be brought on, deliveries given up: found by indexes, built while others write"""

from moderation.migrations import add_index, drop_index

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_index('decisions_of_job', 'decisions', ['job_id'], where='job_id IS NOT NULL')
    add_index('jobs_unfinished', 'jobs', ['id'], where="state IN ('running', 'undoing')")
    add_index('deliveries_given_up', 'deliveries', ['site_id', 'id'], where="state = 'failed'")


def downgrade() -> None:
    drop_index('deliveries_given_up', 'deliveries')
    drop_index('jobs_unfinished', 'jobs')
    drop_index('decisions_of_job', 'decisions')
