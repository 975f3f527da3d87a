"""Bookings and their documents between the MyDHL API's words and ours; pure."""

import base64
import binascii
from typing import Any

import msgspec
from msgspec import Struct

from crossdock.connectors.dhl_express import wire
from crossdock.connectors.dhl_express.config import DhlExpressConfig
from crossdock.connectors.dhl_express.mapping import customs, parties
from crossdock.connectors.dhl_express.mapping.parties import Json
from crossdock.connectors.dhl_express.mapping.rating import CARRIER, price_of
from crossdock.model.commands import BuyLabel
from crossdock.model.events import DocumentReceived, Fact, LabelReceived, ProofCaptured, ShipmentBooked
from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.model.instants import Stamp
from crossdock.model.money import InvalidAmount, Money
from crossdock.model.shipment import Booking, Document, DocumentKind
from crossdock.model.tracking import ProofOfDelivery, TrackingEvent

HELD = "document:"
"""How a label's address begins when Crossdock holds it already."""

LABEL, INVOICE = "label", "invoice"
_FORMATS = {"PDF": "pdf", "ZPL": "zpl", "EPL2": "epl"}
MEDIA_TYPES = {
    "PDF": "application/pdf",
    "ZPL": "application/zpl",
    "LP2": "application/lp2",
    "EPL": "application/epl2",
    "TIFF": "image/tiff",
    "PNG": "image/png",
}
ENDINGS = {media_type: code.lower() for code, media_type in MEDIA_TYPES.items()}


class Held(Struct, frozen=True):
    """A document in our keeping."""

    sha256: str
    media_type: str
    size: int


def encoding(label_format: str) -> str:
    """DHL's encodingFormat; it makes no pictures, so a PNG is asked for as PDF."""
    return _FORMATS.get(label_format, "pdf")


def request(command: BuyLabel, config: DhlExpressConfig, now: int) -> bytes:
    """The body of POST /shipments at ``now`` (epoch microseconds).

    Raises `InvalidUnit`, `customs.UndeclarableGoods`.
    """
    goods = command.consignment
    product, _, local = command.rate_id.partition("/")
    shipper = parties.details(goods.ship_from, config)
    numbers = customs.registrations(goods.customs, goods.ship_from.address.country)
    if numbers:
        shipper["registrationNumbers"] = numbers
    fields: Json = {
        "plannedShippingDateAndTime": parties.moment(now),
        "pickup": {"isRequested": False},
        "productCode": product,
        "accounts": parties.accounts(goods, config),
        "customerReferences": [
            {"value": parties.reference_of(goods.reference), "typeCode": parties.CUSTOMER_REFERENCE}
        ],
        "customerDetails": {"shipperDetails": shipper, "receiverDetails": parties.details(goods.ship_to, config)},
        "outputImageProperties": _images(command, config),
        "content": _content(command, config, parties.moment(now)[:10]),
        "getRateEstimates": True,
    }
    if local:
        fields["localProductCode"] = local
    services = customs.services(goods, config)
    if services:
        fields["valueAddedServices"] = services
    return msgspec.json.encode(fields)


def _images(command: BuyLabel, config: DhlExpressConfig) -> Json:
    wanted: list[Json] = [{"typeCode": LABEL, "templateName": config.label_template, "isRequested": True}]
    if command.consignment.customs is not None:
        wanted.append({"typeCode": INVOICE, "invoiceType": "commercial", "isRequested": True})
    image_format = encoding(command.consignment.label_format)
    return {"encodingFormat": image_format, "printerDPI": config.printer_dpi, "imageOptions": wanted}


def _content(command: BuyLabel, config: DhlExpressConfig, day: str) -> Json:
    goods = command.consignment
    described = goods.customs.items[0].description if goods.customs and goods.customs.items else goods.order_name
    fields: Json = {
        "packages": [parties.package(goods.package, config)],
        "isCustomsDeclarable": goods.customs is not None,
        "description": described[:70],
        "unitOfMeasurement": "metric",
        "incoterm": goods.customs.incoterm if goods.customs else "DAP",
    }
    if goods.customs is not None:
        worth = customs.total(goods.customs)
        fields |= {"declaredValue": customs.amount(worth), "declaredValueCurrency": worth.currency}
        fields["exportDeclaration"] = customs.declaration(goods, goods.customs, day)
        if goods.customs.itn:
            fields["USFilingTypeValue"] = goods.customs.itn
    return fields


