"""Odoo's books, the partners' and Crossdock's stages against ours: read directly, to the piece and the cent."""

from collections import Counter
from typing import Any

from msgspec import Struct

from benchmarks.endpoint.flows.books import Books, PurchaseBook, SaleBook, debt
from benchmarks.endpoint.flows.driving import Seen
from benchmarks.endpoint.flows.scenario import DEBTOR, Scenario, customer_name
from benchmarks.endpoint.flows.town import Town
from benchmarks.endpoint.ledger.audit import BILL, Audit, Comparing, bill_of, cents, rows_by
from benchmarks.endpoint.ledger.plain import Plain, Row, linked, number
from benchmarks.endpoint.ledger.yard import PRODUCT, Terms

_SIDES = ("asset_receivable", "income", "liability_current")


class _Found(Struct):
    """All of a run that Odoo has."""

    skus: dict[int, str]
    orders: list[Row]
    lines: dict[int, list[Row]]
    pickings: dict[int, list[Row]]
    moves: dict[int, list[Row]]
    bills: dict[int, Row]
    entries: dict[int, list[Row]]
    purchases: list[Row]
    purchase_lines: dict[int, list[Row]]


def audit(plain: Plain, run: Scenario, wanted: Books, terms: Terms, evidence: tuple[Seen, Town]) -> Audit:
    """Compare everything of a run that came to its end. The inventory is opened first, as a person does."""
    plain.call("stock.quant", "action_view_inventory")
    seen, town = evidence
    found, comparing = _read(plain, run.tag), Comparing()
    named = Counter(str(row["client_order_ref"]) for row in found.orders)
    comparing.same(run.tag, "sales by reference", dict.fromkeys(sorted(wanted.sales), 1), dict(sorted(named.items())))
    for row in found.orders:
        if book := wanted.sales.get(str(row["client_order_ref"])):
            _sale(comparing, found, row, book)
            _partners(comparing, str(row["client_order_ref"]), book, evidence)
    bought = Counter(str(row["partner_ref"]) for row in found.purchases)
    comparing.same(run.tag, "purchases", dict.fromkeys(sorted(wanted.purchases), 1), dict(sorted(bought.items())))
    for row in found.purchases:
        if receipt := wanted.purchases.get(str(row["partner_ref"])):
            _purchase(comparing, found, row, receipt)
    _stock(comparing, plain, found, wanted)
    _receivable(comparing, plain, run, wanted, terms)
    comparing.same(run.tag, "released, labelled or invoiced before its time", [], seen.early)
    comparing.same(
        run.tag, "labels ever bought", sum(sum(each.parcels) for each in wanted.sales.values()), town.bought()
    )
    return Audit(comparing.values, _counted(found), tuple(comparing.differences))


def _read(plain: Plain, tag: str) -> _Found:
    products = plain.find(PRODUCT, [["default_code", "=like", f"XF-{tag}-%"]], ["default_code"])
    fields = ["client_order_ref", "state", "amount_untaxed", "amount_tax", "amount_total", "invoice_ids"]
    orders = plain.find("sale.order", [["client_order_ref", "=like", f"XF-{tag}-%"]], fields)
    ids = [row["id"] for row in orders]
    figures = ["order_id", "product_id", "product_uom_qty", "qty_delivered", "qty_invoiced", "price_unit"]
    lines = plain.find_in("sale.order.line", "order_id", ids, figures)
    purchases = plain.find("purchase.order", [["partner_ref", "=like", f"XF-{tag}-%"]], ["partner_ref", "picking_ids"])
    moved = ["sale_id", "state", "picking_type_code", "carrier_tracking_ref"]
    pickings = plain.find_in("stock.picking", "sale_id", ids, moved)
    of = [row["id"] for row in pickings] + [one for row in purchases for one in row["picking_ids"]]
    moves = plain.find_in("stock.move", "picking_id", of, ["picking_id", "product_id", "quantity", "state"])
    bills = plain.find_in("account.move", "id", [one for row in orders for one in row["invoice_ids"]], BILL)
    told = ["move_id", "account_type", "debit", "credit"]
    entries = plain.find_in("account.move.line", "move_id", [row["id"] for row in bills], told)
    bought = ["order_id", "product_id", "product_qty", "qty_received"]
    purchase_lines = plain.find_in("purchase.order.line", "order_id", [row["id"] for row in purchases], bought)
    return _Found(
        {row["id"]: str(row["default_code"]) for row in products},
        orders,
        rows_by(lines, "order_id"),
        rows_by(pickings, "sale_id"),
        rows_by(moves, "picking_id"),
        {row["id"]: row for row in bills},
        rows_by(entries, "move_id"),
        purchases,
        rows_by(purchase_lines, "order_id"),
    )


