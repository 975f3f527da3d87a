"""What every flow stands on: a product with stock, a customer, the warehouse."""

INVENTORY = {"inventory_mode": True}
PICKING_FIELDS = [
    "state",
    "picking_type_code",
    "sale_id",
    "backorder_id",
    "return_id",
    "move_ids",
    "move_line_ids",
    "location_id",
    "location_dest_id",
    "partner_id",
]
MOVE_FIELDS = [
    "state",
    "product_id",
    "product_uom",
    "product_uom_qty",
    "product_qty",
    "quantity",
    "picked",
    "sale_line_id",
    "location_id",
    "location_dest_id",
    "origin_returned_move_id",
    "to_refund",
]
LINE_FIELDS = [
    "move_id",
    "product_id",
    "quantity",
    "quantity_product_uom",
    "picked",
    "state",
    "lot_id",
    "lot_name",
    "package_id",
    "result_package_id",
    "location_id",
    "location_dest_id",
]
QUANT_FIELDS = ["product_id", "location_id", "lot_id", "package_id", "quantity", "reserved_quantity"]
ORDER_FIELDS = ["state", "locked", "delivery_status", "invoice_status", "picking_ids", "invoice_ids", "order_line"]
ORDER_LINE_FIELDS = [
    "product_id",
    "product_uom_qty",
    "qty_delivered",
    "qty_invoiced",
    "qty_to_invoice",
    "invoice_status",
    "price_unit",
    "price_subtotal",
]
INVOICE_FIELDS = [
    "move_type",
    "state",
    "payment_state",
    "partner_id",
    "invoice_date",
    "amount_untaxed",
    "reversed_entry_id",
    "invoice_line_ids",
]
QUALITIES = {"tracking": "none", "list_price": 10.0, "standard_price": 4.0, "weight": 1.5}


def warehouse(odoo):
    """(stock location, warehouse row): the first warehouse there is."""
    fields = ["code", "lot_stock_id", "in_type_id", "out_type_id", "int_type_id"]
    [row] = odoo("stock.warehouse", "search_read", domain=[], fields=fields, order="id", limit=1)
    return row["lot_stock_id"][0], row


def product(odoo, name="Lamp", **values):
    """A product that is stored, invoiced as delivered and free of tax."""
    taxes = {"taxes_id": [[6, 0, []]], "supplier_taxes_id": [[6, 0, []]]}
    kept = {"name": f"{odoo.mark} {name}", "default_code": f"{odoo.mark}-{name}", "type": "consu", "is_storable": True}
    row = {**kept, **QUALITIES, "invoice_policy": "delivery", **taxes, **values}
    [made] = odoo("product.product", "create", vals_list=[row])
    return made


def customer(odoo, name="Customer", **values):
    row = {"name": f"{odoo.mark} {name}", "email": "someone@example.com", **values}
    [made] = odoo("res.partner", "create", vals_list=[row])
    return made


def stocked(odoo, product_id, location, quantity, **place):
    """Count ``quantity`` of a product into stock, as a person does."""
    row = {"product_id": product_id, "location_id": location, "inventory_quantity": quantity, **place}
    made = odoo("stock.quant", "create", vals_list=[row], context=INVENTORY)
    odoo("stock.quant", "action_apply_inventory", made, context={**INVENTORY, "inventory_name": "Opening"})
    return made[0]


def ordered(odoo, partner, *lines):
    """A confirmed sale order of (product, quantity) lines: (order, its first transfer)."""
    rows = [[0, 0, {"product_id": each, "product_uom_qty": quantity}] for each, quantity in lines]
    values = {"partner_id": partner, "client_order_ref": f"PO-{odoo.mark}", "order_line": rows}
    [order] = odoo("sale.order", "create", vals_list=[values], note="An order of a channel.")
    odoo("sale.order", "action_confirm", [order], note="Confirm: the transfer is made and reserved.")
    [row] = odoo("sale.order", "read", [order], fields=ORDER_FIELDS)
    return order, row["picking_ids"][0]


def seen(odoo, picking):
    """(transfer, moves, lines) as they are now."""
    [row] = odoo("stock.picking", "read", [picking], fields=PICKING_FIELDS)
    moves = odoo("stock.move", "read", row["move_ids"], fields=MOVE_FIELDS)
    lines = odoo("stock.move.line", "read", row["move_line_ids"], fields=LINE_FIELDS) if row["move_line_ids"] else []
    return row, moves, lines


def sold(odoo, order):
    """(order, lines) as they are now."""
    [row] = odoo("sale.order", "read", [order], fields=ORDER_FIELDS)
    return row, odoo("sale.order.line", "read", row["order_line"], fields=ORDER_LINE_FIELDS)


def quants(odoo, product_id):
    domain = [["product_id", "=", product_id]]
    return odoo("stock.quant", "search_read", domain=domain, fields=QUANT_FIELDS, order="id")


def on_hand(odoo, product_id):
    fields = ["qty_available", "free_qty", "virtual_available"]
    return odoo("product.product", "read", [product_id], fields=fields)


def invoiced(odoo, order):
    """Invoice what is to be invoiced; the newest invoice of the order."""
    values = {"advance_payment_method": "delivered", "sale_order_ids": [[6, 0, [order]]]}
    wizard = odoo("sale.advance.payment.inv", "create", vals_list=[values])
    odoo("sale.advance.payment.inv", "create_invoices", wizard)
    row, _ = sold(odoo, order)
    return max(row["invoice_ids"])


def posted(odoo, invoice):
    odoo("account.move", "action_post", [invoice], note="Post it: the answer is false when there is nothing to open.")
    return billed(odoo, invoice)


def billed(odoo, invoice):
    [row] = odoo("account.move", "read", [invoice], fields=INVOICE_FIELDS)
    fields = ["product_id", "quantity", "price_unit", "price_subtotal", "display_type"]
    odoo("account.move.line", "read", row["invoice_line_ids"], fields=fields)
    return row
