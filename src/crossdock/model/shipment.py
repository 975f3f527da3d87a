"""Shipments at a carrier: what is to be carried, rates, the decision between them, bookings and their documents."""

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from crossdock.model.instants import Stamp
from crossdock.model.item import DangerousGoods as DangerousGoods  # noqa: PLC0414 - part of a consignment's words
from crossdock.model.money import Money
from crossdock.model.order import Package
from crossdock.model.party import Party
from crossdock.model.units import Measure

DocumentKind = Literal["label", "return_label", "customs_invoice", "manifest", "proof_of_delivery"]
Contents = Literal["merchandise", "documents", "gift", "sample", "returned_goods", "other"]
DutiesPaidBy = Literal["recipient", "sender"]


class CustomsItem(Struct, frozen=True, omit_defaults=True):
    """One line of a customs declaration. ``value`` and ``weight`` are of the whole line, not of one piece; ``hs_code``
    is the tariff number without dots, ``country_of_origin`` ISO 3166-1 alpha-2.
    """

    description: str
    quantity: Decimal
    value: Money
    weight: Measure
    hs_code: str = ""
    country_of_origin: str = ""
    sku: str = ""


class CustomsDeclaration(Struct, frozen=True, omit_defaults=True):
    """What customs must be told of a package that crosses a border (WCO CN22/CN23, commercial invoice).
    ``incoterm`` is of Incoterms 2020 (DAP, DDP, ...); ``eori`` the exporter's number; ``itn`` the US export number.
    """

    items: tuple[CustomsItem, ...]
    contents: Contents = "merchandise"
    incoterm: str = "DAP"
    duties_paid_by: DutiesPaidBy = "recipient"
    invoice_number: str = ""
    eori: str = ""
    itn: str = ""
    signer: str = ""


class Consignment(Struct, frozen=True, omit_defaults=True):
    """All a carrier has to know to carry one package. ``reference`` is ours, unique per label ever asked for, and goes
    on every booking: by it a purchase whose answer was lost is found again. A return is from ``ship_from`` (the
    customer) to ``ship_to`` (the warehouse) like any other; ``is_return`` asks for the carrier's return product.
    ``label_format`` is PDF, ZPL, PNG or EPL2; ``company`` the shipping company of several, as its system names it.
    """

    reference: str
    order_id: str
    order_name: str
    package: Package
    ship_from: Party
    ship_to: Party
    label_format: str = "PDF"
    is_return: bool = False
    customs: CustomsDeclaration | None = None
    dangerous_goods: tuple[DangerousGoods, ...] = ()
    company: str = ""
    deliver_by: Stamp | None = None


class PickupWindow(Struct, frozen=True, omit_defaults=True):
    """When a carrier may come: local wall-clock stamps at the place of collection."""

    ready_at: Stamp
    closes_at: Stamp


class BookedShipment(Struct, frozen=True, omit_defaults=True):
    """A booked shipment by the partner's id and its tracking number."""

    shipment_id: str
    tracking_number: str


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
    """What one partner offers for one package: the shipment it opened and its rates. ``reference`` is the consignment's
    that was asked about; "" where the partner's connector does not say.
    """

    partner: str
    package_id: str
    shipment_id: str
    rates: tuple[Rate, ...]
    messages: tuple[str, ...] = ()
    reference: str = ""


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