def _sale(comparing: Comparing, found: _Found, row: Row, book: SaleBook) -> None:
    name = str(row["client_order_ref"])
    comparing.same(name, "state", "sale", row["state"])
    amounts = tuple(cents(row[key]) for key in ("amount_untaxed", "amount_tax", "amount_total"))
    comparing.same(name, "order untaxed, tax, total", book.amounts, amounts)
    for line in found.lines.get(row["id"], []):
        sku = found.skus.get(linked(line["product_id"]), "?")
        comparing.same(name, f"{sku} ordered", book.ordered.get(sku), number(line["product_uom_qty"]))
        comparing.same(name, f"{sku} delivered", book.delivered.get(sku), number(line["qty_delivered"]))
        comparing.same(name, f"{sku} invoiced", book.invoiced.get(sku), number(line["qty_invoiced"]))
    pickings = found.pickings.get(row["id"], [])
    states = sorted((str(one["picking_type_code"]), str(one["state"])) for one in pickings)
    comparing.same(name, "transfers by direction and state", book.transfers, states)
    for direction, ours in (("outgoing", book.out), ("incoming", book.back)):
        of = [one["id"] for one in pickings if one["picking_type_code"] == direction]
        comparing.same(name, f"moved {direction}", _positive(ours), _moved(found, of))
    _bills(comparing, found, name, row, book)


def _bills(comparing: Comparing, found: _Found, name: str, row: Row, book: SaleBook) -> None:
    """Invoices and credit notes, and what each of them booked: receivable, income and tax, both sides alike."""
    bills = [found.bills[one] for one in row["invoice_ids"]]
    comparing.same(name, "states of bills", ["posted"] * len(book.bills), [str(one["state"]) for one in bills])
    comparing.same(name, "bills", sorted(book.bills), sorted(bill_of(one) for one in bills))
    for one in bills:
        bill, lines = bill_of(one), found.entries.get(one["id"], [])
        sign = 1 if bill.kind == "out_invoice" else -1
        sums = dict.fromkeys(_SIDES, 0)
        for line in lines:
            kind = str(line["account_type"])
            sums[kind] = sums.get(kind, 0) + cents(line["debit"]) - cents(line["credit"])
        ours = dict(zip(_SIDES, (sign * bill.total, -sign * bill.untaxed, -sign * bill.tax), strict=True))
        comparing.same(name, f"booked by account of {one['id']}", ours, sums)


def _partners(comparing: Comparing, name: str, book: SaleBook, evidence: tuple[Seen, Town]) -> None:
    """One live label for each parcel, one despatch for each delivery, one task opened and closed for each hold."""
    seen, town = evidence
    subjects = [f"do:odoo:{one}" for one in seen.deliveries.get(name, [])]
    comparing.same(name, "live labels", book.parcels, [len(town.labels(each)) for each in subjects])
    comparing.same(name, "despatches", [1] * len(book.parcels), [town.despatches(each) for each in subjects])
    comparing.same(name, "tasks while something was wrong, and after", (book.tasks, 0), seen.tasks.get(name, (0, 0)))


def _purchase(comparing: Comparing, found: _Found, row: Row, book: PurchaseBook) -> None:
    name = str(row["partner_ref"])
    lines = found.purchase_lines.get(row["id"], [])
    ordered = {found.skus[linked(one["product_id"])]: number(one["product_qty"]) for one in lines}
    received = {found.skus[linked(one["product_id"])]: number(one["qty_received"]) for one in lines}
    comparing.same(name, "ordered", book.ordered, ordered)
    comparing.same(name, "received", book.received, received)
    comparing.same(name, "moved in", _positive(book.received), _moved(found, row["picking_ids"]))
    done = sum(any(move["state"] == "done" for move in found.moves.get(one, [])) for one in row["picking_ids"])
    comparing.same(name, "receipts", (book.transfers, book.transfers), (len(row["picking_ids"]), done))


