"""Exceptions and alerts say what is at stake: the promised day, the customer's tier, the order's value."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Exceptions from before have none of it until they are folded again."""
    for table, numbers, texts in (
        ("business_exception", ("promised_at", "agreed_moved_at"), ("tier", "proposed", "agreed")),
        ("alert", ("value", "promised_at"), ("currency", "tier")),
    ):
        for name in numbers:
            op.add_column(table, sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
        for name in texts:
            op.add_column(table, sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column("business_exception", sa.Column("rank", sa.Integer(), server_default="0", nullable=False))
