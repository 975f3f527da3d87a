"""Collections and the end of the day between ShipIT's words and ours; pure."""

import msgspec

from crossdock.connectors.gls import wire
from crossdock.connectors.gls.config import GlsConfig
from crossdock.connectors.gls.mapping import parties
from crossdock.connectors.gls.mapping.booking import Held
from crossdock.connectors.gls.mapping.parties import Json
from crossdock.model.collecting import ManifestClosed, PickupScheduled
from crossdock.model.commands import CloseManifest, SchedulePickup
from crossdock.model.events import Fact
from crossdock.model.instants import Stamp
from crossdock.model.shipment import Document


def collection_request(command: SchedulePickup, config: GlsConfig) -> bytes:
    """The body of POST sporadiccollection; GLS takes a day, not a window. Raises `InvalidUnit`."""
    fields: Json = {
        "ContactID": config.contact_id,
        "PreferredPickUpDate": command.window.ready_at.at[:10],
        "NumberOfParcels": max(len(command.shipments), 1),
        "Product": command.service.partition("+")[0] or "PARCEL",
        "ExpectedTotalWeight": float(parties.kilograms(command.weight)),
    }
    if command.instructions:
        fields["AdditionalInformation"] = parties.plain(command.instructions, 60)
    return msgspec.json.encode(fields)


def scheduled(command: SchedulePickup, answer: wire.Collection, partner: str, subject: str, at: Stamp) -> Fact:
    """The collection. GLS gives it no number; our reference stands for one, the day it comes is the confirmation."""
    body = PickupScheduled(
        partner, command.reference, command.reference, command.window, confirmation=answer.estimated_pick_up_date
    )
    return Fact(body, at, subject=subject)


def closed(command: CloseManifest, answer: wire.EndOfDay, sheet: Held, told: tuple[str, str, Stamp]) -> Fact:
    """The day's report; ``told`` are partner, subject and time. Parcels GLS does not name are left out."""
    partner, subject, at = told
    units = [unit for each in answer.shipments for unit in each.shipment_unit]
    names = {unit.track_id for unit in units} | {str(unit.parcel_number) for unit in units}
    shipments = tuple(each for each in command.shipments if {each.shipment_id, each.tracking_number} & names)
    document = Document(sheet.sha256, sheet.media_type, f"gls-{command.day}.json", sheet.size, "manifest")
    manifest = f"{command.reference}/{command.day}"
    return Fact(ManifestClosed(partner, command.reference, manifest, shipments, (document,)), at, subject=subject)
