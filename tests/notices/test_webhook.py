"""The same notice as a signed webhook to a customer's own system, from configuration, without name or address."""

import json

import pytest

from bridges.test_webhooks import OLD, Endpoint
from crossdock import bootstrap
from crossdock.model import events as ev
from crossdock.transports import machine
from mailing import ADA, booked, order, rows, scanned, tell

CONFIG = """\
store: {{url: "sqlite:///shop.db"}}
partners:
  mail:
    connector: mail
    config:
      host: 127.0.0.1
      port: 9
      security: none
      sender: notices@shop.example
      public_url: https://hub.example
      link_secret: secret://file/links
customer_notices: {{channels: [webhook]}}
webhooks:
  big-customer:
    url: http://127.0.0.1:{port}/hook
    secrets: [secret://file/hook]
    types: ["customer.notice.v1"]
    allow_private: true
"""


@pytest.mark.req("E12", "I2")
async def test_a_customers_system_is_told_by_a_signed_webhook(tmp_path):
    for name, value in (("links", "a secret"), ("hook", OLD)):
        (tmp_path / name).write_text(value)
        (tmp_path / name).chmod(0o600)
    async with Endpoint(OLD) as receiver:
        (tmp_path / "crossdock.yaml").write_text(CONFIG.format(port=receiver.port))
        installation, faults = bootstrap.load(tmp_path / "crossdock.yaml")
        assert installation, faults
        store = bootstrap.open_store(installation)
        await store.migrate()
        hub = bootstrap.hub(installation, store)
        hub.engine.partitions = tuple(range(64))
        steps = hub.fanout.loops().values()
        for step in steps:
            await step(range(64))  # it begins in the log where it first looks
        now = machine.RealClock().now()
        await tell(hub, ev.FulfilmentRequested(order()), booked(), scanned("delayed", now))
        await tell(hub, scanned("delivered", now - 48 * 3_600_000_000), quiet=True)
        for _ in range(20):
            for step in steps:
                await step(range(64))
        [(_, said)] = receiver.taken
        assert said["type"] == "crossdock.customer.notice.v1"
        assert (said["data"]["kind"], said["data"]["step"]) == ("delayed", "due")
        assert said["data"]["values"]["order"] == "SO0016"
        assert ADA not in json.dumps(said)
        assert "Lovelace" not in json.dumps(said)
        assert (await rows(hub))["delayed"] == ("due", "")
        await hub.close()
        await store.close()
