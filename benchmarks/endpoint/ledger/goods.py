"""What the run sells: its own products in several units, its own lots, its own customers. Pure."""

import random
from decimal import Decimal

from msgspec import Struct

from crossdock.model.party import Address, Party

CURRENCY = "USD"
STOCK = Decimal(60_000)
"""Counted of every product (of every lot) in the unit it is kept in: more than any run sells."""
DOZEN = 12
CUSTOMERS = 40
_PIECES, _WEIGHED, _MEASURED, _BY_DOZEN, _IN_DOZENS, _LOTTED = 26, 8, 6, 4, 6, 10


class Good(Struct, frozen=True):
    """A product kept in ``kept`` and sold in ``sold`` (both UN/ECE Rec 20), of which one is ``factor`` kept ones.

    ``cents`` is the price of one ``sold``; quantities are whole multiples of ``step`` sold units, ``most`` at most.
    """

    sku: str
    kept: str
    sold: str
    factor: Decimal
    cents: int
    step: Decimal
    most: int
    lots: tuple[str, ...] = ()

    @property
    def price(self) -> Decimal:
        """Of one kept unit, in major units; exact by the choice of ``cents``."""
        return Decimal(self.cents) / 100 / self.factor


def goods(tag: str, seed: int) -> tuple[Good, ...]:
    """The products of a run, the same for the same ``tag`` and ``seed``."""
    chance = random.Random(f"{tag}/{seed}/goods")  # noqa: S311 - seeded, for reproduction
    one, dozen = Decimal(1), Decimal(DOZEN)
    kinds: list[tuple[int, tuple[str, str, Decimal, Decimal, int]]] = [
        (_PIECES, ("H87", "H87", one, one, 20)),
        (_WEIGHED, ("KGM", "KGM", one, Decimal("0.05"), 300)),
        (_MEASURED, ("MTR", "MTR", one, Decimal("0.25"), 60)),
        (_BY_DOZEN, ("H87", "DZN", dozen, one, 4)),
        (_IN_DOZENS // 2, ("DZN", "DZN", one, one, 6)),
        (_IN_DOZENS // 2, ("DZN", "H87", one / dozen, dozen, 6)),
        (_LOTTED, ("H87", "H87", one, one, 20)),
    ]
    made: list[Good] = []
    for kind, (count, (kept, sold, factor, step, most)) in enumerate(kinds):
        for _ in range(count):
            sku = f"XL-{tag}-{len(made) + 1:03d}"
            cents = chance.randint(75, 19_999)
            cents -= cents % DOZEN if sold == "DZN" and kept == "H87" else 0
            lots = tuple(f"{sku}-{letter}" for letter in "ABC") if kind == len(kinds) - 1 else ()
            made.append(Good(sku, kept, sold, factor, cents, step, most, lots))
    return tuple(made)


def customer(tag: str, number: int) -> Party:
    """Customer ``number`` (from 0) of a run; the first order of each makes it."""
    name = f"XL {tag} Customer {number:02d}"
    address = Address((f"{number + 1} Ledger Street",), "Austin", "TX", "73301", "US")
    return Party(name, address, email=f"c{number:02d}@xl-{tag}.example", reference=customer_reference(tag, number))


def customer_reference(tag: str, number: int) -> str:
    """What a customer is known by."""
    return f"XL-{tag}-C{number:02d}"
