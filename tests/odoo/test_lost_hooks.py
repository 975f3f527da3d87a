"""Webhooks of a real Odoo, installed as people install them and lost on purpose: what they announced is found, once."""

import asyncio
import json
import sys
import time

import pytest

from odoo.served import MISSING, Served, deliveries, soon, yard

FIFTY = 50

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"no real Odoo with an administrator: set {', '.join(MISSING)}")


@pytest.fixture
async def served(tmp_path):
    """An installation with its rules in Odoo; they are taken away again."""
    installation = Served(tmp_path)
    installation.configure()
    async with installation.road:
        await installation.hooks("install")
        try:
            yield installation
        finally:
            await installation.down()
            await installation.hooks("remove", "--yes")


@pytest.fixture
async def place():
    """Customers, and a product in stock."""
    made = yard()
    await made.open(transfers=0, orders=0)
    return made


def said(text):
    sys.stderr.write(f"\n{text}\n")


@pytest.mark.req("J2", "J4", "A1", "L12")
async def test_what_fifty_lost_hooks_announced_is_found_by_the_night_exactly(served, place):
    served.configure(polls=False)
    await served.up()
    await served.settled()
    await served.down()
    served.configure(polls=False, night=soon(60))
    await served.up()
    await served.settled()

    # A hook that comes through is the only way a change is seen now.
    began = time.monotonic()
    [heard] = await deliveries(place, 1)
    confirmed = time.monotonic()
    await served.until(lambda: _all(served, [heard]), 60)
    said(f"confirmed in {confirmed - began:.1f} s, in the log {time.monotonic() - confirmed:.1f} s later")
    assert served.road.about("stock.picking", [heard], lost=False) >= 1
    await served.settled()  # a hint is followed by a second look

    served.road.open = False
    pickings = await deliveries(place, FIFTY)
    assert served.road.about("stock.picking", pickings) >= FIFTY
    early = await served.requested(pickings)
    night = await _night(served)
    found = await served.requested(pickings)
    said(f"{len(served.road.lost)} webhooks lost; the night: {night['kinds']}, healed {night['healed']}")
    assert dict.fromkeys(pickings, 1) == dict(found)
    assert early == {}
    assert night["healed"]["fetch"] == FIFTY
    assert night["kinds"]["missing_here"] == FIFTY

    await _polling_adds_nothing(served, [heard, *pickings])


@pytest.mark.req("J2", "J4", "K1")
async def test_what_happened_while_crossdock_was_down_is_read_once_when_it_is_back(served, place):
    served.configure()
    await served.up()
    await served.settled()
    await served.down(killed=True)
    pickings = await deliveries(place, FIFTY)
    assert served.road.about("stock.picking", pickings) >= FIFTY
    assert await served.requested(pickings) == {}
    await served.up()
    await served.until(lambda: _all(served, pickings))
    await served.settled()
    assert dict(await served.requested(pickings)) == dict.fromkeys(pickings, 1)
    said(f"{len(served.road.lost)} webhooks refused; all {FIFTY} in the log, each once")
    assert await _reconciled(served) == {}


async def _all(served, pickings):
    return len(await served.requested(pickings)) == len(pickings)


async def _night(served):
    """The account of the night's run, by the server itself, once what it fetched is in the log."""

    def accounts(tx):
        rows, _ = tx.views.exchanges(partner="odoo", statuses=("hint",))
        ids = [row.id for row in rows if row.kind == "reconciliation"]
        return [json.loads(tx.views.exchange(each).body) for each in ids]

    async def ran():
        return bool(await served.read(accounts))

    await served.until(ran)
    [account] = await served.read(accounts)

    async def translated():
        return not (await served.read(lambda tx: tx.views.counts().received))

    await served.until(translated)
    return account


async def _polling_adds_nothing(served, pickings):
    """Restarted with ordinary polling and a road that is open again: nobody's word doubles anything."""
    await served.down()
    served.road.open = True
    served.configure()
    await served.up()
    await asyncio.sleep(15)
    await served.settled()
    assert dict(await served.requested(pickings)) == dict.fromkeys(pickings, 1)
    assert await _reconciled(served) == {}


async def _reconciled(served):
    """Gaps by kind that a comparison by hand finds, while the server runs."""
    [account] = json.loads(await served.run("reconcile", "--partner", "odoo", "--json", codes=(0, 3)))
    return account["kinds"]
