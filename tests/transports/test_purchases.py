"""What a process remembers of purchases: forgetting costs waiting, never a label."""

import pytest

from crossdock.model.events import Fact, ShipmentVoided
from crossdock.model.instants import from_epoch_us
from crossdock.ports.verdicts import Retry
from crossdock.sim.clock import VirtualClock
from crossdock.transports.purchases import LONGEST_SECONDS, Purchases

FACTS = (Fact(ShipmentVoided("ups", "P1", "1", "1"), from_epoch_us(0), subject="do:odoo:1"),)


@pytest.mark.req("C4")
async def test_doubt_lasts_from_the_first_question_and_counts_anew_once_settled():
    clock = VirtualClock(0)
    purchases = Purchases(clock, 60.0)
    assert purchases.is_too_early("key")
    await clock.sleep(59)
    assert purchases.is_too_early("key")
    assert purchases.is_too_early("other")
    await clock.sleep(1)
    assert not purchases.is_too_early("key")
    purchases.settled("key")
    assert purchases.is_too_early("key")
    assert not Purchases(clock, 0.0).is_too_early("key")


@pytest.mark.req("C4", "C5")
async def test_a_doubt_is_looked_at_again_when_it_ends_and_no_later():
    clock = VirtualClock(0)
    purchases = Purchases(clock, 300.0)
    assert purchases.unseen("key", "Shippo", "nothing").within == 300.0
    await clock.sleep(232)
    assert purchases.unseen("key", "Shippo", "nothing").within == 68.0
    await clock.sleep(68)
    assert isinstance(purchases.unseen("key", "Shippo", "nothing"), Retry), "it certainly was not made"


@pytest.mark.req("C4")
def test_memory_has_an_end_and_forgetting_starts_the_wait_again():
    purchases = Purchases(VirtualClock(0), 60.0)
    for number in range(2001):
        purchases.keep(str(number), FACTS)
    assert purchases.facts_of("0") == ()
    assert purchases.facts_of("2000") == FACTS


@pytest.mark.req("C4")
async def test_a_look_grows_stale():
    clock = VirtualClock(0)
    purchases = Purchases(clock, 60.0)
    looked = purchases.looked_at()
    await clock.sleep(LONGEST_SECONDS)
    assert not purchases.is_stale(looked)
    await clock.sleep(1)
    assert purchases.is_stale(looked)


@pytest.mark.req("C4")
async def test_one_buyer_per_reference():
    purchases = Purchases(VirtualClock(0), 60.0)
    async with purchases.lock("do:odoo:1/P1"):
        assert purchases.lock("do:odoo:1/P1").locked()
        assert not purchases.lock("do:odoo:2/P1").locked()
