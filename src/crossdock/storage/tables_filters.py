"""The table of filters that people keep under a name."""

from sqlalchemy import Boolean, Column, Index, Table

from crossdock.storage.tables import METADATA, Bytewise, number, text

SAVED_FILTER = Table(
    "saved_filter",
    METADATA,
    Column("id", Bytewise, primary_key=True),
    text("place"),
    text("name"),
    text("query"),
    text("owner"),
    Column("shared", Boolean, nullable=False),
    number("at"),
    Index("saved_filter_place", "place", "owner", "shared"),
    sqlite_with_rowid=False,
)
"""One row for each filter; few, so that lists of them are sorted as they are read."""
