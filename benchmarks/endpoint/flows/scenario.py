"""What is to happen in a run: sales, returns, purchases and payments. Pure, seeded, each independent of how many."""

import random
from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from msgspec import Struct

GOODS, CUSTOMERS, STOCK = 8, 5, 5_000
DEBTOR = CUSTOMERS
"""The customer (by number, after the others) who owes more than it may."""
DEBT, LIMIT = 50_000, 20_000
"""What the debtor owes before the run, untaxed, and may owe; in cents."""

Kind = Literal[
    "plain", "parcels", "backorder", "given_up", "returned", "damaged", "backorder_returned", "unclaimed", "credit",
    "prepaid",
]  # fmt: skip
KINDS: tuple[Kind, ...] = (
    "plain", "parcels", "backorder", "returned", "credit", "damaged", "given_up", "backorder_returned", "unclaimed",
    "prepaid",
)  # fmt: skip
"""Dealt in turn, so that ten sales have one of each."""
Arrival = Literal["exact", "over", "short", "broken", "noticed"]
ARRIVALS: tuple[Arrival, ...] = ("exact", "short", "over", "broken", "noticed")
Quantities = Mapping[str, int]


class Good(Struct, frozen=True):
    """A product kept and sold in pieces; ``cents`` is the price of one."""

    sku: str
    cents: int

    @property
    def price(self) -> Decimal:
        """Of one piece, in major units."""
        return Decimal(self.cents) / 100


class Back(Struct, frozen=True):
    """What comes back of the first delivery; ``damaged`` is part of ``lines``."""

    lines: dict[str, int]
    damaged: dict[str, int]


class Sale(Struct, frozen=True):
    """One sales order. ``deliveries`` leave one after the other, each in so many ``parcels``."""

    number: int
    reference: str
    kind: Kind
    customer: int
    lines: dict[str, int]
    deliveries: tuple[dict[str, int], ...]
    parcels: int = 1
    back: Back | None = None


class Purchase(Struct, frozen=True):
    """One purchase order: what is ordered, and what comes at each arrival; ``damaged`` is part of the first."""

    number: int
    reference: str
    kind: Arrival
    lines: dict[str, int]
    arrivals: tuple[dict[str, int], ...]
    damaged: dict[str, int]


class Scenario(Struct, frozen=True):
    """All of a run."""

    tag: str
    goods: tuple[Good, ...]
    sales: tuple[Sale, ...]
    purchases: tuple[Purchase, ...]


def scenario(tag: str, seed: int, sales: int, purchases: int) -> Scenario:
    """The run of a tag and a seed."""
    chance = _chance(tag, seed, "goods")
    goods = tuple(Good(f"XF-{tag}-{number:02d}", chance.randint(75, 9_999)) for number in range(GOODS))
    return Scenario(
        tag,
        goods,
        tuple(_sale(tag, seed, goods, number) for number in range(sales)),
        tuple(_purchase(tag, seed, goods, number) for number in range(purchases)),
    )


def customer_name(tag: str, number: int) -> str:
    """What a customer is called."""
    return f"XF {tag} {'Debtor' if number == DEBTOR else f'Customer {number}'}"


def _chance(tag: str, seed: int, what: str) -> random.Random:
    return random.Random(f"{tag}/{seed}/{what}")  # noqa: S311 - seeded, for reproduction


def _sale(tag: str, seed: int, goods: tuple[Good, ...], number: int) -> Sale:
    chance, kind = _chance(tag, seed, f"sale/{number}"), KINDS[number % len(KINDS)]
    lines = {good.sku: chance.randint(2, 9) for good in chance.sample(goods, chance.randint(1, 3))}
    deliveries = _deliveries(chance, kind, lines)
    parcels = chance.choice((2, 3)) if kind == "parcels" else 1
    parcels = min(parcels, *lines.values())
    who = DEBTOR if kind == "credit" else chance.randrange(CUSTOMERS)
    back = _back(chance, kind, deliveries[0])
    return Sale(number, f"XF-{tag}-S{number:03d}", kind, who, lines, deliveries, parcels, back)


def _deliveries(chance: random.Random, kind: Kind, lines: Quantities) -> tuple[dict[str, int], ...]:
    """Everything at once, or a part of it and, where it is still wanted, the rest."""
    if kind not in {"backorder", "backorder_returned", "given_up"}:
        return (dict(lines),)
    first = {sku: chance.randint(1, quantity) for sku, quantity in lines.items()}
    some = chance.choice(sorted(lines))
    first[some] = min(first[some], lines[some] - 1)
    rest = {sku: quantity - first[sku] for sku, quantity in lines.items() if quantity > first[sku]}
    return (first,) if kind == "given_up" else (first, rest)


def _back(chance: random.Random, kind: Kind, delivered: Quantities) -> Back | None:
    if kind == "unclaimed":
        return Back(dict(delivered), {})
    if kind not in {"returned", "damaged", "backorder_returned"}:
        return None
    skus = chance.sample(sorted(delivered), chance.randint(1, len(delivered)))
    lines = {sku: chance.randint(1, delivered[sku]) for sku in skus}
    broken = {skus[0]: chance.randint(1, lines[skus[0]])} if kind == "damaged" else {}
    return Back(lines, broken)


def _purchase(tag: str, seed: int, goods: tuple[Good, ...], number: int) -> Purchase:
    chance, kind = _chance(tag, seed, f"purchase/{number}"), ARRIVALS[number % len(ARRIVALS)]
    lines = {good.sku: chance.randint(5, 40) for good in chance.sample(goods, chance.randint(1, 3))}
    came, rest = dict(lines), dict[str, int]()
    some = chance.choice(sorted(lines))
    if kind == "over":
        came[some] += chance.randint(1, 5)
    if kind in {"short", "noticed"}:
        came[some] -= chance.randint(1, 4)
        rest = {some: lines[some] - came[some]}
    damaged = {some: chance.randint(1, came[some])} if kind in {"broken", "noticed"} else {}
    arrivals = (came, rest) if rest else (came,)
    return Purchase(number, f"XF-{tag}-P{number:03d}", kind, lines, arrivals, damaged)
