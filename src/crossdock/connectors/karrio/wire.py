"""karrio's own words, as far as they are used (karrio.core.models of 2026.1; unknown fields are skipped)."""

from msgspec import Struct


class Message(Struct, frozen=True):
    """Why a carrier said no."""

    code: str | int | None = None
    message: str | None = None
    carrier_name: str | None = None


class RateDetails(Struct, frozen=True):
    """One offer."""

    service: str
    total_charge: float
    currency: str = ""
    carrier_name: str = ""
    transit_days: int | None = None


class Documents(Struct, frozen=True):
    """Labels in Base64."""

    label: str | None = None
    invoice: str | None = None


class ShipmentDetails(Struct, frozen=True):
    """A bought shipment."""

    tracking_number: str
    shipment_identifier: str
    docs: Documents = Documents()
    label_type: str | None = None
    selected_rate: RateDetails | None = None


class Confirmation(Struct, frozen=True):
    """Whether a cancellation was done."""

    success: bool = False


class Answer(Struct, frozen=True):
    """What the worker answers; ``result`` is raw, of the operation's shape."""

    result: object = None
    messages: tuple[Message, ...] = ()
    fault: str = ""
    ready: bool = False
