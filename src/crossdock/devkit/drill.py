"""A carrier's outage rehearsed: orders of one service level, simulated partners, the installation's own rules."""

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, structs

from crossdock.backbone.metrics import Metrics
from crossdock.backbone.spans import Spans
from crossdock.bootstrap import Hub, PartnerPlan, World, compose, open_file
from crossdock.catalog import connectors, simulators
from crossdock.devkit.crashing import EverySecret, SeededIds, empty_database
from crossdock.model.deciding import BookingDiverted
from crossdock.model.events import ShipmentBooked
from crossdock.model.fulfilment import FulfilmentState
from crossdock.ports.stores import Transaction
from crossdock.processes.order_to_ship import order_to_ship
from crossdock.processes.shipping_policy import Fallback, OrderToShipPolicy
from crossdock.sim.clock import VirtualClock
from crossdock.sim.faults import Effect, FaultBook, Match, Rule, When
from crossdock.sim.inprocess import InProcessCaller
from crossdock.sim.simulator import Simulator
from crossdock.transports.recorder import RecordingCaller

LEVELS = ("express", "standard", "economy")
_KEY = "sim-key"
_STEP = 30.0
_SECOND = 1_000_000
_AFTERWARDS = 1800.0
"""Virtual seconds that are watched after the carrier came back."""
_DECODE = msgspec.json.Decoder(FulfilmentState).decode
_DOWN, _UP = "a-", "b-"
"""Before partners' names: offers that are equal go by name, so the carrier on trial is chosen first."""


class Rehearsed(Struct, frozen=True):
    """What became of one order: decisions as (minutes after the order, action, reason), who booked it in the end and
    when (minutes), and what people were asked.
    """

    order: str
    decisions: tuple[tuple[int, str, str], ...]
    booked_by: tuple[str, ...]
    booked_after: int | None
    asked: tuple[str, ...]


class Rehearsal(Struct, frozen=True):
    """What became of all orders of one level while one carrier took no bookings for so many ``minutes``."""

    carrier: str
    level: str
    minutes: int
    orders: tuple[Rehearsed, ...]
    labels: int


async def rehearse(policy: OrderToShipPolicy, carrier: str, level: str, minutes: int, orders: int) -> Rehearsal:
    """``orders`` of ``level`` come in while ``carrier`` takes no bookings for so many virtual minutes; everything is
    simulated, in a folder that is gone afterwards.
    """
    with tempfile.TemporaryDirectory(prefix="crossdock-drill-") as folder:
        clock = VirtualClock()
        names = {name: (_DOWN if name == carrier else _UP) + name for name in policy.carriers}
        partners = {alias: _carrier(alias) for alias in names.values()}
        odoo = (
            simulators()
            .get("odoo")
            .build({"serie": "19.0", "database": "demo", "api_key": _KEY, "now": str(clock.now())})
        )
        book = FaultBook([_outage(minutes)], started_at=clock.now())
        wires = InProcessCaller(clock, [odoo, *partners.values()], {f"{names[carrier]}.example": book})
        hub = _hub(await empty_database(Path(folder) / "drill.db"), clock, wires, _aliased(policy, names, level), odoo)
        try:
            odoo.control("confirm_orders", {"n": orders}, clock.now())
            began = clock.now()
            await _live(hub, clock, minutes * 60 + _AFTERWARDS)
            told = await _told(hub, began)
        finally:
            await hub.store.close()
        sold: list[Any] = [each.control("live_labels", {}, clock.now()) for each in partners.values()]
        labels = sum(len(codes) for live in sold for codes in live.values())
        return Rehearsal(carrier, level, minutes, told, labels)


def _outage(minutes: int) -> Rule:
    return Rule(Effect(unreachable=True), Match("POST", "/v2/shipments/[^/]+/buy"), When(until=minutes * 60.0))


def _carrier(alias: str) -> Simulator:
    options = {"seed": "1", "api_key": _KEY, "api_host": f"{alias}.example", "files_host": f"files.{alias}.example"}
    simulator: Simulator = simulators().get("easypost").build(options)
    return simulator


