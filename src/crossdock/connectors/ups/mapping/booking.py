"""Bookings, labels and voids between UPS's words and ours; pure."""

import base64
import binascii

import msgspec
from msgspec import Struct

from crossdock.connectors.ups import wire
from crossdock.connectors.ups.config import UpsConfig
from crossdock.connectors.ups.mapping import customs, parties
from crossdock.connectors.ups.mapping.parties import Json
from crossdock.connectors.ups.mapping.services import SERVICES
from crossdock.model.commands import BuyLabel, VoidLabel
from crossdock.model.events import DocumentReceived, Fact, LabelReceived, ShipmentBooked, ShipmentVoided
from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.model.instants import Stamp
from crossdock.model.money import InvalidAmount, Money, money
from crossdock.model.shipment import Booking, Document

PDF = "application/pdf"
MEDIA_TYPES = {
    "GIF": "image/gif",
    "PNG": "image/png",
    "ZPL": "application/zpl",
    "EPL": "application/epl2",
    "SPL": "application/spl",
    "PDF": PDF,
}
ENDINGS = {media_type: code.lower() for code, media_type in MEDIA_TYPES.items()}
_CODES = {media_type: code for code, media_type in MEDIA_TYPES.items()}
_PRINT_RETURN_LABEL = "9"
_PACKAGE_REFERENCES = frozenset({"US", "PR"})
HELD = "document:"
"""How a label's address begins when Crossdock holds it already."""


class Held(Struct, frozen=True):
    """A label in our keeping."""

    sha256: str
    media_type: str
    size: int


def booked_format(label_format: str, config: UpsConfig) -> str:
    """The format a label is booked in: UPS sells no PDF, so it is booked as a picture and recovered as PDF."""
    if label_format in {"ZPL", "GIF", "PNG", "SPL"}:
        return label_format
    return "EPL" if label_format in {"EPL", "EPL2"} else config.image_format


def wanted_type(label_format: str) -> str:
    """The media type of the label that was asked for."""
    return MEDIA_TYPES.get(label_format.removesuffix("2") if label_format == "EPL2" else label_format, PDF)


def code_of(media_type: str) -> str:
    """UPS's code of a format; PDF for what UPS does not know."""
    return _CODES.get(media_type, "PDF")


def request(command: BuyLabel, config: UpsConfig, day: str) -> bytes:
    """The body of POST /api/shipments/v2409/ship; ``day`` (YYYYMMDD) dates the customs invoice.

    Raises `InvalidUnit`, `customs.UndeclarableGoods`.
    """
    goods = command.consignment
    label = booked_format(goods.label_format, config)
    specification: Json = {"LabelImageFormat": {"Code": label}, "HTTPUserAgent": "Mozilla/4.5"}
    if label not in {"GIF", "PNG"}:
        specification["LabelStockSize"] = {"Height": config.label_height, "Width": "4"}
    head = {"RequestOption": "nonvalidate", "TransactionReference": {"CustomerContext": goods.reference[:512]}}
    body = {"Request": head, "Shipment": _shipment(command, config, day), "LabelSpecification": specification}
    return msgspec.json.encode({"ShipmentRequest": body})


def _shipment(command: BuyLabel, config: UpsConfig, day: str) -> Json:
    goods = command.consignment
    ours = goods.ship_to if goods.is_return else goods.ship_from
    charge = {"Type": "01", "BillShipper": {"AccountNumber": config.account_number}}
    described = goods.customs.items[0].description if goods.customs and goods.customs.items else goods.order_name
    shipment: Json = {
        "Description": described[:50],
        "Shipper": {**parties.party(ours), "ShipperNumber": config.account_number},
        "ShipTo": parties.party(goods.ship_to),
        "ShipFrom": parties.party(goods.ship_from),
        "PaymentInformation": {"ShipmentCharge": [charge, *customs.duties(goods.customs, config.account_number)]},
        "Service": {"Code": command.rate_id},
        "Package": [_package(command, config)],
    }
    if not _marks_packages(command):
        shipment["ReferenceNumber"] = _references(command)
    if goods.is_return:
        shipment["ReturnService"] = {"Code": _PRINT_RETURN_LABEL}
    if config.negotiated_rates:
        shipment["ShipmentRatingOptions"] = {"NegotiatedRatesIndicator": "Y"}
    forms = customs.forms(goods, day)
    if forms:
        shipment["ShipmentServiceOptions"] = {"InternationalForms": forms}
    return shipment


