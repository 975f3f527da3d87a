"""The audit is read: newest first, by who, what and to which object."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Indexes along which a page of it is read, however long it has become."""
    op.create_index("audit_time", "audit", ["at", "seq"])
    for column in ("actor", "action", "target"):
        op.create_index(f"audit_{column}", "audit", [column, "at", "seq"])
