"""An order of a channel entered into Odoo: everything is looked up first, then one call makes it with its lines."""

from decimal import Decimal

from msgspec import structs

from crossdock.connectors.odoo.client.flows.anchors import Anchors, only_company, parked
from crossdock.connectors.odoo.client.flows.customers import PARTNER, Customers
from crossdock.connectors.odoo.client.flows.flow import Outcome
from crossdock.connectors.odoo.client.flows.items import Found, Items, label
from crossdock.connectors.odoo.client.flows.quantities import Asked, Quantities
from crossdock.connectors.odoo.client.flows.sales import LINE, OPEN, ORDER, Confirmation
from crossdock.connectors.odoo.client.session import OdooSession, Row, identifier
from crossdock.connectors.odoo.mapping.sales import (
    InexactPrice,
    OrderLine,
    Parties,
    SeveralCurrencies,
    currency_of,
    order_name,
    order_rows,
    price_per,
    prices_missing,
)
from crossdock.model.events import WrittenDocument
from crossdock.model.sales import PlaceSalesOrder, SalesLine
from crossdock.ports.connector import Documents

COMPANY = "res.company"
_EMPTY = "The order {reference} has no lines: correct it, then send it again."
_COMPANY = "Odoo has no company '{name}' that the integration user may work for: correct the name or give access."
_CURRENCIES = "The order {reference} has prices in several currencies ({named}): correct it, then send it again."
_CURRENCY = (
    "The order {reference} is in {named}, but Odoo sells to this customer in {own}: assign a price list in {named}."
)
_INEXACT = "The price of {item} has no exact value in the unit Odoo keeps ({text}): price it per that unit, then retry."


