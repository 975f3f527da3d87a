"""The state of one delivery order: a fold over its events, the same for any order of arrival.

Every part is a set or a map merged by a rule that does not look at arrival: the latest version by (instant, hash),
or a union. Package journeys are folds of their own (`journey`).
"""

from typing import TypeVar

import msgspec
from msgspec import Struct, field

from crossdock.model import events as ev
from crossdock.model.channel_orders import ChannelOrder, ChannelOrderPlaced, Placed
from crossdock.model.identifiers import digest
from crossdock.model.instants import epoch_us
from crossdock.model.inventory import StockAdjusted, StockCounted, StockDamaged, StockLevelReported
from crossdock.model.journey import Journey, add, entry_of
from crossdock.model.milestones import MILESTONES
from crossdock.model.order import DeliveryOrder, Package
from crossdock.model.releasing import OrderFreed, OrderHeld, PaymentReported
from crossdock.model.routing import OrderRouted
from crossdock.model.shipment import Booking, Document, Quote
from crossdock.model.stock_state import ItemStock, fold_stock
from crossdock.model.tracking import ProofOfDelivery
from crossdock.model.warehouse import GoodsReceived, InboundAnnounced, WarehouseEvent
from crossdock.model.warehouse_state import Announcement, Release, fold_receipt, fold_release

FOR_GOOD = 1 << 60
"""A cancellation that no version of an order is younger than."""

T = TypeVar("T", Quote, Booking, Document, ProofOfDelivery)


class FulfilmentState(Struct, omit_defaults=True):
    """What is known of one delivery order. Keys: quotes and bookings by partner and its shipment id
    (`shipment_key`: two partners may number alike), labels, journeys and proofs by tracking number,
    papers by tracking number and kind; ``version`` is
    (epoch microseconds, content hash) of the order in force; ``cancelled_at`` is the latest cancellation (epoch
    microseconds). ``warehouse`` holds releases by warehouse and reference; ``inbound`` the announcements of a transfer,
    ``stock`` the stock of a SKU at a location, ``placed`` what a channel placed, where the subject is such a one;
    ``routed`` is where the order was decided to go.
    """

    order: DeliveryOrder | None = None
    version: tuple[int, str] = (0, "")
    cancelled_at: int = 0
    quotes: dict[str, Quote] = field(default_factory=dict)
    bookings: dict[str, Booking] = field(default_factory=dict)
    voided: list[str] = field(default_factory=list)
    labels: dict[str, Document] = field(default_factory=dict)
    journeys: dict[str, Journey] = field(default_factory=dict)
    proofs: dict[str, ProofOfDelivery] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)
    papers: dict[str, Document] = field(default_factory=dict)
    warehouse: dict[str, Release] = field(default_factory=dict)
    held: list[str] = field(default_factory=list)
    freed: list[str] = field(default_factory=list)
    payments: dict[str, tuple[int, str]] = field(default_factory=dict)
    inbound: dict[str, Announcement] = field(default_factory=dict)
    stock: ItemStock | None = None
    placed: Placed | None = None
    routed: OrderRouted | None = None

    @property
    def cancelled(self) -> bool:
        """Whether the order is cancelled: no version of it is younger than its latest cancellation."""
        return self.cancelled_at > 0 and self.cancelled_at >= self.version[0]

    @property
    def parcels(self) -> tuple[Package, ...]:
        """What travels: packages as a warehouse closed them, else as the system of record has them."""
        packed = {
            package.id: package
            for place in sorted(self.warehouse)
            for package in self.warehouse[place].packages.values()
            if not self.warehouse[place].cancelled
        }
        return tuple(packed.values()) or (self.order.packages if self.order else ())

    def holds(self) -> list[str]:
        """What keeps it back, as gate and hold, sorted."""
        return [each for each in self.held if each not in self.freed]

    def live_bookings(self) -> dict[str, Booking]:
        """Bookings that were not voided, by package id; the lowest key where a package has several."""
        live: dict[str, Booking] = {}
        for key in sorted(self.bookings, reverse=True):
            if key not in self.voided:
                live[self.bookings[key].package_id] = self.bookings[key]
        return live

    def is_voided(self, booking: Booking) -> bool:
        """Whether a booking was voided."""
        return shipment_key(booking.partner, booking.shipment_id) in self.voided

    def tracking_numbers(self) -> tuple[str, ...]:
        """Tracking numbers of the live bookings in the order's package order."""
        live = self.live_bookings()
        order = [package.id for package in self.parcels] or sorted(live)
        return tuple(live[package_id].tracking_number for package_id in order if package_id in live)


def shipment_key(partner: str, shipment_id: str) -> str:
    """What a partner's shipment is kept under."""
    return f"{partner} {shipment_id}"


