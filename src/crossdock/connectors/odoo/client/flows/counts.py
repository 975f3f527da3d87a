"""Stock counts: what was counted becomes what Odoo has, once, as one inventory adjustment that bears the marker."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from crossdock.connectors.odoo.client.dialects import Call, ids_of
from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.flows.flow import Outcome
from crossdock.connectors.odoo.client.flows.items import Items
from crossdock.connectors.odoo.client.flows.pickings import decimal
from crossdock.connectors.odoo.client.flows.places import Places
from crossdock.connectors.odoo.client.flows.quantities import Asked, Quantities
from crossdock.connectors.odoo.client.session import OdooSession, Row, identifier
from crossdock.connectors.odoo.mapping.moving import number, signed
from crossdock.connectors.odoo.mapping.writing import marker_text
from crossdock.model.events import WrittenDocument
from crossdock.model.stock import CountStock, StockCount
from crossdock.ports.connector import Documents
from crossdock.ports.verdicts import Explanation, Park

QUANT, MOVE = "stock.quant", "stock.move"
_FIELDS = ("product_id", "location_id", "lot_id", "package_id", "owner_id", "quantity", "inventory_quantity_set")
_COUNTING = {"inventory_mode": True}
"""Without it Odoo makes a second quant for the same stock, and applying it adds up instead of setting."""
_DIFFERS = "Counted against other stock than Odoo has: {text}. Count again, or correct Odoo, then retry."
_NO_LOT = "The counted product is tracked by lot or serial number, and the count names none: {text}."
_TWICE = "The same stock is counted twice in one count: {text}."
_UNDER_WAY = "Somebody is counting the same stock in Odoo: {text}. Apply or clear that count, then retry."
_MOVED = "Stock moved in Odoo while it was being set to the count: {text}. Count again, then retry."


class Counted(Struct, frozen=True):
    """A count in Odoo's words: ``quantity`` and ``expected`` in the unit the product is kept in."""

    product: int
    location: int
    lot: int
    package: int
    quantity: Decimal
    expected: Decimal | None
    label: str

    @property
    def key(self) -> tuple[int, int, int, int]:
        """What one quant is of."""
        return (self.product, self.location, self.lot, self.package)


