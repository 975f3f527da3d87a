"""Figures of partners' own books: counted from what their simulators did, never from what Crossdock believes."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct

from crossdock.devkit.stories.evidence import Evidence

Row = dict[str, Any]


class Figure(Struct, frozen=True):
    """One figure: what it is, and how it is counted for an order ("" for all) and an item ("" for all)."""

    text: str
    count: Callable[[Any, Evidence, str, str], Decimal]


def _rows(odoo: Any, model: str) -> Iterable[Row]:
    rows: Iterable[Row] = odoo.database.rows[model].values()
    return rows


def _named(odoo: Any, model: str, name: str) -> list[int]:
    return [row["id"] for row in _rows(odoo, model) if row.get("name") == name]


def _moves(odoo: Any, kind: str, order: str) -> list[Row]:
    """Posted invoices or credit notes, of an order or of all."""
    found = [row for row in _rows(odoo, "account.move") if (row.get("move_type"), row["state"]) == (kind, "posted")]
    if not order:
        return found
    lines = {
        row["id"] for row in _rows(odoo, "sale.order.line") if row["order_id"] in _named(odoo, "sale.order", order)
    }
    of = {row["move_id"] for row in _rows(odoo, "account.move.line") if lines & set(row.get("sale_line_ids") or ())}
    return [row for row in found if row["id"] in of]


def _documents(kind: str) -> Callable[[Any, Evidence, str, str], Decimal]:
    return lambda odoo, _evidence, order, _sku: Decimal(len(_moves(odoo, kind, order)))


def _amounts(kind: str) -> Callable[[Any, Evidence, str, str], Decimal]:
    def count(odoo: Any, _evidence: Evidence, order: str, sku: str) -> Decimal:
        products = _products(odoo, sku)
        of = {row["id"] for row in _moves(odoo, kind, order)}
        lines = [row for row in _rows(odoo, "account.move.line") if row["move_id"] in of]
        wanted = [row for row in lines if not sku or row.get("product_id") in products]
        return sum((_exact(row["quantity"]) * _exact(row["price_unit"]) for row in wanted), Decimal(0))

    return count


def _products(odoo: Any, sku: str) -> set[int]:
    return {row["id"] for row in _rows(odoo, "product.product") if row.get("default_code") == sku}


def _exact(value: Any) -> Decimal:
    return Decimal(str(value or 0))


def _transfers(odoo: Any, code: str, order: str) -> list[Row]:
    kinds = {row["id"] for row in _rows(odoo, "stock.picking.type") if row.get("code") == code}
    found = [row for row in _rows(odoo, "stock.picking") if row.get("picking_type_id") in kinds]
    if not order:
        return found
    return [row for row in found if _order_of(odoo, row) == order]


def _order_of(odoo: Any, picking: Row) -> str:
    """The sales or purchase order of a transfer; a return is of the order of what it brings back."""
    sale = odoo.database.rows["sale.order"].get(picking.get("sale_id") or 0)
    if sale:
        return str(sale["name"])
    lines = odoo.database.rows["purchase.order.line"]
    for move in (row for row in _rows(odoo, "stock.move") if row.get("picking_id") == picking["id"]):
        sold = odoo.database.rows["sale.order.line"].get(move.get("sale_line_id") or 0)
        bought = lines.get(move.get("purchase_line_id") or 0)
        if sold:
            return str(odoo.database.rows["sale.order"][sold["order_id"]]["name"])
        if bought:
            return str(odoo.database.rows["purchase.order"][bought["order_id"]]["name"])
    return ""


def _done(code: str) -> Callable[[Any, Evidence, str, str], Decimal]:
    def count(odoo: Any, _evidence: Evidence, order: str, _sku: str) -> Decimal:
        return Decimal(sum(row["state"] == "done" for row in _transfers(odoo, code, order)))

    return count


def _moved(code: str) -> Callable[[Any, Evidence, str, str], Decimal]:
    """Pieces that stock moves of done transfers moved."""

    def count(odoo: Any, _evidence: Evidence, order: str, sku: str) -> Decimal:
        products = _products(odoo, sku)
        of = {row["id"] for row in _transfers(odoo, code, order)}
        moves = [row for row in _rows(odoo, "stock.move") if row.get("picking_id") in of and row["state"] == "done"]
        wanted = [row for row in moves if not sku or row["product_id"] in products]
        return sum((_exact(row.get("quantity")) for row in wanted), Decimal(0))

    return count


def _on_hand(odoo: Any, _evidence: Evidence, _order: str, sku: str) -> Decimal:
    """Pieces in locations of our own."""
    inside = {row["id"] for row in _rows(odoo, "stock.location") if row.get("usage") == "internal"}
    products = _products(odoo, sku)
    found = [row for row in _rows(odoo, "stock.quant") if row["location_id"] in inside]
    wanted = [row for row in found if not sku or row["product_id"] in products]
    return sum((_exact(row.get("quantity")) for row in wanted), Decimal(0))


def _reserved(odoo: Any, _evidence: Evidence, order: str, sku: str) -> Decimal:
    """Pieces that open deliveries hold."""
    products = _products(odoo, sku)
    of = {row["id"] for row in _transfers(odoo, "outgoing", order) if row["state"] not in {"done", "cancel"}}
    lines = [row for row in _rows(odoo, "stock.move.line") if row.get("picking_id") in of]
    wanted = [row for row in lines if not sku or row["product_id"] in products]
    return sum((_exact(row.get("quantity")) for row in wanted), Decimal(0))


def _attached(model: str, key: str) -> Callable[[Any, Evidence, str, str], Decimal]:
    """Records about the deliveries of an order."""

    def count(odoo: Any, _evidence: Evidence, order: str, _sku: str) -> Decimal:
        of = {row["id"] for code in ("outgoing", "incoming") for row in _transfers(odoo, code, order)}
        wanted = [row for row in _rows(odoo, model) if row.get(key) == "stock.picking" and row.get("res_id") in of]
        return Decimal(len([row for row in wanted if row.get("active") is not False]))

    return count


def _tracked(odoo: Any, _evidence: Evidence, order: str, _sku: str) -> Decimal:
    texts = [str(row.get("carrier_tracking_ref") or "") for row in _transfers(odoo, "outgoing", order)]
    return Decimal(sum(len([each for each in text.split(",") if each.strip()]) for text in texts))


def _of_order(evidence: Evidence, order: str, reference: str) -> bool:
    return not order or any(reference.startswith(f"{each}/") for each in evidence.subjects(order))


def _live(carrier: Any, evidence: Evidence, order: str, _sku: str) -> Decimal:
    live: Mapping[str, list[str]] = carrier.live_labels()
    return Decimal(sum(len(codes) for name, codes in live.items() if _of_order(evidence, order, name)))


def _entries(kind: str) -> Callable[[Any, Evidence, str, str], Decimal]:
    """Entries of a carrier's ledger about the labels of an order."""

    def count(carrier: Any, evidence: Evidence, order: str, _sku: str) -> Decimal:
        bought = {each.key: str(each.details.get("reference") or "") for each in carrier.ledger.of("label.bought")}
        wanted = [each for each in carrier.ledger.of(kind) if _of_order(evidence, order, bought.get(each.key, ""))]
        return Decimal(len(wanted))

    return count


