"""`crossdock rebuild` on an installation whose server is stopped."""

import asyncio
import json

import pytest

from cli.test_stopped import BODY, NOW
from crossdock import bootstrap
from crossdock.ports.stores_inbound import NewExchange
from crossdock.transports import machine
from storage.made import state


def on_store(config, step):
    installation, _ = bootstrap.load(config)

    async def run():
        store = bootstrap.open_store(installation)
        try:
            return await step(installation, store)
        finally:
            await store.close()

    return asyncio.run(run())


async def stray(_installation, store):
    """A state of a subject nobody ever spoke of."""
    await store.run(lambda tx: tx.states.save([state("do:odoo:nobody", 1)]))
    await store.run(lambda tx: tx.exchanges.accept([NewExchange("a" * 26, "easypost", "events", BODY, NOW, "0" * 32)]))


@pytest.mark.req("K17")
def test_it_is_checked_without_a_write_and_then_done(crossdock, config):
    on_store(config, stray)
    found = crossdock("rebuild", "--check", "--json", "-c", config)
    assert found.code == 3
    assert [each["subject"] for each in found.json["report"]["differences"]] == ["do:odoo:nobody"]
    assert crossdock("rebuild", "-c", config).code == 2, "it asks first"
    assert "do:odoo:nobody" in crossdock("rebuild", "--check", "-c", config).out
    done = crossdock("rebuild", "--yes", "--json", "-c", config)
    assert (done.code, done.json["equal"], done.json["report"]["healed"]) == (0, True, 1)
    assert crossdock("rebuild", "--check", "-c", config).code == 0
    assert json.loads(json.dumps(done.json))["report"]["kept"] == done.json["report"]["log"]


@pytest.mark.req("K17")
def test_running_workers_are_named_and_nothing_is_changed(crossdock, config):
    async def works(_installation, store):
        now = machine.RealClock().now()
        await store.run(lambda tx: tx.leases.claim("a-worker", now, now + 60_000_000, 64))

    on_store(config, works)
    refused = crossdock("rebuild", "--yes", "-c", config)
    assert refused.code == 1
    assert "Stop all workers" in refused.err
    assert "a-worker" in refused.err
    assert crossdock("rebuild", "--check", "-c", config).code == 0
