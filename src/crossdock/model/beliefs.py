"""What somebody believes about one thing, in words that can be compared: the ground of reconciliation.

Both sides of a comparison are told by the functions here, so that equal beliefs have equal words.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct, field

from crossdock.model.identifiers import Reference
from crossdock.model.instants import rfc3339
from crossdock.model.journey import Journey
from crossdock.model.order import DeliveryOrder, OrderLine, Package

DELIVERY_ORDER, LABEL, JOURNEY = "delivery_order", "label", "journey"
"""Kinds of things: an outgoing delivery at its system of record, a bought label and a parcel's scans at a carrier."""

CANCELLED, DEMAND, SHIP_TO, TERMS = "cancelled", "demand", "ship_to", "terms"
TRACKING_NUMBERS, ATTACHMENTS, NOTES = "tracking_numbers", "attachments", "notes"
LIFE, TRACKING_NUMBER, SCANS, PROOF = "life", "tracking_number", "scans", "proof"
"""Aspects: of a delivery order the first seven, of a label the next two, of a journey the last two."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_SHOWN = 10


class Aspect(Struct, frozen=True):
    """One thing believed. ``values`` are the parts that are compared, in any order; ``text`` is what people read."""

    values: tuple[str, ...] = ()
    text: str = ""

    def told(self) -> str:
        """For people: the text, else the parts."""
        return self.text or listed(self.values)


class Statement(Struct, frozen=True):
    """What is believed about one thing of ``partner``'s.

    ``id`` is the partner's own name of the thing. It belongs to ``subject``, or to whom one of ``references`` names.
    ``at`` is since when (epoch microseconds, 0 unknown). A ``live`` thing is one that the other side has to know; one
    that is ``gone`` was there and is no more. ``source`` is the partner's document as its connector keeps it.
    """

    partner: str
    kind: str
    id: str
    subject: str = ""
    references: tuple[Reference, ...] = ()
    aspects: Mapping[str, Aspect] = field(default_factory=dict)
    at: int = 0
    live: bool = True
    gone: bool = False
    source: Any = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What joins the two sides."""
        return self.partner, self.kind, self.id


def listed(values: Iterable[str]) -> str:
    """Some of ``values`` for people; a dash for none.

    >>> listed(["B", "A"]), listed([])
    ('A, B', '-')
    """
    found = sorted(set(values))
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return f"{', '.join(found[:_SHOWN])}{more}" if found else "-"


def one(value: str) -> Aspect:
    """An aspect that is a single value."""
    return Aspect((value,))


def yes_or_no(*, value: bool) -> Aspect:
    """An aspect that holds or does not."""
    return one("yes" if value else "no")


def of_order(order: DeliveryOrder) -> dict[str, Aspect]:
    """What a system of record asks for: goods and packages, where to, and on which terms."""
    goods = ", ".join(sorted(_line(line) for line in order.lines))
    packed = ", ".join(sorted(_package(package) for package in order.packages))
    place = order.ship_to.address
    address = (order.ship_to.name, *place.lines, f"{place.postcode} {place.city}", place.region, place.country)
    terms = (order.service_level, f"by {order.deliver_by.at}" if order.deliver_by else "")
    return {
        DEMAND: one(f"{goods}; {packed}"),
        SHIP_TO: one(", ".join(part for part in address if part.strip())),
        TERMS: one("; ".join(part for part in terms if part)),
    }


def of_journey(journey: Journey) -> Aspect:
    """The scans of one parcel, each by its content hash; told as where they lead."""
    standing, count = journey.standing, len(journey.entries)
    since = f" since {rfc3339(standing.since)[:19]}Z" if standing.since else ""
    scans = "1 scan" if count == 1 else f"{count} scans"
    return Aspect(tuple(entry.key for entry in journey.entries), f"{standing.milestone}{since} ({scans})")


def document(kind: str, tracking_number: str) -> str:
    """How a parcel's document is named among ``attachments``: file names hold letters, digits, ``.``, ``_``, ``-``.

    >>> document("label", "1Z 99")
    'label/1Z_99'
    """
    return f"{kind}/{_UNSAFE.sub('_', tracking_number)}"


def _line(line: OrderLine) -> str:
    lots = f" ({'+'.join(line.lots)})" if line.lots else ""
    return f"{_plain(line.quantity)} {line.unit} {line.item.sku or line.item.name}{lots}"


def _package(package: Package) -> str:
    return f"package {package.id} {_plain(package.weight.value)} {package.weight.unit}"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
