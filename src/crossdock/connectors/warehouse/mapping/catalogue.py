"""Whose words are whose: items, units, customers and sites of a warehouse and ours; pure."""

from decimal import Decimal

from msgspec import Struct

from crossdock.connectors.warehouse.config import WarehouseConfig
from crossdock.model.item import Item
from crossdock.model.stock import StockPlace
from crossdock.model.units import InvalidUnit, Measure, convert

_COUNTED = frozenset({"H87", "PR", "DZN", "GRO"})
"""Units that come in whole numbers."""
_MOST = Decimal(10) ** 12
_FINEST = -6


class UomMismatch(ValueError):
    """A quantity that is not a whole number of base units, or a unit nobody said the contents of."""


class Goods(Struct, frozen=True):
    """A quantity of an item in our words."""

    item: Item
    quantity: Decimal
    unit: str


class Catalogue:
    """The tables of one warehouse."""

    def __init__(self, config: WarehouseConfig) -> None:
        self._config = config
        self._ours = {row.theirs: row.sku for row in config.items if row.theirs}
        self._theirs = {row.sku: row.theirs for row in config.items if row.theirs}
        self._contains = {(row.sku, row.unit): Decimal(row.contains) for row in config.items}
        self._base = {row.sku: row.base for row in config.items}
        self._orders = {row.sku: row for row in config.items if row.orders}
        self._customers = {theirs: ours for ours, theirs in config.customers.items()}

    def place(self, site: str, location: str = "") -> StockPlace:
        """A site of theirs, the configured one where none is named, as our place."""
        return StockPlace(location=location, warehouse=self.warehouse(site))

    def warehouse(self, site: str) -> str:
        """Our code of a site of theirs."""
        return self._config.sites.get(site, site) if site else self._config.warehouse

    def owner(self, theirs: str) -> str:
        """Our reference of a customer of theirs."""
        return self._customers.get(theirs, theirs)

    def customer(self, ours: str) -> str:
        """Their number of a customer of ours."""
        return self._config.customers.get(ours, ours)

    def sku(self, theirs: str) -> str:
        """Our stock code."""
        return self._ours.get(theirs, theirs)

    def goods(self, theirs: str, quantity: Decimal, unit: str) -> Goods:
        """A quantity as they say it in base units. Raises `UomMismatch` where that is not exact."""
        sku = self.sku(theirs)
        base = self._base.get(sku, "H87")
        return Goods(Item(sku), self._in_base(sku, _sane(quantity), self._unit(unit) or base, base), base)

    def _unit(self, theirs: str) -> str:
        named = theirs.strip() or self._config.default_unit
        return self._config.units.get(named, named)

    def _in_base(self, sku: str, quantity: Decimal, unit: str, base: str) -> Decimal:
        contains = self._contains.get((sku, unit))
        if contains is not None:
            found = quantity * contains
        else:
            try:
                found = convert(Measure(quantity, unit), base)
            except InvalidUnit:
                raise UomMismatch(f"{quantity} {unit} of {sku}: nobody said how many {base} a {unit} holds") from None
        if base in _COUNTED and found != found.to_integral_value():
            raise UomMismatch(f"{quantity} {unit} of {sku} is {found.normalize():f} {base}, which is no whole number")
        return found.to_integral_value() if found == found.to_integral_value() else found.normalize()

    def instructed_sku(self, sku: str) -> str:
        """Their name of an item of ours."""
        return self._theirs.get(sku, sku)

    def instructed(self, sku: str, quantity: Decimal, unit: str) -> tuple[str, Decimal, str]:
        """What we order, as (sku, quantity, unit) in their words. Raises `UomMismatch` where that is not exact."""
        theirs, row = self._theirs.get(sku, sku), self._orders.get(sku)
        if row is None:
            return theirs, quantity, unit
        base = self._in_base(sku, quantity, unit, row.base)
        contains = Decimal(row.contains)
        if base % contains:
            text = f"{base} {row.base} of {sku} is no whole number of {row.unit} of {contains}"
            raise UomMismatch(text)
        return theirs, (base / contains).to_integral_value(), row.unit


def _sane(quantity: Decimal) -> Decimal:
    exponent = quantity.as_tuple().exponent
    if not quantity.is_finite() or abs(quantity) > _MOST or not isinstance(exponent, int) or exponent < _FINEST:
        raise UomMismatch(f"a quantity of {str(quantity)[:40]} cannot be meant")
    return quantity
