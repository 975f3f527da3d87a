"""Addresses, measures and references as ShipIT takes them; pure."""

import re
from datetime import UTC, datetime
from decimal import ROUND_UP, Decimal
from typing import Any

from crossdock.model.identifiers import digest
from crossdock.model.party import Party
from crossdock.model.units import Measure, convert

Json = dict[str, Any]

LONGEST_REFERENCE = 40
_FORBIDDEN = re.compile(r'[\\"{},;()|]+')
"""Signs ShipIT takes in no text (ShipIT documentation, "Processing shipments")."""

_HUNDREDTH, _LIGHTEST = Decimal("0.01"), Decimal("0.1")
_DAY = 86_400_000_000


def plain(text: str, most: int) -> str:
    """A text without the signs ShipIT forbids, cut to its ``most`` characters."""
    return " ".join(_FORBIDDEN.sub(" ", text).split())[:most]


def reference_of(text: str) -> str:
    """Our reference as ShipIT holds it: 40 characters; what had to be changed ends with a hash of the original.

    >>> reference_of("do:odoo:16/P1")
    'do:odoo:16/P1'
    """
    kept = plain(text, LONGEST_REFERENCE)
    return text if kept == text else f"{kept[:29]}-{digest(text)[:10]}"


def address(who: Party) -> Json:
    """An Address; names and street of 40 characters each."""
    place, name = who.address, who.company or who.name
    fields: Json = {
        "Name1": plain(name, 40),
        "Name2": plain(who.name if who.company and who.name != who.company else "", 40),
        "Name3": plain(", ".join(place.lines[1:]), 40),
        "CountryCode": place.country,
        "Province": plain(place.region, 40),
        "ZIPCode": plain(place.postcode, 10),
        "City": plain(place.city, 40),
        "Street": plain(place.lines[0] if place.lines else "", 40),
        "eMail": who.email[:80],
        "ContactPerson": plain(who.name, 40),
        "MobilePhoneNumber": who.phone[:35],
    }
    return {name: text for name, text in fields.items() if text}


def kilograms(measure: Measure) -> Decimal:
    """Kilograms with two decimals, rounded up, 0.1 at least. Raises `InvalidUnit`."""
    return max(convert(measure, "KGM").quantize(_HUNDREDTH, ROUND_UP), _LIGHTEST)


def day(now: int, back: int = 0) -> str:
    """The day ``back`` days before ``now`` (epoch microseconds), YYYY-MM-DD."""
    return datetime.fromtimestamp((now - back * _DAY) // 1_000_000, UTC).strftime("%Y-%m-%d")
