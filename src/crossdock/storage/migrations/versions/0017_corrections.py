"""Messages that people put right: which stands for which."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """It begins empty."""
    bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "correction",
        sa.Column("original_id", bytewise, nullable=False),
        sa.Column("exchange_id", bytewise, nullable=False),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("original_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("correction_exchange", "correction", ["exchange_id"], unique=True)
