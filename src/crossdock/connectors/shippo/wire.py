"""Shippo's own message types, as far as they are used (docs.goshippo.com; unknown fields are skipped)."""

import msgspec
from msgspec import Struct

TEST_TOKEN, LIVE_TOKEN = "shippo_test_", "shippo_live_"
"""What API tokens of the two modes begin with (docs.goshippo.com, authentication)."""

BOUGHT = frozenset({"SUCCESS", "REFUNDED", "REFUNDPENDING", "REFUNDREJECTED"})
MAKING = frozenset({"QUEUED", "WAITING"})
VOIDED = frozenset({"REFUNDED", "REFUNDPENDING"})
"""States of a transaction: there is a label, it is being made, it will not be charged."""

MEDIA_TYPES = {"PDF": "application/pdf", "PNG": "image/png", "ZPLII": "application/zpl"}
"""By what a label_file_type begins with, up to the underscore."""


class Message(Struct, frozen=True):
    """What a carrier, or Shippo, says beside an answer."""

    source: str | None = None
    code: str | None = None
    text: str | None = None

    def __str__(self) -> str:
        """Source, code and text as people read them."""
        head = " ".join(each for each in (self.source, self.code) if each)
        return f"{head or 'Shippo'}: {self.text or ''}".strip()


class ServiceLevel(Struct, frozen=True):
    """A carrier's service; ``token`` names it for programs."""

    name: str | None = None
    token: str | None = None


class Rate(Struct, frozen=True):
    """An offer; ``amount`` is a decimal text, good for seven days."""

    object_id: str
    amount: str = ""
    currency: str = ""
    provider: str = ""
    carrier_account: str = ""
    servicelevel: ServiceLevel = ServiceLevel()
    estimated_days: int | None = None


class Shipment(Struct, frozen=True):
    """A shipment with the rates offered for it."""

    object_id: str
    object_created: str
    status: str = ""
    test: bool | None = None
    rates: list[Rate] = []
    messages: list[Message] = []


class Transaction(Struct, frozen=True):
    """The purchase of a label. ``rate`` is an id, or a small Rate object in some answers."""

    object_id: str
    object_created: str
    status: str
    object_updated: str | None = None
    rate: str | Rate | None = None
    tracking_number: str | None = None
    label_url: str | None = None
    label_file_type: str | None = None
    metadata: str | None = None
    test: bool | None = None
    messages: list[Message] = []

    @property
    def rate_id(self) -> str:
        """The id of the rate that was bought."""
        return self.rate.object_id if isinstance(self.rate, Rate) else self.rate or ""

    @property
    def is_bought(self) -> bool:
        """Whether there is a label with a number; a refund does not change that."""
        return self.status in BOUGHT and bool(self.tracking_number)


class TransactionPage(Struct, frozen=True):
    """A page of transactions, newest first; ``next`` is the address of the following one."""

    results: list[Transaction]
    next: str | None = None


class Refund(Struct, frozen=True):
    """A refund that was asked for: QUEUED, PENDING, SUCCESS or ERROR."""

    object_id: str
    status: str
    object_created: str
    transaction: str | None = None


class Pickup(Struct, frozen=True):
    """A pickup: PENDING, CONFIRMED, ERROR or CANCELLED. Times are local to the place of collection."""

    object_id: str
    object_created: str
    status: str = ""
    confirmation_code: str | None = None
    messages: list[msgspec.Raw] | None = None


class Manifest(Struct, frozen=True):
    """A manifest: QUEUED, SUCCESS or ERROR; ``documents`` are the addresses of its sheets."""

    object_id: str
    object_created: str
    status: str
    transactions: list[str] = []
    documents: list[str] = []
    errors: list[msgspec.Raw] | None = None


class ManifestPage(Struct, frozen=True):
    """A page of manifests, newest first."""

    results: list[Manifest]
    next: str | None = None


class ValidationMessage(Struct, frozen=True):
    """What the check of an address found."""

    code: str | None = None
    text: str | None = None


class Validation(Struct, frozen=True):
    """What the check of an address came to; empty where it was not checked."""

    is_valid: bool | None = None
    messages: list[ValidationMessage] = []


class Address(Struct, frozen=True):
    """An address as Shippo would write it."""

    street1: str | None = None
    street2: str | None = None
    street3: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country: str | None = None
    validation_results: Validation | None = None
