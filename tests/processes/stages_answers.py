"""What partners answer when they do as they were told."""

from collections.abc import Callable
from typing import Any

from crossdock.model import collecting as col
from crossdock.model import events as ev
from crossdock.model import warehouse as wh
from crossdock.model.shipment import Booking, Document
from crossdock.ports.process import Order
from orders import quote, rate

PAPER = Document("ab" * 32, "application/pdf", "label.pdf", 100)


def answer(order: Order, number: int) -> list[ev.EventBody]:
    """The good answers to a command; ``number`` numbers what is made."""
    tag = str(order.body.__struct_config__.tag)
    make = _ANSWERS.get(tag)
    if make is not None:
        return make(order.partner, order.body)
    return [_written(order.partner, tag, order.body, number)] if hasattr(order.body, "marker") else []


def _written(partner: str, tag: str, body: Any, number: int) -> ev.RecordWritten:
    kinds = {"transfer.return.v1": "return", "transfer.complete.v1": "transfer"}
    documents = [ev.WrittenDocument(kinds.get(tag, "document"), str(100 + number))]
    if getattr(body, "remainder", "") == "backorder" and body.lines:
        documents.append(ev.WrittenDocument("backorder", str(500 + number)))
    if tag in {"sales_order.place.v1", "sales_order.amend.v1"}:
        documents = [ev.WrittenDocument("sales_order", "7", "S00007")]
        lines = getattr(body, "lines", ())
        documents += [ev.WrittenDocument("sales_order_line", f"7{at}", str(at)) for at in range(1, len(lines) + 1)]
    return ev.RecordWritten(partner, tag, body.marker, tuple(documents))


def _rates(partner: str, body: Any) -> list[ev.EventBody]:
    shipment = f"{partner[0]}:{body.consignment.reference}"
    offer = quote(body.package_id, shipment, rate("r1", "5.10"), rate("r2", "9.90", service="Express"), partner=partner)
    return [ev.RatesQuoted(offer), ev.RatesQuoted(quote(body.package_id, shipment, partner=partner))]


def _bought(partner: str, body: Any) -> list[ev.EventBody]:
    number = f"T-{body.shipment_id}"
    booking = Booking(partner, body.package_id, body.shipment_id, number, "USPS", "Priority", label_url="https://x/l")
    return [ev.ShipmentBooked(booking)]


def _fetched(_partner: str, body: Any) -> list[ev.EventBody]:
    return [ev.LabelReceived(body.package_id, body.shipment_id, body.tracking_number, PAPER)]


def _voided(partner: str, body: Any) -> list[ev.EventBody]:
    return [ev.ShipmentVoided(partner, body.package_id, body.shipment_id, body.tracking_number)]


def _released(partner: str, body: Any) -> list[ev.EventBody]:
    return [
        wh.WarehouseOrderReleased(partner, body.reference, body.revision),
        wh.WarehouseOrderAcknowledged(partner, body.reference, body.revision),
    ]


def _stopped(partner: str, body: Any) -> list[ev.EventBody]:
    return [
        wh.WarehouseOrderCancelled(partner, body.reference),
        wh.CancellationRefused(partner, body.reference, "packed"),
    ]


def _pickup(partner: str, body: Any) -> list[ev.EventBody]:
    return [col.PickupScheduled(partner, body.reference, "pu1", body.window)]


_ANSWERS: dict[str, Callable[[str, Any], list[ev.EventBody]]] = {
    "rates.request.v1": _rates,
    "label.buy.v1": _bought,
    "label.fetch.v1": _fetched,
    "label.void.v1": _voided,
    "warehouse_order.release.v1": _released,
    "warehouse_order.amend.v1": _released,
    "warehouse_order.cancel.v1": _stopped,
    "inbound.announce.v1": lambda partner, body: [wh.InboundAnnounced(partner, body.reference, "A1")],
    "pickup.schedule.v1": _pickup,
    "pickup.cancel.v1": lambda partner, body: [col.PickupCancelled(partner, body.reference, body.pickup_id)],
    "manifest.close.v1": lambda partner, body: [col.ManifestClosed(partner, body.reference, "m1", body.shipments)],
    "address.check.v1": lambda partner, body: [col.AddressChecked(partner, body.reference, "valid")],
    "tracking.request.v1": lambda _partner, _body: [],
    "customer.notify.v1": lambda _partner, _body: [],
}
