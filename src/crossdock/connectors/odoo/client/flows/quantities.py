"""Partners' quantities in the units of moves and order lines, exactly; units are read as they are needed."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct

from crossdock.connectors.odoo.client.dialects import Call
from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.flows.items import PRODUCT, Found
from crossdock.connectors.odoo.client.session import OdooSession, identifier
from crossdock.connectors.odoo.mapping.quantities import (
    Packing,
    Scale,
    UnitMismatch,
    in_scale,
    is_package,
    packing_named,
    scales_of,
)
from crossdock.ports.verdicts import Explanation, Park

UNIT = "uom.uom"
_UNIT_FIELDS = ("name", "rounding", "uom_type", "category_id", "ratio", "relative_uom_id", "relative_factor")
_MISMATCH = "A quantity does not fit the unit Odoo keeps: {text}. Correct quantity, unit or packaging, then retry."


class Asked(Struct, frozen=True):
    """A ``quantity`` in the partner's unit ``code`` (UN/ECE Rec 20) of what an item names, wanted in Odoo's ``unit``.

    ``unit`` 0 is the product's own.
    """

    quantity: Decimal
    code: str
    found: Found
    unit: int = 0


class Quantities:
    """Exact conversions. Units are read once: Odoo itself forbids another factor once goods moved in a unit."""

    def __init__(self, session: OdooSession) -> None:
        """Reads through ``session``."""
        self._session = session
        self._scales: dict[int, Scale] = {}

    async def convert(self, asked: Sequence[Asked]) -> list[Decimal]:
        """Each in the unit wanted, in their order. Raises `Failed`: Park ``uom.mismatch``, naming all that misfit."""
        needed = {one for each in asked for one in (each.unit, each.found.product.unit, each.found.packing_unit) if one}
        scales = await self.scales(needed)
        packings = await self._packings({each.found.product.id for each in asked if is_package(each.code)})
        made, faults = [], []
        for each in asked:
            own = scales[each.found.product.unit]
            try:
                chosen = self._chosen(each, own, packings.get(each.found.product.id, []))
                made.append(in_scale(each.quantity, each.code, own, scales[each.unit or own.id], chosen))
            except UnitMismatch as mismatch:
                product = each.found.product
                faults.append(f"{product.sku or product.name}: {mismatch}")
        if faults:
            text = "; ".join(faults)
            raise Failed(Park(Explanation(_MISMATCH.format(text=text), f"uom.mismatch: {text}")))
        return made

    async def scales(self, ids: set[int]) -> dict[int, Scale]:
        """Units of measure by id; archived ones too."""
        if not ids <= self._scales.keys():
            rows = await self._session.find(UNIT, [("active", "in", [True, False])], _UNIT_FIELDS)
            every = tuple(row["id"] for row in rows)
            named = await self._session.call(Call(UNIT, "get_external_id", every))
            names = {int(key): str(name) for key, name in named.items() if name} if isinstance(named, dict) else {}
            self._scales = scales_of(rows, names)
        if unknown := ids - self._scales.keys():
            text = f"no access to unit of measure {sorted(unknown)}"
            raise Failed(Park(Explanation(_MISMATCH.format(text=text), f"uom.mismatch: {text}")))
        return self._scales

    def _chosen(self, asked: Asked, own: Scale, packings: Sequence[Packing]) -> tuple[Packing, ...]:
        """The packaging the GTIN names, else those the unit's code can mean."""
        found = asked.found
        if found.packing_unit:
            scale = self._scales[found.packing_unit]
            if scale.root != own.root:
                raise UnitMismatch(f"the packaging '{scale.name}' is not counted in '{own.name}'")
            return (Packing(found.packing, scale.per),)
        if found.contains:
            return (Packing(found.packing, Fraction(found.contains) * own.per),)
        return packing_named(asked.code, packings) if is_package(asked.code) else ()

    async def _packings(self, products: set[int]) -> dict[int, list[Packing]]:
        """How products are packed: packagings before 19, further units of measure since."""
        if not products:
            return {}
        wanted = ("uom_id", "packaging_ids", "uom_ids")
        rows = await self._session.read(PRODUCT, sorted(products), wanted)
        made: dict[int, list[Packing]] = {key: [] for key in rows}
        packages = [one for row in rows.values() for one in row.get("packaging_ids") or []]
        if packages:
            for row in (
                await self._session.read("product.packaging", packages, ("name", "qty", "product_id"))
            ).values():
                product = identifier(row["product_id"])
                own = self._scales[identifier(rows[product]["uom_id"])]
                made[product].append(Packing(str(row["name"]), Fraction(str(row["qty"])) * own.per))
        for key, row in rows.items():
            further = [self._scales[one] for one in row.get("uom_ids") or [] if one in self._scales]
            own = self._scales[identifier(row["uom_id"])]
            made[key] += [Packing(scale.name, scale.per) for scale in further if scale.root == own.root]
        return made
