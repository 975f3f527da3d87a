"""Freight charges that wait for their shipment are found without reading everything that waits."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """No charge could be said before: the index begins empty."""
    charges = sa.text("kind = 'freight_charge'")
    op.create_index(
        "waiting_lookup_charge", "waiting_lookup", ["key"], sqlite_where=charges, postgresql_where=charges
    )  # fmt: skip
