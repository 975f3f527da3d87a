"""Partners as parties: names, addresses and numbers, each only where Odoo has it."""

from crossdock.connectors.odoo.wire import Place, Text
from crossdock.model.identifiers import InvalidIdentifier, parse_gln
from crossdock.model.party import Address, Party


def party_of(place: Place | None) -> Party:
    """A consignee or consignor; an empty party where the transfer names none (the rules then say so)."""
    if place is None:
        return Party(name="")
    row = place.partner
    name = text(row.name) or place.parent or text(row.company_name)
    company = place.parent or text(row.company_name) or (name if row.is_company else "")
    lines = tuple(line for line in (text(row.street), text(row.street2)) if line)
    located = bool(row.partner_latitude or row.partner_longitude)
    address = Address(
        lines=lines,
        city=text(row.city),
        region=place.state,
        postcode=text(row.zip),
        country=place.country,
        latitude=row.partner_latitude if located else None,
        longitude=row.partner_longitude if located else None,
    )
    return Party(
        name=name,
        address=address,
        company=company,
        phone=text(row.phone) or text(row.mobile),
        email=text(row.email),
        gln=_gln(text(row.global_location_number)),
        reference=text(row.ref),
        language=text(row.lang).replace("_", "-"),
    )


def text(value: Text) -> str:
    """Odoo's text without surrounding blanks; "" for its ``false``."""
    return value.strip() if isinstance(value, str) else ""


def _gln(value: str) -> str:
    """The number if it is one: the field is free text in Odoo."""
    try:
        return parse_gln(value)
    except InvalidIdentifier:
        return ""
