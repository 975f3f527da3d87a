"""Fixtures that every suite may use: PostgreSQL and a NATS cluster, started once; a fresh database for each test."""

from hypothesis import settings

from nats_cluster import nats_cluster
from schema_once import migrate_once
from storage.pooling import pooler
from storage.postgres_server import migrated_postgres_url, postgres_server, postgres_url
from temporary import to_memory

to_memory()
migrate_once()

# no deadlines: how long an example takes says something of the machine
settings.register_profile("crossdock", deadline=None, max_examples=50)
settings.register_profile("thorough", deadline=None, max_examples=300)  # make slow
settings.load_profile("crossdock")

__all__ = ["migrated_postgres_url", "nats_cluster", "pooler", "postgres_server", "postgres_url"]
