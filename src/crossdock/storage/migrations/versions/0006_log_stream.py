"""How far the log's bytes have moved into a stream."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """No rows: a log without a stream has none."""
    op.create_table(
        "log_stream",
        sa.Column("partition", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("shipped", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("noted", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("noted_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("slimmed", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("partition"),
    )
