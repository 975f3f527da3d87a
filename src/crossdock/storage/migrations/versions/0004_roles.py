"""Processes with roles: leases per role, and a row for everything a process does."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_PARTITIONS = 64


def upgrade() -> None:
    """Nobody holds anything while the schema moves: leases and the list of the living start anew."""
    op.drop_table("lease")
    op.drop_table("worker")
    op.create_table(
        "lease",
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("partition", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.Text(), server_default="", nullable=False),
        sa.Column("until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("fence", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("role", "partition"),
    )
    op.create_table(
        "worker",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("until", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("owner", "role"),
    )
    rows = [{"role": role, "partition": number} for role in ("scheduler", "worker") for number in range(_PARTITIONS)]
    op.bulk_insert(sa.table("lease", sa.column("role"), sa.column("partition")), rows)
