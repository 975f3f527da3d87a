"""Shipments at a carrier: rates, the decision between them, bookings and their documents."""

from typing import Literal

from msgspec import Struct

from crossdock.model.instants import Stamp
from crossdock.model.money import Money

DocumentKind = Literal["label", "proof_of_delivery"]


class Document(Struct, frozen=True, omit_defaults=True):
    """A document held by Crossdock, named by the SHA-256 of its bytes (hex)."""

    sha256: str
    media_type: str
    name: str
    size: int
    kind: DocumentKind = "label"


class Rate(Struct, frozen=True, omit_defaults=True):
    """One offer of a carrier. ``id`` buys it; ``delivery_days`` is the carrier's promise, where it makes one."""

    id: str
    carrier: str
    service: str
    price: Money
    delivery_days: int | None = None
    deliver_by: Stamp | None = None


class Quote(Struct, frozen=True, omit_defaults=True):
    """What one partner offers for one package: the shipment it opened and its rates."""

    partner: str
    package_id: str
    shipment_id: str
    rates: tuple[Rate, ...]
    messages: tuple[str, ...] = ()


class Booking(Struct, frozen=True, omit_defaults=True):
    """A bought label: ``shipment_id`` is the partner's id, ``label_url`` where the label is fetched from."""

    partner: str
    package_id: str
    shipment_id: str
    tracking_number: str
    carrier: str
    service: str
    cost: Money | None = None
    label_url: str = ""
    label_media_type: str = ""
    booking_reference: str = ""
