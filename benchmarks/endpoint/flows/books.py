"""The independent books of a run: what must be in Odoo in the end, computed from the scenario alone. Pure.

Amounts are in cents, quantities in pieces. Taxes are computed as `benchmarks.endpoint.ledger.books` does.
"""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct, field

from benchmarks.endpoint.flows.scenario import DEBT, DEBTOR, STOCK, Good, Purchase, Quantities, Sale, Scenario
from benchmarks.endpoint.ledger.books import Bill, amounts
from benchmarks.endpoint.ledger.yard import Terms


class SaleBook(Struct):
    """All there must be of one sales order. By SKU: ``ordered``, ``delivered`` (less what came back) and ``invoiced``;
    ``out``, ``back`` and ``scrapped`` are pieces moved. ``transfers`` are (direction, state), sorted; ``tasks`` were
    open in Odoo while something was wrong.
    """

    ordered: dict[str, int]
    amounts: tuple[int, int, int]
    delivered: dict[str, int] = field(default_factory=dict)
    invoiced: dict[str, int] = field(default_factory=dict)
    out: dict[str, int] = field(default_factory=dict)
    back: dict[str, int] = field(default_factory=dict)
    scrapped: dict[str, int] = field(default_factory=dict)
    bills: list[Bill] = field(default_factory=list)
    transfers: list[tuple[str, str]] = field(default_factory=list)
    parcels: list[int] = field(default_factory=list)
    tasks: int = 0


class PurchaseBook(Struct):
    """All there must be of one purchase order, by SKU; ``transfers`` are done receipts."""

    ordered: dict[str, int]
    received: dict[str, int]
    transfers: int


class Books(Struct, frozen=True):
    """Of a whole run. ``receivable`` is what each customer (by number) owes in the end, ``stock`` what is on hand."""

    sales: dict[str, SaleBook]
    purchases: dict[str, PurchaseBook]
    stock: dict[str, int]
    receivable: dict[int, int]


def books(run: Scenario, terms: Terms) -> Books:
    """The books of a run that was carried out to its end. The debtor's old debt was paid on the way."""
    goods = {good.sku: good for good in run.goods}
    sales = {sale.reference: sale_book(sale, goods, terms) for sale in run.sales}
    purchases = {each.reference: purchase_book(each) for each in run.purchases}
    owed = dict.fromkeys(range(DEBTOR + 1), 0)
    for sale in run.sales:
        owed[sale.customer] += sum(_signed(bill) for bill in sales[sale.reference].bills)
    return Books(sales, purchases, _stock(run.goods, sales, purchases), owed)


def debt(terms: Terms, sku: str) -> Bill:
    """The debtor's old invoice, for one piece of something priced ``DEBT``."""
    return Bill("out_invoice", *amounts({sku: Decimal(1)}, {sku: Good(sku, DEBT)}, terms))


def sale_book(sale: Sale, goods: dict[str, Good], terms: Terms) -> SaleBook:
    """Of one sales order."""
    book = SaleBook(dict(sale.lines), _amounts(sale.lines, goods, terms))
    book.delivered = dict.fromkeys(sale.lines, 0)
    book.invoiced = dict.fromkeys(sale.lines, 0)
    short = sum(sale.deliveries[0].get(sku, 0) < quantity for sku, quantity in sale.lines.items())
    book.tasks = short + (sale.kind == "credit")
    for delivery in sale.deliveries:
        book.transfers.append(("outgoing", "done"))
        book.parcels.append(sale.parcels)
        _add(book.out, delivery)
        _add(book.delivered, delivery)
        if sale.kind != "unclaimed":
            _bill(book, goods, terms)
    if sale.back is not None:
        book.transfers.append(("incoming", "done"))
        _add(book.back, sale.back.lines)
        _add(book.scrapped, sale.back.damaged)
        _add(book.delivered, sale.back.lines, -1)
        if sale.kind != "unclaimed":
            _bill(book, goods, terms)
    book.transfers.sort()
    return book


def purchase_book(purchase: Purchase) -> PurchaseBook:
    """Of one purchase order."""
    received = dict.fromkeys(purchase.lines, 0)
    for arrival in purchase.arrivals:
        _add(received, arrival)
    return PurchaseBook(dict(purchase.lines), received, len(purchase.arrivals))


def _bill(book: SaleBook, goods: dict[str, Good], terms: Terms) -> None:
    """An invoice for what was delivered and not invoiced, or a credit note for what was invoiced and came back."""
    due = {sku: book.delivered[sku] - book.invoiced[sku] for sku in book.ordered}
    due = {sku: quantity for sku, quantity in due.items() if quantity}
    kind = "out_refund" if all(quantity < 0 for quantity in due.values()) else "out_invoice"
    positive = {sku: abs(quantity) for sku, quantity in due.items()}
    book.bills.append(Bill(kind, *_amounts(positive, goods, terms)))
    book.invoiced = dict(book.delivered)


def _stock(goods: Sequence[Good], sales: dict[str, SaleBook], purchases: dict[str, PurchaseBook]) -> dict[str, int]:
    stock = {good.sku: STOCK for good in goods}
    for sale in sales.values():
        _add(stock, sale.out, -1)
        _add(stock, sale.back)
        _add(stock, sale.scrapped, -1)
    for purchase in purchases.values():
        _add(stock, purchase.received)
    return stock


def _amounts(lines: Quantities, goods: dict[str, Good], terms: Terms) -> tuple[int, int, int]:
    return amounts({sku: Decimal(quantity) for sku, quantity in lines.items()}, goods, terms)


def _signed(bill: Bill) -> int:
    return bill.total if bill.kind == "out_invoice" else -bill.total


def _add(sums: dict[str, int], lines: Quantities, sign: int = 1) -> None:
    for sku, quantity in lines.items():
        sums[sku] = sums.get(sku, 0) + sign * quantity
