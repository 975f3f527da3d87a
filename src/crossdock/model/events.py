"""Canonical events: immutable facts, typed, versioned, and carried in a CloudEvents 1.0 envelope.

The version is part of a body's tag (``tracking.reported.v1``); a change of meaning is a new class.
"""

from typing import get_args

import msgspec
from msgspec import Struct

from crossdock.model.changes import DocumentRemoved, MasterDataApplied, SalesOrderChanged, TransferChanged
from crossdock.model.channel_orders import ChannelOrderPlaced
from crossdock.model.collecting import AddressChecked, ManifestClosed, PickupCancelled, PickupScheduled
from crossdock.model.deciding import BookingDiverted, CarrierSelected, CommandWithdrawn, PromiseJudged
from crossdock.model.desk import DeskRequested
from crossdock.model.exceptions import ExceptionEvent
from crossdock.model.freight import FreightEvent
from crossdock.model.identifiers import Reference, digest
from crossdock.model.instants import Stamp, rfc3339
from crossdock.model.inventory import InventoryEvent
from crossdock.model.notices import NoticeEvent
from crossdock.model.order import DeliveryOrder
from crossdock.model.progress import ProgressEvent
from crossdock.model.releasing import ReleasingEvent
from crossdock.model.returning import ReturnEvent
from crossdock.model.routing import OrderRouted
from crossdock.model.shipment import Booking, Document, Quote
from crossdock.model.tracking import ProofOfDelivery, TrackingEvent
from crossdock.model.warehouse import WarehouseEvent


class FulfilmentRequested(Struct, frozen=True, tag="fulfilment.requested.v1"):
    """A delivery order is ready to be carried out, or its demand changed (the latest version holds)."""

    order: DeliveryOrder

    def identity(self) -> tuple[str, ...]:
        """One version of one order, whatever exchange brought it."""
        return (self.order.id, self.order.changed_at.at, digest(msgspec.json.encode(self.order).decode()))


class FulfilmentCancelled(Struct, frozen=True, tag="fulfilment.cancelled.v1", omit_defaults=True):
    """The system of record cancelled the delivery order, at its time ``changed_at``; a later version reopens it.
    Without a time it is for good.
    """

    order_id: str
    reason: str = ""
    changed_at: Stamp | None = None

    def identity(self) -> tuple[str, ...]:
        """An order is cancelled once at one time."""
        return (self.order_id, self.changed_at.at) if self.changed_at else (self.order_id,)


class RatesQuoted(Struct, frozen=True, tag="rates.quoted.v1"):
    """A partner opened a shipment for a package and offered rates."""

    quote: Quote

    def identity(self) -> tuple[str, ...]:
        """One opened shipment is one quote."""
        return (self.quote.partner, self.quote.shipment_id)


class ShipmentBooked(Struct, frozen=True, tag="shipment.booked.v1"):
    """A label was bought; the tracking number is known from here on."""

    booking: Booking

    def identity(self) -> tuple[str, ...]:
        """A partner's shipment is bought once."""
        return (self.booking.partner, self.booking.shipment_id)


class LabelReceived(Struct, frozen=True, tag="label.received.v1"):
    """The label of a package is held as a document."""

    package_id: str
    shipment_id: str
    tracking_number: str
    document: Document

    def identity(self) -> tuple[str, ...]:
        """One label document per tracking number and content."""
        return (self.tracking_number, self.document.sha256)


class DocumentReceived(Struct, frozen=True, tag="document.received.v1"):
    """A paper that came with a package's label and goes with the goods, such as its customs invoice, is held."""

    package_id: str
    shipment_id: str
    tracking_number: str
    document: Document

    def identity(self) -> tuple[str, ...]:
        """One paper per tracking number, kind and content."""
        return (self.tracking_number, self.document.kind, self.document.sha256)


class ShipmentVoided(Struct, frozen=True, tag="shipment.voided.v1"):
    """A bought label was voided at the carrier."""

    partner: str
    package_id: str
    shipment_id: str
    tracking_number: str

    def identity(self) -> tuple[str, ...]:
        """A shipment is voided once."""
        return (self.partner, self.shipment_id)


class TrackingReported(Struct, frozen=True, tag="tracking.reported.v1"):
    """A carrier reported a scan."""

    event: TrackingEvent

    def identity(self) -> tuple[str, ...]:
        """Seen before is judged by content (number, code, time, place), never by delivery id."""
        event = self.event
        place = event.place
        return (
            event.partner,
            event.tracking_number,
            event.milestone,
            event.raw_code,
            event.raw_text,
            event.occurred.at,
            f"{place.city}|{place.region}|{place.postcode}|{place.country}",
        )


class ProofCaptured(Struct, frozen=True, tag="proof.captured.v1"):
    """There is a proof of delivery."""

    proof: ProofOfDelivery

    def identity(self) -> tuple[str, ...]:
        """One proof per tracking number, signatory and document."""
        document = self.proof.document.sha256 if self.proof.document else ""
        return (self.proof.partner, self.proof.tracking_number, self.proof.signed_by, document)


class WrittenDocument(Struct, frozen=True, omit_defaults=True):
    """A document a write made or changed: ``kind`` such as ``sales_order``, ``transfer``, ``backorder``, ``return``,
    ``invoice``, ``credit_note``, ``bill``, ``landed_cost``, ``activity``; ``name`` is what people call it. Of an order
    that was placed its lines are told too (``sales_order_line``), named by their place: 1 is the first.
    """

    kind: str
    external_id: str
    name: str = ""


