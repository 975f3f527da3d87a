"""Pickups, manifests and addresses between the canonical words and Shippo's; pure."""

from collections.abc import Sequence

import msgspec

from crossdock.connectors.shippo import wire
from crossdock.connectors.shippo.mapping.booking import address, metadata
from crossdock.model.address_checks import judged
from crossdock.model.collecting import ManifestClosed, PickupScheduled
from crossdock.model.commands import CheckAddress, CloseManifest, SchedulePickup
from crossdock.model.events import Fact
from crossdock.model.instants import Stamp, stamp
from crossdock.model.party import Address
from crossdock.model.shipment import Document, PickupWindow

_SECONDS = len("2026-11-23T13:00:00")


def pickup_request(command: SchedulePickup, carrier_account: str, place: str) -> bytes:
    """The body of POST /pickups."""
    location = {
        "address": address(command.ship_from),
        "building_location_type": place,
        "instructions": command.instructions or ("See the sign at the door" if place == "Other" else ""),
    }
    body = {
        "carrier_account": carrier_account,
        "location": {name: value for name, value in location.items() if value},
        "requested_start_time": _wall_clock(command.window.ready_at),
        "requested_end_time": _wall_clock(command.window.closes_at),
        "transactions": [each.shipment_id for each in command.shipments],
        "metadata": metadata(command.reference),
    }
    return msgspec.json.encode(body)


def _wall_clock(at: Stamp) -> str:
    """The API's form of a date-time. It reads the clock at the place of collection, whatever the letter Z says there
    ("expressed in the timezone specified in the response, not UTC").
    """
    text = at.at[:_SECONDS]
    return f"{text}{':00' * (len(text) == len('2026-11-23T13:00'))}Z"


def scheduled(command: SchedulePickup, pickup: wire.Pickup, partner: str, subject: str) -> Fact:
    """A pickup the carrier took. Raises `InvalidInstant`."""
    window = PickupWindow(command.window.ready_at, command.window.closes_at)
    body = PickupScheduled(partner, command.reference, pickup.object_id, window, pickup.confirmation_code or "")
    return Fact(body, stamp(pickup.object_created), subject=subject)


def texts(messages: Sequence[msgspec.Raw] | None) -> str:
    """What stands in a list of messages: texts as they are, anything else as JSON."""
    said = [msgspec.json.decode(each) for each in messages or ()]
    return "; ".join(each if isinstance(each, str) else msgspec.json.encode(each).decode() for each in said)


def manifest_request(command: CloseManifest, carrier_account: str) -> bytes:
    """The body of POST /manifests, for the whole local day."""
    body = {
        "carrier_account": carrier_account,
        "shipment_date": f"{command.day}T23:59:59Z",
        "address_from": address(command.ship_from),
        "transactions": [each.shipment_id for each in command.shipments],
        "async": False,
    }
    return msgspec.json.encode(body)


def is_of(command: CloseManifest, manifest: wire.Manifest) -> bool:
    """Whether a manifest is the one that was asked for: it holds exactly these shipments."""
    return set(manifest.transactions) == {each.shipment_id for each in command.shipments}


def closed(
    command: CloseManifest, manifest: wire.Manifest, sheets: Sequence[Document], partner: str, subject: str
) -> Fact:
    """A manifest with the sheets its driver signs. Raises `InvalidInstant`."""
    body = ManifestClosed(partner, command.reference, manifest.object_id, command.shipments, tuple(sheets))
    return Fact(body, stamp(manifest.object_created), subject=subject)


def address_request(command: CheckAddress) -> bytes:
    """The body of POST /addresses that asks for a check."""
    return msgspec.json.encode(address(command.party) | {"validate": True})


def checked(command: CheckAddress, given: wire.Address, partner: str, now: Stamp, subject: str) -> Fact:
    """What the check of an address came to; ``unknown`` where Shippo did not check it."""
    found = given.validation_results or wire.Validation()
    lines = tuple(line for line in (given.street1, given.street2, given.street3) if line)
    there = Address(lines, given.city or "", given.state or "", given.zip or "", given.country or "")
    messages = tuple(each.text or each.code or "" for each in found.messages)
    asked = command.party.address
    body = judged(partner, command.reference, asked, there, is_valid=found.is_valid, messages=messages)
    return Fact(body, now, subject=subject)
