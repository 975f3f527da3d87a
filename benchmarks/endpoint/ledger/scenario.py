"""What is to happen to each order of a run: pure, seeded, and each order's plan independent of how many there are."""

import random
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from benchmarks.endpoint.ledger.goods import CUSTOMERS, Good

Ending = Literal["complete", "given_up", "backorder_cancelled"]
Billing = Literal["after", "each"]


class Portion(Struct, frozen=True):
    """How much of a line moves, in the unit it was sold in; of tracked goods by lot."""

    quantity: Decimal
    lots: tuple[tuple[str, Decimal], ...] = ()


class PlannedLine(Struct, frozen=True):
    """What is ordered of a good, and what it is changed to before anything moves (None: left as it is)."""

    good: Good
    ordered: Decimal
    amended: Decimal | None = None

    @property
    def wanted(self) -> Decimal:
        """What is to be delivered in the end."""
        return self.ordered if self.amended is None else self.amended


Shipment = tuple[Portion, ...]
"""A portion for each line, 0 where nothing of it moves."""


class TakenBack(Struct, frozen=True):
    """What comes back of which shipment; ``refund`` lowers what is owed; ``early`` is before the invoice."""

    shipment: int
    portions: Shipment
    refund: bool
    early: bool


class Plan(Struct, frozen=True):
    """The life of one order. ``shipments`` are carried out one after the other, each later one on a backorder."""

    reference: str
    customer: int
    lines: tuple[PlannedLine, ...]
    called_off: bool = False
    shipments: tuple[Shipment, ...] = ()
    ending: Ending = "complete"
    billing: Billing = "after"
    taken_back: TakenBack | None = None
    credit: bool = False


def plans(tag: str, seed: int, goods: Sequence[Good], count: int) -> tuple[Plan, ...]:
    """The first ``count`` orders of a run."""
    return tuple(_plan(tag, seed, goods, number) for number in range(count))


def _plan(tag: str, seed: int, goods: Sequence[Good], number: int) -> Plan:
    chance = random.Random(f"{tag}/{seed}/order/{number}")  # noqa: S311 - seeded, for reproduction
    reference, customer = f"XL-{tag}-{number:05d}", chance.randrange(CUSTOMERS)
    lines = tuple(_line(chance, good) for good in chance.sample(list(goods), chance.randint(1, 4)))
    if chance.random() < 0.06:
        return Plan(reference, customer, lines, called_off=True)
    if chance.random() < 0.10:
        changed = chance.randrange(len(lines))
        lines = tuple(_amended(chance, line) if at == changed else line for at, line in enumerate(lines))
    shipments, ending = _shipments(chance, lines)
    billing: Billing = "each" if len(shipments) > 1 and chance.random() < 0.3 else "after"
    back = _taken_back(chance, lines, shipments, billing) if chance.random() < 0.55 else None
    owed = back is not None and back.refund and not back.early
    return Plan(reference, customer, lines, False, shipments, ending, billing, back, owed and chance.random() < 0.85)


def _line(chance: random.Random, good: Good) -> PlannedLine:
    return PlannedLine(good, good.step * chance.randint(1, good.most))


def _amended(chance: random.Random, line: PlannedLine) -> PlannedLine:
    others = [number for number in range(1, line.good.most + 5) if line.good.step * number != line.ordered]
    return PlannedLine(line.good, line.ordered, line.good.step * chance.choice(others))


def _shipments(chance: random.Random, lines: Sequence[PlannedLine]) -> tuple[tuple[Shipment, ...], Ending]:
    """All at once, in two parts, in three, or in one part with the rest given up in one of two ways."""
    left = [line.wanted for line in lines]
    kind = chance.choices(("once", "twice", "thrice", "given_up", "backorder_cancelled"), (25, 45, 8, 11, 11))[0]
    parts = {"once": 0, "twice": 1, "thrice": 2}.get(kind, 1)
    made: list[Shipment] = []
    for _ in range(parts):
        quantities = _part(chance, lines, left)
        if quantities is None:
            break
        made.append(_portions(chance, lines, quantities))
        left = [before - taken for before, taken in zip(left, quantities, strict=True)]
    if made and kind in {"given_up", "backorder_cancelled"}:
        return tuple(made), "given_up" if kind == "given_up" else "backorder_cancelled"
    return (*made, _portions(chance, lines, left)), "complete"


def _part(chance: random.Random, lines: Sequence[PlannedLine], left: Sequence[Decimal]) -> list[Decimal] | None:
    """Some of what is left, and not all of it; None where one step is all there is."""
    steps = [int(quantity / line.good.step) for line, quantity in zip(lines, left, strict=True)]
    if sum(steps) < 2:
        return None
    while True:
        taken = [chance.randint(0, each) for each in steps]
        if 0 < sum(taken) < sum(steps):
            return [line.good.step * each for line, each in zip(lines, taken, strict=True)]


def _portions(chance: random.Random, lines: Sequence[PlannedLine], quantities: Sequence[Decimal]) -> Shipment:
    return tuple(_portion(chance, line.good, each) for line, each in zip(lines, quantities, strict=True))


def _portion(chance: random.Random, good: Good, quantity: Decimal) -> Portion:
    if not good.lots or not quantity:
        return Portion(quantity)
    first = good.step * chance.randint(1, int(quantity / good.step))
    names = chance.sample(good.lots, 2)
    shares = [(name, share) for name, share in zip(names, (first, quantity - first), strict=True) if share]
    return Portion(quantity, tuple(sorted(shares)))


def _taken_back(
    chance: random.Random, lines: Sequence[PlannedLine], shipments: Sequence[Shipment], billing: Billing
) -> TakenBack | None:
    """Something of one shipment. What comes back before the invoice leaves something to be invoiced."""
    at = chance.randrange(len(shipments))
    refund = chance.random() < 0.85
    early = refund and billing == "after" and chance.random() < 0.2
    portions = tuple(_some_of(chance, line.good, one) for line, one in zip(lines, shipments[at], strict=True))
    everything = sum(one.quantity for shipment in shipments for one in shipment)
    back = sum(one.quantity for one in portions)
    if not back:
        return None
    return TakenBack(at, portions, refund, early and back < everything)


def _some_of(chance: random.Random, good: Good, moved: Portion) -> Portion:
    """None of it, some of it or all of it; of tracked goods out of one lot."""
    if not moved.quantity or chance.random() < 0.4:
        return Portion(Decimal(0))
    lot, most = chance.choice(moved.lots) if moved.lots else ("", moved.quantity)
    quantity = good.step * chance.randint(1, int(most / good.step))
    return Portion(quantity, ((lot, quantity),) if lot else ())