def apply(state: FulfilmentState, body: ev.EventBody, key: str) -> None:
    """Fold one event into ``state`` (in place). Applying it again changes nothing."""
    match body:
        case ev.TrackingReported(event):
            add(state.journeys.setdefault(event.tracking_number, Journey()), entry_of(event, key))
        case ev.FulfilmentRequested(order):
            version = (epoch_us(order.changed_at), key)
            if version > state.version:
                state.order, state.version = order, version
        case ev.FulfilmentCancelled(changed_at=changed_at):
            moment = epoch_us(changed_at) if changed_at else FOR_GOOD
            state.cancelled_at = max(state.cancelled_at, moment)
        case ev.RatesQuoted(quote):
            place = shipment_key(quote.partner, quote.shipment_id)
            state.quotes[place] = _greater(state.quotes.get(place), quote)
        case ev.ShipmentBooked(booking):
            place = shipment_key(booking.partner, booking.shipment_id)
            state.bookings[place] = _greater(state.bookings.get(place), booking)
        case ev.ShipmentVoided(partner, shipment_id=shipment_id):
            _include(state.voided, shipment_key(partner, shipment_id))
        case ev.LabelReceived(tracking_number=number, document=document):
            state.labels[number] = _greater(state.labels.get(number), document)
        case ev.DocumentReceived(tracking_number=number, document=document):
            place = f"{number} {document.kind}"
            state.papers[place] = _greater(state.papers.get(place), document)
        case ev.ProofCaptured(proof):
            state.proofs[proof.tracking_number] = _greater(state.proofs.get(proof.tracking_number), proof)
        case ev.RecordWritten(what=what, marker=marker):
            _include(state.written, f"{what}:{marker}")
        case _:
            _apply_warehouse(state, body, key)


def _apply_warehouse(state: FulfilmentState, body: ev.EventBody, key: str) -> None:
    match body:
        case OrderHeld(gate, hold):
            _include(state.held, f"{gate} {hold}")
        case OrderFreed(gate, hold):
            _include(state.freed, f"{gate} {hold}")
        case PaymentReported(transaction=transaction, state=standing, sequence=sequence):
            place = f"{body.partner} {transaction}"
            state.payments[place] = max(state.payments.get(place, (-1, "")), (sequence, standing))
        case InboundAnnounced() | GoodsReceived():
            fold_receipt(state.inbound, body)
        case StockLevelReported() | StockCounted() | StockDamaged() | StockAdjusted():
            state.stock = state.stock or ItemStock()
            fold_stock(state.stock, body, key)
        case OrderRouted():
            state.routed = body if body.newer(state.routed) else state.routed
        case ChannelOrderPlaced():
            said = Placed(body, key)
            state.placed = said if said.newer(state.placed) else state.placed
        case _ if isinstance(body, WarehouseEvent):
            fold_release(state.warehouse, body)
        case _:
            pass  # decisions and exceptions are read by views; they are not part of an order's state


def state_hash(state: FulfilmentState) -> str:
    """A hash of everything in ``state``, for replay and rebuild checks; insensitive to the order of arrival."""
    ordered = msgspec.json.encode(state, order="deterministic")
    return digest(ordered.decode())


def _include(values: list[str], value: str) -> None:
    if value not in values:
        values.append(value)
        values.sort()


def _greater(old: T | None, new: T) -> T:
    """Of two values for one key take the same one whatever came first: the greater encoding."""
    if old is None or msgspec.json.encode(old) <= msgspec.json.encode(new):
        return new
    return old


def summary_of(state: FulfilmentState, phase: str) -> dict[str, str | int]:
    """What lists show of an order; ``milestone`` is the least advanced package's."""
    order, live = state.order, state.live_bookings()
    standings = [
        state.journeys[booking.tracking_number].standing
        for booking in live.values()
        if booking.tracking_number in state.journeys
    ]
    least = min(standings, key=lambda each: MILESTONES[each.milestone].rank).milestone if standings else ""
    numbers = state.tracking_numbers()
    if state.placed is not None:
        return _as_placed(state.placed.placement.order, phase)
    return {
        "name": order.name if order else "",
        "sales_order": order.sales_order if order else "",
        "customer": order.ship_to.name if order else "",
        "city": order.ship_to.address.city if order else "",
        "country": order.ship_to.address.country if order else "",
        "carrier": ", ".join(sorted({booking.carrier for booking in live.values()})),
        "phase": phase,
        "milestone": least,
        "packages": len(state.parcels),
        "tracking_numbers": ", ".join(numbers),
    }


def _as_placed(order: ChannelOrder, phase: str) -> dict[str, str | int]:
    to = order.receiver
    return {
        "name": order.reference,
        "sales_order": "",
        "customer": to.name,
        "city": to.address.city,
        "country": to.address.country,
        "carrier": "",
        "phase": phase,
        "milestone": "",
        "packages": 0,
        "tracking_numbers": "",
    }
