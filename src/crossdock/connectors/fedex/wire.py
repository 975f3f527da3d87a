"""FedEx's own message types, as far as they are used (developer.fedex.com; unknown fields are skipped)."""

from decimal import Decimal

from msgspec import Struct

CANCELLED = "CA"
"""Code of the latest status after a shipment was cancelled (Track API, tracking status codes)."""

NOT_FOUND = frozenset({"TRACKING.REFERENCENUMBER.NOTFOUND", "TRACKING.TRACKINGNUMBER.NOTFOUND"})
"""What a single track result says where FedEx knows nothing; the call itself succeeds."""


class _Camel(Struct, frozen=True, rename="camel"):
    """FedEx writes camelCase."""


class Alert(_Camel, frozen=True):
    """A note or an error: words with points, and a text."""

    code: str = ""
    message: str = ""


class ErrorAnswer(_Camel, frozen=True):
    """An error answer."""

    errors: list[Alert]


class DateDetail(_Camel, frozen=True):
    """A day; its form differs between services."""

    day_format: str = ""


class Commit(_Camel, frozen=True):
    """A promise."""

    date_detail: DateDetail | None = None


class Operational(_Camel, frozen=True):
    """Transit time in words, such as TWO_DAYS."""

    transit_time: str = ""
    delivery_date: str = ""


class RatedShipment(_Camel, frozen=True):
    """A price; ``rate_type`` is ACCOUNT or LIST, the amount a JSON number."""

    total_net_charge: Decimal
    currency: str = "USD"
    rate_type: str = ""


class RateReply(_Camel, frozen=True):
    """An offer."""

    service_type: str
    service_name: str = ""
    rated_shipment_details: list[RatedShipment] = []
    commit: Commit | None = None
    operational_detail: Operational | None = None


class RateOutput(_Camel, frozen=True):
    """All offers."""

    rate_reply_details: list[RateReply] = []
    alerts: list[Alert] = []


class RateAnswer(_Camel, frozen=True):
    """POST /rate/v1/rates/quotes."""

    output: RateOutput


class PackageDocument(_Camel, frozen=True):
    """A document in Base64; ``content_type`` is LABEL, COMMERCIAL_INVOICE, ..."""

    content_type: str = ""
    doc_type: str = ""
    encoded_label: str = ""


class Piece(_Camel, frozen=True):
    """A package and its documents."""

    tracking_number: str = ""
    package_documents: list[PackageDocument] = []
    net_rate_amount: Decimal | None = None
    currency: str = ""


class RateDetail(_Camel, frozen=True):
    """What was charged."""

    total_net_charge: Decimal | None = None
    currency: str = "USD"


class ShipmentRating(_Camel, frozen=True):
    """What was charged, by kind of rate."""

    shipment_rate_details: list[RateDetail] = []


class Completed(_Camel, frozen=True):
    """Details of a booked shipment."""

    shipment_rating: ShipmentRating | None = None


class TransactionShipment(_Camel, frozen=True):
    """A booked shipment."""

    master_tracking_number: str = ""
    piece_responses: list[Piece] = []
    shipment_documents: list[PackageDocument] = []
    completed_shipment_detail: Completed | None = None


class ShipOutput(_Camel, frozen=True):
    """Booked shipments; one is asked for."""

    transaction_shipments: list[TransactionShipment] = []


class ShipAnswer(_Camel, frozen=True):
    """POST /ship/v1/shipments."""

    output: ShipOutput


class CancelOutput(_Camel, frozen=True):
    """How a cancellation went."""

    cancelled_shipment: bool = False


class CancelAnswer(_Camel, frozen=True):
    """PUT /ship/v1/shipments/cancel."""

    output: CancelOutput


class StatusDetail(_Camel, frozen=True):
    """The latest status."""

    code: str = ""


class ScanEvent(_Camel, frozen=True):
    """A scan; ``date`` with its offset."""

    date: str = ""
    event_type: str = ""


class NumberInfo(_Camel, frozen=True):
    """A tracking number."""

    tracking_number: str = ""


class TrackResult(_Camel, frozen=True):
    """One package, or why there is none."""

    tracking_number_info: NumberInfo | None = None
    latest_status_detail: StatusDetail | None = None
    scan_events: list[ScanEvent] = []
    error: Alert | None = None

    @property
    def number(self) -> str:
        """The package's number."""
        return self.tracking_number_info.tracking_number if self.tracking_number_info else ""

    @property
    def is_cancelled(self) -> bool:
        """Whether the shipment was cancelled."""
        latest = self.latest_status_detail.code if self.latest_status_detail else ""
        return CANCELLED in {latest, *(event.event_type for event in self.scan_events)}

    @property
    def order(self) -> tuple[str, str]:
        """Sorts packages by when they were booked; within one second by the counting part of the number."""
        return (self.scan_events[-1].date if self.scan_events else "", self.number[:-1])


class CompleteResult(_Camel, frozen=True):
    """What was found for one inquiry."""

    track_results: list[TrackResult] = []


class TrackOutput(_Camel, frozen=True):
    """What was found."""

    complete_track_results: list[CompleteResult] = []


class TrackAnswer(_Camel, frozen=True):
    """POST /track/v1/trackingnumbers and /track/v1/referencenumbers."""

    output: TrackOutput

    @property
    def results(self) -> list[TrackResult]:
        """All packages and refusals."""
        return [result for each in self.output.complete_track_results for result in each.track_results]


class PickupOutput(_Camel, frozen=True):
    """A scheduled pickup; code, location and day together cancel it."""

    pickup_confirmation_code: str
    location: str = ""


class PickupAnswer(_Camel, frozen=True):
    """POST /pickup/v1/pickups."""

    output: PickupOutput


class PickupCancelOutput(_Camel, frozen=True):
    """A cancelled pickup."""

    pickup_confirmation_code: str = ""


class PickupCancelAnswer(_Camel, frozen=True):
    """PUT /pickup/v1/pickups/cancel."""

    output: PickupCancelOutput


class DocumentPart(_Camel, frozen=True):
    """Part of a document in Base64."""

    image: str = ""


class CloseDocument(_Camel, frozen=True):
    """A report of the end of day: MANIFEST or OP_950."""

    type: str = ""
    shipping_cycle: str = ""
    parts: list[DocumentPart] = []


class CloseOutput(_Camel, frozen=True):
    """Reports of the end of day."""

    close_documents: list[CloseDocument] = []
    alerts: list[Alert] = []


class CloseAnswer(_Camel, frozen=True):
    """PUT (close) and POST (reprint) /ship/v1/endofday/."""

    output: CloseOutput


class ResolvedAddress(_Camel, frozen=True):
    """An address as FedEx writes it; attributes are texts "true" and "false"."""

    street_lines_token: list[str] = []
    city: str = ""
    state_or_province_code: str = ""
    postal_code: str = ""
    country_code: str = ""
    attributes: dict[str, str | bool | None] = {}
    customer_messages: list[Alert] = []

    def says(self, name: str) -> bool:
        """Whether an attribute is true."""
        return str(self.attributes.get(name, "")).lower() == "true"


class AddressOutput(_Camel, frozen=True):
    """Resolved addresses, one for each asked."""

    resolved_addresses: list[ResolvedAddress] = []


class AddressAnswer(_Camel, frozen=True):
    """POST /address/v1/addresses/resolve."""

    output: AddressOutput
