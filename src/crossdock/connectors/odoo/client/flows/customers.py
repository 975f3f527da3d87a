"""The partner an order is for, and its addresses: found, or made once under an external id."""

from typing import Any

from crossdock.connectors.odoo.client.flows.anchors import Anchors, only_company, parked
from crossdock.connectors.odoo.client.session import OdooSession
from crossdock.connectors.odoo.mapping.anchors import external_id, name_of
from crossdock.connectors.odoo.mapping.customers import (
    FIELDS,
    AmbiguousParty,
    ArchivedParty,
    address_key,
    candidate,
    party_values,
    same_address,
    same_party,
    search_domain,
)
from crossdock.model.identifiers import digest
from crossdock.model.party import Party

PARTNER = "res.partner"
_GLN = "global_location_number"
_AMBIGUOUS = (
    "Several contacts in Odoo could be the customer: {names}. Merge them or give one the reference, then retry."
)
_ARCHIVED = "The customer {name} is archived in Odoo: unarchive it, then retry."
_NAMELESS = "The order names no customer: correct it, then send it again."


class Customers:
    """Finds and makes partners. Every method raises `Failed` with the verdict when it cannot."""

    def __init__(self, session: OdooSession, anchors: Anchors) -> None:
        """Works through ``session``."""
        self._session = session
        self._anchors = anchors
        self._countries: dict[str, int] = {}
        self._states: dict[tuple[int, str], int] = {}

    async def customer(self, party: Party, company: int) -> int:
        """The partner ``party`` is; made when there is none."""
        if not (party.name or party.company):
            raise parked(_NAMELESS, "party without name")
        with_gln = _GLN in await self._session.fields(PARTNER)
        domain = search_domain(party, with_gln=with_gln)
        rows = await self._session.find(PARTNER, domain, FIELDS) if domain else []
        try:
            found = same_party(party, [candidate(row) for row in rows])
        except AmbiguousParty as names:
            raise parked(_AMBIGUOUS.format(names=names), f"res.partner: {len(rows)} candidates") from None
        except ArchivedParty as name:
            raise parked(_ARCHIVED.format(name=name), "res.partner: active is false") from None
        return found or await self._made(party, self._customer_name(party), company, {}, with_gln=with_gln)

    async def address(self, party: Party | None, customer: Party, of: int, kind: str, company: int) -> int:
        """The contact of partner ``of`` at this address (``kind``: delivery or invoice), or ``of`` itself."""
        if party is None or address_key(party) == address_key(customer):
            return of
        children = [("parent_id", "=", of), ("type", "=", kind)]
        if found := same_address(party, await self._session.find(PARTNER, children, FIELDS)):
            return found
        name = name_of(kind, str(of), address_key(party))
        return await self._made(party, name, company, {"parent_id/.id": str(of), "type": kind}, with_gln=False)

    async def _made(self, party: Party, name: str, company: int, further: dict[str, str], *, with_gln: bool) -> int:
        country = await self._country(party.address.country)
        values = {**party_values(party, country, await self._state(country, party.address.region)), **further}
        if with_gln and party.gln:
            values[_GLN] = party.gln
        columns, row = ["id", *values], [external_id(name), *values.values()]
        return await self._anchors.load(PARTNER, columns, [row], only_company(company))

    @staticmethod
    def _customer_name(party: Party) -> str:
        """By what it is matched by, the strongest first, so that the same customer gets the same name again."""
        if key := party.reference or party.gln:
            return name_of("customer", key)
        return f"customer_{digest(party.name.casefold(), party.email.casefold(), party.address.postcode)}"

    async def _country(self, code: str) -> int:
        if code and code not in self._countries:
            found = await self._session.search("res.country", [("code", "=", code)], limit=1)
            self._countries[code] = found[0] if found else 0
        return self._countries.get(code, 0)

    async def _state(self, country: int, code: str) -> int:
        if not country or not code:
            return 0
        if (country, code) not in self._states:
            domain: list[Any] = [("country_id", "=", country), ("code", "=", code)]
            found = await self._session.search("res.country.state", domain, limit=1)
            self._states[country, code] = found[0] if found else 0
        return self._states[country, code]
