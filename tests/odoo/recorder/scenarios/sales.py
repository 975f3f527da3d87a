"""From order to credit note: what a sale goes through."""

from tests.odoo.recorder.scenarios.ground import (
    billed,
    customer,
    invoiced,
    on_hand,
    ordered,
    posted,
    product,
    quants,
    seen,
    sold,
    stocked,
    warehouse,
)


def sale_in_parts(odoo):
    """Order, part of it, backorder, the rest, invoice, return, credit note."""
    location, _ = warehouse(odoo)
    lamp = product(odoo)
    stocked(odoo, lamp, location, 100)
    order, picking = ordered(odoo, customer(odoo), (lamp, 10))
    seen(odoo, picking)
    on_hand(odoo, lamp)
    first = _half(odoo, picking)
    quants(odoo, lamp)
    sold(odoo, order)
    odoo("stock.picking", "button_validate", [first])
    seen(odoo, first)
    sold(odoo, order)
    invoice = invoiced(odoo, order)
    billed(odoo, invoice)
    posted(odoo, invoice)
    sold(odoo, order)
    back = returned(odoo, picking, 3)
    seen(odoo, back)
    odoo("stock.picking", "button_validate", [back])
    sold(odoo, order)
    quants(odoo, lamp)
    note = invoiced(odoo, order)
    posted(odoo, note)
    sold(odoo, order)


def _half(odoo, picking):
    """Ship 4 through the wizard; the backorder's id."""
    _, [move], _ = seen(odoo, picking)
    odoo("stock.move", "write", [move["id"]], vals={"quantity": 4, "picked": True}, note="Four of ten are there.")
    wizard = odoo(
        "stock.picking", "button_validate", [picking], note="Odoo asks what becomes of the rest; nothing is done."
    )
    seen(odoo, picking)
    context = {**wizard["context"], "button_validate_picking_ids": [picking]}
    values = {"pick_ids": [[6, 0, [picking]]]}
    asked = odoo("stock.backorder.confirmation", "create", vals_list=[values], context=context)
    odoo("stock.backorder.confirmation", "process", asked, context=context, note="Make a backorder.")
    seen(odoo, picking)
    domain = [["backorder_id", "=", picking]]
    [backorder] = odoo("stock.picking", "search", domain=domain)
    seen(odoo, backorder)
    return backorder


def returned(odoo, picking, quantity):
    """A return of ``quantity`` of the transfer's first line, not yet received."""
    context = {"active_id": picking, "active_ids": [picking], "active_model": "stock.picking"}
    [wizard] = odoo("stock.return.picking", "create", vals_list=[{}], context=context)
    [row] = odoo("stock.return.picking", "read", [wizard], fields=["picking_id", "product_return_moves"])
    fields = ["product_id", "quantity", "to_refund", "move_id"]
    odoo("stock.return.picking.line", "read", row["product_return_moves"], fields=fields, note="Lines start at 0.")
    values = {"quantity": quantity, "to_refund": True}
    odoo("stock.return.picking.line", "write", row["product_return_moves"], vals=values)
    made = odoo("stock.return.picking", "action_create_returns", [wizard])
    return made["res_id"]


def sale_without_questions(odoo):
    """Validate with the context that spares the wizards: with backorder, and without."""
    location, _ = warehouse(odoo)
    lamp = product(odoo)
    stocked(odoo, lamp, location, 100)
    order, picking = ordered(odoo, customer(odoo), (lamp, 10))
    _, [move], _ = seen(odoo, picking)
    odoo("stock.move", "write", [move["id"]], vals={"quantity": 4, "picked": True})
    odoo("stock.picking", "button_validate", [picking], context={"skip_backorder": True, "skip_sms": True})
    seen(odoo, picking)
    [backorder] = odoo("stock.picking", "search", domain=[["backorder_id", "=", picking]])
    _, [rest], _ = seen(odoo, backorder)
    odoo("stock.move", "write", [rest["id"]], vals={"quantity": 5, "picked": True})
    context = {"skip_backorder": True, "picking_ids_not_to_backorder": [backorder]}
    odoo("stock.picking", "button_validate", [backorder], context=context, note="The last one is never shipped.")
    seen(odoo, backorder)
    sold(odoo, order)
    quants(odoo, lamp)


def sale_of_two_lines(odoo):
    """Two products: a line without a mark is not processed once another has one."""
    location, _ = warehouse(odoo)
    lamp, desk = product(odoo), product(odoo, "Desk")
    stocked(odoo, lamp, location, 5)
    stocked(odoo, desk, location, 5)
    order, picking = ordered(odoo, customer(odoo), (lamp, 2), (desk, 3))
    _, moves, _ = seen(odoo, picking)
    odoo("stock.move", "write", [moves[0]["id"]], vals={"picked": True})
    odoo("stock.picking", "button_validate", [picking], context={"skip_backorder": True})
    seen(odoo, picking)
    [backorder] = odoo("stock.picking", "search", domain=[["backorder_id", "=", picking]])
    seen(odoo, backorder)
    odoo("stock.picking", "button_validate", [backorder])
    sold(odoo, order)


def reversal(odoo):
    """An invoice taken back whole by the reversal wizard."""
    location, _ = warehouse(odoo)
    lamp = product(odoo)
    stocked(odoo, lamp, location, 10)
    order, picking = ordered(odoo, customer(odoo), (lamp, 2))
    odoo("stock.picking", "button_validate", [picking])
    invoice = invoiced(odoo, order)
    posted(odoo, invoice)
    context = {"active_model": "account.move", "active_ids": [invoice]}
    [row] = odoo("account.move", "read", [invoice], fields=["journal_id"])
    values = {"reason": "Damaged", "journal_id": row["journal_id"][0]}
    wizard = odoo("account.move.reversal", "create", vals_list=[values], context=context)
    made = odoo("account.move.reversal", "refund_moves", wizard)
    posted(odoo, made["res_id"])
    billed(odoo, invoice)
    sold(odoo, order)


