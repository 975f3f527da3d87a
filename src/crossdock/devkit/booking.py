"""The booking kit: what every connector that buys labels must hold. Subclass `BookingContract` in a test.

class TestAcmeBooking(BookingContract):
    spec = SPEC
    simulator = SIMULATOR

    def configure(self, host: str) -> AcmeConfig:
        return AcmeConfig(url=f"https://{host}", api_key="secret://x/sim-key")

It runs the connector against its simulator and judges by the simulator's own books,
``live_labels() -> {reference: [tracking numbers bought and not voided]}``: one live label for every reference, none
for any other. ``CROSSDOCK_SEEDS`` says how many seeds are tried and that every I/O step is one to die at
(8, 3 of two workers and of orders called off, and every third step, unless set; `make chaos` asks for 1,000).
"""

import asyncio
import os
import random
import tempfile
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import pytest

from crossdock.devkit.booking_world import BookingWorld, CarrierPlan
from crossdock.devkit.crashing import empty_database
from crossdock.devkit.specimen import specimen_config
from crossdock.model.instants import stamp
from crossdock.model.item import Item
from crossdock.model.order import DeliveryOrder, OrderLine, Package
from crossdock.model.party import Address, Party
from crossdock.model.units import Measure
from crossdock.ports.spec import ConnectorSpec
from crossdock.sim.faults import Effect, Match, Rule, When
from crossdock.sim.simulator import SimulatorSpec

SEEDS = int(os.environ.get("CROSSDOCK_SEEDS", "8"))
FEW = SEEDS if "CROSSDOCK_SEEDS" in os.environ else 3
STRIDE = 1 if "CROSSDOCK_SEEDS" in os.environ else 3
ORDERS = 2
_NEEDED = {"rates.request.v1", "label.buy.v1", "label.fetch.v1"}
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
_NEVER = 3600.0
_TOO_FEW = 8


