"""Sales orders as the values Odoo is given; pure."""

from collections.abc import Container, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from msgspec import Struct

from crossdock.connectors.odoo.mapping.anchors import external_id, name_of
from crossdock.connectors.odoo.mapping.units import exact
from crossdock.model.instants import Stamp, epoch_us, from_epoch_us
from crossdock.model.money import Money, minor_exponent
from crossdock.model.sales import PlaceSalesOrder, SalesLine

UNIT_FIELDS = ("product_uom_id", "product_uom")
"""The unit of an order line since 19, and before."""

LONGEST_TEXT = 200
"""What of a text is written into a field that people read in lists."""


class SeveralCurrencies(ValueError):
    """Prices of one order in several currencies. The text names them."""


class InexactPrice(ValueError):
    """A price that has no whole number of minor units in the unit Odoo keeps. The text says which."""


class OrderLine(Struct, frozen=True):
    """A line with what it means in Odoo: ``quantity`` in the unit with the id ``unit``, and ``line.price`` per that
    unit, too (`price_per`).
    """

    line: SalesLine
    product: int
    quantity: Decimal
    unit: int
    text: str


class Parties(Struct, frozen=True):
    """The ids of the partners of an order."""

    customer: int
    ship_to: int
    bill_to: int


def order_name(body: PlaceSalesOrder) -> str:
    """The name part of an order's external id: one per channel and reference."""
    return name_of("sale", body.channel, body.reference)


def currency_of(body: PlaceSalesOrder) -> str:
    """The one currency an order speaks of, or "". Raises `SeveralCurrencies`."""
    named = {line.price.currency for line in body.lines if line.price} | ({body.currency} if body.currency else set())
    if len(named) > 1:
        raise SeveralCurrencies(", ".join(sorted(named)))
    return next(iter(named), "")


def priced_alike(lines: Sequence[OrderLine]) -> bool:
    """Whether all lines have a price or none has: ``load`` knows columns only, and reads an empty one as zero."""
    return len({each.line.price is None for each in lines}) == 1


def price_per(price: Money, told: Decimal, kept: Decimal) -> Money:
    """The price of one of Odoo's units, where ``told`` of the partner's are ``kept`` of Odoo's. Raises `InexactPrice`.

    >>> price_per(Money(250, "USD"), Decimal(24), Decimal(2))
    Money(amount=3000, currency='USD')
    """
    if not kept:
        return price
    amount = Fraction(price.amount) * Fraction(told) / Fraction(kept)
    if amount.denominator != 1:
        raise InexactPrice(f"{price} for each of {plain(told)} is no exact price for each of {plain(kept)}")
    return Money(int(amount), price.currency)


def order_rows(
    body: PlaceSalesOrder, parties: Parties, lines: Sequence[OrderLine], known: Container[str], company: int
) -> tuple[list[str], list[list[str]]]:
    """Columns and rows of ``load``: the order with its first line, a continuation row for each further one.

    ``known`` are the fields of a line in this version. Lines have external ids of their own, else loading again would
    add them again.
    """
    name = order_name(body)
    head = _head(body, parties, company)
    columns = ["id", *head]
    rows = [[external_id(name), *head.values()]]
    rows += [[""] * len(columns) for _ in lines[1:]]
    with_price = priced_alike(lines) and lines[0].line.price is not None
    with_text = any(each.line.text for each in lines)
    for index, each in enumerate(lines):
        values = _line(each, f"{external_id(name)}_line{index + 1}", known)
        if with_price and each.line.price is not None:
            price = _price(each.line.price)
            values |= {f"order_line/{key}": value for key, value in price.items() if key in known}
        if with_text:
            values["order_line/name"] = each.line.text or each.text
        rows[index] += values.values()
    return [*columns, *values], rows


def prices_missing(
    lines: Sequence[OrderLine], rows: Sequence[Mapping[str, Any]], known: Container[str]
) -> list[list[Any]]:
    """Commands that give lines the prices ``load`` could not; ``rows`` are the order's lines as they are now, ``known``
    the fields of a line.
    """
    commands: list[list[Any]] = []
    for each, row in zip(lines, rows, strict=False):
        price = each.line.price
        if price is not None and Decimal(str(row["price_unit"])) != Decimal(price_text(price)):
            values = {key: float(value) for key, value in _price(price).items() if key in known}
            commands.append([1, row["id"], values])
    return commands


def price_text(price: Money) -> str:
    """An amount in major units, as Odoo keeps prices.

    >>> price_text(Money(758, "USD")), price_text(Money(120, "JPY"))
    ('7.58', '120')
    """
    exponent = minor_exponent(price.currency)
    return f"{Decimal(price.amount).scaleb(-exponent):.{exponent}f}"


def naive_utc(instant: Stamp) -> str:
    """Odoo's date-time: UTC without saying so. A day alone is its midnight; a local time is read as UTC."""
    return from_epoch_us(epoch_us(instant)).at.removesuffix("Z").replace("T", " ")


def promised_text(promise: Stamp) -> str:
    """A promise as Odoo keeps it. A day alone is its noon in UTC: the day that people see in nearly every zone."""
    if promise.precision == "day":
        return f"{promise.at[:10]} 12:00:00"
    return naive_utc(promise)


def shorten(value: str) -> str:
    """A text of people cut to what a list shows."""
    flat = " ".join(value.split())
    return flat if len(flat) <= LONGEST_TEXT else f"{flat[: LONGEST_TEXT - 1]}…"


def plain(quantity: Decimal) -> str:
    """A quantity for people and for ``load``: no exponent, no trailing zeros."""
    return f"{exact(quantity):f}"


def _head(body: PlaceSalesOrder, parties: Parties, company: int) -> dict[str, str]:
    values = {
        "partner_id/.id": str(parties.customer),
        "partner_invoice_id/.id": str(parties.bill_to),
        "partner_shipping_id/.id": str(parties.ship_to),
        "client_order_ref": body.reference,
        "origin": body.channel,
        "company_id/.id": str(company or ""),
        "commitment_date": naive_utc(body.promised_for) if body.promised_for else "",
        "note": body.note,
    }
    return {key: value for key, value in values.items() if value}


def _line(each: OrderLine, name: str, known: Container[str]) -> dict[str, str]:
    unit_field = next(field for field in UNIT_FIELDS if field in known)
    return {
        "order_line/id": name,
        "order_line/product_id/.id": str(each.product),
        "order_line/product_uom_qty": plain(each.quantity),
        f"order_line/{unit_field}/.id": str(each.unit),
    }


def _price(price: Money) -> dict[str, str]:
    """A price that stands: no price list lowers it by a discount, and Odoo sees by ``technical_price_unit``, the price
    it would have computed itself, that it was given, and keeps it when the quantity changes.
    """
    other = "-1" if price.amount == 0 else "0"
    return {"price_unit": price_text(price), "discount": "0", "technical_price_unit": other}
