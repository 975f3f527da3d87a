"""Exceptions that people work on: owner, state, promises, value at stake; and the alerts about them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from crossdock.model.cases import Case

revision = "0008"
down_revision = "0007"

_TEXTS = (
    "id", "cause_group", "state", "owner", "assignee", "severity", "queue", "category", "partner", "escalated_to",
    "currency", "waiting_on", "resolved_by", "reason",
)  # fmt: skip
_MOMENTS = (
    "acknowledge_by", "resolve_by", "acknowledged_at", "warned_at", "breached_at", "value", "waiting_until",
    "owner_moved_at", "waiting_moved_at", "due_moved_at",
)  # fmt: skip
_ALERT_TEXTS = (
    "cause_group", "occasion", "kind", "partner", "category", "queue", "severity", "owner", "told", "subject", "text",
)  # fmt: skip
_PAGE = 500
_KEY = ("subject", "kind", "pointer", "cause")


def upgrade() -> None:
    """Exceptions there are get their names and what the fold of their events would say; nobody owns them yet."""
    for name in _TEXTS:
        op.add_column("business_exception", sa.Column(name, sa.Text(), server_default="", nullable=False))
    for name in _MOMENTS:
        op.add_column("business_exception", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
    for name in ("level", "comments"):
        op.add_column("business_exception", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    _name_what_is_there()
    stands = sa.text("resolved_at = 0")
    op.create_index("business_exception_id", "business_exception", ["id"])
    op.create_index(
        "business_exception_group", "business_exception", ["cause_group"], sqlite_where=stands, postgresql_where=stands
    )
    _create_alerts()


def _name_what_is_there() -> None:
    table = sa.table("business_exception", *(sa.column(each) for each in (*_KEY, "resolved_at", *_TEXTS)))
    named = {each: table.c[each] == sa.bindparam(f"of_{each}") for each in _KEY}
    values: dict[str, Any] = {each: sa.bindparam(f"new_{each}") for each in ("id", "cause_group", "state", "severity", "queue")}
    write = sa.update(table).where(*named.values()).values(values)
    connection = op.get_bind()
    some = sa.select(*(table.c[each] for each in _KEY), table.c.resolved_at).where(table.c.id == "").limit(_PAGE)
    while rows := connection.execute(some).all():
        connection.execute(write, [_named(row) for row in rows])


def _named(row: Any) -> dict[str, Any]:
    subject, kind, pointer, cause, resolved_at = row
    case = Case(subject, kind, pointer, cause)
    return {
        "of_subject": subject, "of_kind": kind, "of_pointer": pointer, "of_cause": cause, "new_id": case.id,
        "new_cause_group": case.cause_group, "new_state": "resolved" if resolved_at else "open",
        "new_severity": case.severity, "new_queue": case.queue,
    }  # fmt: skip


def _create_alerts() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), server_default="", nullable=False) for name in _ALERT_TEXTS),
        *(
            sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)
            for name in ("raised_at", "sent_at", "closed_at")
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    unclosed, unsent = sa.text("closed_at = 0"), sa.text("sent_at = 0 AND closed_at = 0")
    op.create_index(
        "alert_standing", "alert", ["cause_group", "occasion"], unique=True,
        sqlite_where=unclosed, postgresql_where=unclosed,
    )  # fmt: skip
    op.create_index("alert_unsent", "alert", ["raised_at"], sqlite_where=unsent, postgresql_where=unsent)
    op.create_index("alert_time", "alert", ["raised_at"])
