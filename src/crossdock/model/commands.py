"""What a process asks a partner to do, in canonical words. A connector turns each into its partner's calls."""

from msgspec import Struct

from crossdock.model.billing import AllocateLandedCost, IssueCreditNote, IssueInvoice, RecordFreightBill
from crossdock.model.instants import Stamp
from crossdock.model.masterdata import UpsertMasterData
from crossdock.model.notices import NotifyCustomer
from crossdock.model.party import Party
from crossdock.model.sales import AmendSalesOrder, CancelSalesOrder, ConfirmSalesOrder, PlaceSalesOrder
from crossdock.model.shipment import BookedShipment, Consignment, Document, PickupWindow
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
from crossdock.model.units import Measure
from crossdock.model.warehouse import WarehouseCommand


class RequestRates(Struct, frozen=True, tag="rates.request.v1", omit_defaults=True):
    """Ask what carrying one package costs; opens a shipment where the partner has such a thing. Free of charge and
    safe to repeat. Partners that open nothing answer with the consignment's reference as shipment id.
    """

    consignment: Consignment

    @property
    def package_id(self) -> str:
        """The package it is about."""
        return self.consignment.package.id


class BuyLabel(Struct, frozen=True, tag="label.buy.v1", omit_defaults=True):
    """Buy ``rate_id`` for the consignment. Costs money: never sent twice without asking first, by ``shipment_id`` where
    the partner opened one, else by the consignment's reference.
    """

    consignment: Consignment
    shipment_id: str
    rate_id: str
    carrier: str
    service: str

    @property
    def package_id(self) -> str:
        """The package it is about."""
        return self.consignment.package.id


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


class SchedulePickup(Struct, frozen=True, tag="pickup.schedule.v1", omit_defaults=True):
    """Ask the carrier to collect ``shipments`` at ``ship_from`` within ``window``. May cost money: ``reference`` is
    unique per pickup ever asked for. ``carrier`` and ``service`` are in the partner's words, where it needs them.
    """

    reference: str
    ship_from: Party
    window: PickupWindow
    shipments: tuple[BookedShipment, ...]
    weight: Measure
    carrier: str = ""
    service: str = ""
    instructions: str = ""


class CancelPickup(Struct, frozen=True, tag="pickup.cancel.v1", omit_defaults=True):
    """Cancel a scheduled pickup."""

    reference: str
    pickup_id: str
    carrier: str = ""
    confirmation: str = ""


class CloseManifest(Struct, frozen=True, tag="manifest.close.v1", omit_defaults=True):
    """End of day: tell the carrier which shipments it gets and fetch the sheet its driver signs. ``day`` is the local
    day (YYYY-MM-DD) at ``ship_from``.
    """

    reference: str
    ship_from: Party
    day: str
    shipments: tuple[BookedShipment, ...]
    carrier: str = ""


class CheckAddress(Struct, frozen=True, tag="address.check.v1", omit_defaults=True):
    """Ask whether an address exists and how the carrier would write it. Free of charge and safe to repeat."""

    reference: str
    party: Party


class RequestTracking(Struct, frozen=True, tag="tracking.request.v1", omit_defaults=True):
    """Ask what is known of a tracking number now. Free of charge and safe to repeat."""

    tracking_number: str
    carrier: str = ""
    package_id: str = ""


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


class RecordDocument(Struct, frozen=True, tag="document.record.v1", omit_defaults=True):
    """Attach a paper of a package to its order in the system of record, once per tracking number and kind."""

    external_id: str
    tracking_number: str
    document: Document
    marker: str


class RecordNote(Struct, frozen=True, tag="note.record.v1", omit_defaults=True):
    """Log a note for people in the system of record, once per ``marker``."""

    external_id: str
    text: str
    marker: str


CarrierCommand = (
    RequestRates
    | BuyLabel
    | FetchLabel
    | VoidLabel
    | SchedulePickup
    | CancelPickup
    | CloseManifest
    | CheckAddress
    | RequestTracking
)
WriteBack = RecordShipping | RecordMilestone | RecordProof | RecordDocument | RecordNote | RecordPlan
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
    | WarehouseCommand
    | NotifyCustomer
)
"""Every body a command can have."""
