"""Events at a carrier's counter: pickups, manifests, and what it says of addresses."""

from typing import Literal

import msgspec
from msgspec import Struct

from crossdock.model.identifiers import digest
from crossdock.model.money import Money
from crossdock.model.party import Address
from crossdock.model.shipment import BookedShipment, Document, PickupWindow


class PickupScheduled(Struct, frozen=True, tag="pickup.scheduled.v1", omit_defaults=True):
    """The carrier will collect. ``pickup_id`` cancels it, ``confirmation`` is what people quote on the telephone."""

    partner: str
    reference: str
    pickup_id: str
    window: PickupWindow
    confirmation: str = ""
    cost: Money | None = None

    def identity(self) -> tuple[str, ...]:
        """A partner's pickup is scheduled once."""
        return (self.partner, self.pickup_id)


class PickupCancelled(Struct, frozen=True, tag="pickup.cancelled.v1", omit_defaults=True):
    """The carrier will not come."""

    partner: str
    reference: str
    pickup_id: str

    def identity(self) -> tuple[str, ...]:
        """A pickup is cancelled once."""
        return (self.partner, self.pickup_id)


class ManifestClosed(Struct, frozen=True, tag="manifest.closed.v1", omit_defaults=True):
    """The carrier knows what it gets today; ``documents`` are the sheets its driver signs."""

    partner: str
    reference: str
    manifest_id: str
    shipments: tuple[BookedShipment, ...]
    documents: tuple[Document, ...] = ()

    def identity(self) -> tuple[str, ...]:
        """A manifest is closed once."""
        return (self.partner, self.manifest_id)


class AddressChecked(Struct, frozen=True, tag="address.checked.v1", omit_defaults=True):
    """What a carrier says of an address: ``verdict`` is valid, corrected (see ``suggested``), invalid, or unknown where
    it cannot tell.
    """

    partner: str
    reference: str
    verdict: Literal["valid", "corrected", "invalid", "unknown"]
    suggested: Address = Address()
    messages: tuple[str, ...] = ()

    def identity(self) -> tuple[str, ...]:
        """One answer per question and content."""
        return (self.partner, self.reference, self.verdict, digest(msgspec.json.encode(self.suggested).decode()))
