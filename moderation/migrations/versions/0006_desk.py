"""the desk: passwords and preferences, notes, saved filters, jobs, and cases that a lead shall see"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

MOMENT = sqlmodel.sql.sqltypes.UTCDateTime
TEXT = sqlmodel.sql.sqltypes.AutoString
ADDED = {
    'cases': (('escalated_by', sa.Uuid()), ('escalated_at', MOMENT())),
    'decisions': (('job_id', sa.Uuid()),),
    'desk_sessions': (('seen_as', TEXT(length=200)),),
    'moderators': (
        ('password', TEXT(length=200)), ('totp_secret', TEXT(length=64)), ('totp_used', sa.Integer()), ('preferences', sa.JSON()),
    ),
}


def upgrade() -> None:
    # Only what an earlier version does not notice: columns that may be empty, and tables of their own.
    op.create_table('notes',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('comment_id', sa.Uuid(), nullable=False),
    sa.Column('moderator_id', sa.Uuid(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('at', MOMENT(), nullable=False),
    sa.ForeignKeyConstraint(['comment_id'], ['comments.id'], ),
    sa.ForeignKeyConstraint(['moderator_id'], ['moderators.id'], ),
    sa.ForeignKeyConstraint(['site_id'], ['sites.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('notes_of_comment', 'notes', ['comment_id', 'id'], unique=False)
    op.create_table('revisions',
    sa.Column('comment_id', sa.Uuid(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('until', MOMENT(), nullable=False),
    sa.ForeignKeyConstraint(['comment_id'], ['comments.id'], ),
    sa.PrimaryKeyConstraint('comment_id', 'revision')
    )
    op.create_table('saved_filters',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('moderator_id', sa.Uuid(), nullable=False),
    sa.Column('name', TEXT(length=60), nullable=False),
    sa.Column('query', TEXT(length=2_000), nullable=False),
    sa.Column('at', MOMENT(), nullable=False),
    sa.ForeignKeyConstraint(['moderator_id'], ['moderators.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_saved_filters_moderator_id'), 'saved_filters', ['moderator_id'], unique=False)
    op.create_table('jobs',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('moderator_id', sa.Uuid(), nullable=False),
    sa.Column('action', TEXT(length=10), nullable=False),
    sa.Column('reason', TEXT(length=20), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('filter', sa.JSON(), nullable=False),
    sa.Column('case_ids', sa.JSON(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('refused', sa.Integer(), nullable=False),
    sa.Column('state', TEXT(length=10), nullable=False),
    sa.Column('at', MOMENT(), nullable=False),
    sa.Column('ended_at', MOMENT(), nullable=True),
    sa.ForeignKeyConstraint(['moderator_id'], ['moderators.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_jobs_moderator_id'), 'jobs', ['moderator_id'], unique=False)
    for table, columns in ADDED.items():
        for name, kind in columns:
            op.add_column(table, sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for table, columns in ADDED.items():
        for name, _ in columns:
            op.drop_column(table, name)
    for table in ('jobs', 'saved_filters', 'revisions', 'notes'):
        op.drop_table(table)
