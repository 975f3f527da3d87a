"""Fixtures that every suite may use: a PostgreSQL server started once, a fresh database for each test that asks."""

from hypothesis import settings

from storage.pooling import pooler
from storage.postgres_server import migrated_postgres_url, postgres_server, postgres_url

settings.register_profile("crossdock", deadline=None)  # how long an example takes says something of the machine
settings.load_profile("crossdock")

__all__ = ["migrated_postgres_url", "pooler", "postgres_server", "postgres_url"]