def image_of(images: list[wire.Image], *kinds: str) -> tuple[bytes, str] | None:
    """Bytes and media type of the first document of the ``kinds``; None where there is none or it is no Base64."""
    for each in images:
        if each.type_code in kinds:
            try:
                data = base64.b64decode(each.content, validate=True)
            except (binascii.Error, ValueError):
                return None
            said = (each.image_format or each.encoding_format).upper()
            return (data, MEDIA_TYPES.get(said, "application/pdf")) if data else None
    return None


def cost_of(answer: wire.Booked) -> Money | None:
    """What was charged, where DHL says so exactly."""
    try:
        return price_of(answer.shipment_charges)
    except InvalidAmount:
        return None


def booked(
    command: BuyLabel,
    number: str,
    cost: Money | None,
    label: Held | None,
    partner: str,
    subject: str,
    at: Stamp,
    invoice: Held | None = None,
) -> tuple[Fact, ...]:
    """The booking of waybill ``number`` and, where they are held, its label and customs invoice."""
    goods = command.consignment
    booking = Booking(
        partner=partner,
        package_id=command.package_id,
        shipment_id=number,
        tracking_number=number,
        carrier=CARRIER,
        service=command.service or command.rate_id,
        cost=cost,
        label_url=f"{HELD}{label.sha256}" if label else "",
        label_media_type=label.media_type if label else MEDIA_TYPES["PDF"],
        booking_reference=parties.reference_of(goods.reference),
    )
    binds = (Reference(ReferenceKind.TRACKING, number), Reference(ReferenceKind.BOOKING, number, partner))
    fact = Fact(ShipmentBooked(booking), at, subject=subject, binds=binds)
    papers = (_invoiced(command.package_id, number, invoice, subject, at),) if invoice else ()
    if label is None:
        return (fact, *papers)
    kind: DocumentKind = "return_label" if goods.is_return else "label"
    return (fact, labelled(command.package_id, number, label, subject, at, kind), *papers)


def _invoiced(package: str, number: str, invoice: Held, subject: str, at: Stamp) -> Fact:
    """The customs invoice that came with a label, in our keeping."""
    name = f"{number}-customs-invoice.{ENDINGS.get(invoice.media_type, 'bin')}"
    document = Document(invoice.sha256, invoice.media_type, name, invoice.size, "customs_invoice")
    return Fact(DocumentReceived(package, number, number, document), at, subject=subject)


def labelled(package: str, number: str, label: Held, subject: str, at: Stamp, kind: DocumentKind = "label") -> Fact:
    """A label in our keeping."""
    name = f"{number}.{ENDINGS.get(label.media_type, 'bin')}"
    document = Document(label.sha256, label.media_type, name, label.size, kind)
    return Fact(LabelReceived(package, number, number, document), at, subject=subject)


def standing(answer: wire.Tracked, reference: str) -> list[str]:
    """Waybill numbers of the shipments that carry exactly this reference, oldest first."""
    fitting = [
        each
        for each in answer.shipments
        if each.shipment_tracking_number and any(said.value == reference for said in each.shipper_references)
    ]
    ordered = sorted(fitting, key=lambda each: (each.shipment_timestamp, each.shipment_tracking_number))
    return [each.shipment_tracking_number for each in ordered]


def proof(delivered: TrackingEvent, sheet: Held, lookups: tuple[Any, ...]) -> Fact:
    """The proof of delivery with its document."""
    document = Document(
        sheet.sha256, sheet.media_type, f"{delivered.tracking_number}-pod.pdf", sheet.size, "proof_of_delivery"
    )
    proven = ProofOfDelivery(
        delivered.partner,
        delivered.tracking_number,
        delivered.occurred,
        delivered.signed_by,
        delivered.place,
        document,
    )
    return Fact(ProofCaptured(proven), delivered.occurred, lookups=lookups)