class Count:
    """Sets quants to what was counted (which changes no stock) and applies them together, which is one transaction."""

    def __init__(self, session: OdooSession, items: Items, quantities: Quantities) -> None:
        """Writes through ``session``."""
        self._session = session
        self._items = items
        self._quantities = quantities
        self._places = Places(session)

    async def find(self, body: CountStock) -> Outcome | None:
        """The moves of the adjustment: they are named after it, and all made at once."""
        domain: list[Any] = [("reference", "ilike", marker_text(body.marker)), ("state", "=", "done")]
        if all(each.item.sku and not each.item.gtin for each in body.counts):
            # Names of moves are not indexed: the products keep a long ledger from being read through.
            domain.append(("product_id.default_code", "in", sorted({each.item.sku for each in body.counts})))
        rows = await self._session.find(MOVE, domain, ["reference"])
        own = [row for row in rows if marker_text(body.marker) in str(row["reference"])]
        return (WrittenDocument("adjustment", str(own[0]["id"]), body.name),) if own else None

    async def carry_out(self, body: CountStock, documents: Documents, *, again: bool) -> Outcome:  # noqa: ARG002 - a count has no document
        """Look up, compare, set, compare once more, apply."""
        if again and (found := await self.find(body)) is not None:
            return found
        counted = await self._read(body.counts)
        await self._undisturbed(counted, again=again)
        values = [_values(each) for each in counted]
        quants = ids_of(await self._write(Call(QUANT, "create", None, {"vals_list": values}, _COUNTING, writes=True)))
        rows = await self._session.read(QUANT, quants, _FIELDS)
        if text := _differing(counted, list(rows.values())):
            await self._clear(quants)
            raise Failed(Park(Explanation(_DIFFERS.format(text=text), f"stock.mismatch: {text}")))
        name = {"inventory_name": signed(body.name, body.marker), **_COUNTING}
        await self._apply(counted, quants, name)
        made = await self.find(body)
        if made is None:
            raise Failed(Park(Explanation("Odoo did not apply the count: apply it there.", f"stock.quant {quants}")))
        return made

    async def _read(self, counts: Sequence[StockCount]) -> list[Counted]:
        """Everything named in the counts as ids, lots and packages made where the count is the first to name them."""
        found = await self._items.find([each.item for each in counts], archived=True)
        places = await self._places.find([each.place for each in counts])
        pairs = list(zip(counts, found, strict=True))
        if untold := [each.item.sku for each, one in pairs if one.product.tracking != "none" and not each.lot]:
            raise Failed(Park(Explanation(_NO_LOT.format(text=", ".join(untold)), "no lot_id for a tracked product")))
        asked = [Asked(each.quantity, each.unit, one) for each, one in pairs]
        expecting = [Asked(each.expected, each.unit, one) for each, one in pairs if each.expected is not None]
        quantities = await self._quantities.convert([*asked, *expecting])
        expected = iter(quantities[len(asked) :])
        lots = await self._places.ensure_lots((one.product.id, each.lot) for each, one in pairs if each.lot)
        packages = await self._places.ensure_packages(each.package for each in counts)
        counted = [
            Counted(
                one.product.id,
                place.id,
                lots.get((one.product.id, each.lot), 0),
                packages.get(each.package, 0),
                quantity,
                None if each.expected is None else next(expected),
                f"{one.product.sku or one.product.name} in {place.name}{f' lot {each.lot}' if each.lot else ''}",
            )
            for (each, one), place, quantity in zip(pairs, places, quantities, strict=False)
        ]
        keys = [each.key for each in counted]
        if twice := sorted({each.label for each in counted if keys.count(each.key) > 1}):
            raise Failed(Park(Explanation(_TWICE.format(text=", ".join(twice)), "two counts for one stock.quant")))
        return counted

    async def _undisturbed(self, counted: Sequence[Counted], *, again: bool) -> None:
        """What Odoo has now agrees with what was expected, and nobody else is counting it. Raises `Failed`."""
        domain = [
            ("product_id", "in", sorted({each.product for each in counted})),
            ("location_id", "in", sorted({each.location for each in counted})),
        ]
        rows = await self._session.find(QUANT, domain, (*_FIELDS, "inventory_quantity"))
        known = {each.key: each for each in counted}
        rows = [row for row in rows if _key(row) in known]
        begun = [row for row in rows if row["inventory_quantity_set"]]
        same = [row for row in begun if decimal(row["inventory_quantity"]) == known[_key(row)].quantity]
        if text := _differing(counted, rows):
            if again and same:
                await self._clear(tuple(row["id"] for row in same))
            raise Failed(Park(Explanation(_DIFFERS.format(text=text), f"stock.mismatch: {text}")))
        disturbed = [
            f"{known[_key(row)].label} ({decimal(row['inventory_quantity'])})" for row in begun if row not in same
        ]
        if disturbed:
            text = ", ".join(disturbed)
            raise Failed(Park(Explanation(_UNDER_WAY.format(text=text), f"inventory_quantity_set: {text}")))

    async def _apply(self, counted: Sequence[Counted], quants: tuple[int, ...], context: dict[str, Any]) -> None:
        """Apply all at once; Odoo declines with a wizard when stock moved since it was set."""
        answer = await self._write(Call(QUANT, "action_apply_inventory", quants, {}, context, writes=True))
        if not isinstance(answer, dict) or not answer.get("res_model"):
            return
        rows = await self._session.read(QUANT, quants, _FIELDS)
        await self._clear(quants)
        known = {each.key: each for each in counted}
        numbers = [
            f"{known[_key(row)].label}: counted {known[_key(row)].quantity}, Odoo {decimal(row['quantity'])}"
            for row in rows.values()
            if _key(row) in known
        ]
        text = "; ".join(numbers)
        raise Failed(Park(Explanation(_MOVED.format(text=text), f"{answer['res_model']}: {text}")))

    async def _clear(self, quants: tuple[int, ...]) -> None:
        """Take our counts back, so that nobody applies them unknowingly."""
        await self._write(Call(QUANT, "action_clear_inventory_quantity", quants, {}, _COUNTING, writes=True))

    async def _write(self, call: Call) -> Any:
        return await self._session.call(call)


def _values(each: Counted) -> dict[str, Any]:
    values: dict[str, Any] = {
        "product_id": each.product,
        "location_id": each.location,
        "inventory_quantity": number(each.quantity),
    }
    named = {"lot_id": each.lot, "package_id": each.package}
    return values | {key: value for key, value in named.items() if value}


def _differing(counted: Sequence[Counted], rows: Sequence[Row]) -> str:
    """Both numbers of every count whose expectation Odoo does not share; "" when there is none."""
    held: dict[tuple[int, int, int, int], Decimal] = {}
    for row in rows:
        if not identifier(row.get("owner_id")):
            held[_key(row)] = held.get(_key(row), Decimal(0)) + decimal(row["quantity"])
    return "; ".join(
        f"{each.label}: expected {each.expected}, Odoo {held.get(each.key, Decimal(0))}"
        for each in counted
        if each.expected is not None and held.get(each.key, Decimal(0)) != each.expected
    )


def _key(row: Row) -> tuple[int, int, int, int]:
    product, location = identifier(row["product_id"]), identifier(row["location_id"])
    return (product, location, identifier(row.get("lot_id")), identifier(row.get("package_id")))
