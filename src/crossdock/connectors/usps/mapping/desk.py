"""Pickups, SCAN forms and address checks between USPS's words and ours; pure."""

import base64
import binascii
from collections.abc import Sequence
from typing import Literal

import msgspec

from crossdock.connectors.usps import wire
from crossdock.connectors.usps.mapping import parties
from crossdock.connectors.usps.mapping.booking import Held
from crossdock.connectors.usps.mapping.parties import Json
from crossdock.connectors.usps.mapping.parts import parts_of
from crossdock.model.collecting import AddressChecked, ManifestClosed, PickupCancelled, PickupScheduled
from crossdock.model.commands import CancelPickup, CheckAddress, CloseManifest, SchedulePickup
from crossdock.model.events import Fact
from crossdock.model.instants import Stamp
from crossdock.model.party import Address
from crossdock.model.shipment import Document

_KINDS = frozenset({"PRIORITY_MAIL", "PRIORITY_MAIL_EXPRESS", "USPS_GROUND_ADVANTAGE"})
_INSTRUCTED = "OTHER"


def pickup_request(command: SchedulePickup) -> bytes:
    """The body of POST carrier-pickup; USPS takes a day, not a window. Raises `InvalidUnit`."""
    told = parties.address(command.ship_from)
    place = {name: told.pop(name, "") for name in ("streetAddress", "secondaryAddress", "city", "state", "ZIPCode")}
    contacts = [{"email": command.ship_from.email}] if command.ship_from.email else []
    names = {name: told[name] for name in ("firstName", "lastName", "firm") if name in told}
    kind = command.service if command.service in _KINDS else _INSTRUCTED
    location: Json = {"packageLocation": "OTHER" if command.instructions else "FRONT_DOOR"}
    if command.instructions:
        location["specialInstructions"] = command.instructions[:255]
    fields: Json = {
        "pickupDate": command.window.ready_at.at[:10],
        "pickupAddress": {**names, "address": place, "contact": contacts},
        "packages": [{"packageType": kind, "packageCount": max(len(command.shipments), 1)}],
        "estimatedWeight": parties.pounds(command.weight),
        "pickupLocation": location,
    }
    return msgspec.json.encode(fields)


def scheduled(command: SchedulePickup, made: wire.PickupMade, partner: str, subject: str, at: Stamp) -> Fact:
    """The pickup."""
    number = made.confirmation_number
    body = PickupScheduled(partner, command.reference, number, command.window, confirmation=number)
    return Fact(body, at, subject=subject)


def pickup_cancelled(command: CancelPickup, partner: str, subject: str, at: Stamp) -> Fact:
    """The cancelled pickup."""
    return Fact(PickupCancelled(partner, command.reference, command.pickup_id), at, subject=subject)


def scan_request(command: CloseManifest) -> bytes:
    """The body of POST scan-form for the labels of one day."""
    zip_code, _ = parties.zip_of(command.ship_from)
    fields: Json = {
        "form": "5630",
        "imageType": "PDF",
        "labelType": "8.5x11LABEL",
        "mailingDate": command.day,
        "overwriteMailingDate": False,
        "entryFacilityZIPCode": zip_code,
        "destinationEntryFacilityType": "NONE",
        "shipment": {"trackingNumbers": [each.tracking_number for each in command.shipments]},
        "fromAddress": parties.address(command.ship_from),
    }
    return msgspec.json.encode(fields)


def scanned(content_type: str, body: bytes) -> tuple[wire.ScanForm, bytes]:
    """The SCAN form and its sheet, out of parts. Raises `ValueError` (`msgspec.DecodeError` is one)."""
    parts = parts_of(content_type, body)
    told = next((data for name, data in parts.items() if name != "label"), b"")
    form = msgspec.json.decode(told, type=wire.ScanForm)
    try:
        sheet = base64.b64decode(b"".join(parts.get("label", b"").split()), validate=True)
    except binascii.Error as problem:
        raise ValueError(f"the form's sheet is no Base64: {problem}") from None
    return form, sheet


def closed(command: CloseManifest, form: wire.ScanForm, sheet: Held, told: tuple[str, str, Stamp]) -> Fact:
    """The manifest and the sheet the carrier scans; ``told`` are partner, subject and time."""
    partner, subject, at = told
    document = Document(sheet.sha256, sheet.media_type, f"{form.manifest_number}.pdf", sheet.size, "manifest")
    covered = set(form.tracking_numbers)
    shipments = tuple(each for each in command.shipments if not covered or each.tracking_number in covered)
    body = ManifestClosed(partner, command.reference, form.manifest_number, shipments, (document,))
    return Fact(body, at, subject=subject)


def address_query(command: CheckAddress) -> dict[str, str]:
    """The query of GET address."""
    place, (zip_code, plus4) = command.party.address, parties.zip_of(command.party)
    query = {
        "streetAddress": place.lines[0] if place.lines else "",
        "secondaryAddress": ", ".join(place.lines[1:]),
        "city": place.city,
        "state": place.region,
        "ZIPCode": zip_code,
        "ZIPPlus4": plus4,
    }
    return {name: text for name, text in query.items() if text}


def checked(command: CheckAddress, answer: wire.Checked, told: tuple[str, str, Stamp]) -> Fact:
    """USPS's own spelling, and whether it delivers there (delivery point validation)."""
    given, found = command.party.address, answer.address
    zip_code = f"{found.ZIPCode}-{found.ZIPPlus4}" if found.ZIPPlus4 else found.ZIPCode
    lines = tuple(line for line in (found.street_address, found.secondary_address) if line)
    suggested = Address(lines, found.city, found.state, zip_code, "US")
    confirmed = answer.additional_info.DPVConfirmation if answer.additional_info else None
    messages = [*answer.warnings, *(f"{each.code} {each.text}".strip() for each in answer.corrections)]
    if confirmed == "N":
        return said(command, "invalid", messages, told)
    same = _plain(given) == _plain(suggested)
    return said(command, "valid" if same else "corrected", messages, told, suggested)


def said(
    command: CheckAddress,
    verdict: Literal["valid", "corrected", "invalid", "unknown"],
    messages: Sequence[str],
    told: tuple[str, str, Stamp],
    suggested: Address | None = None,
) -> Fact:
    """A verdict on an address."""
    partner, subject, at = told
    body = AddressChecked(partner, command.reference, verdict, suggested or Address(), tuple(messages))
    return Fact(body, at, subject=subject)


def _plain(place: Address) -> tuple[str, ...]:
    texts = (" ".join(place.lines), place.city, place.region, place.postcode[:5])
    return tuple("".join(sign for sign in text.upper() if sign.isalnum()) for text in texts)