class PlaceOrder:
    """Enters an order once per channel and reference, whoever sends it how often."""

    def __init__(self, session: OdooSession, anchors: Anchors, items: Items, quantities: Quantities) -> None:
        """Works through ``session``."""
        self._session = session
        self._anchors = anchors
        self._items = items
        self._quantities = quantities
        self._customers = Customers(session, anchors)
        self._confirmation = Confirmation(session, anchors)
        self._currencies: dict[int, str] = {}

    async def find(self, body: PlaceSalesOrder) -> Outcome | None:
        """The order by its external id, confirmed where it is to be. A cancelled one is there, too."""
        order = await self._anchors.named(ORDER, order_name(body))
        if not order:
            return None
        row = await self._confirmation.order(order)
        if row["state"] in OPEN and (body.confirm or _mixed(body)):
            return None  # to be confirmed yet, or perhaps to be priced
        return await self._documents(body, row)

    async def carry_out(self, body: PlaceSalesOrder, documents: Documents, *, again: bool) -> Outcome:  # noqa: ARG002 - it has no document
        """Find it or make it, price it, confirm it. Another message may have placed it before."""
        order = await self._anchors.named(ORDER, order_name(body)) if again or _mixed(body) else 0
        if order and (row := await self._confirmation.order(order))["state"] not in OPEN:
            return await self._documents(body, row)
        company = await self._company(body)
        lines = [] if order else await self._lines(body, company)
        order = order or await self._made(body, lines, company)
        if _mixed(body):
            await self._price(order, lines or await self._lines(body, company))
        row = await self._confirmation.order(order)
        if body.confirm and row["state"] in OPEN:
            row = await self._confirmation.confirmed(order, row)
        return await self._documents(body, row)

    async def _documents(self, body: PlaceSalesOrder, row: Row) -> Outcome:
        """The order, its transfers, and its lines in the order they were placed in: ids grow as lines are made."""
        ids = sorted(row.get("order_line") or [])[: len(body.lines)]
        lines = [WrittenDocument("sales_order_line", str(each), str(number)) for number, each in enumerate(ids, 1)]
        return (*await self._confirmation.documents(row), *lines)

    async def _made(self, body: PlaceSalesOrder, lines: list[OrderLine], company: int) -> int:
        """Everything that can stand against it is looked at before anything is written."""
        try:
            currency = currency_of(body)
        except SeveralCurrencies as named:
            text = _CURRENCIES.format(reference=body.reference, named=named)
            raise parked(text, f"currencies {named}") from None
        customer = await self._customers.customer(body.customer, company)
        await self._refuse_currency(body, customer, company, currency)
        ship_to = await self._customers.address(body.ship_to, body.customer, customer, "delivery", company)
        bill_to = await self._customers.address(body.bill_to, body.customer, customer, "invoice", company)
        known = await self._session.fields(LINE)
        columns, rows = order_rows(body, Parties(customer, ship_to, bill_to), lines, known, company)
        # Times are given in UTC, and ``load`` reads them in the zone of the context.
        return await self._anchors.load(ORDER, columns, rows, {"tz": "UTC", **only_company(company)})

    async def _lines(self, body: PlaceSalesOrder, company: int) -> list[OrderLine]:
        if not body.lines:
            raise parked(_EMPTY.format(reference=body.reference), "no lines")
        found = await self._items.find([line.item for line in body.lines], company=company)
        asked = [Asked(line.quantity, line.unit, each) for line, each in zip(body.lines, found, strict=True)]
        quantities = await self._quantities.convert(asked)
        return [
            OrderLine(_per_kept(line, quantity), each.product.id, quantity, each.product.unit, _text(each, line))
            for line, each, quantity in zip(body.lines, found, quantities, strict=True)
        ]

    async def _price(self, order: int, lines: list[OrderLine]) -> None:
        """Prices of an order of which some lines have the price list's: those named are written after."""
        rows = await self._session.find(LINE, [("order_id", "=", order)], ["price_unit"])
        if commands := prices_missing(lines, rows, await self._session.fields(LINE)):
            await self._anchors.act(ORDER, "write", (order,), {"vals": {"order_line": commands}})

    async def _company(self, body: PlaceSalesOrder) -> int:
        """The id of the company that sells: the one named, else the first configured, else the user's own."""
        if not body.company:
            return await self._anchors.company()
        found = await self._session.search(COMPANY, [("name", "=", body.company)])
        if len(found) != 1:
            raise parked(_COMPANY.format(name=body.company), f"res.company: {len(found)} of that name")
        return found[0]

    async def _refuse_currency(self, body: PlaceSalesOrder, customer: int, company: int, currency: str) -> None:
        """Odoo would take the number of the price for an amount in the price list's currency."""
        if not currency:
            return
        own = await self._currency(customer, company)
        if own != currency:
            text = _CURRENCY.format(reference=body.reference, named=currency, own=own)
            raise parked(text, f"order in {currency}, res.partner {customer} sells in {own}")

    async def _currency(self, customer: int, company: int) -> str:
        """The currency Odoo would choose: of the partner's price list, else of the company."""
        rows = await self._session.find(
            PARTNER, [("id", "=", customer), ("active", "in", [True, False])], ["property_product_pricelist"]
        )
        if rows and (pricelist := identifier(rows[0].get("property_product_pricelist"))):
            found = await self._session.find("product.pricelist", [("id", "=", pricelist)], ["currency_id"])
            if found:
                return str(found[0]["currency_id"][1])
        if company not in self._currencies:
            found = await self._session.find(COMPANY, [("id", "=", company)], ["currency_id"])
            self._currencies[company] = str(found[0]["currency_id"][1]) if found else ""
        return self._currencies[company]


def _per_kept(line: SalesLine, quantity: Decimal) -> SalesLine:
    """The line with its price for one of the unit Odoo keeps, of which there are ``quantity``. Raises `Failed`."""
    if line.price is None:
        return line
    try:
        return structs.replace(line, price=price_per(line.price, line.quantity, quantity))
    except InexactPrice as inexact:
        raise parked(_INEXACT.format(item=label(line.item), text=inexact), f"price.inexact: {inexact}") from None


def _text(found: Found, line: SalesLine) -> str:
    return found.product.name or label(line.item)


def _mixed(body: PlaceSalesOrder) -> bool:
    """Whether some lines have a price and others the price list's."""
    return len({line.price is None for line in body.lines}) > 1
