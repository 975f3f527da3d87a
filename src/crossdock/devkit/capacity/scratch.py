"""A store to measure on, beside the configured one and never in it: made for the purpose, gone afterwards."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit, urlunsplit

import asyncpg

PREFIX = "crossdock_bench_"


class NoScratch(RuntimeError):
    """No store can be made beside the configured one; the text says why, never a password."""


@asynccontextmanager
async def scratch_store(url: str, password: str) -> AsyncIterator[tuple[str, Path]]:
    """The address of an empty store of the same kind in the same place, and a folder on the same disk as a file would
    be. SQLite: a file in a new folder beside the configured file. PostgreSQL: a database of its own on the same server,
    whose user must be allowed to create one. Raises `NoScratch`.
    """
    beside = _folder_of(url)
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=beside) as made:
        folder = Path(made)
        if url.startswith("sqlite"):
            yield f"sqlite:///{folder / 'bench.db'}", folder
        else:
            async with _database(url, password) as address:
                yield address, folder
        shutil.rmtree(folder / "documents", ignore_errors=True)


def _folder_of(url: str) -> Path | None:
    file = url.removeprefix("sqlite:///")
    if not url.startswith("sqlite:///") or file == ":memory:":
        return None
    folder = Path(file).resolve().parent
    return folder if folder.is_dir() else None


@asynccontextmanager
async def _database(url: str, password: str) -> AsyncIterator[str]:
    parts = urlsplit(url)
    if "pooler" in parse_qs(parts.query):
        raise NoScratch("a pooler stands before the database; give the server's own address with --store")
    name = f"{PREFIX}{os.getpid()}_{os.urandom(3).hex()}"
    await _execute(url, password, f'CREATE DATABASE "{name}"')
    try:
        yield _with_password(urlunsplit(parts._replace(path=f"/{name}")), password)
    finally:
        await _execute(url, password, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


async def _execute(url: str, password: str, statement: str) -> None:
    try:
        connection = await asyncpg.connect(_with_password(url, password), timeout=10)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()
    except (asyncpg.PostgresError, OSError, TimeoutError) as problem:
        raise NoScratch(f"{type(problem).__name__}: {problem}") from None


def _with_password(url: str, password: str) -> str:
    if not password:
        return url
    parts = urlsplit(url)
    user = quote(unquote(parts.username or ""), safe="")
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}"))
