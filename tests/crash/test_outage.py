"""A carrier is down: nobody else is asked before it is known what the first one did; the held goes on in order."""

import os
from pathlib import Path

import pytest
import sqlalchemy as sa

from crash.world import KEY, Landscape
from crossdock.backbone.breaker import Limits
from crossdock.catalog import connectors, simulators
from crossdock.connectors.easypost.config import EasyPostConfig
from crossdock.devkit.booking_world import CarrierPlan
from crossdock.devkit.crashing import empty_database
from crossdock.processes.shipping_policy import OrderToShipPolicy, Outage
from crossdock.sim.faults import Effect, Match, Rule, When
from crossdock.views.choices import diversions_of

BUY = Match("POST", "/v2/shipments/.*/buy")
DOWN = Match()
SEEDS = int(os.environ.get("CROSSDOCK_SEEDS", "60"))
SOON = {"standard": Outage(60, "reroute")}


def carrier(name: str) -> CarrierPlan:
    """An EasyPost account of its own, under a host of its own."""
    host = f"{name}.example"
    options = {"seed": "1", "api_key": KEY, "api_host": host, "files_host": f"files.{host}"}
    config = EasyPostConfig(f"secret://x/{KEY}", url=f"https://{host}", label_hosts=(f"files.{host}",))
    return CarrierPlan(connectors().get("easypost"), config, simulators().get("easypost").build(options), name)


@pytest.fixture
async def empty(tmp_path: Path) -> Path:
    return await empty_database(tmp_path / "empty.db")


def landscape(empty: Path, outages, *, orders: int = 1, limits: Limits = Limits()) -> Landscape:
    """Two carriers with the same prices: the first by name is chosen."""
    policy = OrderToShipPolicy(("alpha", "beta"), outages=outages)
    return Landscape(
        empty, 1, orders=orders, parcels={}, carrier=lambda _seed: carrier("alpha"), others=[carrier("beta")],
        policy=policy, limits=limits,
    )  # fmt: skip


async def run(world: Landscape, hub, minutes: int) -> None:
    """Let so many minutes go by, in steps of five seconds."""
    for _ in range(minutes * 12):
        await world._round(hub)
        world.clock.advance(5)


def labels(world: Landscape) -> list[int]:
    """Live labels at each carrier."""
    return [sum(map(len, each.simulator.live_labels().values())) for each in world.carriers]


def fail(world: Landscape, what: Match, effect: Effect, minutes: float) -> None:
    world.fault("alpha.example", Rule(effect, what, When(until=minutes * 60)))


async def decisions(hub) -> list[str]:
    rows, _ = await hub.store.read(lambda tx: tx.views.shipments())
    events = await hub.store.read(lambda tx: [event for row in rows for event in tx.log.of_subject(row.subject)])
    return [each.action for each in diversions_of(events)]


async def exceptions(hub) -> set[str]:
    rows, _ = await hub.store.read(lambda tx: tx.views.exceptions(open_only=True))
    return {row.kind for row in rows}


@pytest.mark.req("C9", "C4")
async def test_a_booking_in_doubt_is_settled_before_another_carrier_is_asked(empty):
    world = landscape(empty, SOON)
    hub = await world.worker()
    world.fault("alpha.example", Rule(Effect(lost_answer=True), BUY, When(nth=1)))
    fail(world, Match("GET", ".*"), Effect(drop=True), 20)
    await run(world, hub, 15)
    assert await decisions(hub) == ["withdraw"]
    assert labels(world) == [1, 0], "alpha sold a label and does not say so yet: beta is not asked"
    assert await exceptions(hub) == {"booking.in_doubt"}
    await run(world, hub, 15)
    assert await exceptions(hub) == set()
    assert labels(world) == [1, 0]
    assert await decisions(hub) == ["withdraw", "released"]


@pytest.mark.req("C9", "C4")
async def test_what_certainly_did_not_happen_is_bought_elsewhere(empty):
    world = landscape(empty, SOON)
    hub = await world.worker()
    fail(world, BUY, Effect(status=503), 600)
    await run(world, hub, 5)
    assert labels(world) == [0, 1]
    assert await decisions(hub) == ["withdraw", "reroute"]


@pytest.mark.req("C9")
async def test_a_carrier_that_cannot_be_reached_was_never_told_so_the_next_one_is_asked_at_once(empty):
    world = landscape(empty, SOON)
    hub = await world.worker()
    fail(world, BUY, Effect(unreachable=True), 600)
    await run(world, hub, 3)
    assert labels(world) == [0, 1]


@pytest.mark.req("C9", "C4")
async def test_every_death_on_the_way_round_an_outage_leaves_one_label(empty):
    clean = landscape(empty, SOON)
    fail(clean, BUY, Effect(status=503), 600)
    await _live(clean)
    steps = len(clean.fuse.steps)
    for death in range(1, steps, max(1, steps * 25 // SEEDS)):
        world = landscape(empty, SOON)
        world.fuse.deaths = {death}
        fail(world, BUY, Effect(status=503), 600)
        await _live(world)
        assert labels(world) == [0, 1], f"death at {death}"


async def _live(world: Landscape, rounds: int = 30) -> None:
    hub = None
    for _ in range(rounds):
        with world.process():
            hub = hub or await world.worker()
            await world._round(hub)
            world.clock.advance(10)
            continue
        await world._bury()
        hub = None


@pytest.mark.req("C9")
async def test_the_next_carrier_is_watched_like_the_first(empty):
    world = landscape(empty, SOON)
    hub = await world.worker()
    for name in ("alpha", "beta"):
        world.fault(f"{name}.example", Rule(Effect(status=503), BUY, When(until=3600)))
    await run(world, hub, 5)
    assert await decisions(hub) == ["withdraw", "reroute", "hold"]
    assert await exceptions(hub) == {"carrier.unavailable"}


@pytest.mark.req("C9")
async def test_everything_held_is_released_in_order_on_recovery(empty):
    limits = Limits(concurrency=1, failures=3, open_seconds=30)
    world = landscape(empty, {"standard": Outage(120, "hold")}, orders=12, limits=limits)
    hub = await world.worker()
    fail(world, BUY, Effect(unreachable=True), 20)
    await run(world, hub, 15)
    assert labels(world) == [0, 0]
    assert (await decisions(hub)).count("hold") == 12
    await run(world, hub, 15)
    assert labels(world) == [12, 0]
    of = {number: name for name, numbers in world.carrier.live_labels().items() for number in numbers}
    references = [of[entry.key] for entry in world.carrier.ledger.of("label.bought")]
    asked = sa.text("select subject from command where kind = 'label.buy.v1' order by seq")
    order = await hub.store.read(lambda tx: [row.subject for row in tx.lanes._connection.execute(asked)])
    probe, *released = [reference.rpartition("/")[0] for reference in references]
    assert released == [each for each in order if each != probe], "after the one call that found the carrier back"
