"""What lies in the simulated warehouse, in the units it speaks of."""

from decimal import Decimal
from typing import Any

from msgspec import Struct

NONE = Decimal(0)
Json = dict[str, Any]


class Shelf(Struct):
    """One item: what lies there, what of it is promised to orders, what cannot be sold."""

    on_hand: Decimal
    reserved: Decimal = NONE
    blocked: Decimal = NONE

    @property
    def available(self) -> Decimal:
        """What can be promised."""
        return self.on_hand - self.reserved - self.blocked


class Shelves:
    """All items."""

    def __init__(self, on_hand: dict[str, int], plenty: int, unit: str) -> None:
        self._plenty = Decimal(plenty)
        self._unit = unit
        self._shelves = {sku: Shelf(Decimal(quantity)) for sku, quantity in on_hand.items()}

    def of(self, sku: str) -> Shelf:
        """One item; plenty of one that nobody spoke of yet."""
        return self._shelves.setdefault(sku, Shelf(self._plenty))

    def reserve(self, sku: str, quantity: Decimal) -> Decimal:
        """Promise as much as there is; how much that was."""
        shelf = self.of(sku)
        found = max(NONE, min(quantity, shelf.available))
        shelf.reserved += found
        return found

    def release(self, sku: str, quantity: Decimal) -> None:
        """Take a promise back."""
        shelf = self.of(sku)
        shelf.reserved = max(NONE, shelf.reserved - quantity)

    def take(self, sku: str, quantity: Decimal) -> None:
        """Goods leave."""
        shelf = self.of(sku)
        shelf.on_hand -= quantity
        self.release(sku, quantity)

    def lines(self, skus: list[str]) -> list[Json]:
        """Levels as the dialect tells them; of all where none are named."""
        found = []
        for sku in skus or sorted(self._shelves):
            shelf = self.of(sku)
            told = {
                "sku": sku, "on_hand": str(shelf.on_hand), "available": str(shelf.available),
                "reserved": str(shelf.reserved), "blocked": str(shelf.blocked), "unit": self._unit,
            }  # fmt: skip
            found.append({name: value for name, value in told.items() if value})
        return found
