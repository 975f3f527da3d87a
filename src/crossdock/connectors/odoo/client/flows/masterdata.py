"""Master data brought up to date: what is as it shall be is not written, what cannot be is told, the rest goes on."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from crossdock.connectors.odoo.client.dialects import Call
from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.flows.anchors import Anchors
from crossdock.connectors.odoo.client.flows.flow import Outcome
from crossdock.connectors.odoo.client.flows.loading import Filled, Loading
from crossdock.connectors.odoo.client.flows.packagings import Packagings
from crossdock.connectors.odoo.client.flows.quantities import UNIT, Quantities
from crossdock.connectors.odoo.client.session import OdooSession, Row, identifier
from crossdock.connectors.odoo.mapping.anchors import external_id
from crossdock.connectors.odoo.mapping.masterdata import (
    Cell,
    Knowledge,
    Wanted,
    carrier_keys,
    carrier_wanted,
    differing,
    judged,
    party_keys,
    party_wanted,
    product_keys,
    product_wanted,
    refused,
)
from crossdock.connectors.odoo.mapping.units import REC20
from crossdock.model.changes import MasterDataApplied
from crossdock.model.events import Fact
from crossdock.model.instants import from_epoch_us
from crossdock.model.masterdata import CarrierRecord, PartyRecord, ProductRecord, RejectedRecord, UpsertMasterData
from crossdock.ports.clock import Clock
from crossdock.ports.connector import Documents

PRODUCT, PARTNER, CARRIER = "product.product", "res.partner", "delivery.carrier"
_CHUNK = 1000
_DELIVERY_PRODUCT = ("delivery", "product_product_delivery")
_OTHER_UNIT = "it is kept in another unit of measure in Odoo, and only a person can change that"
_NO_SERVICE = "there is no service product for it: set freight_product in the configuration"


class Tally(Struct):
    """What became of the records so far; ``ids`` are the records of the kind at work, by reference."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[RejectedRecord] = field(default_factory=list)


class Plan(Struct, frozen=True):
    """What there is to do for one kind: records not there, records that differ (with their ids), ids by reference."""

    new: tuple[Wanted, ...]
    changed: tuple[tuple[int, Wanted, dict[str, Cell]], ...]
    ids: dict[str, int]


