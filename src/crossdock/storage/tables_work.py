"""The tables of everything that is not a message or an event: names, exceptions, timers, partners, leases, doors."""

from sqlalchemy import Column, Index, Integer, LargeBinary, SmallInteger, Table, Text
from sqlalchemy import text as sql

from crossdock.storage.tables import METADATA, Bytewise, Serial, number, text

EXPECTED = sql("who <> ''")
"""The condition of a partial index: timers that are expectations."""

REFERENCE = Table(
    "reference",
    METADATA,
    Column("value", Bytewise, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    sqlite_with_rowid=False,
)

WAITING_FACT = Table(
    "waiting_fact",
    METADATA,
    Column("key", Text, primary_key=True),
    text("fact"),
    number("received_at"),
    text("source"),
    text("exchange_id"),
    text("trace_id"),
)
Index("waiting_fact_time", WAITING_FACT.c.received_at)
Index("waiting_fact_exchange", WAITING_FACT.c.exchange_id)

WAITING_LOOKUP = Table(
    "waiting_lookup",
    METADATA,
    Column("value", Bytewise, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("issuer", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    sqlite_with_rowid=False,
)
Index("waiting_lookup_key", WAITING_LOOKUP.c.key)
OF_CHARGES = sql("waiting_lookup.kind = 'freight_charge'")
"""The condition of a partial index: names of freight charges. Written out, so that databases see that it fits."""
_CHARGES = sql("kind = 'freight_charge'")
Index(
    "waiting_lookup_charge", WAITING_LOOKUP.c.key, sqlite_where=_CHARGES, postgresql_where=_CHARGES
)  # fmt: skip

EXCEPTION = Table(
    "business_exception",
    METADATA,
    Column("subject", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("pointer", Text, primary_key=True),
    Column("cause", Text, primary_key=True),
    text("text"),
    number("raised_at"),
    number("resolved_at"),
    text("id"),
    text("cause_group"),
    text("state"),
    text("owner"),
    text("assignee"),
    text("severity"),
    text("queue"),
    text("category"),
    text("partner"),
    number("acknowledge_by"),
    number("resolve_by"),
    number("acknowledged_at"),
    number("warned_at"),
    number("breached_at"),
    number("level", of=Integer()),
    text("escalated_to"),
    number("value"),
    text("currency"),
    text("waiting_on"),
    number("waiting_until"),
    text("resolved_by"),
    text("reason"),
    number("comments", of=Integer()),
    number("owner_moved_at"),
    number("assignee_moved_at"),
    number("waiting_moved_at"),
    number("due_moved_at"),
    number("promised_at"),
    text("tier"),
    number("rank", of=Integer()),
    text("proposed"),
    text("agreed"),
    number("agreed_moved_at"),
)
"""Business exceptions as people work on them (`crossdock.model.cases.Case`); written by folding their events."""
_STANDS = sql("resolved_at = 0")
Index("business_exception_time", EXCEPTION.c.raised_at)
Index("business_exception_id", EXCEPTION.c.id)
Index("business_exception_kind", EXCEPTION.c.kind, EXCEPTION.c.resolved_at, EXCEPTION.c.raised_at)
_PROMISES = (
    EXCEPTION.c.breached_at, EXCEPTION.c.acknowledged_at, EXCEPTION.c.acknowledge_by, EXCEPTION.c.resolve_by,
)  # fmt: skip
_IN_ORDER = EXCEPTION.c.raised_at, EXCEPTION.c.subject, EXCEPTION.c.kind, EXCEPTION.c.pointer, EXCEPTION.c.cause
# What stands is listed in its order, and counted by who works on it and by cause, from the index alone.
Index("business_exception_open", *_IN_ORDER, sqlite_where=_STANDS, postgresql_where=_STANDS)
Index("business_exception_queue", EXCEPTION.c.queue, *_IN_ORDER, sqlite_where=_STANDS, postgresql_where=_STANDS)
Index("business_exception_group", EXCEPTION.c.cause_group, sqlite_where=_STANDS, postgresql_where=_STANDS)
Index(
    "business_exception_work", EXCEPTION.c.queue, EXCEPTION.c.owner, EXCEPTION.c.severity, EXCEPTION.c.raised_at,
    *_PROMISES, sqlite_where=_STANDS, postgresql_where=_STANDS,
)  # fmt: skip
Index(
    "business_exception_cause", EXCEPTION.c.queue, EXCEPTION.c.cause_group, EXCEPTION.c.kind, EXCEPTION.c.partner,
    EXCEPTION.c.category, EXCEPTION.c.raised_at, *_PROMISES, EXCEPTION.c.subject, EXCEPTION.c.currency,
    EXCEPTION.c.value, sqlite_where=_STANDS, postgresql_where=_STANDS,
)  # fmt: skip

ALERT = Table(
    "alert",
    METADATA,
    Column("id", Text, primary_key=True),
    text("cause_group"),
    text("occasion"),
    text("kind"),
    text("partner"),
    text("category"),
    text("queue"),
    text("severity"),
    text("owner"),
    text("told"),
    text("subject"),
    text("text"),
    number("raised_at"),
    number("sent_at"),
    number("closed_at"),
    number("value"),
    text("currency"),
    text("tier"),
    number("promised_at"),
)
"""One alert per cause and occasion while any exception of the cause is open; a notifier takes those not sent."""
_UNCLOSED, _UNSENT = sql("closed_at = 0"), sql("sent_at = 0 AND closed_at = 0")
Index(
    "alert_standing", ALERT.c.cause_group, ALERT.c.occasion, unique=True,
    sqlite_where=_UNCLOSED, postgresql_where=_UNCLOSED,
)  # fmt: skip
Index("alert_unsent", ALERT.c.raised_at, sqlite_where=_UNSENT, postgresql_where=_UNSENT)
Index("alert_time", ALERT.c.raised_at)

TIMER = Table(
    "timer",
    METADATA,
    Column("subject", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    number("due_at"),
    text("what"),
    text("who"),
    number("since"),
    sqlite_with_rowid=False,
)
"""Deadlines. One that says ``who`` is an expectation."""

Index("timer_due", TIMER.c.due_at)
Index("timer_who", TIMER.c.who, TIMER.c.due_at, sqlite_where=EXPECTED, postgresql_where=EXPECTED)

INSTANCE = Table(
    "instance",
    METADATA,
    Column("subject", Text, primary_key=True),
    Column("process", Text, primary_key=True),
    number("version", of=Integer()),
    text("stage"),
    number("since"),
    sqlite_with_rowid=False,
)
"""Where each process stands with each subject, as its moves say."""

Index("instance_stage", INSTANCE.c.process, INSTANCE.c.stage, INSTANCE.c.since, INSTANCE.c.subject)

SLOT = Table(
    "slot",
    METADATA,
    Column("area", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    number("taken", of=Integer()),
    sqlite_with_rowid=False,
)
"""How many orders have a delivery slot."""

SLOT_TAKEN = Table(
    "slot_taken",
    METADATA,
    Column("subject", Text, primary_key=True),
    text("area"),
    text("day"),
    text("name"),
    text("opens"),
    text("closes"),
    sqlite_with_rowid=False,
)
"""Which order has which delivery slot."""

PARTNER_HEALTH = Table(
    "partner_health",
    METADATA,
    Column("partner", Text, primary_key=True),
    text("health"),
)

BREAKER_MOVE = Table(
    "breaker_move",
    METADATA,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    text("partner"),
    number("at"),
    text("state"),
    text("why"),
)
Index("breaker_move_partner", BREAKER_MOVE.c.partner, BREAKER_MOVE.c.seq)

FEED_CURSOR = Table(
    "feed_cursor",
    METADATA,
    Column("partner", Text, primary_key=True),
    Column("feed", Text, primary_key=True),
    text("cursor"),
    number("moved_at"),
)

LEASE = Table(
    "lease",
    METADATA,
    Column("role", Text, primary_key=True),
    Column("partition", SmallInteger, primary_key=True, autoincrement=False),
    text("owner"),
    number("until"),
    number("fence"),
)
"""Who works on which partition: of subjects for workers, of feeds for schedulers."""

WORKER = Table(
    "worker",
    METADATA,
    Column("owner", Text, primary_key=True),
    Column("role", Text, primary_key=True),
    number("since"),
    number("until"),
)
"""Living processes by what they do; so those who hold all partitions learn of newcomers, and people of everybody."""

API_CLIENT = Table(
    "api_client",
    METADATA,
    Column("id", Text, primary_key=True),
    text("name"),
    text("secret_hash"),
    text("scopes"),
    number("created_at"),
    number("revoked_at"),
)

KEPT_ANSWER = Table(
    "kept_answer",
    METADATA,
    Column("client_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    text("request_hash"),
    number("status", of=Integer()),
    Column("body", LargeBinary, nullable=False),
    number("created_at"),
)

AUDIT = Table(
    "audit",
    METADATA,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    number("at"),
    text("actor"),
    text("action"),
    text("target"),
    text("detail"),
)
Index("audit_time", AUDIT.c.at, AUDIT.c.seq)
Index("audit_actor", AUDIT.c.actor, AUDIT.c.at, AUDIT.c.seq)
Index("audit_action", AUDIT.c.action, AUDIT.c.at, AUDIT.c.seq)
Index("audit_target", AUDIT.c.target, AUDIT.c.at, AUDIT.c.seq)

MAPPING_GAP = Table(
    "mapping_gap",
    METADATA,
    Column("partner", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    text("example"),
    text("exchange_id"),
    number("first_seen"),
    number("last_seen"),
    number("count"),
)
"""Codes without a mapping and fields never seen before, with how often they came."""

MAPPING_RULING = Table(
    "mapping_ruling",
    METADATA,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    text("partner"),
    text("kind"),
    text("name"),
    text("act"),
    text("by"),
    number("at"),
    text("milestone"),
    text("category"),
    text("reason"),
    text("note"),
)
