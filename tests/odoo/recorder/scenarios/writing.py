"""Records written in bulk: import with external ids, many values at once, notes, files, tasks, master data."""

import base64
import time

from tests.odoo.recorder.scenarios.ground import customer, ordered, product, seen, stocked, warehouse

PDF = base64.b64encode(b"%PDF-1.4 crossdock recording").decode()


def shipped(odoo, *, quantity=1):
    """A transfer ready to go."""
    location, _ = warehouse(odoo)
    lamp = product(odoo)
    stocked(odoo, lamp, location, 50)
    return ordered(odoo, customer(odoo), (lamp, quantity))


def loaded(odoo):
    """load() makes the first time and updates the second; one bad row leaves nothing behind."""
    fields = ["id", "name", "ref", "zip", "country_id"]
    key = f"__crossdock__.{odoo.mark}"
    first = [[f"{key}_a", f"{odoo.mark} A", "A", "11111", ""], [f"{key}_b", f"{odoo.mark} B", "B", "22222", ""]]
    made = odoo("res.partner", "load", fields=fields, data=first)
    again = [[f"{key}_a", f"{odoo.mark} A2", "A", "33333", ""], [f"{key}_c", f"{odoo.mark} C", "C", "44444", ""]]
    odoo("res.partner", "load", fields=fields, data=again, note="One of them is there already.")
    odoo("res.partner", "read", made["ids"], fields=["name", "ref", "zip"])
    bad = [[f"{key}_d", f"{odoo.mark} D", "D", "1", ""], [f"{key}_e", f"{odoo.mark} E", "E", "1", "Atlantis"]]
    odoo("res.partner", "load", fields=fields, data=bad, note="HTTP 200, no ids, and a message per bad row.")
    odoo("res.partner", "search_count", domain=[["ref", "=", "D"], ["name", "like", odoo.mark]])
    odoo("res.partner", "get_external_id", made["ids"])


def order_loaded(odoo):
    """A sale order with its lines by load(): the external id makes it unique."""
    lamp, desk = product(odoo), product(odoo, "Desk")
    partner = customer(odoo)
    fields = ["id", "partner_id/.id", "client_order_ref", "order_line/product_id/.id", "order_line/product_uom_qty"]
    key = f"__crossdock__.{odoo.mark}_so"
    rows = [[key, partner, "PO-1", lamp, "2"], ["", "", "", desk, "3"]]
    kept = {"mode": "update", "noupdate": True}
    made = odoo.either("sale.order", "load", fields=fields, data=rows, context=kept)
    if made and made["ids"]:
        other = [[key, partner, "PO-2", lamp, "7"], ["", "", "", desk, "7"]]
        odoo("sale.order", "load", fields=fields, data=other, context=kept, note="There already: left as it is.")
        [row] = odoo("sale.order", "read", made["ids"], fields=["state", "client_order_ref", "order_line"])
        odoo("sale.order.line", "read", row["order_line"], fields=["product_id", "product_uom_qty"])


def saved_at_once(odoo):
    """Different values on many records in one call, since 19."""
    _, picking = shipped(odoo)
    _, other = shipped(odoo)
    rows = [{"carrier_tracking_ref": "T-A"}, {"carrier_tracking_ref": "T-B"}]
    shape = {"carrier_tracking_ref": {}}
    odoo.either("stock.picking", "web_save_multi", [picking, other], vals_list=rows, specification=shape)
    odoo("stock.picking", "read", [picking, other], fields=["carrier_tracking_ref", "state"])
    shape = {"state": {}, "move_ids": {"fields": {"product_uom_qty": {}, "product_id": {"fields": {"tracking": {}}}}}}
    odoo("stock.picking", "web_read", [picking], specification=shape)
    odoo("stock.picking", "write", [picking, other], vals={"carrier_tracking_ref": "SAME"}, note="One value on many.")
    odoo("stock.picking", "web_save", [picking], vals={"carrier_tracking_ref": "T-C"}, specification={"state": {}})


