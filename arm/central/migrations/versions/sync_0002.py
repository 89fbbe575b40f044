"""The second schema: escrowed keys and reports of desks, timers, presence, drafts handed over."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _devices()
    _timers()
    _between_people()


def _devices() -> None:
    op.add_column("device", sa.Column("escrow_key", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("device", sa.Column("report", sa.Text(), nullable=False, server_default=""))


def _timers() -> None:
    """Messages that are open now are looked at once, and get their real moment then."""
    op.add_column("message", sa.Column("turns_at", sa.BigInteger(), nullable=True))
    op.create_index("ix_message_turns_at", "message", ["turns_at"], unique=False)
    op.execute("UPDATE message SET turns_at = registered_at WHERE stage <> 'closed'")
    op.create_table(
        "timer",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=True),
        sa.Column("runs", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_timer"),
    )
    op.create_table(
        "timed",
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("what", "about", "due_at", name="pk_timed"),
    )


def _between_people() -> None:
    op.create_table(
        "presence",
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("doing", sa.String(length=16), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", "device_id", name="pk_presence"),
    )
    op.create_index("ix_presence_seen_at", "presence", ["seen_at"], unique=False)
    op.create_table(
        "shared_draft",
        sa.Column("draft_id", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("author_id", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.Column("taken_by", sa.String(length=64), nullable=True),
        sa.Column("taken_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("draft_id", name="pk_shared_draft"),
    )
    op.create_index("ix_shared_draft_message_id", "shared_draft", ["message_id"], unique=False)
