"""The tables of the log: events, heads of partitions, readers' cursors; and what all tables are made of."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, SmallInteger, Table, Text
from sqlalchemy.types import TypeEngine

METADATA = MetaData()

Bytewise = Text().with_variant(Text(collation="C"), "postgresql")
"""Text compared byte by byte, as Python compares it: an index then serves the range of a prefix."""

Serial = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite numbers rows only where the type says INTEGER, which holds 64 bits there anyway."""


def text(name: str) -> Column[str]:
    """A text that is never null; "" stands for nothing."""
    return Column(name, Text, nullable=False, server_default="")


def number(name: str, *, of: TypeEngine[int] | None = None) -> Column[int]:
    """A number that is never null, 64 bits unless ``of`` says less. Times are epoch microseconds; 0 is never."""
    return Column(name, of or BigInteger(), nullable=False, server_default="0")


EVENT = Table(
    "event",
    METADATA,
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    number("partition", of=SmallInteger()),
    number("position"),
    text("key"),
    text("subject"),
    text("type"),
    text("body"),
    text("occurred_at"),
    Column("occurred_zone_known", Boolean, nullable=False),
    text("occurred_precision"),
    number("received_at"),
    number("recorded_at"),
    text("source"),
    text("exchange_id"),
    text("trace_id"),
    Column("quiet", Boolean, nullable=False),
)
"""``place`` is partition * 2**40 + position: one number, so that SQLite clusters the table by it. An empty
``body`` is in the stream, and so is what else only its readers need (`crossdock.storage.records`).
"""

# By subject first: keys are random, and an index that begins with them has a cold page for every event of an old store.
Index("event_key", EVENT.c.subject, EVENT.c.key, unique=True)
Index("event_recorded", EVENT.c.recorded_at, EVENT.c.place)
Index("event_exchange", EVENT.c.exchange_id)

LOG_PARTITION = Table(
    "log_partition",
    METADATA,
    Column("partition", SmallInteger, primary_key=True, autoincrement=False),
    number("head"),
)

LOG_STREAM = Table(
    "log_stream",
    METADATA,
    Column("partition", SmallInteger, primary_key=True, autoincrement=False),
    number("shipped"),
    number("noted"),
    number("noted_at"),
    number("slimmed"),
)
"""How far a stream has the log (`crossdock.ports.tail.Mark`); no rows where none is configured."""

LOG_CURSOR = Table(
    "log_cursor",
    METADATA,
    Column("reader", Text, primary_key=True),
    Column("partition", SmallInteger, primary_key=True, autoincrement=False),
    number("position"),
    sqlite_with_rowid=False,
)

ENDED = Table(
    "ended",
    METADATA,
    Column("subject", Text, primary_key=True),
    number("ended_at"),
    sqlite_with_rowid=False,
)
"""Subjects whose events retention took away: nothing is ever appended to them again."""

STATE = Table(
    "state",
    METADATA,
    Column("subject", Text, primary_key=True),
    Column("state", LargeBinary, nullable=False),
    text("processes"),
    number("updated_at"),
    text("name"),
    text("sales_order"),
    text("customer"),
    text("city"),
    text("country"),
    text("carrier"),
    text("phase"),
    text("milestone"),
    number("packages", of=Integer()),
    text("tracking_numbers"),
    text("haystack"),
)
"""``haystack`` is what the lists' text filter looks through, folded to lower case when it is written."""

Index("state_updated", STATE.c.updated_at, STATE.c.subject)
Index("state_phase", STATE.c.phase, STATE.c.updated_at, STATE.c.subject)
Index("state_milestone", STATE.c.milestone, STATE.c.updated_at, STATE.c.subject)
