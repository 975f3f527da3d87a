"""Orders as a channel places them (shop, portal, marketplace), before any system of record knows them."""

from collections import Counter
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import Literal

import msgspec
from msgspec import Struct, structs

from crossdock.model.identifiers import Reference, ReferenceKind, channel_order_id, digest
from crossdock.model.instants import Stamp
from crossdock.model.party import Party
from crossdock.model.rules import Problem, address_problems
from crossdock.model.sales import LineChange, SalesLine
from crossdock.model.windows import Slot, WindowWish

_WHOLE = "H87"


class ChannelOrder(Struct, frozen=True, omit_defaults=True):
    """What a channel sold, as it says. ``reference`` is the channel's own number: with ``channel`` it names the order
    for good. ``window`` is when the customer wants it; ``customer_group`` and ``service_level`` are words of the
    channel.
    """

    channel: str
    reference: str
    customer: Party
    lines: tuple[SalesLine, ...]
    ship_to: Party | None = None
    bill_to: Party | None = None
    currency: str = ""
    company: str = ""
    service_level: str = ""
    customer_group: str = ""
    promised_for: Stamp | None = None
    window: WindowWish | None = None
    note: str = ""
    confirm: bool = True

    @property
    def subject(self) -> str:
        """The subject all facts of this order are of."""
        return channel_order_id(self.channel, self.reference)

    @property
    def receiver(self) -> Party:
        """Who it is delivered to."""
        return self.ship_to or self.customer

    def content(self) -> str:
        """A hash of everything it says: the same order said again has the same."""
        return digest(msgspec.json.encode(self).decode())


WindowAnswer = Literal["none", "taken", "unavailable"]


class ChannelOrderPlaced(Struct, frozen=True, tag="order.placed.v1", omit_defaults=True):
    """A channel placed an order, or placed it again, with another content or to have it looked over again:
    ``revision`` counts from 1, and the highest holds. ``known`` are those of its SKUs that somebody reported stock of,
    as it was when the order came; ``slot`` is the delivery slot taken for it, and ``window`` whether there was one.
    """

    order: ChannelOrder
    revision: int = 1
    sender: str = ""
    known: tuple[str, ...] = ()
    window: WindowAnswer = "none"
    slot: Slot | None = None

    def identity(self) -> tuple[str, ...]:
        """One content under one revision."""
        return (self.order.subject, str(self.revision), self.order.content())


class Placed(Struct, frozen=True, omit_defaults=True):
    """What holds of a channel order: its latest placement, and that one's event key."""

    placement: ChannelOrderPlaced
    key: str

    def newer(self, other: "Placed | None") -> bool:
        """Whether this one holds beside ``other``, whatever came first."""
        return other is None or (self.placement.revision, self.key) > (other.placement.revision, other.key)


class Checks(Struct, frozen=True):
    """How strictly an order is looked over. ``known_skus`` are patterns of SKUs that exist; ``skus_by_stock``: so do
    those of which stock was ever reported. With neither, items are left to the system of record. ``duplicates`` lets
    one item stand in several lines.
    """

    known_skus: tuple[str, ...] = ()
    skus_by_stock: bool = False
    duplicates: bool = False

    def is_known(self, sku: str, stocked: Sequence[str]) -> bool:
        """Whether a SKU exists, as far as anybody can tell."""
        if not self.known_skus and not self.skus_by_stock:
            return True
        return sku in stocked or any(fnmatchcase(sku, pattern) for pattern in self.known_skus)


def problems_with(placed: ChannelOrderPlaced, checks: Checks) -> list[Problem]:
    """Everything that keeps a placed order from being entered, a missing delivery slot included."""

    def is_known(sku: str) -> bool:
        return checks.is_known(sku, placed.known)

    found = problems_of(placed.order, is_known, duplicates=checks.duplicates)
    if placed.window == "unavailable":
        wish = placed.order.window
        wanted = " ".join(part for part in (wish.day, wish.slot) if part) if wish else ""
        text = f"no delivery slot is free{f' for {wanted}' if wanted else ''}; offer the customer another"
        found.append(Problem("window.unavailable", "/window", text))
    return found


