"""What a carrier is asked for at the end of a day: a manifest, a pickup, or that none is needed any more.

Page and command line build the same request here: asked for twice, it is one.
"""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct, structs

from crossdock.backbone.desk import subject_of
from crossdock.model.commands import CancelPickup, CheckAddress, CloseManifest, SchedulePickup
from crossdock.model.desk import DeskRequested, Relay
from crossdock.model.identifiers import digest
from crossdock.model.party import Party
from crossdock.model.shipment import PickupWindow
from crossdock.model.units import Measure
from crossdock.ports.stores import Transaction
from crossdock.views.desk import DayLine, shipments_of
from crossdock.views.timeline import story_of


class NothingToHandOver(LookupError):
    """There is nothing of the day for this carrier; the text says so."""


class Counter(Struct, frozen=True):
    """A request at a carrier's counter: ``reference`` names it, so that the same thing asked for twice is one."""

    partner: str
    reference: str
    command: SchedulePickup | CancelPickup | CloseManifest | CheckAddress

    @property
    def kind(self) -> str:
        """The command's tag, which the carrier's connector has to declare."""
        return str(self.command.__struct_config__.tag)

    @property
    def subject(self) -> str:
        """Whose story it becomes; it belongs to no order."""
        return subject_of(self.partner, self.reference)

    def request(self, actor: str, reason: str) -> DeskRequested:
        """The same as a request of ``actor``."""
        return DeskRequested(
            digest(self.partner, self.reference)[:24], actor, Relay(self.partner, self.command), reason
        )


def manifest(tx: Transaction, partner: str, lines: Sequence[DayLine], day: str) -> Counter:
    """Close ``day`` (YYYY-MM-DD): what of ``lines`` is in no manifest yet. Raises `NothingToHandOver`."""
    shipments = shipments_of(lines)
    if not shipments:
        raise NothingToHandOver(f"Nothing of {day} waits for a manifest with {partner}.")
    numbers = ",".join(sorted(each.shipment_id for each in shipments))
    reference = f"mf-{day}-{digest(partner, numbers)[:8]}"
    return Counter(partner, reference, CloseManifest(reference, _origin(tx, lines), day, shipments))


def pickup(
    tx: Transaction, partner: str, lines: Sequence[DayLine], day: str, window: PickupWindow, kilograms: float,
    instructions: str = "",
) -> Counter:  # fmt: skip
    """Collect what was booked on ``day``, in a manifest or not. Raises `NothingToHandOver`."""
    if not lines:
        raise NothingToHandOver(f"Nothing was booked with {partner} on {day}.")
    reference = f"pu-{day}-{digest(partner, window.ready_at.at, window.closes_at.at)[:8]}"
    shipments = shipments_of([structs.replace(each, manifest_id="") for each in lines])
    measure, first = Measure(Decimal(str(kilograms)), "KGM"), lines[0]
    command = SchedulePickup(
        reference, _origin(tx, lines), window, shipments, measure, first.carrier, first.service, instructions
    )
    return Counter(partner, reference, command)


def no_pickup(partner: str, pickup_id: str, confirmation: str = "") -> Counter:
    """Cancel a pickup by the carrier's id of it."""
    reference = f"pc-{pickup_id}"
    return Counter(partner, reference, CancelPickup(reference, pickup_id, confirmation=confirmation))


def _origin(tx: Transaction, lines: Sequence[DayLine]) -> Party:
    """Where the first of the shipments leaves from."""
    story = story_of(tx, lines[0].order)
    if story is None or story.state.order is None:
        raise NothingToHandOver(f"The order of the first shipment is not known: {lines[0].order}.")
    return story.state.order.ship_from