def noted(odoo):
    """Notes one by one and in bulk, files, and what becomes of HTML."""
    _, picking = shipped(odoo)
    _, other = shipped(odoo)
    odoo("stock.picking", "message_post", [picking], body="Delivered <front door>", subtype_xmlid="mail.mt_note")
    [type_] = odoo("mail.message.subtype", "search", domain=[["name", "=", "Note"]], order="id", limit=1)
    rows = [
        {
            "model": "stock.picking",
            "res_id": each,
            "body": "<p>Milestone <b>delivered</b> [crossdock:1]</p>",
            "message_type": "notification",
            "subtype_id": type_,
        }
        for each in (picking, other)
    ]
    made = odoo("mail.message", "create", vals_list=rows, note="Two notes in one call.")
    odoo("mail.message", "read", made, fields=["model", "res_id", "body", "message_type", "subtype_id"])
    file = {"name": "label.pdf", "res_model": "stock.picking", "res_id": picking, "datas": PDF}
    both = [{**file, "mimetype": "application/pdf"}, {**file, "name": "pod.pdf", "mimetype": "application/pdf"}]
    files = odoo("ir.attachment", "create", vals_list=both)
    odoo("ir.attachment", "read", files, fields=["name", "res_model", "res_id", "mimetype", "file_size", "checksum"])
    arguments = {"body": "<p>Proof</p>", "body_is_html": True, "attachment_ids": files}
    odoo("stock.picking", "message_post", [picking], **arguments)
    domain = [["model", "=", "stock.picking"], ["res_id", "=", picking], ["body", "ilike", "[crossdock:1]"]]
    odoo("mail.message", "search_count", domain=domain)


def tasks(odoo):
    """An activity for a person, found by its marker, done."""
    _, picking = shipped(odoo)
    found = odoo("mail.activity.type", "search_read", domain=[["category", "=", "default"]], fields=["id"], limit=1)
    model = odoo.either("ir.model", "search", domain=[["model", "=", "stock.picking"]], note="Models may be hidden.")
    values = {"res_id": picking, "activity_type_id": found[0]["id"], "summary": "Check [crossdock:7]"}
    if model:
        made = odoo("mail.activity", "create", vals_list=[{**values, "res_model_id": model[0]}])
    else:
        odoo.refused("mail.activity", "create", vals_list=[{**values, "res_model": "stock.picking"}])
        arguments = {"act_type_xmlid": "mail.mail_activity_data_todo", "summary": "Check [crossdock:7]"}
        made = odoo("stock.picking", "activity_schedule", [picking], **arguments)
    fields = ["res_model", "res_id", "summary", "state", "user_id"]
    odoo("mail.activity", "read", made, fields=fields)
    domain = [["res_model", "=", "stock.picking"], ["res_id", "=", picking], ["summary", "ilike", "[crossdock:7]"]]
    odoo("mail.activity", "search", domain=domain)
    odoo("mail.activity", "action_feedback", made, feedback="Done")
    odoo("mail.activity", "search", domain=domain)
    arguments = {"act_type_xmlid": "mail.mail_activity_data_todo", "summary": "Second [crossdock:8]"}
    odoo("stock.picking", "activity_schedule", [picking], **arguments)
    odoo("mail.activity", "search_count", domain=[["res_model", "=", "stock.picking"], ["res_id", "=", picking]])


def units(odoo):
    """A dozen sold of what is kept in pieces; packagings as each version has them."""
    location, _ = warehouse(odoo)
    lamp = product(odoo, barcode=f"{odoo.mark}1")
    stocked(odoo, lamp, location, 100)
    names, everything = [["name", "in", ["Units", "Dozens"]]], {"active_test": False}
    rows = odoo("uom.uom", "search_read", domain=names, fields=["factor"], order="id", context=everything)
    named = odoo("uom.uom", "get_external_id", [row["id"] for row in rows])
    dozen = next(row["id"] for row in rows if named[row["id"]] == "uom.product_uom_dozen")
    field = odoo.since19("product_uom_id", "product_uom")
    line = {"product_id": lamp, "product_uom_qty": 2, field: dozen}
    [order] = odoo("sale.order", "create", vals_list=[{"partner_id": customer(odoo), "order_line": [[0, 0, line]]}])
    odoo("sale.order", "action_confirm", [order])
    [row] = odoo("sale.order", "read", [order], fields=["picking_ids", "order_line"])
    seen(odoo, row["picking_ids"][0])
    odoo("stock.picking", "button_validate", row["picking_ids"])
    odoo("sale.order.line", "read", row["order_line"], fields=["qty_delivered", "product_uom_qty", field])
    if odoo.major < 19:
        pack = {"name": "Box", "product_id": lamp, "qty": 6, "barcode": f"{odoo.mark}6"}
        made = odoo.either("product.packaging", "create", vals_list=[pack])
        if made:
            odoo("product.packaging", "read", made, fields=["product_id", "qty"])
    else:
        each = next(row["id"] for row in rows if named[row["id"]] == "uom.product_uom_unit")
        pack = {"name": f"Box {odoo.mark}", "relative_factor": 6, "relative_uom_id": each}
        made = odoo.either("uom.uom", "create", vals_list=[pack])
        if made:
            odoo("product.product", "write", [lamp], vals={"uom_ids": [[4, made[0]]]})
            odoo("product.product", "read", [lamp], fields=["uom_ids"])
            odoo("uom.uom", "read", made, fields=["factor", "relative_factor", "relative_uom_id"])


