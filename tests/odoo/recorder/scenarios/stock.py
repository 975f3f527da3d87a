"""Stock on hand: counts and their pitfalls, moves inside, packages, batches."""

from tests.odoo.recorder.scenarios.ground import (
    INVENTORY,
    QUANT_FIELDS,
    customer,
    on_hand,
    ordered,
    product,
    quants,
    seen,
    stocked,
    warehouse,
)

COUNT_FIELDS = [*QUANT_FIELDS, "inventory_quantity", "inventory_quantity_set", "inventory_diff_quantity"]


def counted(odoo):
    """Counts that find more, less, the same and nothing, and what they leave behind."""
    location, _ = warehouse(odoo)
    lamp = product(odoo)
    quant = stocked(odoo, lamp, location, 100)
    odoo("stock.quant", "read", [quant], fields=COUNT_FIELDS)
    row = {"product_id": lamp, "location_id": location, "inventory_quantity": 90}
    made = odoo("stock.quant", "create", vals_list=[row], context=INVENTORY, note="The quant that is there already.")
    odoo("stock.quant", "read", made, fields=COUNT_FIELDS)
    odoo("stock.quant", "action_apply_inventory", made, context={**INVENTORY, "inventory_name": "WMS CC-42"})
    odoo("stock.quant", "read", made, fields=COUNT_FIELDS)
    domain = [["product_id", "=", lamp], ["state", "=", "done"]]
    fields = ["quantity", "product_uom_qty", "reference", "is_inventory", "location_id", "location_dest_id"]
    odoo("stock.move", "search_read", domain=domain, fields=fields, order="id")
    odoo("stock.quant", "write", made, vals={"inventory_quantity_auto_apply": 95}, context=INVENTORY, note="One step.")
    quants(odoo, lamp)
    odoo("stock.quant", "write", made, vals={"inventory_quantity": 0}, context=INVENTORY)
    odoo("stock.quant", "action_apply_inventory", made, context=INVENTORY, note="Nothing was found.")
    quants(odoo, lamp)
    on_hand(odoo, lamp)


def counted_wrongly(odoo):
    """What happens without inventory_mode, and to a quant that was not counted."""
    location, _ = warehouse(odoo)
    lamp = product(odoo)
    stocked(odoo, lamp, location, 100)
    row = {"product_id": lamp, "location_id": location, "inventory_quantity": 90}
    made = odoo.either("stock.quant", "create", vals_list=[row], note="Without inventory_mode: a second quant.")
    if made:
        odoo.either("stock.quant", "action_apply_inventory", made, note="It adds what was counted.")
    # Which of two equal quants takes a movement is PostgreSQL's choice, so only their sum is read.
    on_hand(odoo, lamp)
    odoo("stock.quant", "search_count", domain=[["product_id", "=", lamp], ["location_id", "=", location]])
    desk = product(odoo, "Desk")
    quant = stocked(odoo, desk, location, 7)
    odoo.either("stock.quant", "write", [quant], vals={"inventory_quantity_auto_apply": 9}, note="Silently nothing.")
    quants(odoo, desk)
    odoo.either("stock.quant", "action_apply_inventory", [quant], context=INVENTORY, note="Nothing was counted: 0.")
    quants(odoo, desk)


def conflict(odoo):
    """Stock that moved between count and apply: the two ways out of the wizard."""
    location, _ = warehouse(odoo)
    partner = customer(odoo)
    for name, way in (("Lamp", "action_keep_counted_quantity"), ("Desk", "action_keep_difference")):
        thing = product(odoo, name)
        stocked(odoo, thing, location, 20)
        _, picking = ordered(odoo, partner, (thing, 3))
        row = {"product_id": thing, "location_id": location, "inventory_quantity": 18}
        made = odoo("stock.quant", "create", vals_list=[row], context=INVENTORY)
        odoo("stock.picking", "button_validate", [picking], note="Meanwhile three were shipped.")
        odoo("stock.quant", "read", made, fields=COUNT_FIELDS)
        asked = odoo("stock.quant", "action_apply_inventory", made, context=INVENTORY)
        commands = [[6, 0, made]]
        values = {"quant_ids": commands, "quant_to_fix_ids": commands}
        wizard = odoo("stock.inventory.conflict", "create", vals_list=[values], context=asked.get("context"))
        odoo("stock.inventory.conflict", way, wizard, context=INVENTORY)
        odoo("stock.quant", "read", made, fields=COUNT_FIELDS)


