"""Transfers of goods in the system of record (Odoo: stock.picking) and the commands that move them on."""

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from crossdock.model.instants import Stamp
from crossdock.model.item import Item

Direction = Literal["outgoing", "incoming", "internal"]
TransferState = Literal["draft", "waiting", "ready", "done", "cancelled"]
Remainder = Literal["backorder", "cancel"]


class LotQuantity(Struct, frozen=True, omit_defaults=True):
    """How much of a line is of which lot or serial number; ``expires`` is the lot's expiry."""

    lot: str
    quantity: Decimal
    expires: Stamp | None = None


class MovedLine(Struct, frozen=True, omit_defaults=True):
    """What was really moved: ``quantity`` in UN/ECE Rec 20 ``unit``; the lots, where given, add up to it.

    ``line_id`` is the system of record's number of the line (Odoo: stock.move), where the partner knows it; else the
    line is found by item. ``package`` is the SSCC or name of the logistic unit it went into.
    """

    item: Item
    quantity: Decimal
    unit: str = "H87"
    lots: tuple[LotQuantity, ...] = ()
    package: str = ""
    line_id: str = ""


class TransferLine(Struct, frozen=True, omit_defaults=True):
    """One line of a transfer: demanded, reserved and done quantities in ``unit``."""

    id: str
    item: Item
    demand: Decimal
    reserved: Decimal = Decimal(0)
    done: Decimal = Decimal(0)
    unit: str = "H87"
    lots: tuple[LotQuantity, ...] = ()


class Transfer(Struct, frozen=True, omit_defaults=True):
    """A transfer as its system of record says. ``id`` is the subject (`identifiers.transfer_id`).

    ``backorder_of`` and ``return_of`` are external ids of other transfers; ``sales_order`` and ``purchase_order`` the
    names people use.
    """

    id: str
    partner: str
    external_id: str
    name: str
    direction: Direction
    state: TransferState
    lines: tuple[TransferLine, ...]
    changed_at: Stamp
    backorder_of: str = ""
    return_of: str = ""
    sales_order: str = ""
    purchase_order: str = ""
    planned_for: Stamp | None = None
    done_at: Stamp | None = None
    source: str = ""
    destination: str = ""
    company: str = ""


class ReserveTransfer(Struct, frozen=True, tag="transfer.reserve.v1", omit_defaults=True):
    """Reserve stock for a transfer, as far as there is any; nothing to reserve at all is an exception."""

    external_id: str
    marker: str


class ReleaseReservation(Struct, frozen=True, tag="transfer.release.v1", omit_defaults=True):
    """Give the stock reserved for a transfer back."""

    external_id: str
    marker: str


class CompleteTransfer(Struct, frozen=True, tag="transfer.complete.v1", omit_defaults=True):
    """Record what was really moved and finish the transfer. ``remainder`` says what becomes of the rest.

    No ``lines`` means: everything as reserved. A line of which nothing is named was not moved. Done already with these
    quantities is done; with others it is an exception.
    """

    external_id: str
    marker: str
    lines: tuple[MovedLine, ...] = ()
    remainder: Remainder = "backorder"
    moved_at: Stamp | None = None


class CancelTransfer(Struct, frozen=True, tag="transfer.cancel.v1", omit_defaults=True):
    """Cancel a transfer that is not done; a done one is an exception (it needs a return)."""

    external_id: str
    marker: str
    reason: str = ""


class ReturnTransfer(Struct, frozen=True, tag="transfer.return.v1", omit_defaults=True):
    """Take goods of a done transfer back: a return transfer is made once per ``marker``, and completed when
    ``received``. More than was moved less what is returned already is refused. ``refund`` lowers what is to be
    invoiced.
    """

    external_id: str
    lines: tuple[MovedLine, ...]
    marker: str
    refund: bool = True
    received: bool = True
    reason: str = ""


class ReceiveGoods(Struct, frozen=True, tag="goods.receive.v1", omit_defaults=True):
    """Receive goods against a purchase order (``purchase_order``: its name or external id) as an ASN or a receipt
    confirmation said; ``reference`` is the supplier's own number. ``external_id`` names the transfer where known.
    """

    purchase_order: str
    lines: tuple[MovedLine, ...]
    marker: str
    external_id: str = ""
    reference: str = ""
    remainder: Remainder = "backorder"
    received_at: Stamp | None = None


class AnnounceGoods(Struct, frozen=True, tag="goods.announce.v1", omit_defaults=True):
    """Write an advance shipping notice onto the waiting receipt of a purchase order: planned quantities, lots,
    packages and arrival, without receiving anything.
    """

    purchase_order: str
    lines: tuple[MovedLine, ...]
    marker: str
    external_id: str = ""
    reference: str = ""
    expected: Stamp | None = None


class RecordPlan(Struct, frozen=True, tag="plan.record.v1", omit_defaults=True):
    """Write the dispatch plan onto a transfer: tour, sequence on it, vehicle, driver or carrier, slot and ETA.

    The latest plan holds; ``tour`` empty takes the transfer off its tour.
    """

    external_id: str
    marker: str
    tour: str = ""
    sequence: int = 0
    vehicle: str = ""
    driver: str = ""
    carrier: str = ""
    slot_from: Stamp | None = None
    slot_to: Stamp | None = None
    eta: Stamp | None = None
