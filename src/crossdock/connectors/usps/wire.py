"""USPS's own message types, as far as they are used (developers.usps.com, version 3; unknown fields are skipped)."""

from decimal import Decimal

from msgspec import Struct


class BaseRate(Struct, frozen=True, rename="camel"):
    """A price in words."""

    description: str = ""
    mail_class: str = ""
    product_name: str = ""


class BaseRates(Struct, frozen=True, rename="camel"):
    """The answer of base-rates/search; US dollars."""

    total_base_price: Decimal
    rates: list[BaseRate] = []


class Paid(Struct, frozen=True, rename="camel"):
    """The answer of payment-authorization; the token lasts eight hours."""

    payment_authorization_token: str


class Metadata(Struct, frozen=True, rename="camel"):
    """What a label is; ``postage`` in US dollars."""

    tracking_number: str = ""
    international_tracking_number: str = ""
    postage: Decimal | None = None

    @property
    def number(self) -> str:
        """The tracking number, whichever kind."""
        return self.tracking_number or self.international_tracking_number


class Label(Metadata, frozen=True, rename="camel"):
    """A label as JSON: its metadata at the top or below ``labelMetadata``, pictures as Base64."""

    label_metadata: Metadata | None = None
    label_image: str = ""
    receipt_image: str = ""


class Cancelled(Struct, frozen=True, rename="camel"):
    """The answer of a cancellation: CANCELED, or what became of the request for a refund."""

    tracking_number: str = ""
    international_tracking_number: str = ""
    status: str = ""


class PickupMade(Struct, frozen=True, rename="camel"):
    """A scheduled carrier pickup."""

    confirmation_number: str
    pickup_date: str = ""


class ScanForm(Struct, frozen=True, rename="camel"):
    """What a SCAN form covers."""

    manifest_number: str
    tracking_numbers: list[str] = []


class Place(Struct, frozen=True, rename="camel"):
    """An address in USPS's spelling."""

    street_address: str = ""
    secondary_address: str = ""
    city: str = ""
    state: str = ""
    ZIPCode: str = ""
    ZIPPlus4: str | None = None


class Additional(Struct, frozen=True, rename="camel"):
    """``DPVConfirmation``: Y delivered to, S or D its secondary number is wrong or missing, N not."""

    DPVConfirmation: str | None = None


class Remark(Struct, frozen=True, rename="camel"):
    """A correction or match, by code."""

    code: str = ""
    text: str = ""


class Checked(Struct, frozen=True, rename="camel"):
    """The answer of GET /addresses/v3/address."""

    address: Place
    additional_info: Additional | None = None
    corrections: list[Remark] = []
    warnings: list[str] = []


class Source(Struct, frozen=True, rename="camel"):
    """Where an error is."""

    parameter: str = ""


class Fault(Struct, frozen=True, rename="camel"):
    """One of an answer's errors."""

    code: str = ""
    title: str = ""
    detail: str = ""
    source: Source = Source()


class Failure(Struct, frozen=True, rename="camel"):
    """The inside of an error answer."""

    code: str = ""
    message: str = ""
    errors: list[Fault] = []


class ErrorAnswer(Struct, frozen=True, rename="camel"):
    """An error answer."""

    error: Failure
