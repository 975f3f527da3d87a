"""Freight: the forwarder's bill, once per vendor and number, and its charges spread over the goods they brought."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.flows.anchors import Anchors, only_company, parked
from crossdock.connectors.odoo.client.flows.flow import Outcome
from crossdock.connectors.odoo.client.flows.items import Items
from crossdock.connectors.odoo.client.session import OdooSession, Row, identifier
from crossdock.connectors.odoo.client.watching import PICKING
from crossdock.connectors.odoo.mapping.freight import (
    BILL_COLUMNS,
    COST_COLUMNS,
    MixedCurrencies,
    bill_name,
    bill_rows,
    billed,
    charged,
    cost_name,
    cost_rows,
    currency_of,
    rounded,
)
from crossdock.model.billing import AllocateLandedCost, Charge, RecordFreightBill
from crossdock.model.events import WrittenDocument
from crossdock.model.item import Item
from crossdock.model.party import Party
from crossdock.ports.connector import Documents
from crossdock.ports.verdicts import Explanation, Refuse

BILL, COST, ADJUSTMENT = "account.move", "stock.landed.cost", "stock.valuation.adjustment.lines"
_BILL_FIELDS = ("name", "state", "amount_untaxed", "ref", "currency_id")
_NO_VENDOR = "Odoo has no vendor {name}: add it (with its reference), then retry."
_TWO_VENDORS = "Several partners in Odoo could be the vendor {name}: {found}. Give one the reference, then retry."
_NO_CURRENCY = "The currency {code} is not active in Odoo: activate it, then retry."
_NO_COMPANY = "Odoo has no company '{name}' that the integration user may work for: correct the name or give access."
_NO_SERVICE = "A charge names no service, and the configuration none: set freight_product, then retry."
_OTHER_SUM = (
    "Bill {ref} of this vendor is in Odoo with {there} instead of {told} before tax: entered by somebody else, or made "
    "of prices that hold tax. Compare them and correct one, then retry."
)
_MIXED = "The charges are in more than one currency ({text}): send one document for each."
_CANCELLED = "Bill {ref} of this vendor was cancelled in Odoo: draft it again, or discard the message."
_NO_RIGHT = "Landed costs need the role Inventory / Administrator (stock.group_stock_manager): give it, then retry."
_NO_TRANSFER = "No such transfers in Odoo, or not done: {text}. Correct the message or validate them, then retry."
_FOREIGN = "Landed costs are in the company's currency {own}, the charges in {told}: convert them, then send again."
_UNSPREAD = "Odoo spread {there} instead of {told} over the goods: look at {name} there (do the goods have weights?)."


class _Charges:
    """What both flows look up for charges."""

    def __init__(self, session: OdooSession, anchors: Anchors, items: Items) -> None:
        """Works through ``session``."""
        self._session = session
        self._anchors = anchors
        self._items = items

    async def _services(self, charges: Sequence[Charge]) -> list[int]:
        """The service each charge is booked as."""
        default = self._session.config.freight_product
        skus = [each.item or default for each in charges]
        if not all(skus):
            raise parked(_NO_SERVICE, "freight_product is not set")
        return [one.product.id for one in await self._items.find([Item(sku) for sku in skus])]

    @staticmethod
    def _currency(charges: Sequence[Charge]) -> str:
        try:
            return currency_of(charges)
        except MixedCurrencies as mixed:
            raise Failed(Refuse(Explanation(_MIXED.format(text=mixed), f"currencies: {mixed}"))) from None


class FreightBill(_Charges):
    """A vendor bill under an external id of vendor and number; one entered by hand with the same number is it too."""

    async def find(self, body: RecordFreightBill) -> Outcome | None:
        """The bill, posted where it is to be."""
        context = only_company(await self._company(body))
        found = await self._there(body, await self._vendor(body.vendor), context, again=True)
        if not found or (body.post and found["state"] != "posted"):
            return None
        return self._told(body, found)

    async def carry_out(self, body: RecordFreightBill, documents: Documents, *, again: bool) -> Outcome:  # noqa: ARG002 - it has no document
        """Look, enter, compare the sum, post."""
        context = only_company(await self._company(body))
        code, vendor = self._currency(body.charges), await self._vendor(body.vendor)
        found = await self._there(body, vendor, context, again=again)
        if found is None:
            rows = bill_rows(body, vendor, await self._currency_id(code), await self._services(body.charges))
            made = await self._anchors.load(BILL, BILL_COLUMNS, rows, {**context, "default_move_type": "in_invoice"})
            found = _live(body, [await self._anchors.row(BILL, made, _BILL_FIELDS)])
        told = self._told(body, found)
        if body.post and found["state"] == "draft":
            await self._anchors.act(BILL, "action_post", (found["id"],), context=context)
            found = await self._anchors.row(BILL, found["id"], _BILL_FIELDS)
            told = self._told(body, found)
            if found["state"] != "posted":
                raise parked(
                    "Odoo did not post the bill: open it there.", f"account.move {found['id']} {found['state']}"
                )
        return told

    async def _there(self, body: RecordFreightBill, vendor: int, context: dict[str, Any], *, again: bool) -> Row | None:
        """The bill of this vendor and number, whoever entered it, or by our name; people enter bills too."""
        if again and (named := await self._anchors.named(BILL, bill_name(vendor, body))):
            return _live(body, list((await self._session.read(BILL, [named], _BILL_FIELDS)).values()))
        domain = [
            ("move_type", "=", "in_invoice"),
            ("commercial_partner_id", "=", vendor),
            ("ref", "=", body.reference),
            *([("company_id", "in", context["allowed_company_ids"])] if context else []),
        ]
        rows = await self._session.find(BILL, domain, _BILL_FIELDS)
        return _live(body, rows) if rows else None

    @staticmethod
    def _told(body: RecordFreightBill, row: Row) -> tuple[WrittenDocument, ...]:
        """The bill as a document, if it says the same sum. Raises `Failed`: Park with both."""
        told, there = billed(body.charges), Decimal(str(row["amount_untaxed"]))
        if rounded(there, body.charges[0].price.currency) != told:
            text = _OTHER_SUM.format(ref=body.reference, there=there, told=told)
            raise parked(text, f"amount_untaxed {there}, told {told}")
        name = str(row["name"] or "").strip("/") or body.reference
        return (WrittenDocument("bill", str(row["id"]), name),)

    async def _vendor(self, party: Party) -> int:
        """The commercial partner: by reference, else GLN, else exact name. A bill makes no new vendor."""
        ways = [("ref", party.reference), ("global_location_number", party.gln), ("name", party.company or party.name)]
        known = await self._session.fields("res.partner")
        for field, value in ways:
            if not value or field not in known:
                continue
            rows = await self._session.find("res.partner", [(field, "=", value)], ["commercial_partner_id"])
            found = {identifier(row["commercial_partner_id"]) for row in rows}
            if len(found) > 1:
                text = _TWO_VENDORS.format(name=value, found=", ".join(f"id {one}" for one in sorted(found)))
                raise parked(text, f"res.partner by {field}: {sorted(found)}")
            if found:
                return found.pop()
        name = party.reference or party.gln or party.company or party.name
        raise parked(_NO_VENDOR.format(name=name), "res.partner by ref, global_location_number, name")

    async def _currency_id(self, code: str) -> int:
        found = await self._session.search("res.currency", [("name", "=", code)])
        if not found:
            raise parked(_NO_CURRENCY.format(code=code), f"no active res.currency {code}")
        return found[0]

    async def _company(self, body: RecordFreightBill) -> int:
        if not body.company:
            return 0
        domain: list[Any] = [("name", "=", body.company)]
        if body.company.isdecimal():
            domain = ["|", *domain, ("id", "=", int(body.company))]
        found = await self._session.search("res.company", domain)
        if len(found) != 1:
            raise parked(_NO_COMPANY.format(name=body.company), f"res.company {found}")
        return found[0]


def _live(body: RecordFreightBill, rows: list[Row]) -> Row:
    """The one that counts. Raises `Failed` where every one was cancelled."""
    live = [row for row in rows if row["state"] != "cancel"]
    if not live:
        found = sorted(row["id"] for row in rows)
        raise parked(_CANCELLED.format(ref=body.reference), f"account.move {found} cancel")
    return live[0]


class LandedCost(_Charges):
    """Charges on top of what goods cost: made under an external id, spread, compared to the cent, validated."""

    async def find(self, body: AllocateLandedCost) -> Outcome | None:
        """The landed cost by its name, done."""
        row = await self._there(body)
        return _cost(row) if row and row["state"] == "done" else None

    async def carry_out(self, body: AllocateLandedCost, documents: Documents, *, again: bool) -> Outcome:  # noqa: ARG002 - a cost has no document
        """Look, make, spread, compare, validate, compare."""
        row = await self._there(body) if again else None
        if row is None:
            await self._possible(body)
            made = await self._anchors.load(COST, COST_COLUMNS, cost_rows(body, await self._services(body.charges)), {})
            row = await self._anchors.row(COST, made, ("name", "state"))
        if row["state"] == "draft":
            await self._anchors.act(COST, "compute_landed_cost", (row["id"],))
            await self._compare(body, row)
            await self._anchors.act(COST, "button_validate", (row["id"],))
            row = await self._anchors.row(COST, row["id"], ("name", "state"))
        if row["state"] != "done":
            raise parked("Odoo did not validate the landed cost: open it there.", f"{COST} {row['id']} {row['state']}")
        await self._compare(body, row)
        return _cost(row)

    async def _there(self, body: AllocateLandedCost) -> Row | None:
        named = await self._anchors.named(COST, cost_name(body))
        if not named:
            return None
        try:
            return await self._anchors.row(COST, named, ("name", "state"))
        except Failed as failed:
            raise _right(failed) from None

    async def _possible(self, body: AllocateLandedCost) -> None:
        """The transfers are done, and the charges are in the currency of their company. Raises `Failed`."""
        ids = [int(each) for each in body.transfers if each.isdecimal()]
        rows = await self._session.read(PICKING, ids, ["state", "company_id"])
        wrong = [
            each for each in body.transfers if rows.get(int(each) if each.isdecimal() else 0, {}).get("state") != "done"
        ]
        if wrong or not ids:
            raise parked(_NO_TRANSFER.format(text=", ".join(wrong) or "none named"), f"stock.picking {wrong}")
        company = identifier(rows[ids[0]]["company_id"])
        [row] = await self._session.find("res.company", [("id", "=", company)], ["currency_id"])
        own, told = str(row["currency_id"][1]), self._currency(body.charges)
        if own != told:
            raise parked(_FOREIGN.format(own=own, told=told), f"res.company {company} is in {own}")
        try:
            await self._session.search(COST, [("id", "=", 0)], limit=1)
        except Failed as failed:
            raise _right(failed) from None

    async def _compare(self, body: AllocateLandedCost, row: Row) -> None:
        """What was spread over the goods is what was charged, to the cent. Raises `Failed`: Park with both sums."""
        lines = await self._session.find(ADJUSTMENT, [("cost_id", "=", row["id"])], ["additional_landed_cost"])
        code = body.charges[0].price.currency
        there = sum((Decimal(str(each["additional_landed_cost"])) for each in lines), Decimal(0))
        told = sum((charged(each) for each in body.charges), Decimal(0))
        if rounded(there, code) != rounded(told, code):
            text = _UNSPREAD.format(there=rounded(there, code), told=rounded(told, code), name=row["name"])
            raise parked(text, f"{ADJUSTMENT} of {row['id']}: {there}, told {told}")


def _right(failed: Failed) -> Failed:
    """The failure, in words that say which right is missing when it is one."""
    if failed.name != "AccessError":
        return failed
    return parked(_NO_RIGHT, getattr(failed.verdict, "why", Explanation("", "")).engineer)


def _cost(row: Row) -> tuple[WrittenDocument, ...]:
    return (WrittenDocument("landed_cost", str(row["id"]), str(row["name"])),)
