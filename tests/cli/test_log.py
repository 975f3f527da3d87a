"""A log that grew in PostgreSQL moves into JetStream and back, by the command line and a configuration."""

import asyncio
import json

import pytest

from cli.running import free_port
from crossdock import bootstrap
from crossdock.backbone.shipped import EVERY
from crossdock.bridges.logstream import shipper_of
from crossdock.transports import machine
from storage.made import event
from storage.shipped import remove, stream_at

STORE = """\
store: {{url: "{url}", folder: documents{log}}}
security: {{signing_secret: secret://file/signing}}
reconciliation: {{enabled: false}}
"""
COUNT = 700


def written(folder, url, log=""):
    (folder / "signing").write_text("s" * 40)
    (folder / "signing").chmod(0o600)
    config = folder / "crossdock.yaml"
    config.write_text(STORE.format(url=url, log=log))
    return config


def with_store(config, work):
    async def run():
        store = bootstrap.open_store(bootstrap.load(config)[0])
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())


def all_keys(config):
    async def work(store):
        return [each.key for each in await store.read(lambda tx: tx.log.read(dict.fromkeys(EVERY, 0), 10_000))]

    return with_store(config, work)


@pytest.fixture
def grown(tmp_path, migrated_postgres_url):
    """A log of some hundred events, without a stream."""
    config = written(tmp_path, migrated_postgres_url)
    new = [event(f"do:odoo:{number % 40}") for number in range(COUNT)]
    with_store(config, lambda store: store.run(lambda tx: tx.log.append(new, 5)))
    return config


@pytest.fixture
def cluster_name(nats_cluster):
    name = f"CLI{free_port()}"
    yield name

    async def clean():
        stream = stream_at(nats_cluster, name)
        await remove(stream)
        await stream.close()

    asyncio.run(clean())


def line(found, subject):
    return next(each for each in found["findings"] if each["subject"] == subject)


@pytest.mark.req("K1", "K13")
def test_a_grown_log_moves_into_jetstream_and_back(
    grown, crossdock, tmp_path, migrated_postgres_url, nats_cluster, cluster_name
):
    before = all_keys(grown)
    assert len(before) == COUNT
    log = f", log: {{servers: {json.dumps(nats_cluster.servers)}, name: {cluster_name}, hold_seconds: 0}}"
    config = written(tmp_path, migrated_postgres_url, log)
    assert crossdock("log", "ship", "--dry-run", "--config", config, "--json").json == {
        "events": COUNT,
        "shipped": False,
    }
    assert crossdock("log", "ship", "--config", config, "--json").json == {"events": COUNT, "shipped": True}

    async def let_go(store):
        found = bootstrap.load(config)[0]
        shipper = shipper_of(found.settings.store.log, found.secrets, store, machine.RealClock())
        while await shipper.step(EVERY):
            pass
        await shipper.close()

    with_store(config, let_go)
    shown = crossdock("log", "status", "--config", config, "--json").json
    assert (shown["events"], shown["shipped"], shown["moved"], shown["waiting"]) == (COUNT, COUNT, COUNT, 0)
    assert (shown["replicas"], shown["lagging"], shown["faults"]) == (3, [], {})
    assert "bytes on each replica" in crossdock("log", "status", "--config", config).out
    assert all_keys(config) == before
    found = line(crossdock("doctor", "--config", config, "--json").json, "log in JetStream")
    assert (found["status"], "3 replicas" in found["text"]) == ("ok", True)

    forgotten = written(tmp_path, migrated_postgres_url)
    found = line(crossdock("doctor", "--config", forgotten, "--json").json, "log in JetStream")
    assert (found["status"], "store.log does not say where" in found["text"]) == ("fail", True)

    config = written(tmp_path, migrated_postgres_url, log)
    moment = machine.RealClock().now()
    with_store(config, lambda store: store.run(lambda tx: tx.leases.claim("w1", moment, moment + 10**9, 64)))
    refused = crossdock("log", "fetch", "--yes", "--config", config)
    assert (refused.code, "Stop all workers" in refused.err) == (1, True)
    with_store(config, lambda store: store.run(lambda tx: tx.leases.release("w1")))
    assert crossdock("log", "fetch", "--dry-run", "--config", config, "--json").json["events"] == COUNT
    assert crossdock("log", "fetch", "--yes", "--config", config, "--json").json == {"events": COUNT, "fetched": True}
    config = written(tmp_path, migrated_postgres_url)
    assert all_keys(config) == before
    none = crossdock("log", "status", "--config", config)
    assert (none.code, "No stream is configured" in none.err) == (2, True)


@pytest.mark.slow
@pytest.mark.req("K7", "K13")
def test_while_jetstream_is_away_the_database_keeps_everything_and_commands_say_so(
    grown, crossdock, tmp_path, migrated_postgres_url
):
    pytest.importorskip("nats")
    before = all_keys(grown)
    away = f', log: {{servers: ["nats://127.0.0.1:{free_port()}"]}}'
    config = written(tmp_path, migrated_postgres_url, away)
    for command in ("ship", "status"):
        answer = crossdock("log", command, "--config", config)
        assert answer.code == 1
        assert "no NATS server can be reached" in answer.err
    assert all_keys(config) == before
    new = [event("do:odoo:1")]
    with_store(config, lambda store: store.run(lambda tx: tx.log.append(new, 5)))
    assert len(all_keys(config)) == COUNT + 1
    found = line(crossdock("doctor", "--config", config, "--json").json, "log in JetStream")
    assert (found["status"], "no NATS server" in found["text"]) == ("fail", True)
    waiting = crossdock("workers", "--config", config).err
    assert f"unshipped {COUNT + 1} (" in waiting


def test_a_log_in_jetstream_needs_postgresql(tmp_path, crossdock):
    config = written(tmp_path, "sqlite:///x.db", ', log: {servers: ["nats://127.0.0.1:4222"]}')
    answer = crossdock("check", "--config", config)
    assert answer.code == 3
    assert "keeps the log in JetStream, and the store is SQLite" in answer.err + answer.out
