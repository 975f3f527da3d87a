"""Parcels and their labels between ShipIT's words and ours; pure."""

import base64
import binascii

import msgspec
from msgspec import Struct

from crossdock.connectors.gls import wire
from crossdock.connectors.gls.config import GlsConfig
from crossdock.connectors.gls.mapping import parties
from crossdock.connectors.gls.mapping.parties import Json
from crossdock.connectors.gls.mapping.rating import CARRIER
from crossdock.model.commands import BuyLabel, FetchLabel, VoidLabel
from crossdock.model.events import Fact, LabelReceived, ProofCaptured, ShipmentBooked, ShipmentVoided
from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.model.instants import Stamp
from crossdock.model.shipment import Booking, Consignment, DangerousGoods, Document, DocumentKind
from crossdock.model.tracking import ProofOfDelivery, TrackingEvent

HELD = "document:"
"""How a label's address begins when Crossdock holds it already."""

PDF, ZPL, PNG = "application/pdf", "application/zpl", "image/png"
_FORMATS = {ZPL: "ZEBRA", PNG: "PNG", PDF: "PDF"}
_ENDINGS = {PDF: "pdf", ZPL: "zpl", PNG: "png"}
_INCOTERMS = {"DDP": "10", "DAP": "20"}
_SHOP_RETURN = "service_shopreturn"
_LIMITED = "service_limitedquantities"
_BATTERIES = "service_lithiumbatteries"


class UndeclarableGoods(ValueError):
    """Goods that GLS would not take as they are declared; the text says why."""


class Held(Struct, frozen=True):
    """A document in our keeping."""

    sha256: str
    media_type: str
    size: int


class Parcel(Struct, frozen=True):
    """A parcel ShipIT booked, with its label's file, b"" where it gave none."""

    track_id: str
    number: str
    data: bytes
    media_type: str


def media_type_of(label_format: str) -> str:
    """What a label comes as: ShipIT makes PDF, ZPL and PNG; EPL is asked for as PDF."""
    return {"ZPL": ZPL, "PNG": PNG}.get(label_format, PDF)


def printing(media_type: str, config: GlsConfig) -> Json:
    """PrintingOptions; a label in another format than these is a PDF."""
    template = config.zpl_template if media_type == ZPL else "NONE"
    return {"ReturnLabels": {"TemplateSet": template, "LabelFormat": _FORMATS.get(media_type, "PDF")}}


def request(command: BuyLabel, config: GlsConfig, day: str) -> bytes:
    """The body of POST shipments on ``day`` (YYYY-MM-DD). Raises `InvalidUnit`, `UndeclarableGoods`."""
    goods = command.consignment
    product, *services = command.rate_id.split("+")
    reference = parties.reference_of(goods.reference)
    unit: Json = {
        "ShipmentUnitReference": [reference],
        "Weight": float(parties.kilograms(goods.package.weight)),
    }
    dangers = [_danger(each, goods) for each in goods.dangerous_goods]
    if dangers:
        unit["Service"] = dangers[:1]
    other, ours = (goods.ship_from, goods.ship_to) if goods.is_return else (goods.ship_to, goods.ship_from)
    if goods.is_return:
        services.append(_SHOP_RETURN)
    shipment: Json = {
        "ShipmentReference": [reference],
        "ShippingDate": day,
        "Product": product,
        "Consignee": {"Address": parties.address(other)},
        "Shipper": {"ContactID": config.contact_id, "AlternativeShipperAddress": parties.address(ours)},
        "ShipmentUnit": [unit],
    }
    if services:
        shipment["Service"] = [_service(name) for name in services]
    if goods.customs is not None:
        shipment["IncotermCode"] = config.incoterm_code or _incoterm(goods.customs.incoterm)
    options = printing(media_type_of(goods.label_format), config)
    return msgspec.json.encode({"Shipment": shipment, "PrintingOptions": options})


def _service(name: str) -> Json:
    if name == _SHOP_RETURN:
        return {"ShopReturn": {"ServiceName": name, "NumberOfLabels": 1}}
    return {"Service": {"ServiceName": name}}


def _incoterm(incoterm: str) -> str:
    if incoterm not in _INCOTERMS:
        raise UndeclarableGoods(f"GLS's number for {incoterm} is not known here: set incoterm_code")
    return _INCOTERMS[incoterm]