def amendment(before: ChannelOrder, after: ChannelOrder, ids: Sequence[str]) -> tuple[LineChange, ...] | None:
    """The changed quantities, where nothing else changed; None where something else did. ``ids`` are the system of
    record's ids of the lines of ``before``, in their order.
    """
    if len(before.lines) != len(after.lines) or len(ids) < len(after.lines):
        return None
    levelled = tuple(
        structs.replace(new, quantity=old.quantity) for old, new in zip(before.lines, after.lines, strict=True)
    )
    if structs.replace(after, lines=levelled) != before:
        return None
    return tuple(
        LineChange(line_id, new.quantity, new.unit)
        for line_id, old, new in zip(ids, before.lines, after.lines, strict=False)
        if old.quantity != new.quantity
    )


def differences(before: ChannelOrder, after: ChannelOrder) -> tuple[str, ...]:
    """What differs, as JSON pointers; no values, for they may be personal.

    >>> from crossdock.model.party import Party
    >>> one = ChannelOrder("shop", "1", Party("A"), ())
    >>> differences(one, structs.replace(one, note="ring twice"))
    ('/note',)
    """
    found = []
    for name in ChannelOrder.__struct_fields__:
        old, new = getattr(before, name), getattr(after, name)
        if old == new:
            continue
        if name != "lines" or len(old) != len(new):
            found.append(f"/{name}")
            continue
        found += [f"/lines/{index}" for index, (a, b) in enumerate(zip(old, new, strict=True)) if a != b]
    return tuple(found)


def name_of(order: ChannelOrder) -> Reference:
    """The name the order has at its channel."""
    return Reference(ReferenceKind.PLACED_ORDER, order.reference, order.channel)


def problems_of(order: ChannelOrder, is_known: Callable[[str], bool], *, duplicates: bool = False) -> list[Problem]:
    """Everything that keeps an order from being entered, sorted. ``is_known`` says whether a SKU exists;
    ``duplicates`` lets the same item stand in several lines.
    """
    base = "/ship_to/address" if order.ship_to else "/customer/address"
    found = [
        structs.replace(each, pointer=each.pointer.replace("/ship_to/address", base))
        for each in address_problems(order.receiver.address)
    ]
    if not order.receiver.name.strip():
        found.append(Problem("address.incomplete", base.replace("/address", "/name"), "the receiver has no name"))
    if not order.lines:
        found.append(Problem("order.empty", "/lines", "the order has no line"))
    for index, line in enumerate(order.lines):
        found += _line_problems(line, f"/lines/{index}", is_known)
    if not duplicates:
        found += _duplicates(order)
    return sorted(found)


def _line_problems(line: SalesLine, at: str, is_known: Callable[[str], bool]) -> list[Problem]:
    found = []
    sku = line.item.sku.strip()
    if not sku and not line.item.gtin:
        found.append(Problem("sku.unknown", f"{at}/sku", f"the item '{line.item.name}' has no SKU"))
    elif sku and not is_known(sku):
        found.append(Problem("sku.unknown", f"{at}/sku", f"nobody here knows the SKU '{sku}'"))
    if line.quantity <= 0:
        found.append(Problem("quantity.invalid", f"{at}/quantity", "the quantity is not above zero"))
    elif line.unit == _WHOLE and line.quantity != line.quantity.to_integral_value():
        text = f"{line.quantity} is no whole number of pieces"
        found.append(Problem("quantity.invalid", f"{at}/quantity", text))
    return found


def _duplicates(order: ChannelOrder) -> list[Problem]:
    """The second and later lines of one item in one unit at one price: mostly a basket that was sent twice."""
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for index, line in enumerate(order.lines):
        name = (line.item.sku or line.item.gtin, line.unit, str(line.price or ""))
        if name[0] and seen[name]:
            text = f"'{name[0]}' stands in the order more than once; make it one line, or allow it"
            found.append(Problem("line.duplicate", f"/lines/{index}", text))
        seen[name] += 1
    return found
