"""What the events of one transfer leave in its fields: pure, no I/O.

State, ETA, plan, proof and label are five things told by different partners; each keeps the mark (instant, rank, key)
of the event that wrote it last, and only a newer one writes it again. Tracking numbers only ever join those that are
there, so an old event may still add one.
"""

from __future__ import annotations

from typing import Any

from .items import Item

SEPARATOR = ","
_DELIVERED = "delivered"
_FIELD_OF_PLAN = {"sequence": "crossdock_tour_sequence"}


def effects_of(items: list[Item], marks: dict[str, Any], tracking: str) -> tuple[dict[str, Any], set[str]]:
    """The values to write on the transfer, and the keys of items that were too old to change any field.

    :param items: new items of one transfer; their numbers join in the order of the call, whatever happened first
    :param marks: what its field crossdock_marks holds
    :param tracking: what its field carrier_tracking_ref holds
    """
    ordered = sorted(items, key=lambda item: item.order)
    values: dict[str, Any] = {}
    now = dict(marks)
    stale = set()
    for item in ordered:
        told = _told(item)
        newer = [aspect for aspect in told if _is_newer(item, now.get(aspect))]
        for aspect in newer:
            values.update(told[aspect])
            now[aspect] = list(item.order)
        if told and not newer:
            stale.add(item.key)
    if now != marks:
        values["crossdock_marks"] = now
    joined = _joined(tracking, items)
    if joined != tracking:
        values["carrier_tracking_ref"] = joined
    return values, stale


def _is_newer(item: Item, mark: list[Any] | None) -> bool:
    return mark is None or list(item.order) > list(mark)


def _told(item: Item) -> dict[str, dict[str, Any]]:
    """The values of an item by what it speaks of."""
    told = {}
    if item.milestone or item.exception:
        told["state"] = _state(item)
    if item.eta is not None:
        told["eta"] = {"crossdock_eta": item.eta}
    if item.plan:
        told["plan"] = {_FIELD_OF_PLAN.get(name, f"crossdock_{name}"): value for name, value in item.plan.items()}
    if item.proof is not None:
        told["proof"] = {"crossdock_signed_by": item.proof["signed_by"] or False, "crossdock_delivered_at": item.at}
    return told


def _state(item: Item) -> dict[str, Any]:
    """A milestone says where things are and ends an exception that it does not repeat; an exception alone leaves the
    milestone as it was.
    """
    values: dict[str, Any] = {"crossdock_exception": item.exception or False}
    if item.milestone:
        values |= {"crossdock_milestone": item.milestone, "crossdock_milestone_at": item.at}
    if item.milestone == _DELIVERED:
        values["crossdock_delivered_at"] = item.at
    return values


def _joined(tracking: str, items: list[Item]) -> str:
    there = [number.strip() for number in tracking.split(SEPARATOR) if number.strip()]
    new = [number for item in sorted(items, key=lambda item: item.position) for number in item.tracking]
    if set(new) <= set(there):
        return tracking
    return SEPARATOR.join(dict.fromkeys([*there, *new]))
