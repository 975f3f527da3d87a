"""Pickups and checked addresses, to and from Sendcloud's words."""

from decimal import Decimal
from typing import Any, Literal

import msgspec

from crossdock.connectors.sendcloud import wire
from crossdock.connectors.sendcloud.mapping.consignment import address
from crossdock.model.collecting import AddressChecked, PickupScheduled
from crossdock.model.commands import CheckAddress, SchedulePickup
from crossdock.model.events import Fact
from crossdock.model.instants import Stamp, stamp
from crossdock.model.party import Address, Party
from crossdock.model.units import convert

Answer = Literal["valid", "invalid"]


def pickup_request(command: SchedulePickup) -> bytes:
    """The body of POST /pickups. Raises `InvalidUnit`."""
    weight = convert(command.weight, "KGM").quantize(Decimal("0.01"))
    body: dict[str, Any] = {
        "address": address(command.ship_from),
        "time_slots": [{"start_at": command.window.ready_at.at, "end_at": command.window.closes_at.at}],
        "items": [
            {
                "quantity": len(command.shipments),
                "container_type": "parcel",
                "total_weight": {"value": f"{weight:f}", "unit": "kg"},
            }
        ],
        "carrier_code": command.carrier,
        "reference": command.reference,
    }
    if command.instructions:
        body["special_instructions"] = command.instructions
    return msgspec.json.encode(body)


def scheduled(command: SchedulePickup, pickup: wire.Pickup, partner: str, subject: str, now: Stamp) -> Fact:
    """The pickup as it was asked for. Raises `InvalidInstant`."""
    body = PickupScheduled(partner, command.reference, str(pickup.id), command.window, pickup.tracking_number or "")
    return Fact(body, stamp(pickup.created_at) if pickup.created_at else now, subject=subject)


def address_request(party: Party, carrier: str) -> bytes:
    """The body of POST /addresses/validate."""
    kept = ("address_line_1", "address_line_2", "postal_code", "city", "state_province_code", "country_code")
    parts = {name: text for name, text in address(party).items() if name in kept}
    return msgspec.json.encode({"address": parts, "carrier_code": carrier})


def checked(command: CheckAddress, found: wire.CheckedAddress, partner: str, subject: str, now: Stamp) -> Fact:
    """What Sendcloud says of an address."""
    best = next((each for each in found.results if each.recommended), None)
    changed = best is not None and bool(best.analysis.changed_attributes)
    reasons = [str(why) for each in found.results for why in each.analysis.validation_result.reasons]
    if best is not None and changed:
        body = AddressChecked(partner, command.reference, "corrected", _place(best.address), tuple(reasons))
    else:
        verdict: Answer = "valid" if found.input_address_is_valid else "invalid"
        body = AddressChecked(partner, command.reference, verdict, messages=tuple(reasons))
    return Fact(body, now, subject=subject)


def _place(place: wire.Place) -> Address:
    first = f"{place.address_line_1 or ''} {place.house_number or ''}".strip()
    lines = tuple(line for line in (first, place.address_line_2 or "") if line)
    region = (place.state_province_code or "").rpartition("-")[2]
    return Address(lines, place.city or "", region, place.postal_code or "", place.country_code or "")
