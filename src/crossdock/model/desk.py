"""What people ask for at the carriers' desk, as facts: so it is decided on, replayed and audited like anything else."""

from msgspec import Struct

from crossdock.model.commands import CancelPickup, CheckAddress, CloseManifest, SchedulePickup
from crossdock.model.instants import Stamp
from crossdock.model.returning import Choice, Goods
from crossdock.model.transfers import MovedLine
from crossdock.model.warehouse import ReceivedLine


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


class ReturnGoods(Struct, frozen=True, tag="return_goods", omit_defaults=True):
    """The customer wants to send goods back: ``lines`` (none: all), and why in the words of ``source``."""

    lines: tuple[MovedLine, ...] = ()
    said: str = ""
    source: str = "desk"


class RefuseReturn(Struct, frozen=True, tag="refuse_return", omit_defaults=True):
    """Do not take the goods back, or not refund them; ``goods`` says where they are to be."""

    goods: Goods = "none"


class ReceiveReturn(Struct, frozen=True, tag="receive_return", omit_defaults=True):
    """Goods that came back, as somebody found them; ``receipt`` is the number of what was written down of it."""

    receipt: str
    lines: tuple[ReceivedLine, ...]
    final: bool = True


class Redeliver(Struct, frozen=True, tag="redeliver", omit_defaults=True):
    """What the customer wants done with a parcel that could not be delivered (`returning.RedeliveryChosen`)."""

    choice: Choice
    tracking_number: str = ""
    day: str = ""
    place: str = ""


class AnnounceReceipt(Struct, frozen=True, tag="announce_receipt", omit_defaults=True):
    """A supplier's advance shipping notice that came by mail or telephone, for a receipt that waits."""

    number: str
    lines: tuple[MovedLine, ...]
    expected: Stamp | None = None


Wish = Book | Void | Return | Relay | ReturnGoods | RefuseReturn | ReceiveReturn | Redeliver | AnnounceReceipt


class DeskRequested(Struct, frozen=True, tag="desk.requested.v1", omit_defaults=True):
    """Somebody asked for something. ``id`` names the request: asked again under the same it is the same request."""

    id: str
    actor: str
    wish: Wish
    reason: str = ""

    def identity(self) -> tuple[str, ...]:
        """One request, however often it is sent."""
        return (self.id,)
