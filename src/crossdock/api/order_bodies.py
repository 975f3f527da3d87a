"""The body of an order as shops and portals send it, and what it means; faults by JSON pointer, all at once."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, TypeVar

from msgspec import Meta, Struct

from crossdock.api.problems import Fault, ProblemError
from crossdock.model.channel_orders import ChannelOrder
from crossdock.model.identifiers import InvalidIdentifier, parse_gtin
from crossdock.model.instants import InvalidInstant, stamp
from crossdock.model.item import Item
from crossdock.model.money import InvalidAmount, Money, money
from crossdock.model.party import Address, Party
from crossdock.model.sales import SalesLine
from crossdock.model.windows import WindowWish

T = TypeVar("T")
_LARGEST = Decimal(10) ** 12
_FINEST = -6

Short = Annotated[str, Meta(max_length=200)]
Country = Annotated[str, Meta(pattern=r"^([A-Z]{2})?$", description="ISO 3166-1 alpha-2.")]


class OrderAddressRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A postal address."""

    lines: tuple[Short, ...] = ()
    city: Short = ""
    region: Short = ""
    postcode: Short = ""
    country: Country = ""


class OrderPartyRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A person or company. ``reference`` is the channel's number of the customer."""

    name: Short
    address: OrderAddressRequest = OrderAddressRequest()
    company: Short = ""
    phone: Short = ""
    email: Short = ""
    reference: Short = ""
    language: Short = ""


class OrderLineRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """One line: ``price`` is per unit, without tax, as a decimal text in the order's currency; without one the price
    list's holds. ``unit`` is a UN/ECE Rec 20 code.
    """

    quantity: Decimal
    sku: Short = ""
    gtin: Short = ""
    name: Short = ""
    unit: Annotated[str, Meta(pattern=r"^[A-Z0-9]{2,3}$")] = "H87"
    price: Annotated[str, Meta(max_length=40)] = ""
    text: Annotated[str, Meta(max_length=2000)] = ""


class OrderWindowRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """When the customer wants it: a local day (YYYY-MM-DD), and a slot by its name; without one any of that day."""

    day: Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
    slot: Short = ""


class OrderRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """An order of a channel. ``reference`` is the channel's own number of it: with ``channel`` it names the order."""

    channel: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,39}$", description="Where it was placed.")]
    reference: Annotated[str, Meta(pattern=r"^[!-~]([ -~]{0,98}[!-~])?$", description="Its number there.")]
    customer: OrderPartyRequest
    lines: Annotated[tuple[OrderLineRequest, ...], Meta(max_length=1000)]
    ship_to: OrderPartyRequest | None = None
    bill_to: OrderPartyRequest | None = None
    currency: Annotated[str, Meta(pattern=r"^([A-Z]{3})?$", description="ISO 4217.")] = ""
    company: Short = ""
    service_level: Short = ""
    customer_group: Short = ""
    promised_for: Annotated[str, Meta(max_length=40, description="RFC 3339, or a day.")] = ""
    window: OrderWindowRequest | None = None
    note: Annotated[str, Meta(max_length=2000)] = ""
    confirm: bool = True


def order_from(body: OrderRequest) -> ChannelOrder:
    """The canonical order. Raises `ProblemError` (422) with every fault there is."""
    reader = _Reader()
    lines = tuple(reader.line(line, body.currency, f"/lines/{index}") for index, line in enumerate(body.lines))
    promised = reader.read("/promised_for", stamp, body.promised_for) if body.promised_for else None
    window = reader.window(body.window) if body.window else None
    if reader.faults:
        told = "; ".join(f"{each.pointer}: {each.detail}" for each in reader.faults)
        raise ProblemError(422, told, *reader.faults)
    return ChannelOrder(
        body.channel, body.reference, _party(body.customer), lines, _maybe(body.ship_to), _maybe(body.bill_to),
        body.currency, body.company, body.service_level, body.customer_group, promised, window, body.note, body.confirm,
    )  # fmt: skip


class _Reader:
    """Reads values and keeps the faults, so that all are told at once."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def read(self, pointer: str, reading: Callable[[str], T], text: str) -> T | None:
        try:
            return reading(text)
        except (InvalidInstant, InvalidAmount, InvalidIdentifier, ValueError) as wrong:
            self.faults.append(Fault(str(wrong), pointer=pointer))
            return None

    def line(self, line: OrderLineRequest, currency: str, at: str) -> SalesLine:
        gtin = self.read(f"{at}/gtin", parse_gtin, line.gtin) if line.gtin else ""
        price = self.price(line.price, currency, f"{at}/price") if line.price else None
        number = line.quantity
        if not number.is_finite() or abs(number) >= _LARGEST or int(number.as_tuple().exponent) < _FINEST:
            self.faults.append(Fault("is no quantity with six decimals at most", pointer=f"{at}/quantity"))
            number = Decimal(0)
        return SalesLine(Item(line.sku, line.name, gtin or ""), number, line.unit, price, line.text)

    def price(self, text: str, currency: str, pointer: str) -> Money | None:
        if not currency:
            self.faults.append(Fault("a price needs the order's currency", pointer="/currency"))
            return None
        return self.read(pointer, lambda each: money(each, currency), text)

    def window(self, wish: OrderWindowRequest) -> WindowWish:
        if wish.day:
            self.read("/window/day", date.fromisoformat, wish.day)
        return WindowWish(wish.day, wish.slot)


def _party(body: OrderPartyRequest) -> Party:
    where = body.address
    address = Address(where.lines, where.city, where.region, where.postcode, where.country)
    return Party(
        body.name, address, body.company, body.phone, body.email, reference=body.reference, language=body.language
    )


def _maybe(body: OrderPartyRequest | None) -> Party | None:
    return _party(body) if body else None
