"""Several workers on one PostgreSQL send to one broker: half of them are killed, nothing is lost or out of order."""

import asyncio
import contextlib
import re
import signal

import aiohttp
import pytest

from bridges.brokers import Nats
from bridges.test_brokers import Feeder, configured, judged
from bridges.test_webhooks import OLD, Endpoint
from cli.running import answers, ended, free_port, start
from crossdock import bootstrap


@pytest.mark.slow
@pytest.mark.req("E9", "K13", "K1")
async def test_half_of_the_workers_are_killed_and_the_rest_sends_what_is_left(tmp_path, migrated_postgres_url):
    pytest.importorskip("nats", reason="pip install 'crossdock[nats]'")
    broker = Nats(tmp_path / "nats")
    await broker.start()
    path, installation = configured(tmp_path, broker, {"store": {"url": migrated_postgres_url}})
    store = bootstrap.open_store(installation)
    feeder = Feeder(store, 3000, seed=7)
    workers = []
    try:
        workers = [await start("serve", "--config", with_port(path)) for _ in range(4)]
        feeding = asyncio.create_task(feeder.feed(0.02))
        await asyncio.sleep(4)
        for each in workers[:2]:
            each.send_signal(signal.SIGKILL)
            await each.wait()
        await feeding
        await feeder.all_sent()
        arrived = await broker.drain()
    finally:
        for each in workers[2:]:
            with contextlib.suppress(ProcessLookupError):
                each.send_signal(signal.SIGTERM)
        texts = [(await ended(each, 40))[2] for each in workers[2:]]
        await store.close()
        broker.close()
    assert not any("Traceback" in each for each in texts), texts
    judged(feeder.pairs, arrived)


@pytest.mark.slow
@pytest.mark.req("E9", "K7", "L16")
async def test_a_bridge_whose_broker_is_down_holds_nothing_else_up_and_says_so(tmp_path):
    """The webhook beside it goes on, the metric shows the age, and once the broker is there everything comes."""
    pytest.importorskip("nats", reason="pip install 'crossdock[nats]'")
    broker = Nats(tmp_path / "nats")
    port = free_port()
    async with Endpoint(OLD) as endpoint:
        (tmp_path / "hook").write_text(OLD)
        hook = {"url": f"http://127.0.0.1:{endpoint.port}/hook", "secrets": ["secret://file/hook"]}
        hook |= {"allow_private": True, "start": "beginning"}
        more = {"webhooks": {"portal": hook}, "listen": {"port": port}}
        path, installation = configured(tmp_path, broker, more)
        store = bootstrap.open_store(installation)
        await store.migrate()
        feeder = Feeder(store, 200)
        worker = await start("serve", "--config", path)
        try:
            await answers(f"http://127.0.0.1:{port}/livez", worker)
            await feeder.feed(0)
            await feeder.all_sent("portal")
            await asyncio.sleep(6)  # gauges are refreshed every five seconds
            seen = await metrics(port)
            await broker.start()
            await feeder.all_sent()
            arrived = await broker.drain()
        finally:
            worker.send_signal(signal.SIGTERM)
            _, _, said = await ended(worker, 40)
            await store.close()
            broker.close()
    assert "Traceback" not in said, said
    assert (len(endpoint.taken), seen["waiting_events", "portal"], seen["waiting_events", "analytics"]) == (200, 0, 200)
    assert seen["age_seconds", "analytics"] > 3
    assert judged(feeder.pairs, arrived) == 0


async def metrics(port):
    """The gauges of outboxes by (thing, outbox)."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as answer:
        text = await answer.text()
    found = re.findall(r'^crossdock_outbox_(\w+){outbox="(\w+)"} (\S+)$', text, re.MULTILINE)
    return {(thing, name): float(value) for thing, name, value in found}


def with_port(path):
    """The same configuration on a port of its own."""
    port = free_port()
    other = path.with_name(f"crossdock-{port}.yaml")
    text = path.read_text()
    before, after = text.split('"port":', 1)
    other.write_text(f'{before}"port":{port}}}{after.partition("}")[2]}')
    return other
