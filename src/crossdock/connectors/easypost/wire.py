"""EasyPost's own message types, as far as they are used (docs.easypost.com; unknown fields are skipped)."""

import msgspec
from msgspec import Struct

TEST_KEY, PRODUCTION_KEY = "EZTK", "EZAK"
"""What API keys of the two modes begin with (docs.easypost.com/docs/authentication)."""

VOIDED = frozenset({"submitted", "refunded", "not_applicable"})
"""Refund states after which the label will not be charged (not_applicable: the carrier bills when it scans)."""


class Location(Struct, frozen=True, gc=False):
    """Where a scan was made; any part may be null."""

    city: str | None = None
    state: str | None = None
    country: str | None = None
    zip: str | None = None


class TrackingDetail(Struct, frozen=True):
    """One scan. ``datetime`` is ISO 8601, in all recordings with a Z; ``carrier_code`` the carrier's raw code."""

    status: str | None = None
    status_detail: str | None = None
    message: str | None = None
    description: str | None = None
    datetime: str | None = None
    carrier_code: str | None = None
    est_delivery_date: str | None = None
    tracking_location: Location | None = None


class CarrierDetail(Struct, frozen=True, gc=False):
    """What the carrier says of the whole journey; the dates are local to the destination."""

    est_delivery_date_local: str | None = None
    est_delivery_time_local: str | None = None


class Tracker(Struct):
    """A package on its way with its whole history, oldest scan first."""

    id: str | None = None
    object: str | None = None
    mode: str | None = None
    tracking_code: str | None = None
    status: str | None = None
    status_detail: str | None = None
    carrier: str | None = None
    signed_by: str | None = None
    est_delivery_date: str | None = None
    updated_at: str | None = None
    tracking_details: list[TrackingDetail] | None = None
    carrier_detail: CarrierDetail | None = None


class Inbound(Tracker):
    """Anything that may arrive: an Event around a Tracker, a bare Tracker, or a page of trackers."""

    description: str | None = None
    result: Tracker | None = None
    trackers: list[Tracker] | None = None


class Heading(Struct, frozen=True, gc=False):
    """The head of an Event, whatever its result is."""

    id: str | None = None
    object: str | None = None
    description: str | None = None


class Rate(Struct, frozen=True):
    """An offer; ``rate`` is a decimal text, ``delivery_date`` an instant."""

    id: str
    carrier: str
    service: str
    rate: str
    currency: str
    delivery_days: int | None = None
    est_delivery_days: int | None = None
    delivery_date: str | None = None


class CarrierMessage(Struct, frozen=True):
    """Why a carrier made no offer; ``message`` is text of the carrier's, or something else entirely."""

    carrier: str | None = None
    message: msgspec.Raw = msgspec.Raw()


class PostageLabel(Struct, frozen=True):
    """Where the label of a bought shipment lies."""

    created_at: str | None = None
    label_url: str | None = None
    label_file_type: str | None = None


class ScanForm(Struct, frozen=True):
    """A manifest: creating, created or failed (``message`` says why); ``form_url`` is the sheet to print."""

    id: str
    created_at: str
    status: str | None = None
    message: str | None = None
    tracking_codes: list[str] = []
    form_url: str | None = None
    form_file_type: str | None = None


class Shipment(Struct, frozen=True):
    """A shipment, bought (it has a tracking code and a label) or not."""

    id: str
    created_at: str
    updated_at: str | None = None
    mode: str | None = None
    reference: str | None = None
    tracking_code: str | None = None
    refund_status: str | None = None
    rates: list[Rate] = []
    messages: list[CarrierMessage] = []
    selected_rate: Rate | None = None
    postage_label: PostageLabel | None = None
    batch_id: str | None = None
    scan_form: ScanForm | None = None

    @property
    def is_bought(self) -> bool:
        """Whether postage was bought; a refund does not change that."""
        return bool(self.tracking_code) and self.postage_label is not None and self.selected_rate is not None


class ShipmentPage(Struct, frozen=True):
    """A page of shipments, newest first."""

    shipments: list[Shipment]
    has_more: bool = False


class Failure(Struct, frozen=True):
    """The inside of an error answer. ``message`` and ``errors`` come in several forms, so they stay raw."""

    code: str = ""
    message: msgspec.Raw = msgspec.Raw()
    errors: msgspec.Raw = msgspec.Raw()


class ErrorAnswer(Struct, frozen=True):
    """An error answer."""

    error: Failure


class PickupRate(Struct, frozen=True):
    """An offer to collect; bought by carrier and service."""

    carrier: str
    service: str
    rate: str
    currency: str = "USD"


class Pickup(Struct, frozen=True):
    """A pickup: ``unknown`` until one of its rates is bought, then ``scheduled``, at last ``canceled``."""

    id: str
    created_at: str
    status: str | None = None
    updated_at: str | None = None
    reference: str | None = None
    confirmation: str | None = None
    messages: list[CarrierMessage] = []
    pickup_rates: list[PickupRate] = []


class PickupPage(Struct, frozen=True):
    """A page of pickups, newest first."""

    pickups: list[Pickup]
    has_more: bool = False


class Batch(Struct, frozen=True):
    """Shipments that are collected together."""

    id: str


class Verification(Struct, frozen=True):
    """What a check of an address came to."""

    success: bool = False
    errors: list[msgspec.Raw] = []


class Verifications(Struct, frozen=True):
    """The checks made of an address; ``delivery`` is whether a carrier can deliver there."""

    delivery: Verification | None = None


class Address(Struct, frozen=True):
    """An address as EasyPost would write it."""

    street1: str | None = None
    street2: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country: str | None = None
    verifications: Verifications = Verifications()


class VerifiedAddress(Struct, frozen=True):
    """The answer to create_and_verify."""

    address: Address


class TrackerStub(Struct, frozen=True, gc=False):
    """The part of a listed tracker that polling looks at."""

    id: str
    updated_at: str


class TrackerPage(Struct, frozen=True):
    """A page of trackers, each as the bytes it came in."""

    trackers: list[msgspec.Raw]
    has_more: bool = False


class Hook(Struct, frozen=True):
    """A registered webhook; ``disabled_at`` is set once EasyPost gave up on it."""

    url: str = ""
    disabled_at: str | None = None


class Hooks(Struct, frozen=True):
    """The registered webhooks of the key's mode."""

    webhooks: list[Hook] = []
