"""What is said of goods that come back, of parcels that could not be delivered, and of what suppliers announce.

``reason`` is a word of data/return-reasons.tsv (`return_reasons`); ``raw_reason`` is what was really said.
"""

from typing import Literal

import msgspec
from msgspec import Struct

from crossdock.model.identifiers import digest
from crossdock.model.instants import Stamp
from crossdock.model.party import Party
from crossdock.model.transfers import MovedLine

Goods = Literal["none", "back", "kept"]
Choice = Literal["again", "collect", "return"]


class ReturnRequested(Struct, frozen=True, tag="return.requested.v1", omit_defaults=True):
    """Goods of a delivery are to come back: ``lines`` of them (none: all), because of ``reason``. ``id`` names the
    request at its ``source``: a portal, a shop, a person at the desk, or a process.
    """

    id: str
    source: str
    lines: tuple[MovedLine, ...] = ()
    reason: str = "unknown"
    raw_reason: str = ""
    comment: str = ""

    def identity(self) -> tuple[str, ...]:
        """One request; told again with its reason understood, it is told anew."""
        return (self.source, self.id, self.reason)


class ReturnRefused(Struct, frozen=True, tag="return.refused.v1", omit_defaults=True):
    """Somebody will not take the goods back: they never came (``none``), go ``back`` to the customer, or are ``kept``
    without a refund. ``request`` is the one that is refused, as ``source/id``; "": whatever is open.
    """

    id: str
    source: str
    text: str = ""
    goods: Goods = "none"
    request: str = ""

    def identity(self) -> tuple[str, ...]:
        """One refusal per time it is said."""
        return (self.source, self.id)


class ReturnedToSender(Struct, frozen=True, tag="parcel.returned.v1", omit_defaults=True):
    """A parcel could not be delivered and its carrier brings it back: something to tell the customer, once.
    ``category`` and ``reason`` are the carrier's, as of milestones.
    """

    tracking_number: str
    package_id: str
    category: str = "none"
    reason: str = ""

    def identity(self) -> tuple[str, ...]:
        """A parcel comes back once."""
        return (self.tracking_number,)


class RedeliveryOffered(Struct, frozen=True, tag="redelivery.offered.v1", omit_defaults=True):
    """After ``attempts`` failed attempts the customer is asked what is to happen with a parcel, for the ``offer``-th
    time, until ``answer_by`` (epoch microseconds).
    """

    tracking_number: str
    package_id: str
    attempts: int
    offer: int
    answer_by: int
    choices: tuple[Choice, ...] = ("again", "collect", "return")

    def identity(self) -> tuple[str, ...]:
        """One offer of each number per parcel."""
        return (self.tracking_number, str(self.offer))


class RedeliveryChosen(Struct, frozen=True, tag="redelivery.chosen.v1", omit_defaults=True):
    """What the customer wants: another attempt (on ``day``), a collection point (``place``), or the goods back at the
    warehouse. Without a ``tracking_number`` it is said of every parcel that waits for an answer.
    """

    id: str
    source: str
    choice: Choice
    tracking_number: str = ""
    day: str = ""
    place: str = ""

    def identity(self) -> tuple[str, ...]:
        """One answer per request for it."""
        return (self.source, self.id, self.tracking_number)


class AsnReceived(Struct, frozen=True, tag="asn.received.v1", omit_defaults=True):
    """A supplier announces what it sent of a purchase order (GS1 Despatch Advice, X12 856): ``number`` is its own, and
    said again it counts once. ``partner`` is who told us.
    """

    partner: str
    number: str
    purchase_order: str
    lines: tuple[MovedLine, ...]
    supplier: Party | None = None
    expected: Stamp | None = None

    def identity(self) -> tuple[str, ...]:
        """One notice and content."""
        return (self.partner, self.number, digest(msgspec.json.encode((self.lines, self.expected)).decode()))


ReturnEvent = ReturnRequested | ReturnRefused | ReturnedToSender | RedeliveryOffered | RedeliveryChosen | AsnReceived
"""What is said of goods that come back or in."""
