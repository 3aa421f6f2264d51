"""indexes of the record, built while others write"""

from moderation.migrations import add_index, drop_index

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_index('events_sealed', 'events', ['site_id', 'seq'], where='seq IS NOT NULL', unique=True)
    add_index('events_unsealed', 'events', ['site_id', 'id'], where='seq IS NULL')
    add_index('events_outcomes', 'events', ['site_id', 'outcome_seq'], where='outcome_seq IS NOT NULL')
    add_index('dead_letters_open', 'dead_letters', ['id'], where='settled_at IS NULL')


def downgrade() -> None:
    drop_index('dead_letters_open', 'dead_letters')
    drop_index('events_outcomes', 'events')
    drop_index('events_unsealed', 'events')
    drop_index('events_sealed', 'events')
