"""The names a fact makes true of its subject, read from the fact itself: what connectors bind when they say it."""

from collections.abc import Iterator

from crossdock.model.changes import SalesOrderChanged, TransferChanged
from crossdock.model.channel_orders import ChannelOrderPlaced, name_of
from crossdock.model.desk import DeskRequested
from crossdock.model.events import EventBody, FulfilmentRequested, RecordWritten, ShipmentBooked
from crossdock.model.freight import ReferenceLinked
from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.model.inventory import StockAdjusted, StockCounted, StockDamaged, StockLevelReported
from crossdock.model.order import DeliveryOrder
from crossdock.model.shipment import Booking
from crossdock.model.transfers import Transfer
from crossdock.model.warehouse import InboundAnnounced, WarehouseOrderReleased


def names_of(body: EventBody, source: str) -> tuple[Reference, ...]:
    """The references that ``body``, said by the partner ``source``, makes true. A connector may bind further ones that
    no fact holds (a carrier's second number for a parcel); those cannot be told from the log.
    """
    return tuple(dict.fromkeys(_names(body, source)))


def _names(body: EventBody, source: str) -> Iterator[Reference]:
    match body:
        case FulfilmentRequested(order):
            yield from _of_delivery(order, source)
        case ShipmentBooked(booking):
            yield from _of_booking(booking)
        case TransferChanged(transfer):
            yield from _of_transfer(transfer, source)
        case SalesOrderChanged(order):
            for number in (order.name, order.reference):
                if number:
                    yield Reference(ReferenceKind.PLACED_ORDER, number, source)
        case RecordWritten(partner, "sales_order.place.v1", documents=documents):
            for each in documents:
                if each.kind == "sales_order" and each.name:
                    yield Reference(ReferenceKind.PLACED_ORDER, each.name, partner)
        case _:
            yield from _told_at_doors(body)


def _told_at_doors(body: EventBody) -> Iterator[Reference]:
    match body:
        case DeskRequested(id=request):
            yield Reference(ReferenceKind.JOB, request)
        case ChannelOrderPlaced(order):
            yield name_of(order)
        case ReferenceLinked():
            yield body.reference
        case _:
            yield from _of_warehouse(body)


def _of_warehouse(body: EventBody) -> Iterator[Reference]:
    match body:
        case WarehouseOrderReleased(partner, reference):
            yield Reference(ReferenceKind.WAREHOUSE_ORDER, reference, partner)
        case InboundAnnounced(partner, reference):
            yield Reference(ReferenceKind.INBOUND, reference, partner)
        case StockLevelReported(level=level):
            yield Reference(ReferenceKind.SKU, level.item.sku)
        case StockCounted(count=count):
            yield Reference(ReferenceKind.SKU, count.item.sku)
        case StockDamaged(change=change) | StockAdjusted(change=change):
            yield Reference(ReferenceKind.SKU, change.item.sku)
        case _:
            return


def _of_transfer(transfer: Transfer, source: str) -> Iterator[Reference]:
    """A purchase order is a name of its first receipt alone: what is left of that is received under it."""
    if transfer.name:
        yield Reference(ReferenceKind.DELIVERY, transfer.name, source)
    if (
        transfer.purchase_order
        and transfer.direction == "incoming"
        and not (transfer.backorder_of or transfer.return_of)
    ):
        yield Reference(ReferenceKind.PURCHASE_ORDER, transfer.purchase_order, source)


def _of_delivery(order: DeliveryOrder, source: str) -> Iterator[Reference]:
    yield Reference(ReferenceKind.DELIVERY, order.name, source)
    if order.sales_order:
        yield Reference(ReferenceKind.ORDER, order.sales_order, source)
    if order.customer_order:
        yield Reference(ReferenceKind.CUSTOMER_ORDER, order.customer_order, source)
    for package in order.packages:
        if package.sscc:
            yield Reference(ReferenceKind.SSCC, package.sscc)


def _of_booking(booking: Booking) -> Iterator[Reference]:
    if booking.tracking_number:
        yield Reference(ReferenceKind.TRACKING, booking.tracking_number)
    if booking.shipment_id:
        yield Reference(ReferenceKind.BOOKING, booking.shipment_id, booking.partner)
