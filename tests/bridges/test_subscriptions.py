"""Messages of real brokers in: durable before they are acknowledged, each once, whoever is killed."""

import asyncio
import signal
import sqlite3

import msgspec
import pytest

from cli.running import ended, free_port, start
from crossdock import bootstrap

COUNT = 240


async def installed(folder, broker):
    (folder / "key").write_text("k" * 40)
    (folder / "key").chmod(0o600)
    easypost = {"connector": "easypost", "config": {"api_key": "secret://file/key", "url": "http://127.0.0.1:1"}}
    settings = {
        "store": {"url": "sqlite:///crossdock.db"},
        "listen": {"port": free_port()},
        "telemetry": {"log_level": "error"},
        "security": {"signing_secret": "secret://file/key", "tower_login": False},
        "workers": {"lease_seconds": 5},
        "partners": {"yard": easypost | {"allow_private": True}},
        "subscriptions": {"scans": broker.subscription() | {"partner": "yard", "channel": "events"}},
    }
    path = folder / "crossdock.yaml"
    path.write_bytes(msgspec.json.encode(settings))  # JSON is YAML
    installation, faults = bootstrap.load(path)
    assert not faults, faults
    store = bootstrap.open_store(installation)
    await store.migrate()
    await store.close()
    return path


def kept(folder) -> list[bytes]:
    """The bodies of all messages that were made durable."""
    link = sqlite3.connect(f"file:{folder / 'crossdock.db'}?mode=ro", uri=True)
    try:
        return [bytes(row[0]) for row in link.execute("SELECT body FROM exchange WHERE partner = 'yard'")]
    finally:
        link.close()


async def until(condition, seconds=90):
    for _ in range(seconds * 5):
        if condition():
            return
        await asyncio.sleep(0.2)
    raise AssertionError("it did not come to that")


@pytest.mark.req("E1", "K1")
async def test_messages_are_kept_once_though_said_twice_and_workers_and_broker_die(tmp_path, broker):
    messages = [(f"m{number}", b'{"scan": %d}' % number) for number in range(COUNT)]
    path = await installed(tmp_path, broker)
    worker = await start("serve", "--config", path)
    try:
        for probe in range(150):  # where only a session that is there is given messages, it has to be there first
            await broker.publish([(f"probe{probe}", b"probe")])
            await asyncio.sleep(0.3)
            if kept(tmp_path):
                break
        await broker.publish(messages[:100])
        worker.send_signal(signal.SIGKILL)
        await worker.wait()
        await broker.publish([*messages[:50], *messages[100:200]])
        worker = await start("serve", "--config", path)
        await broker.suffer()
        await broker.publish([*messages[150:], *messages[90:120]])
        wanted = {body for _, body in messages}
        await until(lambda: wanted <= set(kept(tmp_path)))
    finally:
        worker.send_signal(signal.SIGTERM)
        _, _, said = await ended(worker, 30)
    assert "Traceback" not in said, said
    bodies = [each for each in kept(tmp_path) if each != b"probe"]
    assert sorted(bodies) == sorted(wanted)
