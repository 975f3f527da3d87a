"""What the customers of transfers owe and may owe: receivables, and confirmed orders that are not invoiced.

Odoo's own sum of what is to invoice is not used: it is 0 unless the company has credit limits switched on, and leaves
out goods that are invoiced by delivery and have not left. Source: res.partner.credit_to_invoice and
sale.order.amount_to_invoice, measured on Odoo 18 and 19.
"""

from collections.abc import Collection, Mapping, Sequence

from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.reading import ids_in
from crossdock.connectors.odoo.client.session import OdooSession, Row, identifier
from crossdock.connectors.odoo.client.watching import UNDELIVERED
from crossdock.ports.verdicts import Explanation, Park

PARTNER, LINE = "res.partner", "sale.order.line"
_FIELDS = ["credit", "credit_limit"]
_FIGURES = [
    "order_id", "order_partner_id", "product_id", "product_uom_qty", "qty_delivered", "qty_invoiced",
    "qty_invoiced_posted", "price_total",
]  # fmt: skip
_NOT_POSTED = "untaxed_amount_to_invoice"
NO_RIGHT = (
    "Odoo does not let the integration user read what customers owe: give it the right Invoicing / Billing (crossdock "
    "odoo setup --with invoicing), or set credit: false. Until then no delivery is read."
)


async def read_credit(session: OdooSession, pickings: Sequence[Row]) -> dict[int, Row]:
    """By transfer: ``owed``, ``to_invoice`` (taxes included), ``limit`` and their currency, where the customer's
    company has a limit.

    Raises `Failed` where the user may not read it: orders that nobody looked at must not go.
    """
    parties = await session.read(PARTNER, ids_in(pickings, "partner_id"), ["commercial_partner_id"])
    standing = await _standing(session, ids_in(parties.values(), "commercial_partner_id"))
    limited = [each for each, row in standing.items() if row.get("credit_limit")]
    ordered = await _ordered(session, limited, ids_in(pickings, "company_id"))
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
                "to_invoice": ordered.get(customer, 0),
                "limit": told["credit_limit"],
                "currency": currency["name"],
            }
    return found


async def _standing(session: OdooSession, customers: Sequence[int]) -> dict[int, Row]:
    """What each customer owes and may owe. Odoo hides the fields from who may not read them."""
    hidden = [name for name in _FIELDS if name not in await session.fields(PARTNER)]
    if hidden:
        session.forget(PARTNER)
        raise Failed(
            Park(Explanation(NO_RIGHT, f"res.partner has no {', '.join(hidden)} for this user")), "AccessError"
        )
    try:
        return await session.read(PARTNER, customers, _FIELDS)
    except Failed as failed:
        if failed.name == "AccessError" and isinstance(failed.verdict, Park):
            raise Failed(Park(Explanation(NO_RIGHT, failed.verdict.why.engineer)), failed.name) from None
        raise


async def _ordered(session: OdooSession, customers: Collection[int], companies: Sequence[int]) -> dict[int, float]:
    """By customer, taxes included, in the currency of the company: confirmed and not on a posted invoice."""
    if not customers:
        return {}
    known = await session.fields(LINE)
    billed: list[object] = [("invoice_status", "!=", "invoiced")]
    billed = ["|", *billed, (_NOT_POSTED, ">", 0)] if _NOT_POSTED in known else billed
    of = [("order_partner_id.commercial_partner_id", "in", sorted(customers)), ("company_id", "in", list(companies))]
    lines = await session.find(LINE, [*of, ("state", "=", "sale"), *billed], _FIGURES)
    parties = await session.read(PARTNER, ids_in(lines, "order_partner_id"), ["commercial_partner_id"])
    orders = await session.read("sale.order", ids_in(lines, "order_id"), ["currency_rate", "delivery_status"])
    products = await session.read("product.product", ids_in(lines, "product_id"), ["invoice_policy"])
    sums: dict[int, float] = {}
    for line in lines:
        customer = identifier(parties[identifier(line["order_partner_id"])]["commercial_partner_id"])
        order = orders[identifier(line["order_id"])]
        product = products.get(identifier(line["product_id"]), {})
        sums[customer] = sums.get(customer, 0) + _open(line, order, product) / (order.get("currency_rate") or 1)
    return sums


def _open(line: Row, order: Mapping[str, object], product: Mapping[str, object]) -> float:
    """What of a line will still be invoiced, in the order's currency: of goods that are invoiced by delivery, and of
    which no more will leave, only what has left.
    """
    wanted, delivered = line.get("product_uom_qty") or 0, line.get("qty_delivered") or 0
    invoiced = line.get("qty_invoiced_posted", line.get("qty_invoiced")) or 0
    is_over = product.get("invoice_policy") == "delivery" and order.get("delivery_status") not in UNDELIVERED
    rest = (delivered if is_over else max(wanted, delivered)) - invoiced
    return float((line.get("price_total") or 0) * rest / wanted) if wanted and rest > 0 else 0.0