def _aliased(policy: OrderToShipPolicy, names: dict[str, str], level: str) -> OrderToShipPolicy:
    fallbacks = {
        names[name]: Fallback(
            own.do, tuple(names[each] for each in own.carriers if each in names), own.words, own.contacts
        )
        for name, own in policy.fallbacks.items()
        if name in names
    }
    return structs.replace(
        policy,
        carriers=tuple(names.values()),
        fallbacks=fallbacks,
        levels={level: ("*",)},
        wishes=type(policy.wishes)(),
    )


def _hub(
    database: Path, clock: VirtualClock, wires: InProcessCaller, policy: OrderToShipPolicy, odoo: Simulator
) -> Hub:
    specs = connectors().working()
    caller = RecordingCaller(wires)
    config = specs["odoo"].config(f"http://{odoo.hosts[0]}", "demo", f"secret://x/{_KEY}", dialect="json2")
    plans = [PartnerPlan("odoo", specs["odoo"], config)]
    for alias in policy.carriers:
        carrier = specs["easypost"].config(
            f"secret://x/{_KEY}", url=f"https://{alias}.example", label_hosts=(f"files.{alias}.example",)
        )
        plans.append(PartnerPlan(alias, specs["easypost"], carrier))
    world = World(
        open_file(database), clock, SeededIds(1), EverySecret(), lambda _plan: (caller, caller), Metrics(), Spans(),
        "drill",
    )  # fmt: skip
    return compose(world, plans, [order_to_ship(policy)])


async def _live(hub: Hub, clock: VirtualClock, seconds: float) -> None:
    end = clock.now() + round(seconds * _SECOND)
    await hub.engine.lease()
    while clock.now() < end:
        for feed in hub.plans["odoo"].spec.feeds:
            await hub.engine.poll("odoo", feed.name)
        await hub.engine.settle_all()
        clock.advance(_STEP)
        await hub.engine.lease()


async def _told(hub: Hub, began: int) -> tuple[Rehearsed, ...]:
    return await hub.store.read(lambda tx: tuple(_orders(tx, began)))


def _orders(tx: Transaction, began: int) -> Iterator[Rehearsed]:
    for subject, row in tx.states.load(tx.states.subjects("", 1000)).items():
        state = _DECODE(row.state)
        if state.order is None:
            continue
        events = tx.log.of_subject(subject)
        open_, _ = tx.views.exceptions(subject=subject)
        decisions = tuple(
            (_minutes(each.recorded_at - began), each.body.action, _plain(each.body.reason))
            for each in events
            if isinstance(each.body, BookingDiverted)
        )
        booked = [_minutes(each.recorded_at - began) for each in events if isinstance(each.body, ShipmentBooked)]
        yield Rehearsed(
            state.order.name,
            decisions,
            tuple(sorted(booking.partner[len(_DOWN) :] for booking in state.live_bookings().values())),
            max(booked, default=None),
            tuple(_plain(each.text) for each in open_),
        )


def _minutes(span: int) -> int:
    return span // _SECOND // 60


def _plain(text: str) -> str:
    """Without what the drill put before names."""
    return " ".join(word.removeprefix(_DOWN).removeprefix(_UP) for word in text.split(" "))


def verdict(told: Iterable[Rehearsed], carrier: str) -> str:
    """One line for people: where the orders went and how long that took."""
    ways: dict[str, list[int]] = {}
    for each in told:
        others = [name for name in each.booked_by if name != carrier]
        if others:
            way = f"booked with {', '.join(sorted(set(others)))}"
        elif each.booked_by:
            way = f"waited and booked with {carrier}"
        else:
            way = "a person is asked" if each.asked else "NOT BOOKED AND NOBODY ASKED"
        ways.setdefault(way, []).append(
            each.booked_after if each.booked_after is not None else each.decisions[-1][0] if each.decisions else 0
        )
    return "; ".join(f"{len(after)} {way} (after {max(after)} min)" for way, after in sorted(ways.items()))
