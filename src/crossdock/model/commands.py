"""What a process asks a partner to do, in canonical words. A connector turns each into its partner's calls."""

from msgspec import Struct

from crossdock.model.billing import AllocateLandedCost, IssueCreditNote, IssueInvoice, RecordFreightBill
from crossdock.model.instants import Stamp
from crossdock.model.masterdata import UpsertMasterData
from crossdock.model.order import Package
from crossdock.model.party import Party
from crossdock.model.sales import AmendSalesOrder, CancelSalesOrder, ConfirmSalesOrder, PlaceSalesOrder
from crossdock.model.shipment import Document
from crossdock.model.stock import AdjustStock, CountStock, MoveStock
from crossdock.model.tasks import CloseActivity, RaiseActivity
from crossdock.model.transfers import (
    AnnounceGoods,
    CancelTransfer,
    CompleteTransfer,
    ReceiveGoods,
    RecordPlan,
    ReleaseReservation,
    ReserveTransfer,
    ReturnTransfer,
)


class RequestRates(Struct, frozen=True, tag="rates.request.v1", omit_defaults=True):
    """Open a shipment for one package and ask what carrying it costs. Free of charge and safe to repeat."""

    order_id: str
    order_name: str
    package: Package
    ship_from: Party
    ship_to: Party
    label_format: str = "PDF"


class BuyLabel(Struct, frozen=True, tag="label.buy.v1", omit_defaults=True):
    """Buy ``rate_id`` of the shipment opened before. Costs money: never sent twice without asking first."""

    package_id: str
    shipment_id: str
    rate_id: str
    carrier: str
    service: str


class FetchLabel(Struct, frozen=True, tag="label.fetch.v1", omit_defaults=True):
    """Fetch the bytes of a bought label. Safe to repeat."""

    package_id: str
    shipment_id: str
    tracking_number: str
    label_url: str
    media_type: str = "application/pdf"


class VoidLabel(Struct, frozen=True, tag="label.void.v1", omit_defaults=True):
    """Void a bought label and ask for the money back."""

    package_id: str
    shipment_id: str
    tracking_number: str


class RecordShipping(Struct, frozen=True, tag="shipping.record.v1", omit_defaults=True):
    """Write the label and the tracking references of an order into its system of record.

    ``tracking_numbers`` are all known so far in package order; ``label`` is the document of ``tracking_number``.
    """

    external_id: str
    tracking_number: str
    tracking_numbers: tuple[str, ...]
    carrier: str
    label: Document


class RecordMilestone(Struct, frozen=True, tag="milestone.record.v1", omit_defaults=True):
    """Write a milestone as a note into the system of record, once: ``marker`` finds it again before any resend."""

    external_id: str
    tracking_number: str
    milestone: str
    text: str
    occurred: Stamp
    marker: str


class RecordProof(Struct, frozen=True, tag="proof.record.v1", omit_defaults=True):
    """Write the proof of delivery into the system of record: note with name, time and place, document attached."""

    external_id: str
    tracking_number: str
    text: str
    occurred: Stamp
    marker: str
    signed_by: str = ""
    document: Document | None = None


class RecordNote(Struct, frozen=True, tag="note.record.v1", omit_defaults=True):
    """Log a note for people in the system of record, once per ``marker``."""

    external_id: str
    text: str
    marker: str


CarrierCommand = RequestRates | BuyLabel | FetchLabel | VoidLabel
WriteBack = RecordShipping | RecordMilestone | RecordProof | RecordNote | RecordPlan
SalesCommand = PlaceSalesOrder | ConfirmSalesOrder | AmendSalesOrder | CancelSalesOrder
TransferCommand = (
    ReserveTransfer
    | ReleaseReservation
    | CompleteTransfer
    | CancelTransfer
    | ReturnTransfer
    | ReceiveGoods
    | AnnounceGoods
)
StockCommand = CountStock | AdjustStock | MoveStock
BillingCommand = IssueInvoice | IssueCreditNote | RecordFreightBill | AllocateLandedCost
TaskCommand = RaiseActivity | CloseActivity

CommandBody = (
    CarrierCommand
    | WriteBack
    | SalesCommand
    | TransferCommand
    | StockCommand
    | BillingCommand
    | TaskCommand
    | UpsertMasterData
)
"""Every body a command can have."""
