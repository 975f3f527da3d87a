"""Whose order it is: which of Odoo's partners a party is, and the values of one that is not there yet; pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from crossdock.connectors.odoo.mapping.parties import text
from crossdock.model.identifiers import digest
from crossdock.model.party import Party

FIELDS = (
    "name",
    "ref",
    "email",
    "street",
    "street2",
    "city",
    "zip",
    "country_id",
    "parent_id",
    "type",
    "active",
    "global_location_number",
)


class AmbiguousParty(ValueError):
    """Several partners fit a party equally well. The text names them."""


class ArchivedParty(ValueError):
    """The partner a party names is archived. The text names it."""


class Candidate(Struct, frozen=True):
    """A row of res.partner, as far as it tells who it is."""

    id: int
    name: str
    ref: str
    gln: str
    email: str
    postcode: str
    top: bool
    active: bool


def candidate(row: Mapping[str, Any]) -> Candidate:
    """One partner from its row."""
    return Candidate(
        id=int(row["id"]),
        name=text(row.get("name") or ""),
        ref=text(row.get("ref") or ""),
        gln=text(row.get("global_location_number") or ""),
        email=text(row.get("email") or ""),
        postcode=text(row.get("zip") or ""),
        top=not row.get("parent_id"),
        active=bool(row.get("active", True)),
    )


def search_domain(party: Party, *, with_gln: bool) -> list[Any]:
    """A domain that finds everyone a party could be; archived ones too."""
    ways: list[list[Any]] = []
    if party.reference:
        ways.append([("ref", "=", party.reference)])
    if party.gln and with_gln:
        ways.append([("global_location_number", "=", party.gln)])
    if party.email and party.name:
        ways.append(["&", ("email", "=ilike", like_exactly(party.email)), ("name", "=ilike", like_exactly(party.name))])
    if party.name and party.address.postcode:
        ways.append(["&", ("name", "=ilike", like_exactly(party.name)), ("zip", "=", party.address.postcode)])
    either = ["|"] * (len(ways) - 1)
    return [("active", "in", [True, False]), *either, *(one for way in ways for one in way)] if ways else []


def like_exactly(value: str) -> str:
    """Text for ``=ilike`` in which nothing is a wildcard."""
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def same_party(party: Party, candidates: Sequence[Candidate]) -> int:
    """The id of the partner a party is: by reference, else GLN, else email and name, else name and postcode; or 0.

    The first way that knows anyone decides. One known under another reference is somebody else. Raises
    `AmbiguousParty`, and `ArchivedParty` where a reference or GLN leads to an archived partner only.
    """
    name, email = party.name.casefold(), party.email.casefold()
    own = [each for each in candidates if not (party.reference and each.ref and each.ref != party.reference)]
    strong = (
        [each for each in own if party.reference and each.ref == party.reference],
        [each for each in own if party.gln and each.gln == party.gln],
    )
    weak = (
        [each for each in own if email and each.email.casefold() == email and each.name.casefold() == name],
        [
            each
            for each in own
            if party.address.postcode and each.postcode == party.address.postcode and each.name.casefold() == name
        ],
    )
    for by_name, way in [*((False, way) for way in strong), *((True, way) for way in weak)]:
        live = [each for each in way if each.active]
        if way and not live and not by_name:
            raise ArchivedParty(way[0].name)
        if chosen := [each for each in live if each.top] or live:
            return _one(chosen, by_name=by_name)
    return 0


def party_values(party: Party, country: int, state: int) -> dict[str, str]:
    """Columns and values of ``load`` for a partner; ids as text, nothing that is empty."""
    address = party.address
    lines = [*address.lines, "", ""]
    values = {
        "name": party.name or party.company,
        "company_name": party.company if party.company != party.name else "",
        "ref": party.reference,
        "email": party.email,
        "phone": party.phone,
        "street": lines[0],
        "street2": ", ".join(line for line in lines[1:] if line),
        "city": address.city,
        "zip": address.postcode,
        "country_id/.id": str(country or ""),
        "state_id/.id": str(state or ""),
    }
    return {key: value for key, value in values.items() if value}


def address_key(party: Party) -> str:
    """What makes an address of a customer the same address again."""
    address = party.address
    parts = (party.name, *address.lines, address.city, address.region, address.postcode, address.country)
    return digest(*(part.strip().casefold() for part in parts))


def same_address(party: Party, rows: Sequence[Mapping[str, Any]]) -> int:
    """The id of the contact that is at this address under this name already, or 0."""
    address = party.address
    lines = [*address.lines, "", ""]
    wanted = (party.name, lines[0], ", ".join(line for line in lines[1:] if line), address.city, address.postcode)
    for row in rows:
        there = tuple(text(row.get(key) or "") for key in ("name", "street", "street2", "city", "zip"))
        if [each.casefold() for each in there] == [each.strip().casefold() for each in wanted]:
            return int(row["id"])
    return 0


def _one(chosen: Sequence[Candidate], *, by_name: bool) -> int:
    """The only one; of several of the same name and mail or postcode the oldest, as a person would take it."""
    if len(chosen) > 1 and not by_name:
        raise AmbiguousParty(", ".join(f"{each.name} ({each.id})" for each in chosen))
    return min(each.id for each in chosen)
