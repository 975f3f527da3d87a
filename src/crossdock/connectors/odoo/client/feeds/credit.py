"""What the customers of transfers owe and may owe, as Odoo itself warns by it: receivables and what is to invoice."""

from collections.abc import Sequence

from crossdock.connectors.odoo.client.reading import ids_in
from crossdock.connectors.odoo.client.session import OdooSession, Row, identifier

_FIELDS = ["credit", "credit_to_invoice", "credit_limit"]


async def read_credit(session: OdooSession, pickings: Sequence[Row]) -> dict[int, Row]:
    """By transfer: ``owed``, ``to_invoice``, ``limit`` and their currency, where the customer's company has a limit.

    Raises `Failed` where the user may not read it: orders that nobody looked at must not go.
    """
    parties = await session.read("res.partner", ids_in(pickings, "partner_id"), ["commercial_partner_id"])
    standing = await session.read("res.partner", ids_in(parties.values(), "commercial_partner_id"), _FIELDS)
    companies = await session.read("res.company", ids_in(pickings, "company_id"), ["currency_id"])
    currencies = await session.read("res.currency", ids_in(companies.values(), "currency_id"), ["name"])
    found = {}
    for row in pickings:
        party = parties.get(identifier(row.get("partner_id")), {})
        told = standing.get(identifier(party.get("commercial_partner_id")), {})
        company = companies.get(identifier(row.get("company_id")), {})
        currency = currencies.get(identifier(company.get("currency_id")), {})
        if told.get("credit_limit") and currency:
            found[row["id"]] = {
                "owed": told.get("credit") or 0,
                "to_invoice": told.get("credit_to_invoice") or 0,
                "limit": told["credit_limit"],
                "currency": currency["name"],
            }
    return found
