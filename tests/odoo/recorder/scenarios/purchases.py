"""What is bought: receipts with lots, bills, freight and landed cost."""

from tests.odoo.recorder.scenarios.ground import (
    billed,
    customer,
    ordered,
    posted,
    product,
    quants,
    seen,
    stocked,
    warehouse,
)

PURCHASE_FIELDS = ["state", "picking_ids", "invoice_ids", "invoice_status", "receipt_status", "order_line"]
PURCHASE_LINE_FIELDS = ["product_id", "product_qty", "qty_received", "qty_invoiced", "price_unit"]


def bought(odoo, vendor, *lines):
    """A confirmed purchase order of (product, quantity, price) lines: (order, receipt)."""
    rows = [[0, 0, {"product_id": each, "product_qty": n, "price_unit": price}] for each, n, price in lines]
    values = {"partner_id": vendor, "partner_ref": f"VR-{odoo.mark}", "order_line": rows}
    [order] = odoo("purchase.order", "create", vals_list=[values])
    odoo("purchase.order", "button_confirm", [order])
    row, _ = purchased(odoo, order)
    return order, row["picking_ids"][0]


def purchased(odoo, order):
    [row] = odoo("purchase.order", "read", [order], fields=PURCHASE_FIELDS)
    return row, odoo("purchase.order.line", "read", row["order_line"], fields=PURCHASE_LINE_FIELDS)


def receipt_with_lots(odoo):
    """A receipt in two lots, then the bill."""
    part = product(odoo, "Part", tracking="lot")
    order, picking = bought(odoo, customer(odoo, "Vendor"), (part, 10, 7.5))
    _, [move], lines = seen(odoo, picking)
    odoo.refused("stock.picking", "button_validate", [picking], note="A tracked product needs its lot.")
    place = {"location_id": move["location_id"][0], "location_dest_id": move["location_dest_id"][0]}
    second = {"product_id": part, "picking_id": picking, "quantity": 4, "lot_name": f"{odoo.mark}-L2", **place}
    commands = [[1, lines[0]["id"], {"quantity": 6, "lot_name": f"{odoo.mark}-L1"}], [0, 0, second]]
    odoo("stock.move", "write", [move["id"]], vals={"move_line_ids": commands, "picked": True})
    seen(odoo, picking)
    odoo("stock.picking", "button_validate", [picking])
    _, _, lines = seen(odoo, picking)
    odoo("stock.lot", "read", [line["lot_id"][0] for line in lines], fields=["product_id", "ref", "product_qty"])
    quants(odoo, part)
    purchased(odoo, order)
    odoo("purchase.order", "action_create_invoice", [order])
    row, _ = purchased(odoo, order)
    bill = max(row["invoice_ids"])
    odoo.refused("account.move", "action_post", [bill], note="A bill needs its date.")
    odoo("account.move", "write", [bill], vals={"invoice_date": "2026-11-20", "ref": f"F-{odoo.mark}"})
    posted(odoo, bill)
    purchased(odoo, order)


def receipt_in_parts(odoo):
    """A short receipt, the rest later; nothing is left to receive then."""
    part, nut = product(odoo, "Part"), product(odoo, "Nut")
    order, picking = bought(odoo, customer(odoo, "Vendor"), (part, 10, 7.5), (nut, 20, 1.0))
    _, moves, _ = seen(odoo, picking)
    odoo("stock.move", "write", [moves[0]["id"]], vals={"quantity": 7, "picked": True})
    odoo("stock.picking", "button_validate", [picking], context={"skip_backorder": True})
    purchased(odoo, order)
    [rest] = odoo("stock.picking", "search", domain=[["backorder_id", "=", picking]])
    seen(odoo, rest)
    odoo("stock.picking", "button_validate", [rest])
    purchased(odoo, order)
    quants(odoo, part)
    quants(odoo, nut)


