"""What is measured of parcels and of orders at warehouses: a fold over events, the same for any order of arrival.

Of what is said twice the earliest moment holds; what was scanned is counted, and every event is folded once.
"""

from collections.abc import Callable
from typing import Any

from msgspec import Struct, structs

from crossdock.model.cases import plain
from crossdock.model.deciding import PromiseJudged
from crossdock.model.events import Event, ProofCaptured, ShipmentBooked, ShipmentVoided, TrackingReported
from crossdock.model.instants import epoch_us
from crossdock.model.milestones import MILESTONES
from crossdock.model.warehouse import (
    GoodsPicked,
    GoodsShipped,
    PickStarted,
    WarehouseOrderAcknowledged,
    WarehouseOrderCancelled,
    WarehouseOrderRefused,
    WarehouseOrderReleased,
)

LATE = 4 * 3_600_000_000
"""Microseconds between a scan and its word after which it is late; half a working day, ours."""


class Parcel(Struct, frozen=True):
    """One tracking number of an order. Times are epoch microseconds, 0 for never: booked and proved as they were
    learned, scanned and delivered as they happened. ``on_time`` is -1 while nobody judged it. Of its ``scans`` so many
    are ``incomplete`` (no place, or no time zone), ``late`` (`LATE`) or ``invalid`` (a code no mapping knows).
    """

    subject: str
    number: str
    partner: str = ""
    carrier: str = ""
    booked_at: int = 0
    voided_at: int = 0
    scanned_at: int = 0
    delivered_at: int = 0
    proof_at: int = 0
    on_time: int = -1
    scans: int = 0
    incomplete: int = 0
    late: int = 0
    invalid: int = 0


class Handover(Struct, frozen=True):
    """One order at a warehouse, by its reference there. Times are epoch microseconds, 0 for never; it ``ended`` when
    it was shipped, cancelled, or refused before anybody had acknowledged it.
    """

    subject: str
    reference: str
    partner: str = ""
    released_at: int = 0
    acknowledged_at: int = 0
    picked_at: int = 0
    shipped_at: int = 0
    cancelled_at: int = 0
    refused_at: int = 0
    ended_at: int = 0


Changes = dict[str, Any]


def key_of(event: Event) -> tuple[type[Parcel | Handover], str] | None:
    """Which row an event is of, None for none."""
    body = event.body
    match body:
        case ShipmentBooked():
            return Parcel, plain(body.booking.tracking_number)
        case TrackingReported():
            return Parcel, plain(body.event.tracking_number)
        case ProofCaptured():
            return Parcel, plain(body.proof.tracking_number)
        case ShipmentVoided() | PromiseJudged():
            return Parcel, plain(body.tracking_number)
        case _ if type(body) in _HANDOVERS:
            return Handover, plain(str(getattr(body, "reference", "")))
        case _:
            return None


def fold_parcel(row: Parcel, event: Event) -> Parcel:
    """What a parcel is after one more event."""
    return structs.replace(row, **_PARCELS[type(event.body)](row, event))


def fold_handover(row: Handover, event: Event) -> Handover:
    """What an order at a warehouse is after one more event."""
    name = _HANDOVERS[type(event.body)]
    changed = {name: _earlier(getattr(row, name), event.recorded_at)}
    row = structs.replace(row, partner=row.partner or str(getattr(event.body, "partner", "")), **changed)
    refused = row.refused_at if not row.acknowledged_at else 0
    ends = [each for each in (row.shipped_at, row.cancelled_at, refused) if each]
    return structs.replace(row, ended_at=min(ends, default=0))


def _booked(row: Parcel, event: Event) -> Changes:
    body = event.body
    assert isinstance(body, ShipmentBooked)
    booking = body.booking
    return {"partner": plain(booking.partner), "carrier": plain(booking.carrier),
            "booked_at": _earlier(row.booked_at, event.recorded_at)}  # fmt: skip


def _voided(row: Parcel, event: Event) -> Changes:
    return {"voided_at": _earlier(row.voided_at, event.recorded_at)}


def _scanned(row: Parcel, event: Event) -> Changes:
    body = event.body
    assert isinstance(body, TrackingReported)
    scan, place = body.event, body.event.place
    kind, at = MILESTONES[scan.milestone], epoch_us(scan.occurred)
    placeless = not (place.city or place.postcode or place.country)
    changes: Changes = {
        "scans": row.scans + 1,
        "incomplete": row.incomplete + (placeless or not (scan.occurred.tz_known or scan.occurred.zone)),
        "late": row.late + (scan.occurred.precision != "day" and event.received_at - at > LATE),
        "invalid": row.invalid + (kind.code == "unknown"),
        "partner": row.partner or plain(scan.partner),
    }
    if kind.advances and kind.phase != "pre":
        changes["scanned_at"] = _earlier(row.scanned_at, at)
    if kind.code == "delivered":
        changes["delivered_at"] = _earlier(row.delivered_at, at)
    return changes


def _proved(row: Parcel, event: Event) -> Changes:
    return {"proof_at": _earlier(row.proof_at, event.received_at or event.recorded_at)}


def _judged(_row: Parcel, event: Event) -> Changes:
    body = event.body
    assert isinstance(body, PromiseJudged)
    return {"on_time": int(body.on_time)}


def _earlier(known: int, at: int) -> int:
    return min(known, at) if known else at


_PARCELS: dict[type[Any], Callable[[Parcel, Event], Changes]] = {
    ShipmentBooked: _booked,
    ShipmentVoided: _voided,
    TrackingReported: _scanned,
    ProofCaptured: _proved,
    PromiseJudged: _judged,
}
_HANDOVERS: dict[type[Any], str] = {
    WarehouseOrderReleased: "released_at",
    WarehouseOrderAcknowledged: "acknowledged_at",
    WarehouseOrderRefused: "refused_at",
    WarehouseOrderCancelled: "cancelled_at",
    PickStarted: "picked_at",
    GoodsPicked: "picked_at",
    GoodsShipped: "shipped_at",
}
EVENTS: tuple[type[Any], ...] = (*_PARCELS, *_HANDOVERS)
"""The bodies that something is measured of."""
