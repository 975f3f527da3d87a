"""Labels between USPS's words and ours; pure."""

import base64
import binascii

import msgspec
from msgspec import Struct

from crossdock.connectors.usps import wire
from crossdock.connectors.usps.config import UspsConfig
from crossdock.connectors.usps.mapping import customs, parties
from crossdock.connectors.usps.mapping.parties import Json
from crossdock.connectors.usps.mapping.parts import parts_of
from crossdock.connectors.usps.mapping.services import CARRIER, indicator_of, name_of
from crossdock.model.commands import BuyLabel, VoidLabel
from crossdock.model.events import Fact, LabelReceived, ShipmentBooked, ShipmentVoided
from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.model.instants import Stamp
from crossdock.model.money import InvalidAmount, Money, money
from crossdock.model.shipment import Booking, Document, DocumentKind

HELD = "document:"
"""How a label's address begins when Crossdock holds it already."""

PDF, ZPL = "application/pdf", "application/zpl"
_ENDINGS = {PDF: "pdf", ZPL: "zpl"}


class Held(Struct, frozen=True):
    """A document in our keeping."""

    sha256: str
    media_type: str
    size: int


class Sold(Struct, frozen=True):
    """A label USPS sold: number, what it cost, and its file."""

    number: str
    postage: Money | None
    data: bytes
    media_type: str


def media_type_of(label_format: str) -> str:
    """What a label comes as: USPS makes PDF and ZPL; PNG and EPL are asked for as PDF."""
    return ZPL if label_format == "ZPL" else PDF


def image_info(label_format: str, config: UspsConfig) -> Json:
    """The imageInfo of a label or a reprint."""
    image_type = config.thermal_format if media_type_of(label_format) == ZPL else "PDF"
    return {"imageType": image_type, "labelType": config.label_type, "receiptOption": "NONE", "suppressPostage": True}


def request(command: BuyLabel, config: UspsConfig, day: str) -> bytes:
    """The body of a label's purchase on ``day`` (YYYY-MM-DD). Raises `InvalidUnit`, `customs.UndeclarableGoods`."""
    goods, domestic = command.consignment, parties.is_domestic(command.consignment)
    package: Json = {
        "mailClass": command.rate_id,
        "rateIndicator": indicator_of(command.rate_id),
        "weightUOM": "lb",
        "weight": parties.pounds(goods.package.weight),
        "dimensionsUOM": "in",
        **parties.sides(goods.package, config),
        "processingCategory": "MACHINABLE",
        "mailingDate": day,
        "destinationEntryFacilityType": "NONE",
        "customerReference": [{"referenceNumber": parties.reference_of(goods.reference)}],
        "extraServices": customs.hazards(goods),
    }
    told = parties.address(goods.ship_to) if domestic else parties.address_abroad(goods.ship_to)
    fields: Json = {
        "imageInfo": image_info(goods.label_format, config),
        "toAddress": told,
        "fromAddress": parties.address(goods.ship_from),
        "packageDescription": package,
    }
    if not domestic:
        if goods.customs is None:
            raise customs.UndeclarableGoods("a parcel abroad needs a customs declaration")
        fields["customsForm"] = customs.form(goods.customs)
    return msgspec.json.encode(fields)


def sold(content_type: str, body: bytes) -> Sold:
    """A label out of JSON or out of parts. Raises `ValueError` where there is no number or no file."""
    if content_type.lower().startswith("multipart/"):
        parts = parts_of(content_type, body)
        metadata: wire.Metadata = msgspec.json.decode(parts.get("labelMetadata", b""), type=wire.Metadata)
        image = parts.get("labelImage", b"").decode("ascii", errors="replace")
    else:
        label = msgspec.json.decode(body, type=wire.Label)
        metadata, image = label.label_metadata or label, label.label_image
    try:
        data = base64.b64decode("".join(image.split()), validate=True)
    except binascii.Error as problem:
        raise ValueError(f"the label's image is no Base64: {problem}") from None
    if not metadata.number or not data:
        raise ValueError("the answer has no tracking number or no image")
    try:
        postage = money(str(metadata.postage), "USD") if metadata.postage is not None else None
    except InvalidAmount:
        postage = None
    return Sold(metadata.number, postage, data, PDF if data.startswith(b"%PDF") else ZPL)


def booked(command: BuyLabel, label: Sold, held: Held, partner: str, subject: str, at: Stamp) -> tuple[Fact, Fact]:
    """The booking and its label."""
    goods, number = command.consignment, label.number
    booking = Booking(
        partner=partner,
        package_id=command.package_id,
        shipment_id=number,
        tracking_number=number,
        carrier=CARRIER,
        service=command.service or name_of(command.rate_id),
        cost=label.postage,
        label_url=f"{HELD}{held.sha256}",
        label_media_type=held.media_type,
        booking_reference=parties.key_of(goods.reference),
    )
    binds = (Reference(ReferenceKind.TRACKING, number), Reference(ReferenceKind.BOOKING, number, partner))
    kind: DocumentKind = "return_label" if goods.is_return else "label"
    fact = Fact(ShipmentBooked(booking), at, subject=subject, binds=binds)
    return fact, labelled(command.package_id, number, held, subject, at, kind)


def labelled(package: str, number: str, held: Held, subject: str, at: Stamp, kind: DocumentKind = "label") -> Fact:
    """A label in our keeping."""
    document = Document(held.sha256, held.media_type, f"{number}.{_ENDINGS[held.media_type]}", held.size, kind)
    return Fact(LabelReceived(package, number, number, document), at, subject=subject)


def voided(command: VoidLabel, partner: str, subject: str, at: Stamp) -> Fact:
    """A cancelled label."""
    body = ShipmentVoided(partner, command.package_id, command.shipment_id, command.tracking_number)
    return Fact(body, at, subject=subject)
