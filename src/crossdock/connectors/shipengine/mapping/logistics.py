"""Pickups, manifests and checked addresses, to and from ShipEngine's words."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from msgspec import structs

from crossdock.connectors.shipengine import wire
from crossdock.connectors.shipengine.mapping.consignment import address
from crossdock.model.collecting import AddressChecked, ManifestClosed, PickupCancelled, PickupScheduled
from crossdock.model.commands import CancelPickup, CheckAddress, CloseManifest, SchedulePickup
from crossdock.model.events import Fact
from crossdock.model.instants import Stamp, stamp
from crossdock.model.party import Address, Party
from crossdock.model.shipment import Document

Answer = Literal["valid", "corrected", "invalid", "unknown"]


def pickup_request(command: SchedulePickup) -> bytes:
    """The body of POST /pickups. Its notes carry our reference: pickups have no other field for it."""
    person = command.ship_from
    body: dict[str, Any] = {
        "label_ids": [each.shipment_id for each in command.shipments],
        "contact_details": {"name": person.name or person.company, "email": person.email, "phone": person.phone},
        "pickup_address": address(person),
        "pickup_notes": f"{command.instructions} [{command.reference}]".strip(),
        "pickup_window": {"start_at": command.window.ready_at.at, "end_at": command.window.closes_at.at},
    }
    return msgspec.json.encode(body)


def is_of(command: SchedulePickup, pickup: wire.Pickup) -> bool:
    """Whether a pickup that stands is the one asked for: it collects exactly these labels."""
    return pickup.cancelled_at is None and set(pickup.label_ids) == {each.shipment_id for each in command.shipments}


def scheduled(command: SchedulePickup, pickup: wire.Pickup, partner: str, subject: str, now: Stamp) -> Fact:
    """The pickup as it will be. Raises `InvalidInstant`."""
    body = PickupScheduled(
        partner, command.reference, pickup.pickup_id, command.window, pickup.confirmation_number or ""
    )
    return Fact(body, stamp(pickup.created_at) if pickup.created_at else now, subject=subject)


def cancelled(command: CancelPickup, partner: str, subject: str, at: Stamp) -> Fact:
    """A pickup that will not be."""
    return Fact(PickupCancelled(partner, command.reference, command.pickup_id), at, subject=subject)


def closed(
    command: CloseManifest, manifest: wire.Manifest, document: Document | None, partner: str, subject: str
) -> Fact:
    """A manifest and its sheet. Raises `InvalidInstant`."""
    named = set(manifest.label_ids)
    shipments = tuple(each for each in command.shipments if not named or each.shipment_id in named)
    documents = (document,) if document is not None else ()
    body = ManifestClosed(partner, command.reference, manifest.manifest_id, shipments, documents)
    return Fact(body, stamp(manifest.created_at), subject=subject)


def address_request(party: Party) -> bytes:
    """The body of POST /addresses/validate: a list of one."""
    return msgspec.json.encode([address(party)])


def checked(command: CheckAddress, found: wire.CheckedAddress, partner: str, subject: str, now: Stamp) -> Fact:
    """What ShipEngine says of an address: ``warning`` means that it was found, with something odd about it."""
    suggested = _place(found.matched_address)
    verdict = _verdict(found.status, suggested, command.party.address)
    said = tuple(each.message for each in found.messages if each.message)
    shown = suggested if verdict == "corrected" else Address()
    return Fact(AddressChecked(partner, command.reference, verdict, shown, said), now, subject=subject)


def _verdict(status: str, suggested: Address, asked: Address) -> Answer:
    if status == "error":
        return "invalid"
    if status not in {"verified", "warning"}:
        return "unknown"
    return "valid" if suggested == Address() or _plain(suggested) == _plain(asked) else "corrected"


def _plain(place: Address) -> tuple[str, ...]:
    parts = (*place.lines, place.city, place.region, place.postcode, place.country)
    return tuple(part.casefold() for part in parts if part)


def _place(place: wire.Place | None) -> Address:
    if place is None:
        return Address()
    lines = (place.address_line1, place.address_line2, place.address_line3)
    return Address(
        tuple(line for line in lines if line),
        place.city_locality or "",
        place.state_province or "",
        place.postal_code or "",
        place.country_code or "",
    )


def manifest_request(command: CloseManifest) -> bytes:
    """The body of POST /manifests: the labels say the rest."""
    return msgspec.json.encode({"label_ids": [each.shipment_id for each in command.shipments]})


def without(command: CloseManifest, manifests: Sequence[wire.Manifest]) -> CloseManifest:
    """The command without the labels that are on ``manifests``."""
    done = {label for each in manifests for label in each.label_ids}
    return structs.replace(command, shipments=tuple(each for each in command.shipments if each.shipment_id not in done))