class Upsert:
    """Products, parties and delivery methods, each judged on its own, compared in bulk and written by ``load``.

    Existing records are found by internal reference, reference and external id; new ones get an external id, so that
    a batch whose answer was lost makes nothing twice.
    """

    def __init__(
        self, session: OdooSession, anchors: Anchors, quantities: Quantities, partner: str, clock: Clock
    ) -> None:
        """Writes through ``anchors``; facts name this Odoo ``partner``, and the time by ``clock``."""
        self._session = session
        self._anchors = anchors
        self._quantities = quantities
        self._partner = partner
        self._clock = clock
        self._loading = Loading(session, anchors)
        self._packagings = Packagings(session, anchors, self._loading)

    async def find(self, body: UpsertMasterData) -> Outcome | None:  # noqa: ARG002 - nothing tells short of comparing all
        """None: carrying out compares everything first, and writes nothing where nothing differs."""
        return None

    async def carry_out(self, body: UpsertMasterData, documents: Documents, *, again: bool) -> Outcome:  # noqa: ARG002 - what is there is compared in any case
        """Judge, compare, write: products with their packagings, partners after their parents, delivery methods."""
        tally = Tally()
        knows = await self._knowledge(body)
        await self._products(body.products, knows, tally)
        await self._parties(body.parties, knows, tally)
        await self._carriers(body.carriers, tally)
        counts = (tally.created, tally.updated, tally.unchanged)
        applied = MasterDataApplied(self._partner, body.marker, *counts, tuple(tally.rejected))
        return (Fact(applied, from_epoch_us(self._clock.now())),)

    async def _products(self, records: Sequence[ProductRecord], knows: Knowledge, tally: Tally) -> None:
        if not records:
            return
        wanted, rejected = judged("products", records, lambda at, one: product_wanted(at, one, knows), product_keys)
        tally.rejected += rejected
        wanted = await self._free_barcodes(wanted, tally)
        plan = await self._planned(PRODUCT, "default_code", wanted, tally)
        ids = await self._write(PRODUCT, _same_unit(plan, tally), tally)
        by_pointer = {each.pointer: ids[each.reference] for each in wanted if each.reference in ids}
        packed = {
            f"/products/{number}": record
            for number, record in enumerate(records)
            if record.packagings and f"/products/{number}" in by_pointer
        }
        tally.rejected += await self._packagings.write(packed, by_pointer)

    async def _parties(self, records: Sequence[PartyRecord], knows: Knowledge, tally: Tally) -> None:
        """Parents before children: each round writes those whose parent is known by then."""
        if not records:
            return
        wanted, rejected = judged("parties", records, lambda at, one: party_wanted(at, one, knows), party_keys)
        tally.rejected += rejected
        parents = {each.pointer: records[int(each.pointer.rpartition("/")[2])].parent for each in wanted}
        coming = {each.reference for each in wanted}
        outside = sorted({parent for parent in parents.values() if parent and parent not in coming})
        known = {key: row["id"] for key, row in (await self._rows(PARTNER, "ref", outside, ["ref"])).items()}
        while wanted:
            ready = [each for each in wanted if not parents[each.pointer] or parents[each.pointer] in known]
            if not ready:
                why = "its parent '{}' is not known in Odoo"
                tally.rejected += [
                    refused(each.pointer, each.reference, why.format(parents[each.pointer])) for each in wanted
                ]
                return
            for each in ready:
                if parents[each.pointer]:
                    each.cells["parent_id/.id"] = known[parents[each.pointer]]
            plan = await self._planned(PARTNER, "ref", ready, tally)
            known |= await self._write(PARTNER, plan, tally)
            done = {each.pointer for each in ready}
            wanted = [each for each in wanted if each.pointer not in done]

    async def _carriers(self, records: Sequence[CarrierRecord], tally: Tally) -> None:
        if not records:
            return
        product = await self._service()
        if not product:
            tally.rejected += [
                refused(f"/carriers/{number}", each.code, _NO_SERVICE) for number, each in enumerate(records)
            ]
            return
        wanted, rejected = judged("carriers", records, lambda at, one: carrier_wanted(at, one, product), carrier_keys)
        tally.rejected += rejected
        columns = ["name", "active", "tracking_url"]
        rows = {row["id"]: row for row in await self._session.find(CARRIER, _ANY, columns)}
        named = await self._session.call(Call(CARRIER, "get_external_id", tuple(rows))) if rows else {}
        ours = {str(name): rows[int(key)] for key, name in named.items()}
        there = {each.reference: [ours[external_id(each.name)]] for each in wanted if external_id(each.name) in ours}
        await self._write(CARRIER, _plan(wanted, there, tally), tally)

    async def _planned(self, model: str, column: str, wanted: Sequence[Wanted], tally: Tally) -> Plan:
        columns = sorted({name.partition("/")[0] for each in wanted for name in each.cells} | {column})
        rows: dict[str, list[Row]] = {}
        for row in await self._found(model, column, [each.reference for each in wanted], columns):
            rows.setdefault(str(row[column]), []).append(row)
        return _plan(wanted, rows, tally)

    async def _write(self, model: str, plan: Plan, tally: Tally) -> dict[str, int]:
        """Make and change; ids by reference of all that are as they shall be now."""
        ids = dict(plan.ids)
        new: list[Filled] = [(external_id(each.name), {**each.only_new, **each.cells}) for each in plan.new]
        made = await self._loading.write(model, "id", new)
        for each in plan.new:
            tally.created += self._settled(each, made[external_id(each.name)], ids, tally)
        changes: list[Filled] = [(str(number), cells) for number, _, cells in plan.changed]
        done = await self._loading.write(model, ".id", changes)
        for number, each, _ in plan.changed:
            tally.updated += self._settled(each, done[str(number)], ids, tally)
        return ids

    @staticmethod
    def _settled(wanted: Wanted, outcome: int | str, ids: dict[str, int], tally: Tally) -> int:
        if isinstance(outcome, str):
            tally.rejected.append(refused(wanted.pointer, wanted.reference, f"Odoo declines it ({outcome})", outcome))
            return 0
        ids[wanted.reference] = outcome
        return 1

    async def _free_barcodes(self, wanted: Sequence[Wanted], tally: Tally) -> list[Wanted]:
        """Those whose barcode no other product has; the others are rejected with its name."""
        barcodes = {str(each.cells["barcode"]): each for each in wanted if "barcode" in each.cells}
        taken: dict[str, str] = {}
        for row in await self._found(PRODUCT, "barcode", list(barcodes), ["barcode", "default_code", "name"]):
            each = barcodes.get(str(row["barcode"]))
            if each and row["default_code"] != each.reference:
                taken[each.pointer] = str(row["default_code"] or row["name"])
        for each in wanted:
            if each.pointer in taken:
                why = f"GTIN {each.cells['barcode']} is already that of product {taken[each.pointer]}"
                tally.rejected.append(refused(each.pointer, each.reference, why))
        return [each for each in wanted if each.pointer not in taken]

    async def _rows(self, model: str, column: str, values: Sequence[str], columns: Sequence[str]) -> dict[str, Row]:
        return {str(row[column]): row for row in await self._found(model, column, values, columns)}

    async def _found(self, model: str, column: str, values: Sequence[str], columns: Sequence[str]) -> list[Row]:
        rows: list[Row] = []
        for start in range(0, len(values), _CHUNK):
            domain = [(column, "in", list(values[start : start + _CHUNK])), *_ANY]
            rows += await self._session.find(model, domain, columns)
        return rows

    async def _service(self) -> int:
        """The product deliveries are booked as: the configured one, else the one the delivery module brings."""
        sku = self._session.config.freight_product
        if sku:
            found = await self._session.search(PRODUCT, [("default_code", "=", sku)], limit=1)
            return found[0] if found else 0
        module, name = _DELIVERY_PRODUCT
        call = Call("ir.model.data", "check_object_reference", None, {"module": module, "xml_id": name})
        try:
            found = await self._session.call(call)
        except Failed as failed:
            if failed.name != "ValueError":
                raise
            return 0
        return int(found[1]) if isinstance(found, list) and str(found[0]) == PRODUCT else 0

    async def _knowledge(self, body: UpsertMasterData) -> Knowledge:
        """What records are judged by, read only where it is needed."""
        countries, regions = await self._places(body)
        units: Mapping[str, int] = {}
        currency, weight = "", "KGM"
        if body.products:
            units = await self._units()
            company = await self._anchors.row("res.company", await self._anchors.company(), ["currency_id"])
            named = await self._anchors.row("res.currency", identifier(company["currency_id"]), ["name"])
            currency = str(named["name"])
            weight = await self._weight_unit()
        products = frozenset(await self._session.fields(PRODUCT)) if body.products else frozenset()
        partners = frozenset(await self._session.fields(PARTNER)) if body.parties else frozenset()
        return Knowledge(countries, regions, units, products, partners, weight, currency)

    async def _units(self) -> Mapping[str, int]:
        """The unit each Rec 20 code is kept in as it is (not a dozen for pieces), of those Odoo brings."""
        scales = await self._quantities.scales(set())
        if not scales:
            ids = await self._session.search(UNIT, [])
            scales = await self._quantities.scales(set(ids))
        named = await self._session.call(Call(UNIT, "get_external_id", tuple(scales)))
        codes = {int(key): REC20.get(str(name)) for key, name in named.items()}
        return {code[0]: key for key, code in sorted(codes.items(), reverse=True) if code and code[1] == 1}

    async def _weight_unit(self) -> str:
        """Rec 20 code of what this database weighs in; every product says it."""
        rows = await self._session.find(PRODUCT, [], ["weight_uom_name"], limit=1)
        label = str(rows[0].get("weight_uom_name") or "kg").strip().lower() if rows else "kg"
        return "LBR" if label.startswith("lb") else "KGM"

    async def _places(self, body: UpsertMasterData) -> tuple[Mapping[str, int], Mapping[tuple[int, str], int]]:
        if not body.parties and not any(each.item.country_of_origin for each in body.products):
            return {}, {}
        countries = {str(row["code"]): row["id"] for row in await self._session.find("res.country", [], ["code"])}
        regions: Mapping[tuple[int, str], int] = {}
        if any(each.party.address.region for each in body.parties):
            rows = await self._session.find("res.country.state", [], ["code", "country_id"])
            regions = {(identifier(row["country_id"]), str(row["code"])): row["id"] for row in rows}
        return countries, regions


