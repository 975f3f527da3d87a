"""What keeps pages fast: exceptions that stand are counted from indexes, and SQLite finds words by groups of letters.

A filled store keeps its rows where they are; what takes time is building the indexes (on SQLite a few seconds for each
100,000 orders).
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

_STANDS = "resolved_at = 0"
_PROMISES = ("breached_at", "acknowledged_at", "acknowledge_by", "resolve_by")
_IN_ORDER = ("raised_at", "subject", "kind", "pointer", "cause")
_STANDING = {
    "business_exception_open": _IN_ORDER,
    "business_exception_queue": ("queue", *_IN_ORDER),
    "business_exception_work": ("queue", "owner", "severity", "raised_at", *_PROMISES),
    "business_exception_cause": (
        "queue", "cause_group", "kind", "partner", "category", "raised_at", *_PROMISES, "subject", "currency", "value"
    ),
}  # fmt: skip
_WORDS = (
    "CREATE TABLE state_text (id INTEGER PRIMARY KEY, subject TEXT NOT NULL UNIQUE, haystack TEXT NOT NULL)",
    "CREATE VIRTUAL TABLE state_grams USING fts5"
    " (haystack, content='state_text', content_rowid='id', tokenize='trigram case_sensitive 1', detail='none')",
    """
CREATE TRIGGER state_text_new AFTER INSERT ON state BEGIN
    INSERT INTO state_text (subject, haystack) VALUES (new.subject, new.haystack);
END""",
    """
CREATE TRIGGER state_text_changed AFTER UPDATE OF haystack ON state WHEN old.haystack <> new.haystack BEGIN
    UPDATE state_text SET haystack = new.haystack WHERE subject = new.subject;
END""",
    "CREATE TRIGGER state_text_gone AFTER DELETE ON state BEGIN DELETE FROM state_text WHERE subject = old.subject; END",
    """
CREATE TRIGGER state_grams_new AFTER INSERT ON state_text BEGIN
    INSERT INTO state_grams (rowid, haystack) VALUES (new.id, new.haystack);
END""",
    """
CREATE TRIGGER state_grams_changed AFTER UPDATE ON state_text BEGIN
    INSERT INTO state_grams (state_grams, rowid, haystack) VALUES ('delete', old.id, old.haystack);
    INSERT INTO state_grams (rowid, haystack) VALUES (new.id, new.haystack);
END""",
    """
CREATE TRIGGER state_grams_gone AFTER DELETE ON state_text BEGIN
    INSERT INTO state_grams (state_grams, rowid, haystack) VALUES ('delete', old.id, old.haystack);
END""",
    "INSERT INTO state_text (subject, haystack) SELECT subject, haystack FROM state",
)
"""The words in a table with a number of its own: SQLite may number the rows of ``state`` anew. As on PostgreSQL
(0005), they are written when they change and not with every event.
"""


def upgrade() -> None:
    """Index what stands; on SQLite, the words of orders."""
    op.drop_index("business_exception_open", "business_exception")
    for name, columns in _STANDING.items():
        where = sa.text(_STANDS)
        op.create_index(name, "business_exception", columns, sqlite_where=where, postgresql_where=where)
    if op.get_bind().dialect.name == "sqlite":
        for statement in _WORDS:
            op.execute(statement)
