"""Team and person of an exception are told apart by when each was said last."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Until now one time stood for both."""
    op.add_column(
        "business_exception", sa.Column("assignee_moved_at", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.execute("UPDATE business_exception SET assignee_moved_at = owner_moved_at")
