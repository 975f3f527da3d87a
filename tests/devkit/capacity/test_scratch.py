"""The store that is measured is made for it and gone afterwards; the configured one is not touched."""

import asyncpg
import pytest

from crossdock.bootstrap import newest_revision
from crossdock.devkit.capacity.scratch import PREFIX, NoScratch, scratch_store
from crossdock.storage.opening import open_store

pytestmark = pytest.mark.req("K14")


async def _databases(url):
    connection = await asyncpg.connect(url)
    try:
        return {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
    finally:
        await connection.close()


async def _tables(url):
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    finally:
        await connection.close()


async def test_postgresql_gets_a_database_of_its_own(postgres_url):
    before = await _databases(postgres_url)
    async with scratch_store(postgres_url, "") as (address, _):
        assert address != postgres_url
        store = open_store(address)
        assert await store.migrate() == newest_revision()
        await store.close()
        made = await _databases(postgres_url) - before
        assert [name.startswith(PREFIX) for name in made] == [True]
    assert await _databases(postgres_url) == before
    assert await _tables(postgres_url) == 0


async def test_the_database_is_dropped_when_measuring_fails(postgres_url):
    before = await _databases(postgres_url)
    with pytest.raises(ZeroDivisionError):
        async with scratch_store(postgres_url, ""):
            raise ZeroDivisionError
    assert await _databases(postgres_url) == before


async def test_a_user_who_may_not_create_databases_is_told(postgres_url):
    connection = await asyncpg.connect(postgres_url)
    await connection.execute("DROP ROLE IF EXISTS bench_reader")
    await connection.execute("CREATE ROLE bench_reader LOGIN PASSWORD 'long-enough-to-see'")
    name = await connection.fetchval("SELECT current_database()")
    host = postgres_url.partition("?")[2]
    await connection.close()
    with pytest.raises(NoScratch) as refused:
        async with scratch_store(f"postgresql://bench_reader@/{name}?{host}", "long-enough-to-see"):
            pass
    assert "long-enough-to-see" not in str(refused.value)


async def test_a_pooler_is_no_place_to_create_databases():
    with pytest.raises(NoScratch, match="pooler"):
        async with scratch_store("postgresql://u@127.0.0.1:6432/name?pooler=transaction", ""):
            pass


async def test_sqlite_gets_a_file_beside_the_configured_one(tmp_path):
    configured = tmp_path / "crossdock.db"
    configured.write_bytes(b"production")
    async with scratch_store(f"sqlite:///{configured}", "") as (address, folder):
        assert folder.parent == tmp_path
        assert address.startswith(f"sqlite:///{folder}")
        store = open_store(address)
        await store.migrate()
        await store.close()
    assert [path.name for path in tmp_path.iterdir()] == ["crossdock.db"]
    assert configured.read_bytes() == b"production"
