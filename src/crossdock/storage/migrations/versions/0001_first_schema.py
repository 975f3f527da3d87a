"""The first schema: log, states, messages both ways, names, deadlines, partners, leases and doors."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

PARTITIONS = 64
OPEN = sa.text("status IN ('queued', 'sending', 'retry', 'in_doubt')")
ATTENTION = sa.text("status IN ('parked', 'waiting', 'refused', 'in_doubt', 'retry')")


def upgrade() -> None:
    """Create everything, and one row per partition to lock."""
    _log()
    _states()
    _inbound()
    _beside()
    _outbound()
    _names()
    _partners()
    _doors()
    partitions = [{"partition": number} for number in range(PARTITIONS)]
    op.bulk_insert(sa.table("log_partition", sa.column("partition")), partitions)
    op.bulk_insert(sa.table("lease", sa.column("partition")), partitions)


def _log() -> None:
    """The event log and readers' cursors."""
    op.create_table(
        "event",
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("partition", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("key", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("type", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("occurred_at", sa.Text(), server_default="", nullable=False),
        sa.Column("occurred_zone_known", sa.Boolean(), nullable=False),
        sa.Column("occurred_precision", sa.Text(), server_default="", nullable=False),
        sa.Column("received_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("exchange_id", sa.Text(), server_default="", nullable=False),
        sa.Column("trace_id", sa.Text(), server_default="", nullable=False),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("place"),
    )
    op.create_index("event_exchange", "event", ["exchange_id"])
    op.create_index("event_key", "event", ["key", "subject"], unique=True)
    op.create_index("event_recorded", "event", ["recorded_at", "place"])
    op.create_index("event_subject", "event", ["subject", "place"])
    op.create_table(
        "log_partition",
        sa.Column("partition", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("head", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("partition"),
    )
    op.create_table(
        "log_cursor",
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("partition", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("reader", "partition"),
        sqlite_with_rowid=False,
    )


def _states() -> None:
    """Folded states, exceptions and deadlines."""
    op.create_table(
        "state",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("processes", sa.Text(), server_default="", nullable=False),
        sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("sales_order", sa.Text(), server_default="", nullable=False),
        sa.Column("customer", sa.Text(), server_default="", nullable=False),
        sa.Column("city", sa.Text(), server_default="", nullable=False),
        sa.Column("country", sa.Text(), server_default="", nullable=False),
        sa.Column("carrier", sa.Text(), server_default="", nullable=False),
        sa.Column("phase", sa.Text(), server_default="", nullable=False),
        sa.Column("milestone", sa.Text(), server_default="", nullable=False),
        sa.Column("packages", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tracking_numbers", sa.Text(), server_default="", nullable=False),
        sa.Column("haystack", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("subject"),
    )
    op.create_index("state_milestone", "state", ["milestone", "updated_at", "subject"])
    op.create_index("state_phase", "state", ["phase", "updated_at", "subject"])
    op.create_index("state_updated", "state", ["updated_at", "subject"])
    op.create_table(
        "business_exception",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("pointer", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("raised_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("resolved_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("subject", "kind", "pointer", "cause"),
    )
    op.create_index(
        "business_exception_open",
        "business_exception",
        ["raised_at"],
        sqlite_where=sa.text("resolved_at = 0"),
        postgresql_where=sa.text("resolved_at = 0"),
    )
    op.create_index("business_exception_time", "business_exception", ["raised_at"])
    op.create_table(
        "timer",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("subject", "name"),
        sqlite_with_rowid=False,
    )
    op.create_index("timer_due", "timer", ["due_at"])


def _inbound() -> None:
    """Messages as received."""
    op.create_table(
        "exchange",
        sa.Column("id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("partner", sa.Text(), server_default="", nullable=False),
        sa.Column("channel", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="", nullable=False),
        sa.Column("partition", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("received_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("settled_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("trace_id", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("replay", sa.Text(), server_default="", nullable=False),
        sa.Column("operator", sa.Text(), server_default="", nullable=False),
        sa.Column("engineer", sa.Text(), server_default="", nullable=False),
        sa.Column("content_type", sa.Text(), server_default="", nullable=False),
        sa.Column("headers", sa.Text(), server_default="", nullable=False),
        sa.Column("path", sa.Text(), server_default="", nullable=False),
        sa.Column("size", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("location", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "exchange_attention",
        "exchange",
        ["status", "received_at", "id"],
        sqlite_where=ATTENTION,
        postgresql_where=ATTENTION,
    )
    op.create_index(
        "exchange_bytes",
        "exchange",
        ["received_at", "id"],
        sqlite_where=sa.text("body IS NOT NULL OR location <> ''"),
        postgresql_where=sa.text("body IS NOT NULL OR location <> ''"),
    )
    op.create_index("exchange_partner", "exchange", ["partner", "received_at", "id"])
    op.create_index(
        "exchange_received",
        "exchange",
        ["received_at", "id", "partition"],
        sqlite_where=sa.text("status = 'received'"),
        postgresql_where=sa.text("status = 'received'"),
    )
    op.create_index(
        "exchange_subject",
        "exchange",
        ["subject"],
        sqlite_where=sa.text("subject <> ''"),
        postgresql_where=sa.text("subject <> ''"),
    )
    op.create_index("exchange_time", "exchange", ["received_at", "id"])


def _beside() -> None:
    """Numbers of deliveries, refused bodies, attempts of commands."""
    op.create_table(
        "delivery",
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("exchange_id", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", "partner", "channel"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "refused",
        sa.Column("id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("partner", sa.Text(), server_default="", nullable=False),
        sa.Column("channel", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Integer(), server_default="0", nullable=False),
        sa.Column("received_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("length", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("operator", sa.Text(), server_default="", nullable=False),
        sa.Column("engineer", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("refused_partner", "refused", ["partner", "received_at", "id"])
    op.create_table(
        "attempt",
        sa.Column("exchange_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("started_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("finished_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("verdict", sa.Text(), server_default="", nullable=False),
        sa.Column("operator", sa.Text(), server_default="", nullable=False),
        sa.Column("engineer", sa.Text(), server_default="", nullable=False),
        sa.Column("calls", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("exchange_id", "number"),
    )


def _outbound() -> None:
    """Commands and their lanes."""
    op.create_table(
        "command",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="", nullable=False),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("owner", sa.Text(), server_default="", nullable=False),
        sa.Column("claimed_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("doubt", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("settled_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("trace_id", sa.Text(), server_default="", nullable=False),
        sa.Column("cause", sa.Text(), server_default="", nullable=False),
        sa.Column("operator", sa.Text(), server_default="", nullable=False),
        sa.Column("engineer", sa.Text(), server_default="", nullable=False),
        sa.Column("size", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("key"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "command_attention",
        "command",
        ["status", "created_at", "id"],
        sqlite_where=ATTENTION,
        postgresql_where=ATTENTION,
    )
    op.create_index(
        "command_due",
        "command",
        ["partner", "priority", "due_at", "seq"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index(
        "command_lane",
        "command",
        ["partner", "subject", "seq"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("command_subject", "command", ["subject", "created_at", "id"])
    op.create_index("command_time", "command", ["created_at", "id"])


def _names() -> None:
    """References, and facts that wait for one."""
    op.create_table(
        "reference",
        sa.Column("value", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("value", "kind", "issuer", "subject"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "waiting_fact",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fact", sa.Text(), server_default="", nullable=False),
        sa.Column("received_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("exchange_id", sa.Text(), server_default="", nullable=False),
        sa.Column("trace_id", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("waiting_fact_exchange", "waiting_fact", ["exchange_id"])
    op.create_index("waiting_fact_time", "waiting_fact", ["received_at"])
    op.create_table(
        "waiting_lookup",
        sa.Column("value", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("value", "kind", "issuer", "key"),
        sqlite_with_rowid=False,
    )
    op.create_index("waiting_lookup_key", "waiting_lookup", ["key"])


def _partners() -> None:
    """Partners' health and feeds; documents."""
    op.create_table(
        "partner_health",
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("health", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("partner"),
    )
    op.create_table(
        "breaker_move",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("partner", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("breaker_move_partner", "breaker_move", ["partner", "seq"])
    op.create_table(
        "feed_cursor",
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), server_default="", nullable=False),
        sa.Column("moved_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("partner", "feed"),
    )
    op.create_table(
        "blob",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("size", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("location", sa.Text(), server_default="", nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_index("blob_kind", "blob", ["kind", "created_at"])


def _doors() -> None:
    """Leases and workers; clients, answers, audit."""
    op.create_table(
        "lease",
        sa.Column("partition", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.Text(), server_default="", nullable=False),
        sa.Column("until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("fence", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("partition"),
    )
    op.create_table(
        "worker",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("owner"),
    )
    op.create_table(
        "api_client",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("secret_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("scopes", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "kept_answer",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Integer(), server_default="0", nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("client_id", "key"),
    )
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("action", sa.Text(), server_default="", nullable=False),
        sa.Column("target", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
