"""One generated month in a store of each kind, with the configuration that watches it."""

import asyncio

import pytest

from crossdock import bootstrap
from crossdock.cli.main import main
from kpis.generated import Ledger, events_of, fold, write_events

WAREHOUSE = """
partners:
  north:
    connector: warehouse
    config:
      title: North
      warehouse: WH
      url: https://wms.north.example/v1
      token: secret://env/NORTH_TOKEN
      webhook_secrets: [secret://env/NORTH_HOOK]
processes:
  order_release: {}
  tracking_watch: {feeds: {easypost: 12}}
"""


@pytest.fixture(scope="module")
def months():
    return {}


def installed(folder, url, more=WAREHOUSE):
    """A configuration of the demo's partners and a warehouse, on the store at ``url``."""
    assert main(["init", str(folder), "--preset", "demo"]) == 0
    config = folder / "crossdock.yaml"
    text = config.read_text(encoding="utf-8").replace('url: "sqlite:///crossdock.db"', f'url: "{url}"', 1)
    config.write_text(text, encoding="utf-8")
    (folder / "partners" / "more.yaml").write_text(more, encoding="utf-8")
    return config


async def fill(store, orders=300):
    """The month, written down and folded; what was written."""
    await store.migrate()
    events, ledger = events_of(orders), Ledger()
    await write_events(store, events)
    await ledger.write(store)
    await fold(store)
    return ledger


class Month:
    """A filled store with its configuration."""

    def __init__(self, config):
        self.config = config
        self.installation, faults = bootstrap.load(config)
        assert self.installation is not None, faults
        self.board = bootstrap.board(self.installation)
        self.ledger = self.run(fill)

    def store(self):
        return bootstrap.open_store(self.installation)

    def run(self, work):
        """Do ``work`` on the store, opened for it alone."""

        async def opened():
            store = self.store()
            try:
                return await work(store)
            finally:
                await store.close()

        return asyncio.run(opened())

    def read(self, step):
        return self.run(lambda store: store.read(step))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """A fresh database of each kind, with the schema in it once it is opened and migrated."""
    if request.param == "postgresql":
        return request.getfixturevalue("migrated_postgres_url")
    return f"sqlite:///{tmp_path / 'crossdock.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def month(request, tmp_path_factory, months, monkeypatch):
    """The same month for all tests of a module that only read it."""
    monkeypatch.setenv("NORTH_TOKEN", "token")
    monkeypatch.setenv("NORTH_HOOK", "hook")
    if request.param not in months:
        folder = tmp_path_factory.mktemp(request.param)
        url = f"sqlite:///{folder / 'month.db'}"
        if request.param == "postgresql":
            url = request.getfixturevalue("postgres_server").create_migrated()
        months[request.param] = Month(installed(folder / "home", url))
    return months[request.param]
