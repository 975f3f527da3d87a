"""What customers are told of their orders: the kinds of notice, the command that mails one, and the facts that follow.

A recipient's address stands in the command alone. Facts name a person by a keyed hash (`crossdock.notices.links`).
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from crossdock.model.instants import Stamp
from crossdock.model.milestones import MILESTONES

Kind = Literal[
    "booked",
    "in_transit",
    "out_for_delivery",
    "available_for_pickup",
    "delayed",
    "exception",
    "delivered",
    "returned",
]
Channel = Literal["mail", "webhook"]
Step = Literal["due", "held", "deferred", "dropped"]

KINDS: tuple[Kind, ...] = (
    "booked",
    "in_transit",
    "out_for_delivery",
    "available_for_pickup",
    "delayed",
    "exception",
    "delivered",
    "returned",
)
"""All kinds, in the order in which those that waited together are sent."""

_ENDS: frozenset[Kind] = frozenset({"delivered", "returned"})
_NEAR: frozenset[Kind] = frozenset({"out_for_delivery", "available_for_pickup"})

OVERTAKEN_BY: Mapping[Kind, frozenset[Kind]] = {
    "booked": frozenset({"in_transit", "out_for_delivery", "available_for_pickup", "delivered", "returned"}),
    "in_transit": _NEAR | _ENDS,
    "out_for_delivery": frozenset({"available_for_pickup", "delivered", "returned"}),
    "available_for_pickup": _ENDS,
    "delayed": _ENDS,
    "exception": _ENDS,
    "delivered": frozenset({"returned"}),
    "returned": frozenset(),
}
"""What makes a notice pointless: nobody wants to hear that a parcel is on its way after it was delivered."""

_TROUBLES = frozenset({"delivery_attempted", "held", "exception", "lost", "destroyed"})
_NAMED: Mapping[str, Kind] = {
    "delayed": "delayed",
    "delivered": "delivered",
    "out_for_delivery": "out_for_delivery",
    "available_for_pickup": "available_for_pickup",
    "return_initiated": "returned",
    "returned": "returned",
}
_MOVING = frozenset({"first_mile", "transit"})


def kind_of(milestone: str) -> Kind | None:
    """The notice a milestone calls for, None where customers are told nothing.

    >>> kind_of("arrived_at_facility"), kind_of("delivery_attempted"), kind_of("info_update")
    ('in_transit', 'exception', None)
    """
    if milestone in _NAMED:
        return _NAMED[milestone]
    if milestone in _TROUBLES:
        return "exception"
    row = MILESTONES.get(milestone)
    return "in_transit" if row and row.advances and row.phase in _MOVING else None


class NotifyCustomer(Struct, frozen=True, tag="customer.notify.v1", omit_defaults=True):
    """Tell a customer by mail. ``template`` is the kind of notice, ``values`` what its words speak of, ``marker`` what
    recognises the same notice, ``expires_at`` (epoch microseconds, 0 for never) when it is not worth sending any more.
    """

    recipient: str
    language: str
    template: Kind
    milestone: str
    order_id: str
    order_name: str
    marker: str
    values: dict[str, str] = field(default_factory=dict)
    expires_at: int = 0


class NoticeDecided(Struct, frozen=True, tag="customer.notice.v1", omit_defaults=True):
    """What was decided about a notice: ``due`` (told now, by ``channels``), ``held`` (an outage of ``reason`` is
    declared), ``deferred`` (quiet hours, until ``until`` in epoch microseconds) or ``dropped`` (``reason`` says why).
    One that is due says what a customer's own system needs; it holds no address.
    """

    kind: Kind
    step: Step
    milestone: str
    occurred: Stamp
    reason: str = ""
    order_name: str = ""
    language: str = ""
    channels: tuple[Channel, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    until: int = 0

    def identity(self) -> tuple[str, ...]:
        """One step of a kind of notice, by reason and time."""
        return (self.kind, self.step, self.reason, str(self.until))


class CustomerNotified(Struct, frozen=True, tag="customer.notified.v1", omit_defaults=True):
    """The mail server took a notice. ``recipient`` is a keyed hash of the address. ``assumed``: the connection was lost
    before the server's answer, and a second mail would be worse than none.
    """

    partner: str
    kind: Kind
    recipient: str
    message_id: str
    language: str = ""
    assumed: bool = False

    def identity(self) -> tuple[str, ...]:
        """A kind of notice is sent once."""
        return (self.partner, self.kind)


class CustomerUnsubscribed(Struct, frozen=True, tag="customer.unsubscribed.v1", omit_defaults=True):
    """Somebody wants no more notices by mail. ``recipient`` is a keyed hash of the address."""

    recipient: str
    by: Literal["link", "api", "cli"] = "link"

    def identity(self) -> tuple[str, ...]:
        """An address unsubscribes once."""
        return (self.recipient,)


NoticeEvent = NoticeDecided | CustomerNotified | CustomerUnsubscribed
UNSUBSCRIBED = "customer:"
"""Begins the subject that an address's own facts stand under; its keyed hash follows."""