def _told(kind: str) -> Callable[[Any, Evidence, str, str], Decimal]:
    """Entries of a warehouse's ledger about an order."""

    def count(warehouse: Any, evidence: Evidence, order: str, _sku: str) -> Decimal:
        subjects = evidence.subjects(order)
        found = [each.key for each in warehouse.ledger.of(kind)]
        wanted = [key for key in found if not order or any(_is_reference(key, subject) for subject in subjects)]
        return Decimal(len(wanted))

    return count


def _is_reference(key: str, subject: str) -> bool:
    return key == subject or key.startswith(f"{subject}/")


def _shipped(warehouse: Any, evidence: Evidence, order: str, _sku: str) -> Decimal:
    subjects = evidence.subjects(order)
    found = warehouse.ledger.of("order.shipped")
    wanted = [each for each in found if not order or any(_is_reference(each.key, subject) for subject in subjects)]
    return sum((_exact(each.details["quantity"]) for each in wanted), Decimal(0))


def _shelf(name: str) -> Callable[[Any, Evidence, str, str], Decimal]:
    def count(warehouse: Any, _evidence: Evidence, _order: str, sku: str) -> Decimal:
        lines = warehouse.state()["stock"]
        return sum((_exact(line.get(name)) for line in lines if not sku or line["sku"] == sku), Decimal(0))

    return count


def _letters(mail: Any, _evidence: Evidence, order: str, _sku: str) -> Decimal:
    return Decimal(sum(not order or order in f"{each.subject} {each.text}" for each in mail.letters))


_CARRIER: Mapping[str, Figure] = {
    "labels": Figure("labels that were bought and not voided", _live),
    "labels_bought": Figure("labels that were ever bought", _entries("label.bought")),
    "labels_voided": Figure("labels that were voided", _entries("label.voided")),
    "scans": Figure("scans of parcels", _entries("tracker.scanned")),
}
FIGURES: Mapping[str, Mapping[str, Figure]] = {
    "odoo": {
        "invoices": Figure("posted customer invoices", _documents("out_invoice")),
        "invoiced": Figure("what they come to, without taxes", _amounts("out_invoice")),
        "credit_notes": Figure("posted credit notes", _documents("out_refund")),
        "credited": Figure("what they come to, without taxes", _amounts("out_refund")),
        "deliveries": Figure("outgoing transfers that are done", _done("outgoing")),
        "receipts": Figure("incoming transfers that are done, returns among them", _done("incoming")),
        "delivered": Figure("pieces that outgoing transfers moved", _moved("outgoing")),
        "received": Figure("pieces that incoming transfers moved, returns among them", _moved("incoming")),
        "on_hand": Figure("pieces in own locations", _on_hand),
        "reserved": Figure("pieces that open deliveries hold", _reserved),
        "notes": Figure("notes on transfers", _attached("mail.message", "model")),
        "files": Figure("attachments of transfers", _attached("ir.attachment", "res_model")),
        "activities": Figure("open activities of transfers", _attached("mail.activity", "res_model")),
        "tracking_numbers": Figure("tracking numbers on deliveries", _tracked),
    },
    "easypost": _CARRIER,
    "shippo": _CARRIER,
    "mail": {
        "letters": Figure("letters delivered that speak of the order", _letters),
    },
    "warehouse": {
        "releases": Figure("orders it was given", _told("order.released")),
        "acknowledgements": Figure("orders it said it would do", _told("order.acknowledged")),
        "amendments": Figure("changes it took", _told("order.amended")),
        "cancellations": Figure("orders it dropped", _told("order.cancelled")),
        "despatches": Figure("trucks that left", _told("order.shipped")),
        "shipped": Figure("pieces that left", _shipped),
        "announcements": Figure("receipts it was told of", _told("inbound.announced")),
        "receipts": Figure("receipts that came", _told("inbound.received")),
        "on_hand": Figure("pieces on its shelves", _shelf("on_hand")),
        "available": Figure("pieces it can promise", _shelf("available")),
    },
}
"""Figures by the connector of the partner."""
