"""The addon of a real Odoo: its signed push, and the outbox that gives what no push brought.

Beside the variables of tests/odoo it needs the addon installed in that database; an administrator points the push here
and back again.
"""

import asyncio
import http.client
import sys

import pytest

from crossdock.connectors.odoo.client.failures import Failed
from crossdock.model.events import FulfilmentCancelled
from odoo.served import HOOK, MISSING, Served, deliveries, yard
from real_odoo import NAMES

FIFTY, DELETED = 50, 10
SETTINGS = {"crossdock.push_url": None, "crossdock.push_secret": HOOK, "crossdock.outbox": "1"}

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"no real Odoo with an administrator: set {', '.join(MISSING)}")


@pytest.fixture
async def place():
    """Customers and a product in stock, in an Odoo that has the addon."""
    made = yard()
    try:
        await made.session.search("crossdock.event", [], limit=1)
    except Failed:
        pytest.skip("this Odoo has no addon: install odoo_addons/crossdock in it")
    await made.open(transfers=0, orders=0)
    return made


@pytest.fixture
async def served(tmp_path, place):
    """An installation that the addon pushes to; the settings in Odoo are put back."""
    installation = Served(tmp_path)
    keys = [("key", "in", list(SETTINGS))]
    before = {
        row["key"]: row["value"] for row in await place.session.find("ir.config_parameter", keys, ["key", "value"])
    }
    async with installation.road:
        address = f"http://127.0.0.1:{installation.road.port}/in/odoo/deliveries"
        for key, value in SETTINGS.items():
            await setting(place, key, value or address)
        try:
            yield installation
        finally:
            await installation.down()
            for key in SETTINGS:
                await setting(place, key, before.get(key) or False)


async def setting(place, key, value):
    await place.call("ir.config_parameter", "set_param", key=key, value=value)


def said(text):
    sys.stderr.write(f"\n{text}\n")


def post(port, path, headers, body):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("POST", path, body, headers)
    return connection.getresponse().status


async def told(served, pickings):
    return len(await served.requested(pickings)) == len(pickings)


@pytest.mark.req("A9", "M13", "J4")
async def test_a_push_is_verified_and_brings_the_change_and_a_forged_one_nothing(served, place):
    served.configure(polls=False, sweep_every=3600)
    await served.up()
    await served.settled()
    refused = len(served.road.lost)
    pickings = await deliveries(place, 3)
    await served.until(lambda: told(served, pickings), 60)
    assert dict(await served.requested(pickings)) == dict.fromkeys(pickings, 1)
    assert len(served.road.lost) == refused
    path, headers, body = served.road.passed[-1]
    assert {"webhook-id", "webhook-timestamp", "webhook-signature"} <= set(headers)
    assert "key=" not in path
    said(f"{len(served.road.passed)} pushes for 3 orders confirmed, all verified")

    altered = body.replace(b"odoo", b"ODOO")
    forged = {**headers, "webhook-signature": "v1," + "A" * 43 + "="}
    later = {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)}
    unsigned = {name: value for name, value in headers.items() if name != "webhook-signature"}
    wrong = [(headers, altered), (forged, body), (later, body), (unsigned, body)]
    assert [await asyncio.to_thread(post, served.port, path, *each) for each in wrong] == [401] * 4
    assert await asyncio.to_thread(post, served.port, path, headers, body) == 202, "the same again is only the same"

    # A secret that is wrong on one side: refused, nothing breaks in Odoo, and the write dates are still there.
    await served.settled()
    await setting(place, "crossdock.push_secret", "another-secret")
    passed = len(served.road.passed)
    unheard = await deliveries(place, 2)
    await served.until(lambda: _count(served.road.lost, refused + 1), 60)
    assert len(served.road.passed) == passed
    assert await served.requested(unheard) == {}
    await served.down()
    served.configure()
    await served.up()
    await served.until(lambda: told(served, unheard), 60)
    assert dict(await served.requested([*pickings, *unheard])) == dict.fromkeys([*pickings, *unheard], 1)


async def _count(found, wanted):
    return len(found) >= wanted


@pytest.mark.req("A9", "K1", "J4")
async def test_what_was_pushed_to_nobody_waits_in_the_outbox_deletions_too(served, place):
    served.configure(sweep_every=3600)
    await served.up()
    await served.settled()
    gone = await deliveries(place, DELETED)
    await served.until(lambda: told(served, gone), 60)
    await served.settled()
    await served.down(killed=True)

    pickings = await deliveries(place, FIFTY)
    await place.call("stock.picking", "unlink", gone)
    waiting = await rows()
    assert waiting["stock.picking", "delete"] >= set(gone)
    assert waiting["stock.picking", "create"] | waiting["stock.picking", "write"] >= set(pickings)
    assert len(served.road.lost) > 0

    await served.up()
    await served.until(lambda: told(served, pickings), 120)
    # No sweep comes within the hour: only the outbox tells of a deletion.
    await served.until(lambda: removed(served, gone), 120)
    await served.settled()
    assert dict(await served.requested(pickings)) == dict.fromkeys(pickings, 1)
    cancelled = await cancellations(served, gone)
    assert cancelled == {each: ["deleted"] for each in gone}
    left = await rows()
    assert not (left["stock.picking", "delete"] & set(gone))
    lost = len(served.road.lost)
    said(f"{lost} pushes lost; {FIFTY} new and {DELETED} deleted transfers pulled, each once")


async def rows():
    """Ids in the outbox by model and action, looked at without taking anything."""
    reader, found, after, more = yard(NAMES[2:]), {}, "", True
    while more:
        page = await reader.call("crossdock.outbox", "pull", after=after, limit=5000)
        after, more = page["cursor"], page["more"]
        for row in page["rows"]:
            found.setdefault((row["model"], row["action"]), set()).add(row["res_id"])
    return {
        ("stock.picking", each): found.get(("stock.picking", each), set()) for each in ("create", "write", "delete")
    }


async def cancellations(served, pickings):
    """The reasons each transfer was cancelled for, in the log."""

    def reasons(tx, picking):
        events = tx.log.of_subject(f"do:odoo:{picking}")
        return [event.body.reason for event in events if isinstance(event.body, FulfilmentCancelled)]

    return await served.read(lambda tx: {each: found for each in pickings if (found := reasons(tx, each))})


async def removed(served, pickings):
    return len(await cancellations(served, pickings)) == len(pickings)
