"""Canonical events to real brokers: workers and brokers are killed under load, nothing is lost or out of order."""

import asyncio
import contextlib
import random
import signal
import sqlite3

import msgspec
import pytest

from cli.running import ended, free_port, start
from crossdock import bootstrap
from crossdock.backbone.outbox import waiting
from crossdock.model.events import Fact, RecordWritten
from crossdock.model.instants import from_epoch_us
from crossdock.ports.stores import NewEvent, StoreUnavailable
from crossdock.transports import machine

SUBJECTS = 40


def configured(folder, broker, more=None) -> tuple:
    for name in ("key",):
        (folder / name).write_text("k" * 40)
        (folder / name).chmod(0o600)
    bridge = broker.bridge() | {"start": "beginning", "types": ["record.*"]}
    settings = {
        "store": {"url": "sqlite:///crossdock.db"},
        "listen": {"port": free_port()},
        "telemetry": {"log_level": "error"},
        "security": {"signing_secret": "secret://file/key", "tower_login": False},
        "workers": {"lease_seconds": 5},
        "bridges": {"analytics": bridge},
    } | (more or {})
    path = folder / "crossdock.yaml"
    path.write_bytes(msgspec.json.encode(settings))  # JSON is YAML
    installation, faults = bootstrap.load(path)
    assert not faults, faults
    return path, installation


class Feeder:
    """Appends events to the log from this process, as a worker elsewhere would."""

    def __init__(self, store, count, seed=1):
        chance = random.Random(seed)
        self.store = store
        self.pairs = [(f"do:odoo:{chance.randrange(SUBJECTS)}", number) for number in range(count)]

    async def feed(self, pause):
        for begin in range(0, len(self.pairs), 20):
            now = machine.RealClock().now()
            new = [self._new(subject, number, now) for subject, number in self.pairs[begin : begin + 20]]
            while True:
                try:
                    await self.store.run(lambda tx, new=new, now=now: tx.log.append(new, now))
                    break
                except (StoreUnavailable, sqlite3.OperationalError):
                    await asyncio.sleep(0.05)
            self.store.wake("log")
            await asyncio.sleep(pause)

    def _new(self, subject, number, now):
        fact = Fact(RecordWritten("odoo", "note", str(number)), from_epoch_us(number), subject=subject)
        return NewEvent(fact.key(subject), subject, fact, now, "odoo", "x", "t" * 32)

    async def all_sent(self, name="analytics", seconds=90):
        for _ in range(seconds * 4):
            with contextlib.suppress(StoreUnavailable):
                left = await self.store.read(lambda tx: waiting(tx, name))
                head = await self.store.read(lambda tx: sum(tx.views.log_heads().values()))
                if head and not left.events:
                    return
            await asyncio.sleep(0.25)
        raise AssertionError(f"{left.events} events were not sent")


def judged(pairs, arrived) -> int:
    """Every event is there, first arrivals keep the order of their subject, and repetitions have the same id and
    content; how many repetitions there were.
    """
    seen, order = {}, {}
    for each in arrived:
        event = each.event
        assert each.id == event["id"]
        if each.id in seen:
            assert seen[each.id] == event
            continue
        seen[each.id] = event
        order.setdefault(event["subject"], []).append(int(event["data"]["marker"]))
    wanted = {}
    for subject, number in pairs:
        wanted.setdefault(subject, []).append(number)
    assert order == wanted
    return len(arrived) - len(seen)


@pytest.mark.req("E9", "K1", "K2")
async def test_workers_and_brokers_killed_under_load_lose_nothing_and_keep_the_order(tmp_path, broker):
    path, installation = configured(tmp_path, broker)
    store = bootstrap.open_store(installation)
    await store.migrate()
    worker = await start("serve", "--config", path)
    feeder = Feeder(store, 3000)
    feeding = asyncio.create_task(feeder.feed(0.05))
    try:
        for victim in ("worker", "broker", "worker", "broker"):
            await asyncio.sleep(1.5)
            if victim == "worker":
                worker.send_signal(signal.SIGKILL)
                await worker.wait()
                worker = await start("serve", "--config", path)
            else:
                await broker.suffer()
        await feeding
        await feeder.all_sent()
    finally:
        feeding.cancel()
        worker.send_signal(signal.SIGTERM)
        _, _, said = await ended(worker, 30)
        await store.close()
    assert "Traceback" not in said, said
    judged(feeder.pairs, await broker.drain())
