"""Addresses, measures and references as FedEx takes them; pure."""

import re
from decimal import ROUND_UP, Decimal
from typing import Any

import msgspec

from crossdock.model.identifiers import digest
from crossdock.model.order import Package
from crossdock.model.party import Party
from crossdock.model.units import Measure, convert

Json = dict[str, Any]

encode = msgspec.json.Encoder(decimal_format="number").encode
"""FedEx takes amounts and weights as JSON numbers; they never pass through floats."""

LONGEST_REFERENCE = 30
"""A customer reference is 40 characters at FedEx Express and 30 at FedEx Ground."""

_POUNDS = frozenset({"US", "PR", "CA"})
_TENTH = Decimal("0.1")


def reference_of(text: str) -> str:
    """Our reference as FedEx holds it, cut to 30 characters with a hash of the original where it is longer.

    >>> reference_of("do:odoo:16/P1")
    'do:odoo:16/P1'
    """
    if len(text) <= LONGEST_REFERENCE and text.isascii():
        return text
    plain = text.encode("ascii", "ignore").decode()
    return f"{plain[: LONGEST_REFERENCE - 11]}-{digest(text)[:10]}"


def address(party: Party) -> Json:
    """An address; three lines of 35 characters."""
    place = party.address
    fields: Json = {
        "streetLines": [line[:35] for line in place.lines[:3]],
        "city": place.city[:35],
        "stateOrProvinceCode": place.region[:2],
        "postalCode": place.postcode[:10],
        "countryCode": place.country,
    }
    return {name: value for name, value in fields.items() if value}


def contact(who: Party) -> Json:
    """A contact; FedEx wants a telephone number."""
    fields: Json = {
        "personName": who.name[:70],
        "companyName": who.company[:35],
        "phoneNumber": re.sub(r"[^0-9]", "", who.phone)[:15],
        "emailAddress": who.email[:80],
    }
    return {name: value for name, value in fields.items() if value}


def party(who: Party) -> Json:
    """A shipper or recipient."""
    return {"contact": contact(who), "address": address(who)}


def units(country: str) -> tuple[str, str]:
    """Units of weight and length for shipments from ``country``: pounds and inches, or kilograms and centimetres."""
    return ("LB", "IN") if country in _POUNDS else ("KG", "CM")


def weight(measure: Measure, unit: str) -> Json:
    """A weight with one decimal, rounded up: a parcel declared too light is charged again. Raises `InvalidUnit`."""
    value = convert(measure, "LBR" if unit == "LB" else "KGM").quantize(_TENTH, ROUND_UP)
    return {"units": unit, "value": max(value, _TENTH)}


def package_of(package: Package, country: str) -> Json:
    """A package line with weight and, where they are known, whole sizes rounded up. Raises `InvalidUnit`."""
    weight_unit, length_unit = units(country)
    line: Json = {"weight": weight(package.weight, weight_unit)}
    if package.length and package.width and package.height:
        rec20 = "INH" if length_unit == "IN" else "CMT"
        sides = {"length": package.length, "width": package.width, "height": package.height}
        whole = {name: int(convert(side, rec20).to_integral_value(ROUND_UP)) for name, side in sides.items()}
        line["dimensions"] = {**whole, "units": length_unit}
    return line
