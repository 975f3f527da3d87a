"""What is measured of parcels and of orders at warehouses; exceptions are found by their kind."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def _moment(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def upgrade() -> None:
    """Two new tables, filled from now on; `crossdock rebuild` fills them from the whole log."""
    op.create_table(
        "parcel",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        _text("partner"),
        _text("carrier"),
        *map(_moment, ("booked_at", "voided_at", "scanned_at", "delivered_at", "proof_at")),
        sa.Column("on_time", sa.SmallInteger(), server_default="-1", nullable=False),
        *map(_count, ("scans", "incomplete", "late", "invalid")),
        sa.PrimaryKeyConstraint("subject", "number"),
        sqlite_with_rowid=False,
    )
    op.create_index("parcel_booked", "parcel", ["booked_at"])
    op.create_index("parcel_delivered", "parcel", ["delivered_at"])
    op.create_table(
        "handover",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        _text("partner"),
        *map(_moment, ("released_at", "acknowledged_at", "picked_at", "shipped_at", "cancelled_at", "refused_at")),
        _moment("ended_at"),
        sa.PrimaryKeyConstraint("subject", "reference"),
        sqlite_with_rowid=False,
    )
    op.create_index("handover_released", "handover", ["released_at"])
    op.create_index("handover_ended", "handover", ["ended_at"])
    op.create_index("business_exception_kind", "business_exception", ["kind", "resolved_at", "raised_at"])
