"""What the customers of transfers owe and may owe: receivables, what is to invoice, and what is still to be delivered.

Odoo's own sum of what is to invoice leaves out goods that are invoiced by delivery and have not left; those are added
from the orders. Source: res.partner.credit_to_invoice and sale.order.amount_to_invoice, measured on Odoo 18 and 19.
"""

from collections.abc import Collection, Sequence

from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.reading import ids_in
from crossdock.connectors.odoo.client.session import OdooSession, Row, identifier
from crossdock.connectors.odoo.client.watching import UNDELIVERED
from crossdock.ports.verdicts import Explanation, Park

PARTNER = "res.partner"
_FIELDS = ["credit", "credit_to_invoice", "credit_limit"]
_LINE = ["order_id", "order_partner_id", "product_uom_qty", "qty_delivered", "qty_invoiced", "price_total"]
NO_RIGHT = (
    "Odoo does not let the integration user read what customers owe: give it the right Invoicing / Billing (crossdock "
    "odoo setup --with invoicing), or set credit: false. Until then no delivery is read."
)


async def read_credit(session: OdooSession, pickings: Sequence[Row]) -> dict[int, Row]:
    """By transfer: ``owed``, ``to_invoice``, ``ordered``, ``limit`` and their currency, where the customer's company
    has a limit; ``ordered`` is confirmed, invoiced by delivery, and not delivered yet.

    Raises `Failed` where the user may not read it: orders that nobody looked at must not go.
    """
    parties = await session.read(PARTNER, ids_in(pickings, "partner_id"), ["commercial_partner_id"])
    standing = await _standing(session, ids_in(parties.values(), "commercial_partner_id"))
    ordered = await _ordered(session, [each for each, row in standing.items() if row.get("credit_limit")])
    companies = await session.read("res.company", ids_in(pickings, "company_id"), ["currency_id"])
    currencies = await session.read("res.currency", ids_in(companies.values(), "currency_id"), ["name"])
    found = {}
    for row in pickings:
        party = parties.get(identifier(row.get("partner_id")), {})
        customer = identifier(party.get("commercial_partner_id"))
        told = standing.get(customer, {})
        company = companies.get(identifier(row.get("company_id")), {})
        currency = currencies.get(identifier(company.get("currency_id")), {})
        if told.get("credit_limit") and currency:
            found[row["id"]] = {
                "owed": told.get("credit") or 0,
                "to_invoice": told.get("credit_to_invoice") or 0,
                "ordered": ordered.get(customer, 0),
                "limit": told["credit_limit"],
                "currency": currency["name"],
            }
    return found


async def _standing(session: OdooSession, customers: Sequence[int]) -> dict[int, Row]:
    try:
        return await session.read(PARTNER, customers, _FIELDS)
    except Failed as failed:
        if failed.name == "AccessError" and isinstance(failed.verdict, Park):
            raise Failed(Park(Explanation(NO_RIGHT, failed.verdict.why.engineer)), failed.name) from None
        raise


async def _ordered(session: OdooSession, customers: Collection[int]) -> dict[int, float]:
    """By customer, taxes included, in the currency of the company."""
    if not customers:
        return {}
    wanted = [
        ("order_partner_id.commercial_partner_id", "in", sorted(customers)),
        ("state", "=", "sale"),
        ("order_id.delivery_status", "in", UNDELIVERED),
        ("product_id.invoice_policy", "=", "delivery"),
    ]
    lines = await session.find("sale.order.line", wanted, _LINE)
    parties = await session.read(PARTNER, ids_in(lines, "order_partner_id"), ["commercial_partner_id"])
    orders = await session.read("sale.order", ids_in(lines, "order_id"), ["currency_rate"])
    sums: dict[int, float] = {}
    for line in lines:
        customer = identifier(parties[identifier(line["order_partner_id"])]["commercial_partner_id"])
        rate = orders[identifier(line["order_id"])].get("currency_rate") or 1
        sums[customer] = sums.get(customer, 0) + _open(line) / rate
    return sums


def _open(line: Row) -> float:
    """What of a line is neither delivered nor invoiced, in the order's currency."""
    wanted = line.get("product_uom_qty") or 0
    rest = wanted - max(line.get("qty_delivered") or 0, line.get("qty_invoiced") or 0)
    return float((line.get("price_total") or 0) * rest / wanted) if rest > 0 else 0.0
