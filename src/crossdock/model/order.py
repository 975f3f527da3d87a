"""The delivery order: the root business document of an outgoing delivery (UN/CEFACT: despatch request)."""

from decimal import Decimal

from msgspec import Struct

from crossdock.model.instants import Stamp
from crossdock.model.item import Item
from crossdock.model.money import Money
from crossdock.model.party import Party
from crossdock.model.releasing import CreditStanding
from crossdock.model.units import Measure


class OrderLine(Struct, frozen=True, omit_defaults=True):
    """One line: ``quantity`` in UN/ECE Rec 20 ``unit`` (H87 = piece), ``id`` as the system of record numbers it;
    ``value`` is what the whole quantity is sold for, less discount and without taxes.
    """

    id: str
    item: Item
    quantity: Decimal
    unit: str = "H87"
    lots: tuple[str, ...] = ()
    value: Money | None = None


class Packed(Struct, frozen=True, omit_defaults=True):
    """How much of an order's line is in a package, in the line's unit."""

    line_id: str
    quantity: Decimal


class Package(Struct, frozen=True, omit_defaults=True):
    """A logistic unit to be labelled. ``id`` is unique within its order and stable; dimensions and contents may be
    unknown.
    """

    id: str
    weight: Measure
    name: str = ""
    sscc: str = ""
    length: Measure | None = None
    width: Measure | None = None
    height: Measure | None = None
    contents: tuple[Packed, ...] = ()


class DeliveryOrder(Struct, frozen=True, omit_defaults=True):
    """What has to be delivered to whom, as its system of record says.

    ``id`` is the subject (see `identifiers.delivery_order_id`); ``name`` is what people call the delivery
    ("WH/OUT/00011"), ``sales_order`` what they call the order ("SO0007") and ``sales_order_id`` its external id;
    ``changed_at`` is the system of record's time of this version; ``credit`` how the customer stood then, where the
    system of record watches it; ``channel`` is where it was placed.
    """

    id: str
    partner: str
    external_id: str
    name: str
    ship_to: Party
    ship_from: Party
    lines: tuple[OrderLine, ...]
    packages: tuple[Package, ...]
    changed_at: Stamp
    sales_order: str = ""
    customer_order: str = ""
    service_level: str = ""
    deliver_by: Stamp | None = None
    company: str = ""
    note: str = ""
    sales_order_id: str = ""
    credit: CreditStanding | None = None
    channel: str = ""
