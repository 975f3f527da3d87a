"""The independent ledger: what must be in Odoo in the end, computed from the scenario alone. Pure.

Amounts are in cents. A line's base is quantity times price; where Odoo rounds per line, base and tax of each line are
rounded (half away from zero) and added, else all are added and the sums rounded.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from msgspec import Struct, field

from benchmarks.endpoint.ledger.goods import STOCK, Good
from benchmarks.endpoint.ledger.scenario import Plan
from benchmarks.endpoint.ledger.yard import Terms

_ZERO = Decimal(0)


class Bill(Struct, frozen=True, order=True):
    """An invoice or credit note, posted: amounts in cents."""

    kind: str
    untaxed: int
    tax: int
    total: int


class LineBook(Struct):
    """A line of an order, in the unit its product is kept in; ``price`` of one of those, in major units."""

    ordered: Decimal
    price: Decimal
    delivered: Decimal = _ZERO
    invoiced: Decimal = _ZERO


class OrderBook(Struct):
    """All there must be of one order. ``transfers`` counts (direction, state); ``lots`` are (out, back) by lot."""

    state: str
    untaxed: int = 0
    tax: int = 0
    total: int = 0
    lines: dict[str, LineBook] = field(default_factory=dict)
    moved: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    lots: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    transfers: Counter[tuple[str, str]] = field(default_factory=Counter)
    bills: list[Bill] = field(default_factory=list)


Quantities = Mapping[str, Decimal]


class Priced(Protocol):
    """Something that has a price per unit it is kept in, in major units."""

    @property
    def price(self) -> Decimal:
        """Exact."""
        ...


def order_book(plan: Plan, terms: Terms) -> OrderBook:
    """What must be in Odoo of an order that was carried out to its end."""
    goods = {line.good.sku: line.good for line in plan.lines}
    book = OrderBook("cancel" if plan.called_off else "sale")
    for line in plan.lines:
        book.lines[line.good.sku] = LineBook(line.wanted * line.good.factor, line.good.price)
    book.untaxed, book.tax, book.total = amounts({sku: one.ordered for sku, one in book.lines.items()}, goods, terms)
    if plan.called_off:
        book.transfers["outgoing", "cancel"] += 1
        return book
    for number in range(len(plan.shipments)):
        _ship(book, plan, number)
        if plan.billing == "each" and number < len(plan.shipments) - 1:
            _bill(book, goods, terms)
    if plan.ending == "backorder_cancelled":
        book.transfers["outgoing", "cancel"] += 1
    if plan.taken_back and plan.taken_back.early:
        _take_back(book, plan)
    _bill(book, goods, terms)
    if plan.taken_back and not plan.taken_back.early:
        _take_back(book, plan)
    if plan.credit:
        _bill(book, goods, terms)
    return book


def stock_book(goods: Sequence[Good], orders: Iterable[OrderBook]) -> dict[tuple[str, str], Decimal]:
    """What must be on hand by (SKU, lot), in the unit each product is kept in; lot "" where there are none."""
    stock = {(good.sku, lot): STOCK for good in goods for lot in good.lots or ("",)}
    lotted = {good.sku for good in goods if good.lots}
    owner = {lot: good.sku for good in goods for lot in good.lots}
    for book in orders:
        for sku, (out, back) in book.moved.items():
            if sku not in lotted:
                stock[sku, ""] += back - out
        for lot, (out, back) in book.lots.items():
            stock[owner[lot], lot] += back - out
    return stock


def _ship(book: OrderBook, plan: Plan, number: int) -> None:
    book.transfers["outgoing", "done"] += 1
    for line, portion in zip(plan.lines, plan.shipments[number], strict=True):
        kept = portion.quantity * line.good.factor
        _move(book.moved, line.good.sku, kept, _ZERO)
        book.lines[line.good.sku].delivered += kept
        for lot, share in portion.lots:
            _move(book.lots, lot, share * line.good.factor, _ZERO)


def _take_back(book: OrderBook, plan: Plan) -> None:
    if plan.taken_back is None:
        return
    book.transfers["incoming", "done"] += 1
    for line, portion in zip(plan.lines, plan.taken_back.portions, strict=True):
        kept = portion.quantity * line.good.factor
        _move(book.moved, line.good.sku, _ZERO, kept)
        if plan.taken_back.refund:
            book.lines[line.good.sku].delivered -= kept
        for lot, share in portion.lots:
            _move(book.lots, lot, _ZERO, share * line.good.factor)


def _bill(book: OrderBook, goods: Mapping[str, Good], terms: Terms) -> None:
    """Bring what is invoiced to what is delivered: an invoice for more, a credit note for less."""
    due = {sku: line.delivered - line.invoiced for sku, line in book.lines.items() if line.delivered != line.invoiced}
    kind = "out_refund" if all(quantity < 0 for quantity in due.values()) else "out_invoice"
    book.bills.append(Bill(kind, *amounts({sku: abs(quantity) for sku, quantity in due.items()}, goods, terms)))
    for sku in due:
        book.lines[sku].invoiced = book.lines[sku].delivered


def _move(moves: dict[str, tuple[Decimal, Decimal]], name: str, out: Decimal, back: Decimal) -> None:
    if out or back:
        before = moves.get(name, (_ZERO, _ZERO))
        moves[name] = (before[0] + out, before[1] + back)


def amounts(quantities: Quantities, goods: Mapping[str, Priced], terms: Terms) -> tuple[int, int, int]:
    """Untaxed, tax and total in cents."""
    bases = [(quantity * goods[sku].price, terms.rates[sku] / 100) for sku, quantity in quantities.items()]
    if terms.per_line:
        untaxed = sum(_cents(base) for base, _ in bases)
        tax = sum(_cents(Decimal(_cents(base)) / 100 * rate) for base, rate in bases)
    else:
        untaxed = _cents(sum((base for base, _ in bases), _ZERO))
        tax = sum(
            _cents(sum((base * rate for base, rate in bases if rate == one), _ZERO)) for one in {r for _, r in bases}
        )
    return untaxed, tax, untaxed + tax


def _cents(amount: Decimal) -> int:
    return int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP))
