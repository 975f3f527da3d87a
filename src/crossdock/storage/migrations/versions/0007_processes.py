"""Where processes stand, and what is expected of whom."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Instances that moved before are seen again when they move, or by a rebuild."""
    for name in ("what", "who"):
        op.add_column("timer", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column("timer", sa.Column("since", sa.BigInteger(), server_default="0", nullable=False))
    condition = sa.text("who <> ''")
    op.create_index(
        "timer_who", "timer", ["who", "due_at"], sqlite_where=condition, postgresql_where=condition
    )  # fmt: skip
    op.create_table(
        "instance",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stage", sa.Text(), server_default="", nullable=False),
        sa.Column("since", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("subject", "process"),
        sqlite_with_rowid=False,
    )
    op.create_index("instance_stage", "instance", ["process", "stage", "since", "subject"])
