"""Which flow carries which command out."""

from collections.abc import Mapping

from crossdock.connectors.odoo.client.flows.activities import Close, Raise
from crossdock.connectors.odoo.client.flows.anchors import Anchors
from crossdock.connectors.odoo.client.flows.completing import Completing
from crossdock.connectors.odoo.client.flows.counts import Count
from crossdock.connectors.odoo.client.flows.flow import Flow
from crossdock.connectors.odoo.client.flows.freight import FreightBill, LandedCost
from crossdock.connectors.odoo.client.flows.invoices import Billing, CreditNote, Invoice
from crossdock.connectors.odoo.client.flows.items import Items
from crossdock.connectors.odoo.client.flows.masterdata import Upsert
from crossdock.connectors.odoo.client.flows.moves import Adjustment, Relocation
from crossdock.connectors.odoo.client.flows.ordering import PlaceOrder
from crossdock.connectors.odoo.client.flows.plans import Plan
from crossdock.connectors.odoo.client.flows.quantities import Quantities
from crossdock.connectors.odoo.client.flows.receipts import Announcement, Receipt
from crossdock.connectors.odoo.client.flows.returns import Return
from crossdock.connectors.odoo.client.flows.sales import AmendOrder, CancelOrder, ConfirmOrder
from crossdock.connectors.odoo.client.flows.transfers import CancelMove, Complete, Release, Reserve
from crossdock.connectors.odoo.client.flows.writeback import Note, Paper, Proof, Shipping
from crossdock.connectors.odoo.client.records import Records
from crossdock.connectors.odoo.client.session import OdooSession
from crossdock.model.billing import AllocateLandedCost, IssueCreditNote, IssueInvoice, RecordFreightBill
from crossdock.model.commands import RecordDocument, RecordMilestone, RecordNote, RecordProof, RecordShipping
from crossdock.model.masterdata import UpsertMasterData
from crossdock.model.sales import AmendSalesOrder, CancelSalesOrder, ConfirmSalesOrder, PlaceSalesOrder
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
from crossdock.ports.clock import Clock


def flows(session: OdooSession, partner: str = "", clock: Clock | None = None) -> Mapping[type, Flow]:
    """The flow of every command the spec declares; facts of flows name ``partner`` and the time by ``clock``."""
    records, anchors = Records(session), Anchors(session)
    items, quantities = Items(session), Quantities(session)
    completing, billing = Completing(session, anchors, items, quantities), Billing(session, anchors)
    timed: dict[type, Flow] = {}
    if clock:
        timed[UpsertMasterData] = Upsert(session, anchors, quantities, partner, clock)
    return {
        **timed,
        PlaceSalesOrder: PlaceOrder(session, anchors, items, quantities),
        ConfirmSalesOrder: ConfirmOrder(session, anchors),
        AmendSalesOrder: AmendOrder(session, anchors, items, quantities),
        CancelSalesOrder: CancelOrder(session, anchors),
        ReserveTransfer: Reserve(anchors, completing),
        ReleaseReservation: Release(anchors, completing),
        CompleteTransfer: Complete(completing),
        CancelTransfer: CancelMove(anchors, completing),
        ReturnTransfer: Return(session, anchors, completing),
        IssueInvoice: Invoice(billing),
        IssueCreditNote: CreditNote(billing),
        RecordShipping: Shipping(records),
        RecordMilestone: Note(records),
        RecordNote: Note(records),
        RecordProof: Proof(records),
        RecordDocument: Paper(records),
        RecordFreightBill: FreightBill(session, anchors, items),
        AllocateLandedCost: LandedCost(session, anchors, items),
        ReceiveGoods: Receipt(session, items, quantities),
        AnnounceGoods: Announcement(session, anchors, items, quantities),
        CountStock: Count(session, items, quantities),
        AdjustStock: Adjustment(session, items, quantities),
        MoveStock: Relocation(session, items, quantities),
        RaiseActivity: Raise(session, anchors),
        CloseActivity: Close(session, anchors),
        RecordPlan: Plan(session, anchors),
    }
