"""Commands that were taken back: what became of them is settled, and they are not sent again."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """No command was taken back so far."""
    op.add_column("command", sa.Column("withdrawn", sa.Boolean(), server_default=sa.text("false"), nullable=False))
