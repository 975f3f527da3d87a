"""MyDHL's own message types, as far as they are used (developer.dhl.com, specification 3.3.1; unknown fields are
skipped).
"""

from decimal import Decimal

import msgspec
from msgspec import Struct


class Price(Struct, frozen=True, rename="camel"):
    """An amount; ``currency_type`` is BILLC for what the account is billed in."""

    currency_type: str = ""
    price_currency: str = ""
    price: Decimal | None = None


class DeliveryCapabilities(Struct, frozen=True, rename="camel"):
    """When it would arrive, local to the destination."""

    estimated_delivery_date_and_time: str = ""
    total_transit_days: int | str | None = None


class Product(Struct, frozen=True, rename="camel"):
    """An offer."""

    product_code: str
    product_name: str = ""
    local_product_code: str = ""
    total_price: list[Price] = []
    delivery_capabilities: DeliveryCapabilities = DeliveryCapabilities()


class Rates(Struct, frozen=True):
    """The answer of POST /rates."""

    products: list[Product] = []
    warnings: list[str] = []


class Image(Struct, frozen=True, rename="camel"):
    """A document as Base64; ``type_code`` such as label, invoice, waybillDoc, POD."""

    content: str = ""
    type_code: str = ""
    image_format: str = ""
    encoding_format: str = ""


class Booked(Struct, frozen=True, rename="camel"):
    """The answer of POST /shipments."""

    shipment_tracking_number: str
    documents: list[Image] = []
    shipment_charges: list[Price] = []
    warnings: list[str] = []


class Images(Struct, frozen=True):
    """The answer of get-image and proof-of-delivery."""

    documents: list[Image] = []


class ShipperReference(Struct, frozen=True, rename="camel"):
    """A reference given at booking."""

    value: str = ""
    type_code: str = ""


class Found(Struct, frozen=True, rename="camel"):
    """A shipment in a tracking answer."""

    shipment_tracking_number: str = ""
    shipment_timestamp: str = ""
    shipper_references: list[ShipperReference] = []


class Tracked(Struct, frozen=True):
    """The head of a tracking answer."""

    shipments: list[Found] = []


class PickupMade(Struct, frozen=True, rename="camel"):
    """The answer of POST /pickups."""

    dispatch_confirmation_numbers: list[str]
    ready_by_time: str = ""
    next_pickup_date: str = ""


class Place(Struct, frozen=True, rename="camel"):
    """A place DHL knows."""

    country_code: str = ""
    postal_code: str = ""
    city_name: str = ""
    county_name: str = ""


class Places(Struct, frozen=True):
    """The answer of GET /address-validate."""

    address: list[Place] = []
    warnings: list[str] = []


class Problem(Struct, frozen=True, rename="camel"):
    """An error answer; ``details`` come as text or as something else."""

    title: str = ""
    detail: str = ""
    message: str = ""
    additional_details: list[msgspec.Raw] = []
