"""The tables of what is measured (`crossdock.model.measures`): parcels, and orders handed to warehouses."""

from sqlalchemy import Column, Index, Integer, SmallInteger, Table, Text

from crossdock.storage.tables import METADATA, number, text

PARCEL = Table(
    "parcel",
    METADATA,
    Column("subject", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    text("partner"),
    text("carrier"),
    number("booked_at"),
    number("voided_at"),
    number("scanned_at"),
    number("delivered_at"),
    number("proof_at"),
    Column("on_time", SmallInteger, nullable=False, server_default="-1"),
    number("scans", of=Integer()),
    number("incomplete", of=Integer()),
    number("late", of=Integer()),
    number("invalid", of=Integer()),
    sqlite_with_rowid=False,
)
Index("parcel_booked", PARCEL.c.booked_at)
Index("parcel_delivered", PARCEL.c.delivered_at)

HANDOVER = Table(
    "handover",
    METADATA,
    Column("subject", Text, primary_key=True),
    Column("reference", Text, primary_key=True),
    text("partner"),
    number("released_at"),
    number("acknowledged_at"),
    number("picked_at"),
    number("shipped_at"),
    number("cancelled_at"),
    number("refused_at"),
    number("ended_at"),
    sqlite_with_rowid=False,
)
Index("handover_released", HANDOVER.c.released_at)
Index("handover_ended", HANDOVER.c.ended_at)
