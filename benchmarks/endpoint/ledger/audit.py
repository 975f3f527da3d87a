"""Odoo's books against ours: read directly, compared to the unit and the cent. Every difference names both values."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from benchmarks.endpoint.ledger.books import Bill, OrderBook, order_book, stock_book
from benchmarks.endpoint.ledger.goods import Good, customer_reference
from benchmarks.endpoint.ledger.plain import Plain, Row, linked, number
from benchmarks.endpoint.ledger.scenario import Plan
from benchmarks.endpoint.ledger.yard import PRODUCT, Terms

BILL = ("move_type", "state", "amount_untaxed", "amount_tax", "amount_total")
"""What is read of an invoice."""


class Difference(Struct, frozen=True):
    """Where Odoo has something else than the books: ``subject`` is an order's reference or a product's SKU."""

    subject: str
    what: str
    books: str
    odoo: str


class Audit(Struct, frozen=True):
    """What was compared: how many values, of which documents, and every difference."""

    values: int
    documents: dict[str, int]
    differences: tuple[Difference, ...]


class Comparing:
    """Counts comparisons and keeps those that fail."""

    def __init__(self) -> None:
        """Nothing is compared yet."""
        self.values = 0
        self.differences: list[Difference] = []

    def same(self, subject: str, what: str, books: Any, odoo: Any) -> None:
        """Compare one value of ours with one of Odoo's."""
        self.values += 1
        if books != odoo:
            self.differences.append(Difference(subject, what, _shown(books), _shown(odoo)))


class _Found(Struct):
    """All of a run that Odoo has."""

    skus: dict[int, str]
    orders: list[Row]
    lines: dict[int, list[Row]]
    pickings: dict[int, list[Row]]
    moves: dict[int, list[Row]]
    move_lines: dict[int, list[Row]]
    bills: dict[int, Row]
    lots: dict[int, str]


def audit(plain: Plain, tag: str, goods: Sequence[Good], plans: Sequence[Plan], terms: Terms) -> Audit:
    """Compare everything of the orders ``plans``, which are finished, and the stock of ``goods``.

    The inventory is opened first, as a person does: Odoo books beside a row of stock that another transaction holds,
    and puts such rows together again when somebody looks.
    """
    plain.call("stock.quant", "action_view_inventory")
    found, comparing = _read(plain, tag), Comparing()
    books = {plan.reference: order_book(plan, terms) for plan in plans}
    named = Counter(str(row["client_order_ref"]) for row in found.orders)
    comparing.same(tag, "orders by reference", dict.fromkeys(sorted(books), 1), dict(sorted(named.items())))
    for row in found.orders:
        if book := books.get(str(row["client_order_ref"])):
            _order(comparing, found, row, book)
    _stock(comparing, plain, found, stock_book(goods, books.values()))
    _customers(comparing, plain, tag, plans)
    counted = {
        "orders": len(found.orders),
        "order lines": sum(map(len, found.lines.values())),
        "transfers": sum(map(len, found.pickings.values())),
        "moves": sum(map(len, found.moves.values())),
        "invoices": sum(row["move_type"] == "out_invoice" for row in found.bills.values()),
        "credit notes": sum(row["move_type"] == "out_refund" for row in found.bills.values()),
        "products": len(found.skus),
    }
    return Audit(comparing.values, counted, tuple(comparing.differences))


def _read(plain: Plain, tag: str) -> _Found:
    products = plain.find(PRODUCT, [["default_code", "=like", f"XL-{tag}-%"]], ["default_code"])
    wanted = ["client_order_ref", "state", "amount_untaxed", "amount_tax", "amount_total", "invoice_ids", "picking_ids"]
    orders = plain.find("sale.order", [["client_order_ref", "=like", f"XL-{tag}-%"]], [*wanted, "partner_id"])
    ids = [row["id"] for row in orders]
    figures = ["order_id", "product_id", "product_uom_qty", "qty_delivered", "qty_invoiced", "price_unit"]
    lines = plain.find_in("sale.order.line", "order_id", ids, figures)
    pickings = plain.find_in("stock.picking", "sale_id", ids, ["sale_id", "state", "picking_type_code"])
    of = [row["id"] for row in pickings]
    moves = plain.find_in("stock.move", "picking_id", of, ["picking_id", "product_id", "quantity", "state"])
    fields = ["picking_id", "product_id", "lot_id", "quantity", "state"]
    move_lines = plain.find_in("stock.move.line", "picking_id", of, fields)
    bills = plain.find_in("account.move", "id", [one for row in orders for one in row["invoice_ids"]], BILL)
    lots = plain.find_in("stock.lot", "product_id", [row["id"] for row in products], ["name"])
    return _Found(
        {row["id"]: str(row["default_code"]) for row in products},
        orders,
        rows_by(lines, "order_id"),
        rows_by(pickings, "sale_id"),
        rows_by(moves, "picking_id"),
        rows_by(move_lines, "picking_id"),
        {row["id"]: row for row in bills},
        {row["id"]: str(row["name"]) for row in lots},
    )


