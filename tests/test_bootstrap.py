"""What is joined is let go again, and what is configured is applied."""

import pytest
from msgspec import structs

from cli.running import installed, partners
from crossdock import bootstrap
from crossdock.backbone.documents import StoredDocuments
from crossdock.model.milestones import MILESTONES, NOTEWORTHY
from crossdock.processes.shipping_policy import OrderToShipPolicy
from crossdock.settings.shipping import OrderToShip
from crossdock.storage.opening import open_store
from crossdock.transports import machine
from crossdock.transports.http import AiohttpCaller


@pytest.fixture
def sessions(monkeypatch):
    """Every session a caller opened."""
    opened = []
    inner = AiohttpCaller._open

    def remembering(self):
        session = inner(self)
        opened.append(session)
        return session

    monkeypatch.setattr(AiohttpCaller, "_open", remembering)
    return opened


async def test_a_hub_closes_what_its_partners_opened(tmp_path, sessions):
    async with partners() as (odoo, easypost):
        installation, _ = bootstrap.load(installed(tmp_path, odoo=odoo, easypost=easypost))
        store = bootstrap.open_store(installation)
        await store.migrate()
        hub = bootstrap.hub(installation, store)
        await hub.engine.lease()
        await hub.engine.poll("odoo", "deliveries")
        assert not all(session.closed for session in sessions)
        await hub.close()
        await store.close()
    assert all(session.closed for session in sessions)


async def test_a_single_connector_is_closed_too(tmp_path, sessions):
    async with partners() as (odoo, easypost):
        installation, _ = bootstrap.load(installed(tmp_path, odoo=odoo, easypost=easypost))
        async with bootstrap.connected(installation, "easypost") as connector:
            assert await connector.check()
    assert sessions
    assert all(session.closed for session in sessions)


async def test_large_documents_are_files_in_the_configured_folder(tmp_path):
    installation, _ = bootstrap.load(installed(tmp_path))
    store = bootstrap.open_store(installation)
    await store.migrate()
    documents = StoredDocuments(store, machine.RealClock())
    small, large = b"s" * 64 * 1024, b"l" * (64 * 1024 + 1)
    kept = [await documents.put(data, "application/pdf", "label") for data in (small, large)]
    assert [await documents.get(sha256) for sha256 in kept] == [small, large]
    await store.close()
    files = [path for path in (tmp_path / "documents").rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in files] == [large]


@pytest.mark.req("M19")
def test_every_retention_setting_is_applied(tmp_path):
    installation, _ = bootstrap.load(installed(tmp_path))
    days = {name: 40 + at for at, name in enumerate(installation.settings.retention.__struct_fields__[2:])}
    kept = structs.replace(installation.settings.retention, **days)
    installation = structs.replace(installation, settings=structs.replace(installation.settings, retention=kept))
    assert bootstrap.retention(installation) == bootstrap.Retention(*days.values())
    assert len(days) == len(bootstrap.Retention.__struct_fields__)


@pytest.mark.req("M19")
def test_a_delivery_is_remembered_for_as_long_as_its_partner_may_repeat_it(tmp_path):
    installation, _ = bootstrap.load(installed(tmp_path))
    kept = structs.replace(installation.settings.retention, delivery_ids_days=1)
    installation = structs.replace(installation, settings=structs.replace(installation.settings, retention=kept))
    longest = max(plan.spec.redelivers_days for plan in installation.plans)
    assert bootstrap.retention(installation).delivery_id_days == longest > 1


async def test_the_newest_revision_is_the_one_a_fresh_store_reaches():
    store = open_store("sqlite:///:memory:")
    assert await store.migrate() == bootstrap.newest_revision()
    await store.close()


@pytest.mark.req("E8")
def test_there_is_one_list_of_milestones_a_system_of_record_is_told_of():
    assert OrderToShip("odoo", ("easypost",)).milestones == NOTEWORTHY
    assert OrderToShipPolicy(("easypost",)).milestones == frozenset(NOTEWORTHY)
    assert set(NOTEWORTHY) <= set(MILESTONES)
