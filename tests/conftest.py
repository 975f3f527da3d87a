"""Fixtures that every suite may use: a PostgreSQL server started once, a fresh database for each test that asks."""

from storage.postgres_server import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]