def serials(odoo):
    """Serial numbers: one piece each; a second piece of the same number is refused."""
    meter = product(odoo, "Meter", tracking="serial")
    _, picking = bought(odoo, customer(odoo, "Vendor"), (meter, 2, 50.0))
    _, [move], lines = seen(odoo, picking)
    place = {"location_id": move["location_id"][0], "location_dest_id": move["location_dest_id"][0]}
    rows = [
        [0, 0, {"product_id": meter, "picking_id": picking, "quantity": 1, "lot_name": f"{odoo.mark}-S{n}", **place}]
        for n in (1, 2)
    ]
    commands = [[2, line["id"], 0] for line in lines] + rows
    odoo("stock.move", "write", [move["id"]], vals={"move_line_ids": commands, "picked": True})
    odoo("stock.picking", "button_validate", [picking])
    _, _, lines = seen(odoo, picking)
    quants(odoo, meter)
    _, out = ordered(odoo, customer(odoo), (meter, 1))
    seen(odoo, out)
    odoo("stock.picking", "button_validate", [out])
    quants(odoo, meter)


def freight(odoo):
    """A carrier's bill, entered and posted, then spread over a receipt as landed cost."""
    kind = {"name": f"{odoo.mark} averaged", "property_cost_method": "average"}
    made = odoo.either("product.category", "create", vals_list=[kind], note="Needs Inventory / Administrator.")
    part = product(odoo, "Part", **({"categ_id": made[0]} if made else {}))
    service = product(odoo, "Freight", type="service", is_storable=False)
    vendor = customer(odoo, "Carrier")
    _, picking = bought(odoo, customer(odoo, "Vendor"), (part, 10, 7.5))
    odoo("stock.picking", "button_validate", [picking])
    line = {"product_id": service, "quantity": 1, "price_unit": 25.0, "name": "Freight", "tax_ids": [[6, 0, []]]}
    values = {"move_type": "in_invoice", "partner_id": vendor, "ref": f"F-{odoo.mark}", "invoice_date": "2026-11-20"}
    [bill] = odoo("account.move", "create", vals_list=[{**values, "invoice_line_ids": [[0, 0, line]]}])
    billed(odoo, bill)
    odoo.either("account.move", "create", vals_list=[{**values, "invoice_line_ids": [[0, 0, line]]}], note="Once more.")
    posted(odoo, bill)
    cost = {"product_id": service, "price_unit": 25.0, "split_method": "by_quantity", "name": "Freight"}
    values = {"picking_ids": [[6, 0, [picking]]], "vendor_bill_id": bill, "cost_lines": [[0, 0, cost]]}
    made = odoo.either("stock.landed.cost", "create", vals_list=[values], note="Needs Inventory / Administrator.")
    if made is None:
        return
    odoo.either("stock.landed.cost", "compute_landed_cost", made)
    odoo.either("stock.landed.cost", "button_validate", made)
    fields = ["state", "amount_total", "picking_ids", "vendor_bill_id", "valuation_adjustment_lines"]
    [row] = odoo("stock.landed.cost", "read", made, fields=fields)
    fields = ["product_id", "quantity", "additional_landed_cost"]
    odoo("stock.valuation.adjustment.lines", "read", row["valuation_adjustment_lines"], fields=fields)


def from_a_shipped_order(odoo):
    """The freight of an outgoing transfer cannot become landed cost of goods that are gone."""
    location, _ = warehouse(odoo)
    lamp = product(odoo)
    stocked(odoo, lamp, location, 5)
    service = product(odoo, "Freight", type="service", is_storable=False)
    _, picking = ordered(odoo, customer(odoo), (lamp, 2))
    odoo("stock.picking", "button_validate", [picking])
    cost = {"product_id": service, "price_unit": 25.0, "split_method": "equal", "name": "Freight"}
    values = {"picking_ids": [[6, 0, [picking]]], "cost_lines": [[0, 0, cost]]}
    made = odoo.either("stock.landed.cost", "create", vals_list=[values])
    if made:
        odoo.either("stock.landed.cost", "button_validate", made)
