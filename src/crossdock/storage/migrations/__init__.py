"""Alembic's revisions of the schema, run by `crossdock.storage.schema`."""