def nothing_to_invoice(odoo):
    """Invoicing an order of which nothing was delivered, and one that is invoiced already."""
    location, _ = warehouse(odoo)
    lamp = product(odoo)
    stocked(odoo, lamp, location, 10)
    order, picking = ordered(odoo, customer(odoo), (lamp, 2))
    values = {"advance_payment_method": "delivered", "sale_order_ids": [[6, 0, [order]]]}
    wizard = odoo("sale.advance.payment.inv", "create", vals_list=[values])
    odoo.refused("sale.advance.payment.inv", "create_invoices", wizard, note="Nothing was delivered yet.")
    odoo("stock.picking", "button_validate", [picking])
    invoiced(odoo, order)
    wizard = odoo("sale.advance.payment.inv", "create", vals_list=[values])
    odoo.refused("sale.advance.payment.inv", "create_invoices", wizard, note="Everything is invoiced already.")


def amended(odoo):
    """Ordered quantities raised, lowered, lowered below what was delivered, and a line added."""
    location, _ = warehouse(odoo)
    lamp, desk = product(odoo), product(odoo, "Desk")
    stocked(odoo, lamp, location, 50)
    stocked(odoo, desk, location, 50)
    order, picking = ordered(odoo, customer(odoo), (lamp, 10))
    [row] = odoo("sale.order", "read", [order], fields=["order_line"])
    line = row["order_line"]
    odoo("sale.order.line", "write", line, vals={"product_uom_qty": 14}, note="More.")
    seen(odoo, picking)
    odoo("sale.order.line", "write", line, vals={"product_uom_qty": 6}, note="Less.")
    seen(odoo, picking)
    added = [[0, 0, {"product_id": desk, "product_uom_qty": 1}]]
    odoo("sale.order", "write", [order], vals={"order_line": added}, note="A line more.")
    seen(odoo, picking)
    sold(odoo, order)
    odoo("stock.picking", "button_validate", [picking])
    odoo.either("sale.order.line", "write", line, vals={"product_uom_qty": 4}, note="Less than was delivered.")
    sold(odoo, order)
    odoo("sale.order.line", "write", line, vals={"product_uom_qty": 8}, note="More after all was delivered.")
    row, _ = sold(odoo, order)
    for each in row["picking_ids"]:
        seen(odoo, each)


def cancelled(odoo):
    """A transfer cancelled, an order cancelled, and what can no longer be cancelled."""
    location, _ = warehouse(odoo)
    lamp = product(odoo)
    stocked(odoo, lamp, location, 20)
    partner = customer(odoo)
    order, picking = ordered(odoo, partner, (lamp, 2))
    odoo("stock.picking", "action_cancel", [picking])
    seen(odoo, picking)
    sold(odoo, order)
    quants(odoo, lamp)
    order, picking = ordered(odoo, partner, (lamp, 2))
    odoo("sale.order", "action_cancel", [order], note="Up to 18 a wizard that has done nothing.")
    sold(odoo, order)
    odoo("sale.order", "action_cancel", [order], context={"disable_cancel_warning": True})
    sold(odoo, order)
    seen(odoo, picking)
    order, picking = ordered(odoo, partner, (lamp, 2))
    odoo("stock.picking", "button_validate", [picking])
    odoo.refused("stock.picking", "action_cancel", [picking], note="Done goods need a return.")
    odoo.either("sale.order", "action_cancel", [order], context={"disable_cancel_warning": True})
    sold(odoo, order)
    odoo.either("stock.picking", "button_validate", [picking], note="Twice: 18 declines, 19 says yes.")
    odoo.refused("stock.picking", "unlink", [picking])


def reservation(odoo):
    """Too little stock, none, released and reserved again."""
    location, _ = warehouse(odoo)
    lamp = product(odoo)
    stocked(odoo, lamp, location, 6)
    partner = customer(odoo)
    _, first = ordered(odoo, partner, (lamp, 4))
    _, second = ordered(odoo, partner, (lamp, 4))
    seen(odoo, second)
    _, third = ordered(odoo, partner, (lamp, 4))
    seen(odoo, third)
    odoo.refused("stock.picking", "button_validate", [third], note="Nothing is reserved.")
    odoo.either("stock.picking", "action_assign", [third], note="Nothing there to reserve.")
    odoo("stock.picking", "do_unreserve", [first])
    seen(odoo, first)
    quants(odoo, lamp)
    odoo("stock.picking", "action_assign", [second], note="Now there is enough.")
    seen(odoo, second)
    odoo("stock.picking", "action_assign", [first])
    seen(odoo, first)
    quants(odoo, lamp)
    on_hand(odoo, lamp)


def more_than_there_is(odoo):
    """More shipped than ordered, and shipped without stock: both are taken."""
    location, _ = warehouse(odoo)
    lamp = product(odoo)
    stocked(odoo, lamp, location, 11)
    order, picking = ordered(odoo, customer(odoo), (lamp, 10))
    _, [move], _ = seen(odoo, picking)
    odoo("stock.move", "write", [move["id"]], vals={"quantity": 12, "picked": True})
    seen(odoo, picking)
    odoo("stock.picking", "button_validate", [picking])
    seen(odoo, picking)
    sold(odoo, order)
    quants(odoo, lamp)
