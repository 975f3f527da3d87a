"""What makes a store grow old well: messages, attempts and delivery ids by month, an index for the text filter, an
index of events that is written where the subject is, and ended subjects.

A filled PostgreSQL store keeps its rows where they are: the table there was becomes the first part of the one that is
divided. What takes time is building three indexes. All of it happens in one transaction, or none of it. SQLite has one
file and one writer: it is not divided.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_TEXT = (
    "CREATE TABLE state_text (subject text PRIMARY KEY, haystack text NOT NULL)",
    """
CREATE FUNCTION crossdock_grams(t text) RETURNS text[] IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql AS $$
    SELECT coalesce(array_agg(DISTINCT substr(t, i, 3)), '{}'::text[]) FROM generate_series(1, length(t) - 2) AS i
$$""",
    """
CREATE FUNCTION crossdock_keep_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM state_text WHERE subject = OLD.subject;
    ELSE
        INSERT INTO state_text VALUES (NEW.subject, NEW.haystack)
            ON CONFLICT (subject) DO UPDATE SET haystack = excluded.haystack;
    END IF;
    RETURN NULL;
END $$""",
    "CREATE TRIGGER state_text_new AFTER INSERT ON state FOR EACH ROW EXECUTE FUNCTION crossdock_keep_text()",
    """
CREATE TRIGGER state_text_changed AFTER UPDATE OF haystack ON state FOR EACH ROW
    WHEN (OLD.haystack IS DISTINCT FROM NEW.haystack) EXECUTE FUNCTION crossdock_keep_text()""",
    "CREATE TRIGGER state_text_gone AFTER DELETE ON state FOR EACH ROW EXECUTE FUNCTION crossdock_keep_text()",
    "INSERT INTO state_text SELECT subject, haystack FROM state",
    "CREATE INDEX state_text_grams ON state_text USING gin (crossdock_grams(haystack))",
)
"""The words of the lists' filter in a table of their own: a state is written with every event, its words seldom, and an
index on them beside the state would be written with every event too. Needs no extension.
"""


def upgrade() -> None:
    """Divide, index, and make room to remember what has ended."""
    op.create_table(
        "ended",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("subject"),
        sqlite_with_rowid=False,
    )
    op.drop_index("event_key", "event")
    op.create_index("event_key", "event", ["subject", "key"], unique=True)
    op.drop_index("event_subject", "event")  # the one above serves
    op.create_index("refused_time", "refused", ["received_at"])
    if op.get_bind().dialect.name == "postgresql":
        _divide("exchange", "id", "id")
        _divide("attempt", "exchange_id", "exchange_id, number")
        _divide_deliveries()
        _run(*_TEXT)
    else:
        _widen_deliveries()


def _divide(table: str, column: str, key: str) -> None:
    """The rows there are become one part, up to the end of the month of the newest; a store without rows has none."""
    newest = _one(f"SELECT max({column}) FROM {table}")  # noqa: S608 - two names of ours, here and below
    indexes = _indexes(table)
    _run(
        f"ALTER TABLE {table} RENAME TO {table}_before",
        f"ALTER TABLE {table}_before RENAME CONSTRAINT {table}_pkey TO {table}_before_pkey",
        *(f"ALTER INDEX {name} RENAME TO {name}_before" for name in indexes),
        f"CREATE TABLE {table} (LIKE {table}_before INCLUDING DEFAULTS) PARTITION BY RANGE ({column})",
        f"CREATE TABLE {table}_rest PARTITION OF {table} DEFAULT",
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_pkey PRIMARY KEY ({key})",
        *indexes.values(),
    )
    if newest is None:
        _run(f"DROP TABLE {table}_before")
    else:
        _attach(table, f"'{_first_after(newest)}'")


def _divide_deliveries() -> None:
    """The delivery ids there are count as this month's, so they are kept for as long as any that come now."""
    month = _month(_now())
    _run(
        "ALTER TABLE delivery RENAME TO delivery_before",
        f"ALTER TABLE delivery_before ADD COLUMN period smallint NOT NULL DEFAULT {month}",
        "ALTER TABLE delivery_before ALTER COLUMN period DROP DEFAULT",
        "ALTER TABLE delivery_before DROP CONSTRAINT delivery_pkey",
        "ALTER TABLE delivery_before ADD CONSTRAINT delivery_before_pkey PRIMARY KEY"
        " (delivery_id, partner, channel, period)",
        "CREATE TABLE delivery (LIKE delivery_before INCLUDING DEFAULTS) PARTITION BY RANGE (period)",
        "CREATE TABLE delivery_rest PARTITION OF delivery DEFAULT",
        "ALTER TABLE delivery ADD CONSTRAINT delivery_pkey PRIMARY KEY (delivery_id, partner, channel, period)",
    )
    if _one("SELECT delivery_id FROM delivery_before LIMIT 1") is None:
        _run("DROP TABLE delivery_before")
    else:
        _attach("delivery", str(month + 1))


def _widen_deliveries() -> None:
    """SQLite cannot add to a primary key: the rows move to a new table."""
    _run("ALTER TABLE delivery RENAME TO delivery_before")
    op.create_table(
        "delivery",
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("period", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("exchange_id", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", "partner", "channel", "period"),
        sqlite_with_rowid=False,
    )
    _run(
        "INSERT INTO delivery (delivery_id, partner, channel, period, exchange_id)"  # noqa: S608 - a number
        f" SELECT delivery_id, partner, channel, {_month(_now())}, exchange_id FROM delivery_before",
        "DROP TABLE delivery_before",
    )


def _attach(table: str, end: str) -> None:
    _run(f"ALTER TABLE {table} ATTACH PARTITION {table}_before FOR VALUES FROM (MINVALUE) TO ({end})")


def _indexes(table: str) -> dict[str, str]:
    """The definitions of a table's indexes but its key's, by name."""
    query = sa.text("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema AND tablename = :t")
    rows = op.get_bind().execute(query, {"t": table})
    return {name: definition for name, definition in rows if not name.endswith("_pkey")}


def _now() -> int:
    postgresql = "SELECT floor(extract(epoch FROM now()))::bigint"
    return int(_one(postgresql if _is_postgresql() else "SELECT strftime('%s', 'now')") or 0)


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _month(seconds: int) -> int:
    moment = datetime.fromtimestamp(seconds, UTC)
    return (moment.year - 1970) * 12 + moment.month - 1


def _first_after(newest: str) -> str:
    """The first id of the month after that of ``newest``: ids begin with 14 hexadecimal digits of their microsecond."""
    try:
        month = _month(int(newest[:14], 16) // 1_000_000) + 1
    except (ValueError, OverflowError):
        return newest.replace("'", "''") + "~"
    first = datetime(1970 + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return f"{int(first.timestamp()) * 1_000_000:014x}"


def _one(query: str) -> str | None:
    value = op.get_bind().exec_driver_sql(query).scalar()
    return None if value is None else str(value)


def _run(*statements: str) -> None:
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)
