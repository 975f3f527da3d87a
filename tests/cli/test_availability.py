"""`crossdock availability`."""

import asyncio
import re

import pytest

from crossdock import bootstrap
from crossdock.transports.machine import RealClock
from stocked import level, stock

HOUR = 3_600_000_000


@pytest.fixture
def stocked(config):
    async def work():
        installation, faults = bootstrap.load(config)
        assert installation, faults
        store = bootstrap.open_store(installation)
        await store.migrate()
        clock = RealClock()
        fresh, old = clock.now() - 60_000_000, clock.now() - 5 * HOUR
        await stock(store, clock, level("LAMP-2", 5, fresh), level("LAMP-2", 2, old, "WH2"))
        await store.close()

    asyncio.run(work())
    return config


@pytest.mark.req("A12")
def test_what_can_be_promised_is_shown_with_its_age(crossdock, stocked):
    answer = crossdock("availability", "LAMP-2", "--config", stocked)
    assert answer.code == 0, answer.err
    assert "WH2" in answer.out
    assert "stale" in answer.out
    assert "7 H87 can be promised of LAMP-2" in answer.out + answer.err
    data = crossdock("availability", "LAMP-2", "--location", "WH", "--json", "--config", stocked).json
    assert (data["available"], data["stale"], len(data["locations"])) == ("5", False, 1)


@pytest.mark.req("A12")
def test_too_old_or_unknown_stock_is_no_promise(crossdock, stocked):
    unknown = crossdock("availability", "NOTHING", "--config", stocked)
    assert unknown.code != 0
    assert "NOTHING" in unknown.err
    text = stocked.read_text()
    assert "availability:" in text
    stocked.write_text(re.sub(r"(?m)^availability:.*\n", "availability:\n  refuse_after_hours: 1\n", text))
    refused = crossdock("availability", "LAMP-2", "--config", stocked)
    assert refused.code != 0
    assert "too old" in refused.err
