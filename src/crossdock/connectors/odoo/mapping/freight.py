"""Vendor bills for freight and landed costs as the rows ``load`` takes; pure. Amounts stay exact to their text."""

from collections.abc import Sequence
from decimal import Decimal

from crossdock.connectors.odoo.mapping.anchors import external_id, name_of
from crossdock.connectors.odoo.mapping.writing import marker_text
from crossdock.model.billing import AllocateLandedCost, Charge, RecordFreightBill
from crossdock.model.money import Money, minor_exponent

Row = list[str]

BILL_COLUMNS = (
    "id",
    "move_type",
    "partner_id/.id",
    "ref",
    "invoice_date",
    "currency_id/.id",
    "invoice_origin",
    "invoice_line_ids/product_id/.id",
    "invoice_line_ids/name",
    "invoice_line_ids/quantity",
    "invoice_line_ids/price_unit",
)
COST_COLUMNS = (
    "id",
    "picking_ids/.id",
    "vendor_bill_id/.id",
    "cost_lines/product_id/.id",
    "cost_lines/name",
    "cost_lines/price_unit",
    "cost_lines/split_method",
)


class MixedCurrencies(ValueError):
    """Charges of one document in more than one currency. The text names them."""


def bill_name(vendor: int, body: RecordFreightBill) -> str:
    """The external id of a bill: one per vendor and the vendor's own number."""
    return name_of("bill", str(vendor), body.reference)


def cost_name(body: AllocateLandedCost) -> str:
    """The external id of a landed cost: one per command."""
    return name_of("landed-cost", body.marker)


def bill_rows(body: RecordFreightBill, vendor: int, currency: int, services: Sequence[int]) -> list[Row]:
    """One bill: its head on the first line, one line per charge."""
    head = [
        external_id(bill_name(vendor, body)),
        "in_invoice",
        str(vendor),
        body.reference,
        body.billed_on.at[:10],
        str(currency),
        marker_text(body.marker),
    ]
    return _under(head, [_charge(each, service) for each, service in zip(body.charges, services, strict=True)])


def cost_rows(body: AllocateLandedCost, services: Sequence[int]) -> list[Row]:
    """One landed cost over its transfers; a charge of several pieces is one amount."""
    head = [external_id(cost_name(body)), ",".join(body.transfers), body.bill]
    lines = [
        [str(service), each.text or each.code, _text(charged(each)), body.split]
        for each, service in zip(body.charges, services, strict=True)
    ]
    return _under(head, lines)


def currency_of(charges: Sequence[Charge]) -> str:
    """The one currency (ISO 4217) of all charges. Raises `MixedCurrencies`."""
    found = sorted({each.price.currency for each in charges})
    if len(found) != 1:
        raise MixedCurrencies(", ".join(found) or "no charge")
    return found[0]


def charged(charge: Charge) -> Decimal:
    """Quantity times price in major units, not rounded."""
    return major(charge.price) * charge.quantity


def billed(charges: Sequence[Charge]) -> Decimal:
    """The sum before tax in major units, each line rounded to the currency as Odoo rounds it (half up)."""
    return sum((rounded(charged(each), each.price.currency) for each in charges), Decimal(0))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """To whole minor units, half away from zero."""
    return amount.quantize(Decimal(1).scaleb(-minor_exponent(currency)), "ROUND_HALF_UP")


def major(money: Money) -> Decimal:
    """An amount in major units.

    >>> major(Money(758, "USD"))
    Decimal('7.58')
    """
    return Decimal(money.amount).scaleb(-minor_exponent(money.currency))


def _charge(charge: Charge, service: int) -> Row:
    text = f"{charge.text} ({charge.code})" if charge.code and charge.text else charge.text or charge.code
    return [str(service), text, _text(charge.quantity), _text(major(charge.price))]


def _under(head: Row, lines: Sequence[Row]) -> list[Row]:
    return [[*(head if number == 0 else [""] * len(head)), *line] for number, line in enumerate(lines)]


def _text(value: Decimal) -> str:
    return format(value, "f")
