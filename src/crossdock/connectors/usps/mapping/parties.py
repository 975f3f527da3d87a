"""Addresses, measures and references as USPS takes them; pure."""

import hashlib
import uuid
from datetime import UTC, datetime
from decimal import ROUND_UP, Decimal
from typing import Any

from crossdock.connectors.usps.config import UspsConfig
from crossdock.model.identifiers import digest
from crossdock.model.order import Package
from crossdock.model.party import Party
from crossdock.model.shipment import Consignment
from crossdock.model.units import Measure, convert

Json = dict[str, Any]

LONGEST_REFERENCE = 30
_HUNDREDTH = Decimal("0.01")
_DOMESTIC = frozenset({"US", "PR", "VI", "GU", "AS", "MP", "MH", "FM", "PW"})
"""The United States, and the places it serves with domestic mail (Domestic Mail Manual 608.2)."""


def is_domestic(goods: Consignment) -> bool:
    """Whether it goes as domestic mail."""
    return goods.ship_to.address.country in _DOMESTIC and goods.ship_from.address.country in _DOMESTIC


def key_of(reference: str) -> str:
    """The X-Idempotency-Key of a consignment: a UUID of the form of a random one, the same for the same reference."""
    return str(uuid.UUID(bytes=hashlib.sha256(f"crossdock usps {reference}".encode()).digest()[:16], version=4))


def reference_of(text: str) -> str:
    """Our reference as it stands on the label: 30 characters; a longer one ends with a hash of all of it.

    >>> reference_of("do:odoo:16/P1")
    'do:odoo:16/P1'
    """
    return text if len(text) <= LONGEST_REFERENCE else f"{text[:19]}-{digest(text)[:10]}"


def day(now: int) -> str:
    """The day of ``now`` (epoch microseconds), YYYY-MM-DD."""
    return datetime.fromtimestamp(now // 1_000_000, UTC).strftime("%Y-%m-%d")


def zip_of(who: Party) -> tuple[str, str]:
    """ZIP and +4, either may be empty."""
    head, _, tail = who.address.postcode.replace(" ", "").partition("-")
    return head[:5], tail[:4]


def address(who: Party) -> Json:
    """A domestic address with its names."""
    state = who.address.region[:2] if who.address.country == "US" else who.address.country
    zip_code, plus4 = zip_of(who)
    fields = _names(who) | _street(who) | {"state": state, "ZIPCode": zip_code, "ZIPPlus4": plus4}
    return _told(fields)


def address_abroad(who: Party) -> Json:
    """A foreign address with its names."""
    place = who.address
    fields = _names(who) | _street(who)
    fields |= {"postalCode": place.postcode[:11], "province": place.region[:40], "countryISOAlpha2Code": place.country}
    return _told(fields)


def _names(who: Party) -> Json:
    first, _, last = who.name.partition(" ")
    phone = "".join(sign for sign in who.phone if sign.isdigit())[-10:]
    names = {"firm": who.company[:50], "phone": phone, "email": who.email[:255]}
    return names | ({"firstName": first[:50], "lastName": last[:50]} if last else {"firm": (who.company or first)[:50]})


def _street(who: Party) -> Json:
    place = who.address
    lines = {"streetAddress": (place.lines[0] if place.lines else "")[:50]}
    return lines | {"secondaryAddress": ", ".join(place.lines[1:])[:50], "city": place.city[:28]}


def _told(fields: Json) -> Json:
    return {name: text for name, text in fields.items() if text}


def pounds(measure: Measure) -> float:
    """Pounds with two decimals, rounded up: a parcel declared too light is charged again. Raises `InvalidUnit`."""
    return float(max(convert(measure, "LBR").quantize(_HUNDREDTH, ROUND_UP), _HUNDREDTH))


def sides(package: Package, config: UspsConfig) -> Json:
    """Length (the longest), width and height in inches with two decimals, rounded up. Raises `InvalidUnit`."""
    given = (package.length, package.width, package.height)
    known = [convert(side, "INH").quantize(_HUNDREDTH, ROUND_UP) for side in given if side is not None]
    sizes = known if len(known) == len(given) else [Decimal(side) for side in config.package_size]
    length, width, height = (float(side) for side in sorted(sizes, reverse=True))
    return {"length": length, "width": width, "height": height}