def _stock(comparing: Comparing, plain: Plain, found: _Found, wanted: Books) -> None:
    """On hand, nothing still reserved, no stock in two rows, and what was scrapped by moves of its own."""
    inside = ["location_id.usage", "=", "internal"]
    fields = ["product_id", "quantity", "reserved_quantity", "location_id", "package_id"]
    rows = plain.find_in("stock.quant", "product_id", list(found.skus), fields, inside)
    on_hand: Counter[str] = Counter()
    held: Counter[str] = Counter()
    for row in rows:
        on_hand[found.skus[linked(row["product_id"])]] += number(row["quantity"])  # type: ignore[assignment]
        held[found.skus[linked(row["product_id"])]] += number(row["reserved_quantity"])  # type: ignore[assignment]
    for sku, quantity in sorted(wanted.stock.items()):
        comparing.same(sku, "on hand", quantity, on_hand[sku])
        comparing.same(sku, "still reserved", 0, held[sku])
    places = Counter(tuple(linked(row[each]) for each in ("product_id", "location_id", "package_id")) for row in rows)
    comparing.same("stock", "rows of stock that stand twice", [], sorted(key for key, n in places.items() if n > 1))
    lost = ["location_dest_id.usage", "=", "inventory"]
    moved = plain.find_in("stock.move", "product_id", list(found.skus), ["product_id", "quantity", "state"], lost)
    scrapped: Counter[str] = Counter()
    for row in moved:
        scrapped[found.skus[linked(row["product_id"])]] += number(row["quantity"])  # type: ignore[assignment]
    ours: Counter[str] = Counter()
    for book in wanted.sales.values():
        ours.update(book.scrapped)
    comparing.same("stock", "scrapped", dict(sorted(ours.items())), dict(sorted(scrapped.items())))


def _receivable(comparing: Comparing, plain: Plain, run: Scenario, wanted: Books, terms: Terms) -> None:
    """What each customer owes by the general ledger; the debtor's old invoices are paid."""
    for customer, owed in wanted.receivable.items():
        name = customer_name(run.tag, customer)
        of = [
            ["partner_id.name", "=", name],
            ["account_type", "=", "asset_receivable"],
            ["parent_state", "=", "posted"],
        ]
        rows = plain.find("account.move.line", of, ["debit", "credit"])
        balance = sum(cents(row["debit"]) - cents(row["credit"]) for row in rows)
        comparing.same(name, "owes", owed, balance)
    old = [["partner_id.name", "=", customer_name(run.tag, DEBTOR)], ["invoice_origin", "=", False]]
    rows = plain.find("account.move", [*old, ["move_type", "=", "out_invoice"]], [*BILL, "payment_state"])
    held = sum(sale.kind == "credit" for sale in run.sales)
    ours = [debt(terms, run.goods[0].sku)] * held
    comparing.same(customer_name(run.tag, DEBTOR), "old debts", ours, [bill_of(row) for row in rows])
    paid = [str(row["payment_state"]) in {"paid", "in_payment"} for row in rows]
    comparing.same(customer_name(run.tag, DEBTOR), "old debts paid", [True] * held, paid)


def _moved(found: _Found, pickings: list[int]) -> dict[str, Any]:
    """Pieces that done moves of transfers moved, by SKU."""
    moved: dict[str, Any] = {}
    for picking in pickings:
        for move in found.moves.get(picking, []):
            if move["state"] == "done":
                sku = found.skus[linked(move["product_id"])]
                moved[sku] = moved.get(sku, 0) + number(move["quantity"])
    return _positive(moved)


def _positive(lines: dict[str, Any]) -> dict[str, Any]:
    return {sku: quantity for sku, quantity in sorted(lines.items()) if quantity}


def _counted(found: _Found) -> dict[str, int]:
    bills = Counter(str(row["move_type"]) for row in found.bills.values())
    return {
        "sales": len(found.orders),
        "purchases": len(found.purchases),
        "transfers": sum(map(len, found.pickings.values())) + sum(len(row["picking_ids"]) for row in found.purchases),
        "moves": sum(map(len, found.moves.values())),
        "invoices": bills["out_invoice"],
        "credit notes": bills["out_refund"],
        "products": len(found.skus),
    }
