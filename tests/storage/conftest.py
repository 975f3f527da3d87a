"""The four ways to run a store. Every contract test runs over all of them."""

import pytest

from crossdock.storage.opening import open_store

KINDS = ("sqlite-threads", "sqlite-same-thread", "sqlite-memory", "postgresql")


def url_for(kind, tmp_path, request):
    if kind == "postgresql":
        return request.getfixturevalue("postgres_url")
    return "sqlite:///:memory:" if kind == "sqlite-memory" else f"sqlite:///{tmp_path / 'crossdock.db'}"


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def url(kind, tmp_path, request):
    return url_for(kind, tmp_path, request)


@pytest.fixture
def reopen(kind, url):
    """Opens the same database again, as another process would."""
    return lambda **options: open_store(url, threads=kind != "sqlite-same-thread", **options)


@pytest.fixture
async def store(reopen, tmp_path):
    opened = reopen(folder=tmp_path / "bodies")
    await opened.migrate()
    yield opened
    await opened.close()


@pytest.fixture
async def postgres(postgres_url):
    """A migrated PostgreSQL store, for what only several connections at once can show."""
    opened = open_store(postgres_url)
    await opened.migrate()
    yield opened
    await opened.close()