_ANY: list[Any] = [("active", "in", [True, False])]


def _plan(wanted: Sequence[Wanted], rows: Mapping[str, Sequence[Row]], tally: Tally) -> Plan:
    """New, changed and unchanged told apart; a reference that two records have is nobody's."""
    new: list[Wanted] = []
    changed: list[tuple[int, Wanted, dict[str, Cell]]] = []
    ids: dict[str, int] = {}
    for each in wanted:
        there = _live(rows.get(each.reference, ()))
        if len(there) > 1:
            why = (
                f"Odoo has {len(there)} records with this reference (ids {', '.join(str(one['id']) for one in there)})"
            )
            tally.rejected.append(refused(each.pointer, each.reference, why))
        elif not there:
            new.append(each)
        elif cells := differing(each.cells, there[0]):
            changed.append((there[0]["id"], each, cells))
        else:
            tally.unchanged += 1
            ids[each.reference] = there[0]["id"]
    return Plan(tuple(new), tuple(changed), ids)


def _same_unit(plan: Plan, tally: Tally) -> Plan:
    """Without the products whose unit differs: another unit would make other quantities of all that was moved."""
    other = [each for _, each, cells in plan.changed if "uom_id/.id" in cells]
    tally.rejected += [refused(each.pointer, each.reference, _OTHER_UNIT) for each in other]
    return Plan(plan.new, tuple(one for one in plan.changed if one[1] not in other), plan.ids)


def _live(rows: Sequence[Row]) -> Sequence[Row]:
    return [row for row in rows if row.get("active", True)] or rows if len(rows) > 1 else rows
