"""The parts of ShipEngine's messages Crossdock reads, as its OpenAPI document publishes them (version 1.1, 2026-04).

Unknown fields are ignored; numbers are read as decimals, never as floats.
"""

from decimal import Decimal

from msgspec import Struct


class Amount(Struct, frozen=True):
    """Money as ShipEngine writes it: a number and a currency code in small letters."""

    currency: str = "usd"
    amount: Decimal = Decimal(0)


class Problem(Struct, frozen=True):
    """One error, of the API or of one carrier."""

    error_code: str = ""
    message: str = ""
    error_source: str = ""
    carrier_code: str | None = None


class ErrorAnswer(Struct, frozen=True):
    """The body of a refusal."""

    errors: tuple[Problem, ...]


class Rate(Struct, frozen=True):
    """One offer. Its price is the sum of the amounts."""

    rate_id: str
    service_code: str
    carrier_code: str
    carrier_id: str = ""
    shipping_amount: Amount = Amount()
    insurance_amount: Amount | None = None
    confirmation_amount: Amount | None = None
    other_amount: Amount | None = None
    tax_amount: Amount | None = None
    delivery_days: int | None = None
    estimated_delivery_date: str | None = None
    error_messages: tuple[str, ...] = ()


class RateResponse(Struct, frozen=True):
    """The rates of a shipment, those that cannot be bought, and what carriers said instead."""

    created_at: str = ""
    rates: tuple[Rate, ...] = ()
    invalid_rates: tuple[Rate, ...] = ()
    errors: tuple[Problem, ...] = ()


class RatedShipment(Struct, frozen=True):
    """The answer of POST /rates."""

    shipment_id: str
    rate_response: RateResponse


class Shipment(Struct, frozen=True):
    """A shipment as it stands: pending, processing, label_purchased or cancelled."""

    shipment_id: str
    shipment_status: str = ""


class Download(Struct, frozen=True):
    """Where a document is fetched."""

    href: str | None = None
    pdf: str | None = None
    png: str | None = None
    zpl: str | None = None


class Label(Struct, frozen=True):
    """A label: processing, completed, error or voided."""

    label_id: str
    status: str = ""
    shipment_id: str = ""
    external_shipment_id: str | None = None
    created_at: str = ""
    tracking_number: str | None = None
    carrier_code: str = ""
    service_code: str = ""
    shipment_cost: Amount | None = None
    insurance_cost: Amount | None = None
    label_format: str = ""
    label_download: Download | None = None
    voided: bool = False
    voided_at: str | None = None


class Labels(Struct, frozen=True):
    """A page of labels."""

    labels: tuple[Label, ...]


class VoidAnswer(Struct, frozen=True):
    """Whether the carrier takes the label back, and why not."""

    approved: bool
    message: str = ""
    reason_code: str | None = None


class Window(Struct, frozen=True):
    """When a carrier comes."""

    start_at: str
    end_at: str


class Pickup(Struct, frozen=True):
    """A pickup of labels."""

    pickup_id: str
    label_ids: tuple[str, ...] = ()
    created_at: str = ""
    cancelled_at: str | None = None
    confirmation_number: str | None = None
    pickup_window: Window | None = None


class Pickups(Struct, frozen=True):
    """A page of pickups."""

    pickups: tuple[Pickup, ...]
    pages: int = 1


class PickupDeleted(Struct, frozen=True):
    """A pickup that was cancelled."""

    pickup_id: str


class Manifest(Struct, frozen=True):
    """A sheet of one carrier."""

    manifest_id: str = ""
    label_ids: tuple[str, ...] = ()
    created_at: str = ""
    manifest_download: Download | None = None


class ManifestRequest(Struct, frozen=True):
    """A sheet that is still being made."""

    manifest_request_id: str = ""
    status: str = ""


class Manifests(Struct, frozen=True):
    """The sheets that were made or found, and those still being made."""

    manifests: tuple[Manifest, ...] = ()
    manifest_requests: tuple[ManifestRequest, ...] = ()


class Place(Struct, frozen=True):
    """An address."""

    address_line1: str | None = None
    address_line2: str | None = None
    address_line3: str | None = None
    city_locality: str | None = None
    state_province: str | None = None
    postal_code: str | None = None
    country_code: str | None = None


class AddressMessage(Struct, frozen=True):
    """What was found odd in an address."""

    message: str = ""
    code: str | None = None


class CheckedAddress(Struct, frozen=True):
    """An address as it was found: verified, warning, error, or unverified where nothing can be said."""

    status: str
    matched_address: Place | None = None
    messages: tuple[AddressMessage, ...] = ()


class Carrier(Struct, frozen=True):
    """A carrier account."""

    carrier_id: str
    carrier_code: str = ""
    friendly_name: str = ""


class Carriers(Struct, frozen=True):
    """The carrier accounts."""

    carriers: tuple[Carrier, ...]