def _danger(goods: DangerousGoods, consignment: Consignment) -> Json:
    """A unit's service. Only limited quantities and lithium batteries travel without GLS's own number of the good."""
    weight = goods.quantity or consignment.package.weight
    if goods.limited_quantity and not goods.lithium:
        return {"LimitedQuantities": {"ServiceName": _LIMITED, "Weight": float(parties.kilograms(weight))}}
    if goods.lithium in {"contained", "packed_with"}:
        return {"Service": {"ServiceName": _BATTERIES}}
    raise UndeclarableGoods(f"UN{goods.un_number} needs GLS's own number of the good, which nobody told Crossdock")


def reprint_request(media_type: str, config: GlsConfig, day: str, *, reference: str = "", track_id: str = "") -> bytes:
    """The body of POST reprintparcel for a parcel made on ``day``, by our reference or by ShipIT's name."""
    named = {"ShipmentReference": reference} if reference else {"TrackID": track_id}
    return msgspec.json.encode({**named, "CreationDate": day, "PrintingOptions": printing(media_type, config)})


def parcel_of(answer: wire.Created) -> Parcel | None:
    """The parcel and its label; None where there is no parcel."""
    made = answer.created_shipment
    if not made.parcel_data or not made.parcel_data[0].track_id:
        return None
    first = made.parcel_data[0]
    given = made.print_data[0] if made.print_data else wire.PrintData()
    text = given.data if isinstance(given.data, str) else "".join(given.data[:1])
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error:
        data = b""
    return Parcel(first.track_id, str(first.parcel_number), data, _type_of(data))


def _type_of(data: bytes) -> str:
    if data.startswith(b"%PDF"):
        return PDF
    return PNG if data.startswith(b"\x89PNG") else ZPL


def booked(command: BuyLabel, parcel: Parcel, held: Held | None, told: tuple[str, str, Stamp]) -> tuple[Fact, ...]:
    """The booking and its label. The number on the label is the tracking number, as tracking names it; ShipIT's own
    name for the parcel leads to it as well. ``told`` are partner, subject and time.
    """
    partner, subject, at = told
    goods, number = command.consignment, parcel.number or parcel.track_id
    booking = Booking(
        partner=partner,
        package_id=command.package_id,
        shipment_id=parcel.track_id,
        tracking_number=number,
        carrier=CARRIER,
        service=command.service or command.rate_id,
        label_url=f"{HELD}{held.sha256}" if held else "",
        label_media_type=held.media_type if held else media_type_of(goods.label_format),
        booking_reference=parties.reference_of(goods.reference),
    )
    binds = [Reference(ReferenceKind.TRACKING, number), Reference(ReferenceKind.BOOKING, parcel.track_id, partner)]
    if number != parcel.track_id:
        binds.append(Reference(ReferenceKind.TRACKING, parcel.track_id))
    fact = Fact(ShipmentBooked(booking), at, subject=subject, binds=tuple(binds))
    if held is None:
        return (fact,)
    kind: DocumentKind = "return_label" if goods.is_return else "label"
    named = FetchLabel(command.package_id, parcel.track_id, number, "")
    return fact, labelled(named, held, subject, at, kind)


def labelled(command: FetchLabel, held: Held, subject: str, at: Stamp, kind: DocumentKind = "label") -> Fact:
    """The label ``command`` names, in our keeping."""
    number = command.tracking_number
    name = f"{number}.{_ENDINGS.get(held.media_type, 'bin')}"
    document = Document(held.sha256, held.media_type, name, held.size, kind)
    return Fact(LabelReceived(command.package_id, command.shipment_id, number, document), at, subject=subject)


def voided(command: VoidLabel, partner: str, subject: str, at: Stamp) -> Fact:
    """A cancelled parcel."""
    body = ShipmentVoided(partner, command.package_id, command.shipment_id, command.tracking_number)
    return Fact(body, at, subject=subject)


def proof_of(answer: wire.Proofs) -> bytes:
    """The proof's file; b"" where there is none."""
    try:
        return base64.b64decode(answer.item.image_data if answer.item else "", validate=True)
    except binascii.Error:
        return b""


def proof(delivered: TrackingEvent, held: Held, lookups: tuple[Reference, ...]) -> Fact:
    """The proof of delivery with its document."""
    name = f"{delivered.tracking_number}-pod.pdf"
    document = Document(held.sha256, held.media_type, name, held.size, "proof_of_delivery")
    proven = ProofOfDelivery(
        delivered.partner, delivered.tracking_number, delivered.occurred, delivered.signed_by, delivered.place, document
    )
    return Fact(ProofCaptured(proven), delivered.occurred, lookups=lookups)