def refusals(odoo):
    """What Odoo declines in everyday life, and how it says so."""
    order, picking = shipped(odoo)
    odoo.refused("stock.picking", "button_validate", [99999999])
    odoo.refused("sale.order", "action_confirm", [order], note="Confirmed already.")
    odoo.refused("sale.order", "create", vals_list=[{"client_order_ref": "X"}], note="No customer.")
    odoo.refused("sale.order", "write", [order], vals={"order_line": [[0, 0, {"product_uom_qty": 1}]]})
    odoo.refused(
        "sale.order.line", "unlink", odoo("sale.order", "read", [order], fields=["order_line"])[0]["order_line"]
    )
    odoo.refused("sale.order", "_create_invoices", [order])
    odoo.refused("res.users", "create", vals_list=[{"name": "X", "login": f"{odoo.mark}"}])
    odoo.refused("product.product", "create", vals_list=[{}])
    twice = {"name": f"{odoo.mark} twin", "barcode": f"{odoo.mark}twin"}
    odoo("product.product", "create", vals_list=[twice])
    odoo.refused("product.product", "create", vals_list=[twice], note="A barcode belongs to one product.")
    odoo.refused("stock.picking", "write", [picking], vals={"state": "nonsense"})
    odoo.refused("stock.move", "write", [picking], vals={"quantity": "many"})
    odoo.refused("account.move", "unlink", [99999999])


def bumps(odoo):
    """Which write_date moves with what: the versions of each record, a second apart."""
    location, _ = warehouse(odoo)
    lamp = product(odoo)
    stocked(odoo, lamp, location, 50)
    order, picking = ordered(odoo, customer(odoo), (lamp, 4))
    [row] = odoo("stock.picking", "read", [picking], fields=["move_ids", "move_line_ids"])
    [line] = odoo("sale.order", "read", [order], fields=["order_line"])[0]["order_line"]
    move = row["move_ids"][0]
    steps = [
        ("stock.picking", "message_post", [picking], {"body": "x"}),
        ("stock.picking", "write", [picking], {"vals": {}}),
        ("stock.picking", "write", [picking], {"vals": {"carrier_tracking_ref": "A"}}),
        ("stock.picking", "write", [picking], {"vals": {"carrier_tracking_ref": "A"}}),
        ("stock.picking", "do_unreserve", [picking], {}),
        ("stock.picking", "action_assign", [picking], {}),
        ("stock.move", "write", [move], {"vals": {"quantity": 3}}),
        ("stock.move", "write", [move], {"vals": {"picked": True}}),
        ("stock.move", "write", [move], {"vals": {"quantity": 4}}),
        ("sale.order.line", "write", [line], {"vals": {"product_uom_qty": 5}}),
        ("sale.order.line", "write", [line], {"vals": {"product_uom_qty": 4}}),
        ("stock.picking", "button_validate", [picking], {}),
    ]
    _versions(odoo, order, line, picking, move)
    for model, method, ids, arguments in steps:
        time.sleep(1.1)
        odoo(model, method, ids, **arguments)
        _versions(odoo, order, line, picking, move)


def _versions(odoo, order, line, picking, move):
    for model, record in (
        ("sale.order", order),
        ("sale.order.line", line),
        ("stock.picking", picking),
        ("stock.move", move),
    ):
        odoo(model, "read", [record], fields=["write_date"])
    odoo("stock.move.line", "search_read", domain=[["move_id", "=", move]], fields=["write_date"], order="id")


def carriers(odoo):
    """A delivery method, its cost on an order, and tracking on the transfer."""
    location, _ = warehouse(odoo)
    lamp = product(odoo)
    stocked(odoo, lamp, location, 5)
    service = product(odoo, "Delivery", type="service", is_storable=False)
    values = {"name": f"{odoo.mark} Express", "product_id": service, "delivery_type": "fixed", "fixed_price": 9.0}
    values["tracking_url"] = "https://track.example/<shipmenttrackingnumber>"
    made = odoo.either("delivery.carrier", "create", vals_list=[values])
    if not made:
        return
    _, picking = ordered(odoo, customer(odoo), (lamp, 1))
    values = {"carrier_id": made[0], "carrier_tracking_ref": "1Z1", "carrier_price": 8.5}
    odoo("stock.picking", "write", [picking], vals=values)
    odoo("stock.picking", "button_validate", [picking])
    fields = ["state", "carrier_id", "carrier_tracking_ref", "carrier_tracking_url", "carrier_price"]
    odoo("stock.picking", "read", [picking], fields=fields)
