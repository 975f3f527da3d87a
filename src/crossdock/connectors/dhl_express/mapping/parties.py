"""Addresses, measures, times and references as the MyDHL API takes them; pure."""

from datetime import UTC, datetime
from decimal import ROUND_UP, Decimal
from typing import Any

from crossdock.connectors.dhl_express.config import DhlExpressConfig
from crossdock.model.identifiers import digest
from crossdock.model.order import Package
from crossdock.model.party import Party
from crossdock.model.shipment import Consignment
from crossdock.model.units import Measure, convert

Json = dict[str, Any]

LONGEST_REFERENCE = 35
CUSTOMER_REFERENCE = "CU"
_GRAM = Decimal("0.001")


def reference_of(text: str) -> str:
    """Our reference as DHL holds it: 35 characters at most; a longer one ends with a hash of all of it.

    >>> reference_of("do:odoo:16/P1")
    'do:odoo:16/P1'
    """
    return text if len(text) <= LONGEST_REFERENCE else f"{text[:24]}-{digest(text)[:10]}"


def moment(now: int, gap: str = " ") -> str:
    """A time (epoch microseconds) as DHL writes it, such as ``2026-11-21T09:00:00 GMT+00:00``."""
    said = datetime.fromtimestamp(now // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{said}{gap}GMT+00:00"


def place(who: Party) -> Json:
    """A postalAddress; three lines of 45 characters, of which the first has to be there."""
    address = who.address
    fields: Json = {
        "postalCode": address.postcode[:12],
        "cityName": address.city[:45],
        "countryCode": address.country,
        "provinceCode": address.region[:35],
        "addressLine1": (address.lines[0] if address.lines else address.city)[:45],
    }
    fields |= {f"addressLine{index}": line[:45] for index, line in enumerate(address.lines[1:3], 2)}
    return {name: text for name, text in fields.items() if text or name == "postalCode"}


def details(who: Party, config: DhlExpressConfig) -> Json:
    """ShipperDetails or receiverDetails."""
    contact: Json = {
        "companyName": (who.company or who.name)[:100],
        "fullName": (who.name or who.company)[:255],
        "phone": (who.phone or config.phone)[:70],
    }
    if who.email:
        contact["email"] = who.email[:70]
    return {"postalAddress": place(who), "contactInformation": contact}


def accounts(goods: Consignment, config: DhlExpressConfig) -> list[Json]:
    """Who pays: the shipper, or for a return the one it comes back to; and who pays duties, where the sender does."""
    number = (config.import_account or config.account_number) if goods.is_return else config.account_number
    listed = [{"typeCode": "payer" if goods.is_return else "shipper", "number": number}]
    if goods.customs is not None and goods.customs.duties_paid_by == "sender":
        listed.append({"typeCode": "duties-taxes", "number": number})
    return listed


def package(parcel: Package, config: DhlExpressConfig) -> Json:
    """A package in kilograms and whole centimetres, rounded up. Raises `InvalidUnit`."""
    sides = (parcel.length, parcel.width, parcel.height)
    known = [convert(side, "CMT").to_integral_value(ROUND_UP) for side in sides if side is not None]
    sizes = known if len(known) == len(sides) else [Decimal(side) for side in config.package_size]
    length, width, height = (int(max(side, Decimal(1))) for side in sizes)
    return {"weight": kilograms(parcel.weight), "dimensions": {"length": length, "width": width, "height": height}}


def kilograms(measure: Measure) -> float:
    """Kilograms with three decimals, rounded up: a parcel declared too light is charged again. Raises `InvalidUnit`."""
    return float(max(convert(measure, "KGM").quantize(_GRAM, ROUND_UP), _GRAM))
