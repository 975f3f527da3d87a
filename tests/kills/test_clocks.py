"""Machines whose clocks are minutes apart share one PostgreSQL, and take nothing from each other."""

import pytest

from crossdock.sim.faults import Effect, Match, Rule, When
from kills.town import FAKETIME, Town

OFF = 600
pytestmark = [
    pytest.mark.slow,
    pytest.mark.req("K2", "K13"),
    pytest.mark.skipif(not FAKETIME, reason="libfaketime sets other clocks: apt-get install libfaketime"),
]


async def test_workers_ten_minutes_apart_share_the_work_and_do_nothing_twice(tmp_path, postgres_url):
    """A claim lasts for six seconds here, and calls take four: by a clock that is ahead it was over when it began."""
    async with Town(tmp_path, postgres_url) as town:
        slow = Effect(latency=4.0)
        town.faults.add(Rule(slow, Match("POST", "/v2/shipments/.*/buy"), When(times=6)))
        town.faults.add(Rule(slow, Match("POST", "/json/2/.*/(create|write|message_post)"), When(times=12)))
        await (await town.serve("intake", migrate=True)).ready()
        scheduler = await town.serve("scheduler")
        workers = [await town.serve("worker", clock=off) for off in (-OFF, OFF)]
        said = [await each.ready() for each in (scheduler, *workers)]
        assert [each["roles"] for each in said] == [["scheduler"], ["worker"], ["worker"]]
        town.order(6)
        await town.hooks(40)

        async def shared() -> bool:
            members = await town.store.read(lambda tx: tx.leases.members(tx.server_time() or 0))
            return sorted(each.held.get("worker", 0) for each in members) == [0, 0, 32, 32]

        await town.until(shared, "half of the partitions each", 20)
        await town.shipped(6)
        await town.judge(6)
        assert [await offset(each) for each in workers] == [pytest.approx(-OFF, abs=5), pytest.approx(OFF, abs=5)]


async def offset(process) -> float:
    """How far the process says its clock is off."""
    _, metrics = await process.ask("/metrics")
    [line] = [each for each in metrics.decode().splitlines() if each.startswith("crossdock_clock_offset_seconds ")]
    return float(line.split()[1])