class BookingContract:
    """Set ``spec`` and ``simulator``. ``options`` build the simulator, ``ship_from`` and ``ship_to`` are addresses its
    services know; ``purchases`` is a regular expression of the paths whose answers get lost (any, unless set). Every
    seed draws one of the ``disturbances``: shares of calls whose answer is lost, comes too late, or is a 503 in the
    first two minutes.
    """

    spec: ClassVar[ConnectorSpec]
    simulator: ClassVar[SimulatorSpec]
    options: ClassVar[Mapping[str, str]] = {}
    purchases: ClassVar[str] = ".*"
    disturbances: ClassVar[Sequence[tuple[float, float, float]]] = (
        (0.0, 0.0, 0.0),
        (0.3, 0.0, 0.0),
        (0.0, 0.3, 0.0),
        (0.2, 0.1, 0.5),
        (0.1, 0.0, 1.0),
    )
    ship_from: ClassVar[Party] = Party(
        "Warehouse", Address(("1 Dock Rd",), "Fremont", "CA", "94538", "US"), "Acme", "+15105550100", "dock@example.com"
    )
    ship_to: ClassVar[Party] = Party(
        "Ann Example", Address(("12 Elm St",), "Portland", "OR", "97201", "US"), "", "+15035550100", "ann@example.com"
    )

    def configure(self, host: str) -> Any:  # noqa: ARG002 - most partners answer under one name only
        """The connector's settings for a simulator that answers under ``host``; made of examples unless overridden."""
        return specimen_config(self.spec.config)

    def build_simulator(self, seed: int) -> Any:
        """A fresh simulator. It must offer ``live_labels()``."""
        options = dict(self.options)
        try:
            return self.simulator.build({"seed": str(seed), **options})
        except ValueError:  # it knows no seed
            return self.simulator.build(options)

    def order(self, number: int) -> DeliveryOrder:
        """The ``number``-th order to ship, from 1: one parcel of two kilograms."""
        item = Item("LAMP-1", "Lamp", weight=Measure(Decimal(1), "KGM"), hs_code="940520", country_of_origin="DE")
        return DeliveryOrder(
            id=f"do:kit:{number}",
            partner="kit",
            external_id=str(number),
            name=f"KIT/{number:04d}",
            ship_to=self.ship_to,
            ship_from=self.ship_from,
            lines=(OrderLine("1", item, Decimal(2)),),
            packages=(_PARCEL,),
            changed_at=stamp("2026-11-21T06:00:00Z"),
        )

    # ---- what must hold

    def test_the_spec_declares_what_booking_needs(self) -> None:
        """Rates, purchase and label; the simulator keeps books."""
        assert set(self.spec.commands) >= _NEEDED, f"not declared: {sorted(_NEEDED - set(self.spec.commands))}"
        assert self.build_simulator(0).live_labels() == {}

    def test_an_undisturbed_booking_leaves_one_label_and_its_document(self) -> None:
        """The clean run everything else is compared with."""
        faults = asyncio.run(self._clean())
        assert not faults, "\n".join(faults)

    def test_a_death_at_any_io_step_leaves_one_label(self) -> None:
        """The process dies once, before or after a call or commit: at every third step, or at each with many seeds."""
        faults = asyncio.run(self._deaths())
        assert not faults, "\n".join(faults)

    def test_seeded_deaths_lost_answers_timeouts_and_second_clicks_leave_one_label(self) -> None:
        """Several deaths, answers lost after the partner acted, answers too late, the partner failing for a while."""
        faults = asyncio.run(self._seeded())
        assert not faults, "\n".join(faults)

    def test_two_workers_at_once_leave_one_label(self) -> None:
        """Both claim, translate, decide and deliver in any order."""
        faults = asyncio.run(self._two_workers())
        assert not faults, "\n".join(faults)

    def test_an_order_called_off_while_it_is_booked_leaves_no_label(self) -> None:
        """Whatever was bought meanwhile is voided: nobody pays for a label nobody uses."""
        if "label.void.v1" not in self.spec.commands:
            pytest.skip("this connector does not declare voiding")
        faults = asyncio.run(self._called_off())
        assert not faults, "\n".join(faults)

    # ---- how it is tried: what is wrong in the first world where something is

    async def _clean(self) -> list[str]:
        with _folder() as folder:
            world = self._world(await _empty(folder), 0)
            return await self._undisturbed(world)

    async def _undisturbed(self, world: BookingWorld) -> list[str]:
        if faults := await world.live() or await self._judge(world):
            return faults
        held, quoted = await world.labels(), await world.quoted_for()
        if any(document.size <= 0 for document in held.values()):
            faults += world.said("a label without bytes")
        if quoted != {goods.reference for goods in world.consignments.values()}:
            faults += world.said(f"a quote must say which consignment it was asked for; they say {sorted(quoted)}")
        return faults

    async def _deaths(self) -> list[str]:
        with _folder() as folder:
            empty = await _empty(folder)
            clean = self._world(empty, 0)
            if faults := await self._undisturbed(clean):
                return faults
            steps = len(clean.fuse.steps)
            if steps <= _TOO_FEW:
                return clean.said(f"only {steps} I/O steps: this is no booking")
            for death in range(1 + len(self.spec.id) % STRIDE, steps + 1, STRIDE):
                if faults := await self._death(self._world(empty, death, death)):
                    return faults
        return []

    async def _death(self, world: BookingWorld) -> list[str]:
        faults = await world.live()
        if not faults and len(world.deaths) != 1:
            return world.said("it did not die once")
        return faults or await self._judge(world)

    async def _seeded(self) -> list[str]:
        with _folder() as folder:
            empty = await _empty(folder)
            for seed in range(SEEDS):
                chosen = random.Random(seed)  # noqa: S311 - reproducible
                world = self._world(empty, seed, *chosen.sample(range(1, 80), chosen.randint(0, 4)))
                self._disturb(world, chosen)
                if faults := await world.live() or await self._judge(world):
                    return faults
        return []

    async def _two_workers(self) -> list[str]:
        with _folder() as folder:
            empty = await _empty(folder)
            for seed in range(FEW):
                world = self._world(empty, seed)
                self._disturb(world, random.Random(seed))  # noqa: S311 - reproducible
                await world.scramble(120)
                if faults := await world.live() or await self._judge(world):
                    return faults
        return []

    async def _called_off(self) -> list[str]:
        with _folder() as folder:
            empty = await _empty(folder)
            for seed in range(FEW):
                chosen = random.Random(seed)  # noqa: S311 - reproducible
                world = self._world(empty, seed, *chosen.sample(range(1, 60), chosen.randint(0, 2)))
                self._disturb(world, chosen)
                first = next(iter(world.orders.values()))
                if faults := await world.live(cancelled=[first]) or await self._judge(world, called_off=[first]):
                    return faults
        return []

    def _world(self, empty: Path, seed: int, *deaths: int) -> BookingWorld:
        simulator = self.build_simulator(seed)
        plan = CarrierPlan(self.spec, self.configure(simulator.hosts[0]), simulator)
        return BookingWorld(empty, seed, plan, [self.order(number) for number in range(1, ORDERS + 1)], deaths)

    def _disturb(self, world: BookingWorld, chosen: random.Random) -> None:
        """Answers to what changes something are lost, or come too late; the partner fails for the first minutes."""
        lost, late, down = chosen.choice(self.disturbances)
        for host in world.plan.simulator.hosts:
            book = world.network.faults_of(host)
            book._seed = world.seed  # noqa: SLF001 - a book is made before its seed is known
            for method in ("POST", "PUT", "DELETE"):
                match = Match(method, self.purchases)
                book.add(Rule(Effect(lost_answer=True), match, When(probability=lost, times=6)))
                book.add(Rule(Effect(latency=_NEVER), match, When(probability=late, times=3)))
                book.add(Rule(Effect(status=503), match, When(probability=down, until=120)))

    async def _judge(self, world: BookingWorld, called_off: Sequence[DeliveryOrder] = ()) -> list[str]:
        """What is wrong by the partner's own books, and where ours do not say the same."""
        live = world.plan.simulator.live_labels()
        off = {order.id for order in called_off}
        wanted = {goods.reference for order, goods in world.consignments.items() if order not in off}
        stuck, held = await world.stuck(), await world.labels()
        faults = []
        if doubled := {reference: numbers for reference, numbers in live.items() if len(numbers) != 1}:
            faults.append(f"several live labels: {doubled}")
        if set(live) != wanted:
            faults.append(f"live labels for {sorted(live)}, wanted for {sorted(wanted)}; not done: {stuck}")
        elif stuck and not off:
            faults.append(f"not done: {stuck}")
        if unheld := {number for reference in wanted for number in live.get(reference, ())} - held.keys():
            faults.append(f"a label is not held: {sorted(unheld)}")
        return world.said(*faults)


_PARCEL = Package(
    "P1",
    Measure(Decimal(2), "KGM"),
    length=Measure(Decimal(30), "CMT"),
    width=Measure(Decimal(20), "CMT"),
    height=Measure(Decimal(10), "CMT"),
)


def _folder() -> tempfile.TemporaryDirectory[str]:
    """In memory where there is some: worlds die in process, so nothing here is about the disk."""
    return tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None, prefix="crossdock-booking-")


async def _empty(folder: str) -> Path:
    return await empty_database(Path(folder) / "empty.db")