class RecordWritten(Struct, frozen=True, tag="record.written.v1", omit_defaults=True):
    """A system of record confirmed a write: ``what`` is the command's tag, ``marker`` what it wrote.

    ``documents`` are what it made, where it says so.
    """

    partner: str
    what: str
    marker: str
    documents: tuple[WrittenDocument, ...] = ()

    def identity(self) -> tuple[str, ...]:
        """One confirmation per thing written."""
        return (self.partner, self.what, self.marker)


class InvoiceReady(Struct, frozen=True, tag="invoice.ready.v1"):
    """Everything an invoice of this delivery waits for has happened; ``because`` names the rule."""

    order_id: str
    sales_order: str
    because: str

    def identity(self) -> tuple[str, ...]:
        """A delivery becomes ready once."""
        return (self.order_id,)


class CommandFailed(Struct, frozen=True, tag="command.failed.v1", omit_defaults=True):
    """A command was parked or refused: a person must look. Both texts travel with it."""

    command_key: str
    partner: str
    what: str
    operator: str
    engineer: str
    package_id: str = ""

    def identity(self) -> tuple[str, ...]:
        """One failure per command and text; a second attempt may fail differently."""
        return (self.command_key, self.engineer)


class DeadlinePassed(Struct, frozen=True, tag="deadline.passed.v1"):
    """A timer a process had set is due."""

    timer: str
    due_at: int

    def identity(self) -> tuple[str, ...]:
        """A timer fires once per due time."""
        return (self.timer, str(self.due_at))


EventBody = (
    FulfilmentRequested
    | FulfilmentCancelled
    | RatesQuoted
    | CarrierSelected
    | ShipmentBooked
    | LabelReceived
    | DocumentReceived
    | ShipmentVoided
    | TrackingReported
    | ProofCaptured
    | PickupScheduled
    | PickupCancelled
    | ManifestClosed
    | AddressChecked
    | RecordWritten
    | InvoiceReady
    | SalesOrderChanged
    | TransferChanged
    | DocumentRemoved
    | MasterDataApplied
    | CommandFailed
    | CommandWithdrawn
    | BookingDiverted
    | DeskRequested
    | PromiseJudged
    | ExceptionEvent
    | DeadlinePassed
    | ProgressEvent
    | ReleasingEvent
    | WarehouseEvent
    | InventoryEvent
    | ReturnEvent
    | NoticeEvent
    | ChannelOrderPlaced
    | OrderRouted
    | FreightEvent
)
"""Every body an event can have; its tag is the CloudEvents type without the ``crossdock.`` prefix."""

TAGS: frozenset[str] = frozenset(str(each.__struct_config__.tag) for each in get_args(EventBody))
"""The tags of all bodies."""

_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[EventBody] = msgspec.json.Decoder(EventBody)


def type_of(body: EventBody) -> str:
    """The tag of a body, such as ``tracking.reported.v1``."""
    return str(body.__struct_config__.tag)


def encode_body(body: EventBody) -> bytes:
    """The body as JSON with its tag, as the log keeps it."""
    return _ENCODER.encode(body)


def decode_body(data: bytes | str) -> EventBody:
    """Read what `encode_body` wrote. Raises `msgspec.DecodeError` on anything else."""
    return _DECODER.decode(data)


class Fact(Struct, frozen=True):
    """What a connector read, before it is known whose it is.

    ``subject`` is given when the fact names its root document itself; otherwise ``lookups`` are the references it
    is found by. ``binds`` are the references that this fact makes true of its subject.
    """

    body: EventBody
    occurred: Stamp
    subject: str = ""
    lookups: tuple[Reference, ...] = ()
    binds: tuple[Reference, ...] = ()

    def key(self, subject: str = "") -> str:
        """The content hash by which the same fact, said again by anybody, is recognised.

        A fact found by its references hashes the same before and after it is bound; one that names its subject,
        or an effect of a process, belongs to that subject.
        """
        scope = "" if self.lookups else (self.subject or subject)
        return digest(type_of(self.body), scope, *self.body.identity())


class Event(Struct, frozen=True):
    """An event in the log: ``(partition, position)`` is its gap-free place, times are epoch microseconds.
    A ``quiet`` one (replayed, or back-filled) is folded and decided on, but no command of it leaves.
    """

    key: str
    subject: str
    partition: int
    position: int
    body: EventBody
    occurred: Stamp
    received_at: int
    recorded_at: int
    source: str
    exchange_id: str
    trace_id: str
    quiet: bool = False

    def cloudevent(self) -> dict[str, object]:
        """The event as a CloudEvents 1.0 JSON object."""
        return {
            "specversion": "1.0",
            "id": self.key,
            "source": f"/partners/{self.source}" if self.source else "/crossdock",
            "type": f"crossdock.{type_of(self.body)}",
            "subject": self.subject,
            "time": rfc3339(self.recorded_at),
            "datacontenttype": "application/json",
            "occurred": self.occurred.at,
            "sequence": f"{self.partition}.{self.position:012d}",
            "traceparent": f"00-{self.trace_id}-{self.key[:16]}-01",
            "exchange": self.exchange_id,
            "data": msgspec.to_builtins(self.body),
        }