def counted_by_lot(odoo):
    """Lots counted each for itself; the lot is made by hand where the server lets one."""
    location, _ = warehouse(odoo)
    part = product(odoo, "Part", tracking="lot")
    values = {"name": f"{odoo.mark}-L1", "product_id": part}
    if odoo.major >= 19:
        [lot] = odoo("stock.lot", "create", vals_list=[values])
    else:
        odoo.refused("stock.lot", "create", vals_list=[values], note="An early 18 wants the list twice over.")
        [lot, _] = odoo("stock.lot", "name_create", name=values["name"], context={"default_product_id": part})
    stocked(odoo, part, location, 12, lot_id=lot)
    quants(odoo, part)
    odoo("stock.lot", "read", [lot], fields=["product_id", "product_qty"])
    _, picking = ordered(odoo, customer(odoo), (part, 5))
    seen(odoo, picking)
    odoo("stock.picking", "button_validate", [picking])
    quants(odoo, part)


def moved_inside(odoo):
    """An internal transfer from shelf to shelf."""
    location, house = warehouse(odoo)
    lamp = product(odoo)
    stocked(odoo, lamp, location, 30)
    values = {"name": f"{odoo.mark} Shelf", "location_id": location, "usage": "internal"}
    made = odoo.either("stock.location", "create", vals_list=[values], note="Needs Inventory / Administrator.")
    domain = [["location_id", "=", location], ["usage", "=", "internal"]]
    shelf = made[0] if made else odoo("stock.location", "search", domain=domain, order="id", limit=1)[0]
    line = {"product_id": lamp, "product_uom_qty": 8, "location_id": location, "location_dest_id": shelf}
    if odoo.major < 19:
        line["name"] = "Lamp"
    values = {"picking_type_id": house["int_type_id"][0], "location_id": location, "location_dest_id": shelf}
    [picking] = odoo("stock.picking", "create", vals_list=[{**values, "move_ids": [[0, 0, line]]}])
    seen(odoo, picking)
    odoo("stock.picking", "action_confirm", [picking])
    seen(odoo, picking)
    odoo("stock.picking", "action_assign", [picking])
    seen(odoo, picking)
    odoo("stock.picking", "button_validate", [picking])
    quants(odoo, lamp)


def packed(odoo):
    """Put in pack, the SSCC written as the package's name, shipped, and another parcel."""
    location, _ = warehouse(odoo)
    lamp = product(odoo)
    stocked(odoo, lamp, location, 30)
    _, picking = ordered(odoo, customer(odoo), (lamp, 6))
    _, _, lines = seen(odoo, picking)
    odoo("stock.move.line", "write", [lines[0]["id"]], vals={"quantity": 4})
    seen(odoo, picking)
    odoo("stock.picking", "action_put_in_pack", [picking])
    _, _, lines = seen(odoo, picking)
    package = lines[0]["result_package_id"][0]
    model = odoo.since19("stock.package", "stock.quant.package")
    odoo(model, "write", [package], vals={"name": f"{odoo.mark}-SSCC", "shipping_weight": 6.5})
    odoo(model, "read", [package], fields=["name", "shipping_weight", "location_id"])
    odoo("stock.picking", "button_validate", [picking], context={"skip_backorder": True})
    seen(odoo, picking)
    quants(odoo, lamp)


def batched(odoo):
    """Two transfers in one batch."""
    location, house = warehouse(odoo)
    lamp = product(odoo)
    stocked(odoo, lamp, location, 30)
    partner = customer(odoo)
    _, first = ordered(odoo, partner, (lamp, 2))
    _, second = ordered(odoo, partner, (lamp, 3))
    values = {"picking_type_id": house["out_type_id"][0], "picking_ids": [[6, 0, [first, second]]]}
    made = odoo("stock.picking.batch", "create", vals_list=[values])
    fields = ["state", "picking_ids", "user_id"]
    odoo("stock.picking.batch", "read", made, fields=fields)
    odoo("stock.picking.batch", "action_confirm", made)
    odoo("stock.picking.batch", "read", made, fields=fields)
    odoo("stock.picking", "button_validate", [first, second], note="Both at once.")
    odoo("stock.picking.batch", "read", made, fields=fields)
