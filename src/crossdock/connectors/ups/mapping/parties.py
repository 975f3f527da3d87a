"""Addresses, measures and references as UPS takes them; pure."""

import re
from decimal import ROUND_UP, Decimal
from typing import Any

from crossdock.model.identifiers import digest
from crossdock.model.order import Package
from crossdock.model.party import Party
from crossdock.model.units import Measure, convert

Json = dict[str, Any]

LONGEST_REFERENCE = 35
_POUNDS = frozenset({"US", "PR", "VI", "GU", "AS", "MP"})
_TENTH = Decimal("0.1")
_UNSAFE = re.compile(r"[^A-Za-z0-9]+")


def reference_of(text: str) -> str:
    """Our reference as UPS holds it: letters, digits and hyphens, 35 at most, so that it survives in a URL's path.
    What had to be changed ends with a hash of the original, so two references never become one.

    >>> reference_of("RMA-7")
    'RMA-7'
    """
    safe = _UNSAFE.sub("-", text).strip("-")
    if safe == text and len(safe) <= LONGEST_REFERENCE:
        return text
    return f"{safe[: LONGEST_REFERENCE - 11]}-{digest(text)[:10]}"


def address(party: Party) -> Json:
    """An Address of Shipping and Rating; three lines of 35 characters."""
    place = party.address
    fields: Json = {
        "AddressLine": [line[:35] for line in place.lines[:3]],
        "City": place.city[:30],
        "StateProvinceCode": place.region[:5],
        "PostalCode": place.postcode[:9],
        "CountryCode": place.country,
    }
    return {name: value for name, value in fields.items() if value}


def party(who: Party) -> Json:
    """A ShipTo or ShipFrom; the company stands first where there is one."""
    fields: Json = {
        "Name": (who.company or who.name)[:35],
        "AttentionName": who.name[:35],
        "EMailAddress": who.email[:50],
        "Address": address(who),
    }
    if who.phone:
        fields["Phone"] = {"Number": re.sub(r"[^0-9]", "", who.phone)[:15]}
    return {name: value for name, value in fields.items() if value}


def units(country: str) -> tuple[str, str]:
    """Units of weight and length for shipments from ``country``: pounds and inches, or kilograms and centimetres."""
    return ("LBS", "IN") if country in _POUNDS else ("KGS", "CM")


def weight(measure: Measure, unit: str) -> str:
    """A weight with one decimal, rounded up: a parcel declared too light is charged again. Raises `InvalidUnit`."""
    value = convert(measure, "LBR" if unit == "LBS" else "KGM").quantize(_TENTH, ROUND_UP)
    return str(max(value, _TENTH))


def dimensions(package: Package, unit: str) -> Json | None:
    """Length, width and height, rounded up to whole units; None where they are unknown. Raises `InvalidUnit`."""
    if not (package.length and package.width and package.height):
        return None
    rec20 = "INH" if unit == "IN" else "CMT"
    sides = {"Length": package.length, "Width": package.width, "Height": package.height}
    whole = {name: str(convert(side, rec20).to_integral_value(ROUND_UP)) for name, side in sides.items()}
    return {"UnitOfMeasurement": {"Code": unit}, **whole}


def package_of(package: Package, country: str, packaging: str) -> Json:
    """A Package with its weight and size; ``packaging`` is the name of the packaging's element, which differs."""
    weight_unit, length_unit = units(country)
    fields: Json = {
        packaging: {"Code": "02"},
        "PackageWeight": {"UnitOfMeasurement": {"Code": weight_unit}, "Weight": weight(package.weight, weight_unit)},
    }
    sides = dimensions(package, length_unit)
    return fields | ({"Dimensions": sides} if sides else {})