def _package(command: BuyLabel, config: UpsConfig) -> Json:
    goods = command.consignment
    package = parties.package_of(goods.package, goods.ship_from.address.country, "Packaging")
    package["Description"] = "returned goods" if goods.is_return else "goods"
    if _marks_packages(command):
        package["ReferenceNumber"] = _references(command)
    hazards = customs.hazards(goods, config)
    if hazards:
        package["PackageServiceOptions"] = {"HazMat": hazards}
    return package


def _marks_packages(command: BuyLabel) -> bool:
    """UPS takes a package's references inside the United States only; elsewhere they are the shipment's."""
    ends = (command.consignment.ship_from, command.consignment.ship_to)
    return all(each.address.country in _PACKAGE_REFERENCES for each in ends)


def _references(command: BuyLabel) -> list[Json]:
    goods = command.consignment
    return [{"Value": parties.reference_of(goods.reference)}, {"Value": goods.order_name[:35]}]


def image_of(image: wire.Picture | None) -> tuple[bytes, str] | None:
    """Bytes and media type of a picture; None where there is none or it is no Base64."""
    if image is None:
        return None
    said = image.ImageFormat or image.LabelImageFormat
    try:
        data = base64.b64decode(image.GraphicImage, validate=True)
    except (binascii.Error, ValueError):
        return None
    return (data, MEDIA_TYPES.get(said.Code.upper() if said else "", PDF)) if data else None


def cost_of(results: wire.ShipmentResults) -> Money | None:
    """What was charged: the account's own price where UPS gives it."""
    own = results.NegotiatedRateCharges.TotalCharge if results.NegotiatedRateCharges else None
    published = results.ShipmentCharges.TotalCharges if results.ShipmentCharges else None
    charged = own or published
    if charged is None:
        return None
    try:
        return money(charged.MonetaryValue, charged.CurrencyCode)
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
        carrier="UPS",
        service=command.service or SERVICES.get(command.rate_id, command.rate_id),
        cost=cost,
        label_url=f"{HELD}{label.sha256}" if label else "",
        label_media_type=label.media_type if label else wanted_type(command.consignment.label_format),
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


def recovery_request(media_type: str, account: str, *, number: str = "", reference: str = "") -> bytes:
    """The body of POST /api/labels/v1/recovery, by tracking number or by our reference."""
    format_ = {"LabelImageFormat": {"Code": code_of(media_type)}, "HTTPUserAgent": "Mozilla/4.5"}
    asked: Json = {"Request": {"RequestOption": "Non_Validate"}, "LabelSpecification": format_}
    if number:
        asked["TrackingNumber"] = number
    else:
        asked["ReferenceValues"] = {"ReferenceNumber": {"Value": reference}, "ShipperNumber": account}
    return msgspec.json.encode({"LabelRecoveryRequest": asked})


def standing(answer: wire.TrackResponse) -> list[str]:
    """Tracking numbers of the packages that are not voided, in the order they were booked."""
    live = [each for each in answer.packages if not each.is_voided]
    return list(dict.fromkeys(each.trackingNumber for each in sorted(live, key=lambda each: each.order)))


def recovered(answer: wire.Recovery, seen: wire.TrackResponse) -> list[str]:
    """Tracking numbers of recovered labels, without those tracking knows to be voided: whether Label Recovery still
    gives a voided label is published nowhere.
    """
    numbers = [each.TrackingNumber for each in answer.results if each.TrackingNumber]
    voided = {each.trackingNumber for each in seen.packages if each.is_voided}
    return [number for number in numbers or [answer.ShipmentIdentificationNumber] if number and number not in voided]


def voided(command: VoidLabel, partner: str, subject: str, at: Stamp) -> Fact:
    """A void."""
    body = ShipmentVoided(partner, command.package_id, command.shipment_id, command.tracking_number)
    return Fact(body, at, subject=subject)
