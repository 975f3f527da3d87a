"""The tables of customers' notices: where each stands, and which addresses (keyed hashes) want none."""

from sqlalchemy import Boolean, Column, Index, Table, Text, UniqueConstraint, false

from crossdock.storage.tables import METADATA, Serial, number, text

NOTICE = Table(
    "notice",
    METADATA,
    Column("subject", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    text("step"),
    text("reason"),
    text("order_name"),
    text("language"),
    text("recipient"),
    number("since"),
    number("at"),
    Column("mail", Boolean, nullable=False, server_default=false()),
    sqlite_with_rowid=False,
)
Index("notice_step", NOTICE.c.step, NOTICE.c.reason, NOTICE.c.at)

UNSUBSCRIBED = Table(
    "unsubscribed",
    METADATA,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    text("recipient"),
    number("at"),
    UniqueConstraint("recipient", name="unsubscribed_recipient"),
)
