"""The tables of messages: inbound exchanges, outbound commands and their attempts, refused bodies, documents."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, SmallInteger, Table, Text
from sqlalchemy import text as sql

from crossdock.storage.tables import METADATA, Bytewise, Serial, number, text

RECEIVED = sql("status = 'received'")
ATTENTION = sql("status IN ('parked', 'waiting', 'refused', 'in_doubt', 'retry')")
BYTES_KEPT = sql("body IS NOT NULL OR location <> ''")
OPEN = sql("status IN ('queued', 'sending', 'retry', 'in_doubt')")
"""Conditions of partial indexes. A query has to say them in the same words for SQLite to use the index."""

EXCHANGE = Table(
    "exchange",
    METADATA,
    Column("id", Bytewise, primary_key=True),
    text("partner"),
    text("channel"),
    text("status"),
    number("partition", of=SmallInteger()),
    number("received_at"),
    number("settled_at"),
    text("trace_id"),
    text("subject"),
    text("replay"),
    text("operator"),
    text("engineer"),
    text("content_type"),
    text("headers"),
    text("path"),
    number("size"),
    text("location"),
    Column("body", LargeBinary),
)
"""A message as received. ``body`` is null when the bytes are in a file (``location``) or gone."""

Index(
    "exchange_received",
    EXCHANGE.c.received_at,
    EXCHANGE.c.id,
    EXCHANGE.c.partition,
    sqlite_where=RECEIVED,
    postgresql_where=RECEIVED,
)
Index("exchange_time", EXCHANGE.c.received_at, EXCHANGE.c.id)
Index("exchange_partner", EXCHANGE.c.partner, EXCHANGE.c.received_at, EXCHANGE.c.id)
Index("exchange_subject", EXCHANGE.c.subject, sqlite_where=sql("subject <> ''"), postgresql_where=sql("subject <> ''"))
Index(
    "exchange_attention",
    EXCHANGE.c.status,
    EXCHANGE.c.received_at,
    EXCHANGE.c.id,
    sqlite_where=ATTENTION,
    postgresql_where=ATTENTION,
)

Index(
    "exchange_bytes",
    EXCHANGE.c.received_at,
    EXCHANGE.c.id,
    sqlite_where=BYTES_KEPT,
    postgresql_where=BYTES_KEPT,
)

CORRECTION = Table(
    "correction",
    METADATA,
    Column("original_id", Bytewise, primary_key=True),
    Column("exchange_id", Bytewise, nullable=False),
    number("at"),
    text("actor"),
    text("reason"),
    sqlite_with_rowid=False,
)
"""Which message a person put in the place of which: one for each, so that no message is corrected twice."""

Index("correction_exchange", CORRECTION.c.exchange_id, unique=True)

DELIVERY = Table(
    "delivery",
    METADATA,
    Column("delivery_id", Text, primary_key=True),
    Column("partner", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("period", SmallInteger, primary_key=True, autoincrement=False),
    text("exchange_id"),
    sqlite_with_rowid=False,
)
"""Delivery ids by month (``period``, counted from 1970): PostgreSQL keeps each month by itself, so that the index an id
is written to is as large as a month, and a month that is old goes at once.
"""

REFUSED = Table(
    "refused",
    METADATA,
    Column("id", Bytewise, primary_key=True),
    text("partner"),
    text("channel"),
    number("status", of=Integer()),
    number("received_at"),
    Column("body", LargeBinary, nullable=False),
    number("length"),
    text("sha256"),
    text("operator"),
    text("engineer"),
)
Index("refused_partner", REFUSED.c.partner, REFUSED.c.received_at, REFUSED.c.id)
Index("refused_time", REFUSED.c.received_at)

COMMAND = Table(
    "command",
    METADATA,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("id", Bytewise, nullable=False, unique=True),
    Column("key", Text, nullable=False, unique=True),
    text("partner"),
    text("subject"),
    text("kind"),
    text("status"),
    number("priority", of=Integer()),
    number("due_at"),
    number("attempt", of=Integer()),
    text("owner"),
    number("claimed_until"),
    Column("doubt", Boolean, nullable=False, server_default=sql("false")),
    number("created_at"),
    number("settled_at"),
    text("trace_id"),
    text("cause"),
    text("operator"),
    text("engineer"),
    number("size"),
    Column("body", LargeBinary, nullable=False),
    Column("withdrawn", Boolean, nullable=False, server_default=sql("false")),
    sqlite_autoincrement=True,
)
"""An outbound exchange. ``seq`` is its place in its lane; ``doubt`` says that the partner may have seen it;
``withdrawn`` that it was taken back: what became of it is settled, and it is not sent again.
"""

Index(
    "command_lane",
    COMMAND.c.partner,
    COMMAND.c.subject,
    COMMAND.c.seq,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)
Index(
    "command_due",
    COMMAND.c.partner,
    COMMAND.c.priority,
    COMMAND.c.due_at,
    COMMAND.c.seq,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)
Index("command_time", COMMAND.c.created_at, COMMAND.c.id)
Index("command_subject", COMMAND.c.subject, COMMAND.c.created_at, COMMAND.c.id)
Index(
    "command_attention",
    COMMAND.c.status,
    COMMAND.c.created_at,
    COMMAND.c.id,
    sqlite_where=ATTENTION,
    postgresql_where=ATTENTION,
)

ATTEMPT = Table(
    "attempt",
    METADATA,
    Column("exchange_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    number("started_at"),
    number("finished_at"),
    text("verdict"),
    text("operator"),
    text("engineer"),
    Column("calls", LargeBinary, nullable=False),
)

BLOB = Table(
    "blob",
    METADATA,
    Column("sha256", Text, primary_key=True),
    text("media_type"),
    text("kind"),
    number("size"),
    number("created_at"),
    text("location"),
    Column("data", LargeBinary),
)
"""A document by its content. ``data`` is null when the bytes are in a file (``location``) or gone."""

Index("blob_kind", BLOB.c.kind, BLOB.c.created_at)