def _order(comparing: Comparing, found: _Found, row: Row, book: OrderBook) -> None:
    name = str(row["client_order_ref"])
    comparing.same(name, "state", book.state, row["state"])
    amounts = tuple(cents(row[key]) for key in ("amount_untaxed", "amount_tax", "amount_total"))
    comparing.same(name, "order untaxed, tax, total", (book.untaxed, book.tax, book.total), amounts)
    _lines(comparing, found, name, found.lines.get(row["id"], []), book)
    pickings = found.pickings.get(row["id"], [])
    states = Counter((str(one["picking_type_code"]), str(one["state"])) for one in pickings)
    comparing.same(name, "transfers by direction and state", dict(book.transfers), dict(states))
    _moves(comparing, found, name, pickings, book)
    bills = [found.bills[one] for one in row["invoice_ids"]]
    comparing.same(name, "states of bills", ["posted"] * len(book.bills), [str(one["state"]) for one in bills])
    comparing.same(name, "bills", sorted(book.bills), sorted(bill_of(one) for one in bills))


def _lines(comparing: Comparing, found: _Found, name: str, rows: Sequence[Row], book: OrderBook) -> None:
    skus = [found.skus.get(linked(one["product_id"]), "?") for one in rows]
    comparing.same(name, "lines", sorted(book.lines), sorted(skus))
    for sku, one in zip(skus, rows, strict=True):
        line = book.lines.get(sku)
        if line is None:
            continue
        comparing.same(name, f"{sku} ordered", line.ordered, number(one["product_uom_qty"]))
        comparing.same(name, f"{sku} delivered", line.delivered, number(one["qty_delivered"]))
        comparing.same(name, f"{sku} invoiced", line.invoiced, number(one["qty_invoiced"]))
        comparing.same(name, f"{sku} price", line.price, number(one["price_unit"]))


def _moves(comparing: Comparing, found: _Found, name: str, pickings: Sequence[Row], book: OrderBook) -> None:
    """Sums of what is done, by direction: of each product by its moves, of each lot by their lines."""
    moved: dict[str, list[Decimal]] = {}
    lots: dict[str, list[Decimal]] = {}
    for picking in pickings:
        way = 0 if picking["picking_type_code"] == "outgoing" else 1
        for move in found.moves.get(picking["id"], []):
            if move["state"] == "done":
                sums = moved.setdefault(found.skus[linked(move["product_id"])], [Decimal(0), Decimal(0)])
                sums[way] += number(move["quantity"])
        for line in found.move_lines.get(picking["id"], []):
            if line["state"] == "done" and line["lot_id"]:
                sums = lots.setdefault(str(line["lot_id"][1]), [Decimal(0), Decimal(0)])
                sums[way] += number(line["quantity"])
    for what, ours, theirs in (("product", book.moved, moved), ("lot", book.lots, lots)):
        there = {key: (sums[0], sums[1]) for key, sums in sorted(theirs.items()) if any(sums)}
        comparing.same(name, f"done out and back by {what}", dict(sorted(ours.items())), there)


def _stock(comparing: Comparing, plain: Plain, found: _Found, books: Mapping[tuple[str, str], Decimal]) -> None:
    """On hand by product and lot, nothing of it still reserved, no stock in two rows."""
    inside = ["location_id.usage", "=", "internal"]
    fields = ["product_id", "lot_id", "quantity", "reserved_quantity", "location_id", "package_id"]
    rows = plain.find_in("stock.quant", "product_id", list(found.skus), fields, inside)
    sums: dict[tuple[str, str], Decimal] = dict.fromkeys(books, Decimal(0))
    reserved: dict[str, Decimal] = dict.fromkeys(found.skus.values(), Decimal(0))
    for row in rows:
        sku = found.skus[linked(row["product_id"])]
        key = (sku, found.lots.get(linked(row["lot_id"]), ""))
        sums[key] = sums.get(key, Decimal(0)) + number(row["quantity"])
        reserved[sku] += number(row["reserved_quantity"])
    for key in sorted(books.keys() | sums.keys()):
        what = f"on hand of lot {key[1]}" if key[1] else "on hand"
        comparing.same(key[0], what, books.get(key, Decimal(0)), sums.get(key, Decimal(0)))
    for sku, held in sorted(reserved.items()):
        comparing.same(sku, "still reserved", Decimal(0), held)
    places = Counter((linked(r["product_id"]), linked(r["lot_id"]), linked(r["location_id"])) for r in rows)
    comparing.same("stock", "rows of stock that stand twice", [], sorted(key for key, n in places.items() if n > 1))


def _customers(comparing: Comparing, plain: Plain, tag: str, plans: Sequence[Plan]) -> None:
    """Each customer once, each product once."""
    rows = plain.find("res.partner", [["ref", "=like", f"XL-{tag}-C%"]], ["ref"])
    wanted = dict.fromkeys(sorted({customer_reference(tag, plan.customer) for plan in plans}), 1)
    comparing.same(tag, "customers", wanted, dict(sorted(Counter(str(row["ref"]) for row in rows).items())))
    skus = Counter(
        row["default_code"] for row in plain.find(PRODUCT, [["default_code", "=like", f"XL-{tag}-%"]], ["default_code"])
    )
    comparing.same(tag, "products that stand twice", [], sorted(sku for sku, n in skus.items() if n > 1))


def bill_of(row: Row) -> Bill:
    """A row of account.move with `BILL`'s fields."""
    return Bill(str(row["move_type"]), *(cents(row[key]) for key in ("amount_untaxed", "amount_tax", "amount_total")))


def cents(value: Any) -> int:
    """An amount as Odoo says it, in cents."""
    return round(Decimal(str(value)) * 100)


def rows_by(rows: Sequence[Row], field: str) -> dict[int, list[Row]]:
    """Rows by the id a many2one of theirs has."""
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(linked(row[field]), []).append(row)
    return found


def _shown(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_shown(key)}: {_shown(one)}" for key, one in value.items()) + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return str(value)
