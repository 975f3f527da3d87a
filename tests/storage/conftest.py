"""The five ways to run a store. Every contract test runs over all of them."""

import asyncio
import shutil

import pytest

from crossdock.storage import schema, sqlite
from crossdock.storage.opening import open_store
from storage.shipped import Shipped

KINDS = ("sqlite-threads", "sqlite-same-thread", "sqlite-memory", "postgresql", "jetstream")
SERVED = ("postgresql", "jetstream")


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory):
    """A SQLite file with the schema in it, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "crossdock.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite, "upgrade", schema.upgrade)
        store = open_store(f"sqlite:///{path}", threads=False)
        asyncio.run(store.migrate())
    asyncio.run(store.close())
    return path


@pytest.fixture
def empty(kind, tmp_path, request, monkeypatch):
    """The URL of a database without a schema, which gets it from the migrations themselves."""
    monkeypatch.setattr(sqlite, "upgrade", schema.upgrade)
    if kind in SERVED:
        return request.getfixturevalue("postgres_url")
    return "sqlite:///:memory:" if kind == "sqlite-memory" else f"sqlite:///{tmp_path / 'crossdock.db'}"


@pytest.fixture
def url(kind, tmp_path, request, migrated_file):
    """The URL of a database with the schema in it."""
    if kind in SERVED:
        return request.getfixturevalue("migrated_postgres_url")
    if kind == "sqlite-memory":
        return "sqlite:///:memory:"
    shutil.copy(migrated_file, tmp_path / "crossdock.db")
    return f"sqlite:///{tmp_path / 'crossdock.db'}"


@pytest.fixture
def opened(kind, request):
    """Opens a URL the way this kind of store is run."""
    if kind == "jetstream":
        cluster = request.getfixturevalue("nats_cluster")
        return lambda url, **options: Shipped(url, cluster, **options)
    return lambda url, **options: open_store(url, threads=kind != "sqlite-same-thread", **options)


@pytest.fixture
async def store(opened, url, tmp_path):
    store = opened(url, folder=tmp_path / "bodies")
    yield store
    await store.close()


@pytest.fixture
async def postgres(migrated_postgres_url):
    """A PostgreSQL store, for what only several connections at once can show."""
    store = open_store(migrated_postgres_url)
    yield store
    await store.close()
