"""Bookings, labels and voids between FedEx's words and ours; pure."""

import base64
import binascii

from msgspec import Struct

from crossdock.connectors.fedex import wire
from crossdock.connectors.fedex.config import FedexConfig
from crossdock.connectors.fedex.mapping import customs, parties
from crossdock.connectors.fedex.mapping.parties import Json
from crossdock.model.commands import BuyLabel, VoidLabel
from crossdock.model.events import DocumentReceived, Fact, LabelReceived, ShipmentBooked, ShipmentVoided
from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.model.instants import Stamp
from crossdock.model.money import InvalidAmount, Money, money
from crossdock.model.shipment import Booking, Document

FORMATS = {"PDF": "PDF", "PNG": "PNG", "ZPL": "ZPLII", "EPL2": "EPL2"}
MEDIA_TYPES = {
    "PDF": "application/pdf",
    "PNG": "image/png",
    "ZPLII": "application/zpl",
    "EPL2": "application/epl2",
}
ENDINGS = {"application/pdf": "pdf", "image/png": "png", "application/zpl": "zpl", "application/epl2": "epl"}
HELD = "document:"
"""How a label's address begins when Crossdock holds it already."""


class Held(Struct, frozen=True):
    """A label in our keeping."""

    sha256: str
    media_type: str
    size: int


def image_type(label_format: str) -> str:
    """FedEx's word for a format; PDF for what it does not know."""
    return FORMATS.get(label_format, "PDF")


def request(command: BuyLabel, config: FedexConfig, day: str) -> bytes:
    """The body of POST /ship/v1/shipments; ``day`` (YYYY-MM-DD) is when it is shipped.

    Raises `InvalidUnit`, `customs.UndeclarableGoods`.
    """
    body: Json = {
        "labelResponseOptions": "LABEL",
        "accountNumber": {"value": config.account_number},
        "shipAction": "CONFIRM",
        "processingOptionType": "SYNCHRONOUS_ONLY",
        "requestedShipment": _shipment(command, config, day),
    }
    return parties.encode(body)


def _shipment(command: BuyLabel, config: FedexConfig, day: str) -> Json:
    goods = command.consignment
    image = image_type(goods.label_format)
    stock = config.paper_stock if image in {"PDF", "PNG"} else config.label_stock
    payor = {"responsibleParty": {"accountNumber": {"value": config.account_number}}}
    shipment: Json = {
        "shipDatestamp": day,
        "pickupType": config.pickup_type,
        "serviceType": command.rate_id,
        "packagingType": "YOUR_PACKAGING",
        "shipper": parties.party(goods.ship_from),
        "recipients": [parties.party(goods.ship_to)],
        "shippingChargesPayment": {"paymentType": "SENDER", "payor": payor},
        "labelSpecification": {"imageType": image, "labelStockType": stock, "labelFormatType": "COMMON2D"},
        "rateRequestType": ["ACCOUNT"],
        "totalPackageCount": 1,
        "requestedPackageLineItems": [_package(command, config)],
    }
    return shipment | _abroad(command, config) | _special(command)


def _abroad(command: BuyLabel, config: FedexConfig) -> Json:
    """Customs and the invoice FedEx makes of them."""
    clearance = customs.clearance(command.consignment, config.account_number)
    if clearance is None or clearance["isDocumentOnly"]:
        return {"customsClearanceDetail": clearance} if clearance else {}
    invoice = {"documentFormat": {"docType": "PDF", "stockType": "PAPER_LETTER"}}
    documents = {"shippingDocumentTypes": ["COMMERCIAL_INVOICE"], "commercialInvoiceDetail": invoice}
    return {"customsClearanceDetail": clearance, "shippingDocumentSpecification": documents}


def _special(command: BuyLabel) -> Json:
    """Return shipments, and invoices sent to customs electronically (ETD)."""
    goods = command.consignment
    types: list[str] = []
    detail: Json = {}
    if goods.is_return:
        types.append("RETURN_SHIPMENT")
        detail["returnShipmentDetail"] = {"returnType": "PRINT_RETURN_LABEL"}
    if goods.customs and goods.customs.items and goods.customs.contents != "documents":
        types.append("ELECTRONIC_TRADE_DOCUMENTS")
        detail["etdDetail"] = {"requestedDocumentTypes": ["COMMERCIAL_INVOICE"]}
    return {"shipmentSpecialServices": {"specialServiceTypes": types, **detail}} if types else {}


