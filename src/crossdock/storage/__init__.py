"""The durable store: one code of SQLAlchemy Core steps for SQLite and PostgreSQL, and their migrations."""
