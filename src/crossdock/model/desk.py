"""What people ask for at the carriers' desk, as facts: so it is decided on, replayed and audited like anything else."""

from msgspec import Struct

from crossdock.model.commands import CancelPickup, CheckAddress, CloseManifest, SchedulePickup


class Book(Struct, frozen=True, tag="book", omit_defaults=True):
    """Book every package of the order that has no label; nothing where all have one."""


class Void(Struct, frozen=True, tag="void", omit_defaults=True):
    """Void the label of a package; ``again`` books it anew once that is done."""

    package_id: str
    again: bool = False


RETURN = ":return"
"""Ends the id of a package's way back, which is a package of its own."""


class Return(Struct, frozen=True, tag="return", omit_defaults=True):
    """A label for the way back of a package, from the customer to the warehouse."""

    package_id: str


class Relay(Struct, frozen=True, tag="relay", omit_defaults=True):
    """Something a carrier is asked for that belongs to no single order."""

    partner: str
    command: SchedulePickup | CancelPickup | CloseManifest | CheckAddress


Wish = Book | Void | Return | Relay


class DeskRequested(Struct, frozen=True, tag="desk.requested.v1", omit_defaults=True):
    """Somebody asked for something. ``id`` names the request: asked again under the same it is the same request."""

    id: str
    actor: str
    wish: Wish
    reason: str = ""

    def identity(self) -> tuple[str, ...]:
        """One request, however often it is sent."""
        return (self.id,)
