"""`crossdock notices` on a real store and a real SMTP server."""

import asyncio
import json
import threading

import pytest

from crossdock import bootstrap
from crossdock.model import events as ev
from crossdock.model.instants import from_epoch_us
from crossdock.model.names import names_of
from crossdock.ports.stores import NewEvent
from crossdock.transports import machine
from mailing import ADA, SUBJECT, booked, opened, order, scanned

CONFIG = """\
store: {{url: "sqlite:///shop.db"}}
partners:
  mail:
    connector: mail
    config:
      host: 127.0.0.1
      port: {port}
      security: none
      sender: notices@shop.example
      sender_name: Acme
      public_url: https://hub.example
      link_secret: secret://file/links
customer_notices: {{}}
"""


class _Served:
    """A mail server in a thread of its own, so that commands may block."""

    def __init__(self) -> None:
        self.ready, self.ended = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self.thread.start()
        assert self.ready.wait(10)

    async def _serve(self) -> None:
        async with opened() as post:
            self.post = post
            self.ready.set()
            await asyncio.to_thread(self.ended.wait)


@pytest.fixture
def shop(tmp_path):
    served = _Served()
    (tmp_path / "links").write_text("a secret of the tests")
    (tmp_path / "links").chmod(0o600)
    config = tmp_path / "crossdock.yaml"
    config.write_text(CONFIG.format(port=served.post.port))
    yield config, served.post
    served.ended.set()
    served.thread.join()


async def _work(config, *bodies) -> None:
    installation, faults = bootstrap.load(config)
    assert installation, faults
    store = bootstrap.open_store(installation)
    await store.migrate()
    hub = bootstrap.hub(installation, store)
    hub.engine.partitions = tuple(range(64))
    now = machine.RealClock().now()

    def step(tx):
        for body in bodies:
            tx.references.bind((name, SUBJECT) for name in names_of(body, "odoo"))
            fact = ev.Fact(body, from_epoch_us(now), subject=SUBJECT)
            tx.log.append([NewEvent(fact.key(SUBJECT), SUBJECT, fact, now, "odoo", "", "0" * 32)], now)

    await store.run(step)
    await hub.engine.settle_all()
    await hub.engine.sweep()
    assert hub.metrics.registry.get_sample_value("crossdock_notices_not_triggered") == 0.0
    assert hub.metrics.registry.get_sample_value("crossdock_notices", {"step": "sent", "reason": ""}) == 1.0
    await hub.close()
    await store.close()


@pytest.mark.req("E12", "L15")
def test_from_configuration_to_a_mail_and_back_to_lists_and_figures(shop, crossdock):
    config, post = shop
    now = machine.RealClock().now()
    asyncio.run(_work(config, ev.FulfilmentRequested(order()), booked(), scanned("in_transit", now)))
    assert post.subjects == ["Ihre Bestellung SO0016 ist unterwegs"]
    [row] = json.loads(crossdock("notices", "list", "SO0016", "-c", str(config), "--json").out)
    assert (row["kind"], row["step"], len(row["recipient"])) == ("in_transit", "sent", 32)
    listed = crossdock("notices", "list", "SO0016", "-c", str(config)).out
    assert "sent" in listed
    assert ADA not in listed
    found = json.loads(crossdock("notices", "figures", "-c", str(config), "--json").out)
    assert found == {"steps": {"sent": {"": 1}}, "not_triggered": 0}
    of_order = crossdock(
        "notices", "preview", "delivered", "--order", "SO0016", "--language", "fr", "-c", str(config)
    ).out
    assert "Votre commande SO0016 a été livrée" in of_order
    assert crossdock("rebuild", "-c", str(config), "--check").code == 0


@pytest.mark.req("E12")
def test_a_preview_needs_no_order_and_writes_html(shop, crossdock, tmp_path):
    config, _ = shop
    page = tmp_path / "mail.html"
    done = crossdock("notices", "preview", "delayed", "--language", "ar", "--example", "--html", str(page), "--json",
               "-c", str(config))  # fmt: skip
    assert json.loads(done.out)["subject"] == "تأخر طلبك SO0007"
    assert 'dir="rtl"' in page.read_text(encoding="utf-8")
    assert crossdock("migrate", "-c", str(config)).code == 0
    assert crossdock("notices", "preview", "birthday", "-c", str(config)).code == 2
    assert crossdock("notices", "preview", "delayed", "--order", "nobody", "-c", str(config)).code == 2


@pytest.mark.req("E12")
def test_a_test_mail_goes_out_and_an_address_unsubscribes(shop, crossdock):
    config, post = shop
    assert crossdock("migrate", "-c", str(config)).code == 0
    assert crossdock("notices", "send-test", "me@example.com", "--kind", "delivered", "--language", "nl",
               "-c", str(config)).code == 0  # fmt: skip
    assert post.subjects == ["Uw bestelling SO0007 is bezorgd"]
    first = json.loads(crossdock("notices", "unsubscribe", ADA, "--json", "-c", str(config)).out)
    again = json.loads(crossdock("notices", "unsubscribe", f" {ADA.upper()}", "--json", "-c", str(config)).out)
    assert (first["changed"], again["changed"], first["recipient"]) == (True, False, again["recipient"])
    assert crossdock("notices", "send-test", "not an address", "-c", str(config)).code == 2