def _package(command: BuyLabel, config: FedexConfig) -> Json:
    goods = command.consignment
    line = parties.package_of(goods.package, goods.ship_from.address.country)
    line["customerReferences"] = [
        {"customerReferenceType": "CUSTOMER_REFERENCE", "value": parties.reference_of(goods.reference)},
        {"customerReferenceType": "P_O_NUMBER", "value": goods.order_name[:30]},
    ]
    services = customs.special_services(goods, config)
    if services:
        line["packageSpecialServices"] = services
    return line


def document_of(found: list[wire.PackageDocument], kind: str) -> tuple[bytes, str] | None:
    """Bytes and media type of the first document of a kind; None where there is none or it is no Base64."""
    for each in found:
        if kind not in each.content_type:
            continue
        try:
            data = base64.b64decode(each.encoded_label, validate=True)
        except (binascii.Error, ValueError):
            continue
        if data:
            return data, MEDIA_TYPES.get(each.doc_type.upper(), "application/pdf")
    return None


def cost_of(shipment: wire.TransactionShipment) -> Money | None:
    """What was charged; None where FedEx does not say, as on most labels billed to somebody else."""
    rating = shipment.completed_shipment_detail and shipment.completed_shipment_detail.shipment_rating
    for each in rating.shipment_rate_details if rating else []:
        if each.total_net_charge is not None:
            return _money(str(each.total_net_charge), each.currency)
    piece = shipment.piece_responses[0] if shipment.piece_responses else None
    if piece is None or piece.net_rate_amount is None or not piece.currency:
        return None
    return _money(str(piece.net_rate_amount), piece.currency)


def _money(text: str, currency: str) -> Money | None:
    try:
        return money(text, currency)
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
    """The booking of ``number`` and, where they are held, its label and customs invoice. One package is one shipment,
    so its number is the shipment's as well.
    """
    package = command.package_id
    booking = Booking(
        partner=partner,
        package_id=package,
        shipment_id=number,
        tracking_number=number,
        carrier="FedEx",
        service=command.service or command.rate_id,
        cost=cost,
        label_url=f"{HELD}{label.sha256}" if label else "",
        label_media_type=label.media_type if label else MEDIA_TYPES[image_type(command.consignment.label_format)],
        booking_reference=number,
    )
    binds = (Reference(ReferenceKind.TRACKING, number), Reference(ReferenceKind.BOOKING, number, partner))
    fact = Fact(ShipmentBooked(booking), at, subject=subject, binds=binds)
    papers = (_invoiced(package, number, invoice, subject, at),) if invoice else ()
    if label is None:
        return (fact, *papers)
    return (fact, labelled(package, number, label, subject, at), *papers)


def _invoiced(package: str, number: str, invoice: Held, subject: str, at: Stamp) -> Fact:
    """The customs invoice that came with a label, in our keeping."""
    name = f"{number}-customs-invoice.{ENDINGS.get(invoice.media_type, 'bin')}"
    document = Document(invoice.sha256, invoice.media_type, name, invoice.size, "customs_invoice")
    return Fact(DocumentReceived(package, number, number, document), at, subject=subject)


def labelled(package: str, number: str, label: Held, subject: str, at: Stamp) -> Fact:
    """A label in our keeping."""
    name = f"{number}.{ENDINGS.get(label.media_type, 'bin')}"
    document = Document(label.sha256, label.media_type, name, label.size)
    return Fact(LabelReceived(package, number, number, document), at, subject=subject)


def cancel_request(number: str, config: FedexConfig) -> bytes:
    """The body of PUT /ship/v1/shipments/cancel."""
    body = {
        "accountNumber": {"value": config.account_number},
        "senderCountryCode": config.account_country,
        "deletionControl": "DELETE_ALL_PACKAGES",
        "trackingNumber": number,
    }
    return parties.encode(body)


def lookup_request(reference: str, account: str, start: str, end: str) -> bytes:
    """The body of POST /track/v1/referencenumbers for shipments of ``start`` to ``end`` (YYYY-MM-DD)."""
    information = {
        "type": "CUSTOMER_REFERENCE",
        "value": reference,
        "accountNumber": account,
        "shipDateBegin": start,
        "shipDateEnd": end,
    }
    return parties.encode({"referencesInformation": information, "includeDetailedScans": True})


def standing(results: list[wire.TrackResult]) -> list[str]:
    """Tracking numbers of the packages that are not cancelled, in the order they were booked."""
    live = [each for each in results if each.number and each.error is None and not each.is_cancelled]
    return list(dict.fromkeys(each.number for each in sorted(live, key=lambda each: each.order)))


def voided(command: VoidLabel, partner: str, subject: str, at: Stamp) -> Fact:
    """A void."""
    body = ShipmentVoided(partner, command.package_id, command.shipment_id, command.tracking_number)
    return Fact(body, at, subject=subject)
