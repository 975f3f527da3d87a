"""What happens seldom: returns that cannot be, backorders refused, services, several orders on one invoice, rights."""

from tests.odoo.recorder.scenarios.ground import (
    ORDER_FIELDS,
    billed,
    customer,
    invoiced,
    ordered,
    posted,
    product,
    quants,
    seen,
    sold,
    stocked,
    warehouse,
)


def returned_too_much(odoo):
    """Nothing, more than went out, a lot that comes back, and a transfer that is not done."""
    location, _ = warehouse(odoo)
    lamp = product(odoo)
    stocked(odoo, lamp, location, 20)
    order, picking = ordered(odoo, customer(odoo), (lamp, 5))
    context = {"active_id": picking, "active_ids": [picking], "active_model": "stock.picking"}
    odoo.either("stock.return.picking", "create", vals_list=[{}], context=context, note="It is not done yet.")
    odoo("stock.picking", "button_validate", [picking])
    [wizard] = odoo("stock.return.picking", "create", vals_list=[{}], context=context)
    odoo.refused("stock.return.picking", "action_create_returns", [wizard], note="Nothing is to come back.")
    [row] = odoo("stock.return.picking", "read", [wizard], fields=["product_return_moves"])
    odoo("stock.return.picking.line", "write", row["product_return_moves"], vals={"quantity": 9, "to_refund": False})
    made = odoo("stock.return.picking", "action_create_returns", [wizard], note="More than went out: it is taken.")
    seen(odoo, made["res_id"])
    odoo("stock.picking", "button_validate", [made["res_id"]])
    sold(odoo, order)
    quants(odoo, lamp)


def lots_come_back(odoo):
    """A lot that was delivered is returned as that lot."""
    location, _ = warehouse(odoo)
    part = product(odoo, "Part", tracking="lot")
    if odoo.major >= 19:
        [lot] = odoo("stock.lot", "create", vals_list=[{"name": f"{odoo.mark}-L1", "product_id": part}])
    else:
        [lot, _] = odoo("stock.lot", "name_create", name=f"{odoo.mark}-L1", context={"default_product_id": part})
    stocked(odoo, part, location, 10, lot_id=lot)
    _, picking = ordered(odoo, customer(odoo), (part, 4))
    odoo("stock.picking", "button_validate", [picking])
    context = {"active_id": picking, "active_ids": [picking], "active_model": "stock.picking"}
    [wizard] = odoo("stock.return.picking", "create", vals_list=[{}], context=context)
    [row] = odoo("stock.return.picking", "read", [wizard], fields=["product_return_moves"])
    odoo("stock.return.picking.line", "write", row["product_return_moves"], vals={"quantity": 3, "to_refund": True})
    made = odoo("stock.return.picking", "action_create_returns", [wizard])
    seen(odoo, made["res_id"])
    odoo("stock.picking", "button_validate", [made["res_id"]])
    quants(odoo, part)


def no_backorder(odoo):
    """The wizard answered with no: the rest is never shipped."""
    location, _ = warehouse(odoo)
    lamp = product(odoo)
    stocked(odoo, lamp, location, 20)
    order, picking = ordered(odoo, customer(odoo), (lamp, 5))
    _, [move], _ = seen(odoo, picking)
    odoo("stock.move", "write", [move["id"]], vals={"quantity": 2, "picked": True})
    wizard = odoo("stock.picking", "button_validate", [picking])
    context = {**wizard["context"], "button_validate_picking_ids": [picking]}
    values = {"pick_ids": [[6, 0, [picking]]]}
    asked = odoo("stock.backorder.confirmation", "create", vals_list=[values], context=context)
    odoo("stock.backorder.confirmation", "process_cancel_backorder", asked, context=context)
    seen(odoo, picking)
    odoo("stock.picking", "search_count", domain=[["backorder_id", "=", picking]])
    sold(odoo, order)
    invoice = invoiced(odoo, order)
    posted(odoo, invoice)
    sold(odoo, order)


def billed_together(odoo):
    """Two orders of one customer on one invoice, and a service that needs no transfer."""
    location, _ = warehouse(odoo)
    lamp = product(odoo)
    stocked(odoo, lamp, location, 20)
    partner = customer(odoo)
    orders = []
    for _ in range(2):
        order, picking = ordered(odoo, partner, (lamp, 2))
        odoo("stock.picking", "button_validate", [picking])
        orders.append(order)
    values = {"advance_payment_method": "delivered", "sale_order_ids": [[6, 0, orders]]}
    wizard = odoo("sale.advance.payment.inv", "create", vals_list=[values])
    odoo("sale.advance.payment.inv", "create_invoices", wizard)
    rows = odoo("sale.order", "read", orders, fields=ORDER_FIELDS)
    billed(odoo, rows[0]["invoice_ids"][0])
    work = product(odoo, "Work", type="service", is_storable=False, invoice_policy="order")
    line = [[0, 0, {"product_id": work, "product_uom_qty": 3}]]
    [order] = odoo("sale.order", "create", vals_list=[{"partner_id": partner, "order_line": line}])
    odoo("sale.order", "action_confirm", [order])
    sold(odoo, order)
    posted(odoo, invoiced(odoo, order))
    sold(odoo, order)


def rights(odoo):
    """What the integration user may, asked and tried."""
    for model in ("stock.picking", "sale.order", "ir.config_parameter", "base.automation", "res.users"):
        for operation in ("read", "write"):
            if model != "res.users" or operation == "read":
                odoo.either(model, "has_access", [], operation=operation)
    for model in ("ir.config_parameter", "ir.model.fields", "ir.actions.server", "base.automation", "ir.model.data"):
        odoo.refused(model, "search", domain=[], limit=1)
    odoo("ir.module.module", "search_read", domain=[["name", "=", "stock"]], fields=["name", "state"])
    arguments = {"module": "stock", "xml_id": "stock_location_customers"}
    odoo("ir.model.data", "check_object_reference", **arguments)
    odoo.refused("ir.model.data", "check_object_reference", module="stock", xml_id="there_is_no_such_name")
    odoo.refused("x_crossdock_nothing", "search", domain=[])
