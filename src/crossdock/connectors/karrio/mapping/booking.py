"""A consignment in karrio's words, and karrio's offers and shipments in ours; pure."""

import base64
import binascii
from decimal import ROUND_UP, Decimal
from typing import Any

from crossdock.connectors.karrio import wire
from crossdock.model.events import Fact, RatesQuoted, ShipmentBooked
from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.model.instants import Stamp
from crossdock.model.money import InvalidAmount, Money, minor_exponent, money
from crossdock.model.order import Package
from crossdock.model.party import Party
from crossdock.model.shipment import Booking, Consignment, CustomsDeclaration, Quote, Rate
from crossdock.model.units import convert

MEDIA_TYPES = {"PDF": "application/pdf", "ZPL": "application/zpl", "PNG": "image/png"}
_THOUSANDTH, _TENTH = Decimal("0.001"), Decimal("0.1")


def rate_request(goods: Consignment) -> dict[str, Any]:
    """The fields of karrio's RateRequest. Raises `InvalidUnit`."""
    request: dict[str, Any] = {
        "shipper": _address(goods.ship_from),
        "recipient": _address(goods.ship_to),
        "parcels": [_parcel(goods.package)],
        "reference": goods.reference,
        "is_return": goods.is_return,
    }
    if goods.customs is not None:
        request["customs"] = _customs(goods.customs)
    return request


def shipment_request(goods: Consignment, service: str) -> dict[str, Any]:
    """The fields of karrio's ShipmentRequest. Raises `InvalidUnit`."""
    label = goods.label_format if goods.label_format in MEDIA_TYPES else "PDF"
    return rate_request(goods) | {"service": service, "label_type": label, "order_id": goods.order_name}


def _address(party: Party) -> dict[str, str]:
    place = party.address
    fields = {
        "person_name": party.name,
        "company_name": party.company,
        "address_line1": place.lines[0] if place.lines else "",
        "address_line2": ", ".join(place.lines[1:]),
        "city": place.city,
        "state_code": place.region,
        "postal_code": place.postcode,
        "country_code": place.country,
        "phone_number": party.phone,
        "email": party.email,
    }
    return {name: text for name, text in fields.items() if text}


def _parcel(package: Package) -> dict[str, Any]:
    """Kilograms and centimetres, rounded up: a parcel declared too light is charged again later."""
    weight = convert(package.weight, "KGM").quantize(_THOUSANDTH, ROUND_UP)
    parcel: dict[str, Any] = {"weight": float(weight), "weight_unit": "KG"}
    if package.length and package.width and package.height:
        sides = {"length": package.length, "width": package.width, "height": package.height}
        parcel |= {name: float(convert(side, "CMT").quantize(_TENTH, ROUND_UP)) for name, side in sides.items()}
        parcel["dimension_unit"] = "CM"
    return parcel


def _customs(declared: CustomsDeclaration) -> dict[str, Any]:
    return {
        "content_type": declared.contents if declared.contents != "returned_goods" else "return_merchandise",
        "incoterm": declared.incoterm,
        "invoice": declared.invoice_number,
        "signer": declared.signer,
        "certify": True,
        "duty": {"paid_by": declared.duties_paid_by},
        "commodities": [
            {
                "sku": item.sku,
                "description": item.description,
                "quantity": int(item.quantity),
                "value_amount": float(_decimal(item.value) / item.quantity),
                "value_currency": item.value.currency,
                "weight": float(convert(item.weight, "KGM") / item.quantity),
                "weight_unit": "KG",
                "hs_code": item.hs_code,
                "origin_country": item.country_of_origin,
            }
            for item in declared.items
        ],
    }


def _decimal(value: Money) -> Decimal:
    return Decimal(value.amount).scaleb(-minor_exponent(value.currency))


def quoted(goods: Consignment, rates: list[wire.RateDetails], partner: str, subject: str, now: Stamp) -> Fact:
    """The offers; karrio opens no shipment, so the consignment's reference stands for one."""
    offers, messages = [], []
    for each in rates:
        try:
            price = money(str(each.total_charge), each.currency)
        except InvalidAmount as problem:
            messages.append(f"{each.service} left out: {problem}")
            continue
        offers.append(Rate(each.service, each.carrier_name, each.service, price, each.transit_days))
    quote = Quote(partner, goods.package.id, goods.reference, tuple(offers), tuple(messages), goods.reference)
    return Fact(RatesQuoted(quote), now, subject=subject)


def booked(
    goods: Consignment, service: str, shipment: wire.ShipmentDetails, partner: str, subject: str, now: Stamp
) -> Fact:
    """The booking. karrio names no time, so ``now`` stands for it."""
    rate = shipment.selected_rate
    try:
        cost = money(str(rate.total_charge), rate.currency) if rate else None
    except InvalidAmount:
        cost = None
    booking = Booking(
        partner=partner,
        package_id=goods.package.id,
        shipment_id=shipment.shipment_identifier,
        tracking_number=shipment.tracking_number,
        carrier=rate.carrier_name if rate else partner,
        service=service,
        cost=cost,
        booking_reference=goods.reference,
    )
    binds = (
        Reference(ReferenceKind.TRACKING, shipment.tracking_number),
        Reference(ReferenceKind.BOOKING, shipment.shipment_identifier, partner),
    )
    return Fact(ShipmentBooked(booking), now, subject=subject, binds=binds)


def label_of(shipment: wire.ShipmentDetails) -> bytes:
    """The label's bytes. Raises `ValueError` where there is none or it is no Base64."""
    if not shipment.docs.label:
        raise ValueError("karrio gave no label")
    try:
        return base64.b64decode(shipment.docs.label, validate=True)
    except binascii.Error as problem:
        raise ValueError(f"the label is no Base64: {problem}") from None
