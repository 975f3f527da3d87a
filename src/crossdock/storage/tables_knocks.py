"""The tables that guard doors open to everybody: tries by a hashed key, and one-time codes as hashes."""

from sqlalchemy import Column, Integer, Table, Text

from crossdock.storage.tables import METADATA, number, text

KNOCK = Table(
    "knock",
    METADATA,
    Column("key", Text, primary_key=True),
    number("tries", of=Integer()),
    number("until"),
    sqlite_with_rowid=False,
)
"""How often somebody tried something within a window that ends at ``until``."""

PASS_CODE = Table(
    "pass_code",
    METADATA,
    Column("key", Text, primary_key=True),
    text("code"),
    number("until"),
    number("tries", of=Integer()),
    sqlite_with_rowid=False,
)
"""The code that was sent and is waited for."""
