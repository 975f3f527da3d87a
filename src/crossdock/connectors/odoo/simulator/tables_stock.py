"""Fields of the stock models: words of ``schema``, common to all versions, then what each age adds."""

STOCK: dict[str, str] = {
    "stock.picking": (
        "name:c state:s date_deadline:d scheduled_date:d date_done:d carrier_tracking_ref:c note:h origin:c "
        "shipping_weight:f weight:f company_id>res.company partner_id>res.partner sale_id>sale.order "
        "carrier_id>delivery.carrier picking_type_id>stock.picking.type move_ids<stock.move.picking_id "
        "move_line_ids<stock.move.line.picking_id picking_type_code=picking_type_id.code weight_uom_name!kg "
        "backorder_id>stock.picking return_id>stock.picking carrier_price:f carrier_tracking_url:c priority:s "
        "write_uid>res.users user_id>res.users location_id>stock.location location_dest_id>stock.location "
        "backorder_ids<stock.picking.backorder_id return_ids<stock.picking.return_id purchase_id>purchase.order "
        "batch_id>stock.picking.batch batch_sequence:i owner_id>res.partner move_type:s is_locked:b "
        "message_ids*mail.message activity_ids*mail.activity"
    ),
    "stock.picking.type": (
        "name:c code:s sequence_code:c warehouse_id>stock.warehouse default_location_src_id>stock.location "
        "default_location_dest_id>stock.location return_picking_type_id>stock.picking.type create_backorder:s "
        "company_id>res.company active:b use_create_lots:b use_existing_lots:b"
    ),
    "stock.warehouse": (
        "name:c code:c partner_id>res.partner company_id>res.company lot_stock_id>stock.location "
        "view_location_id>stock.location in_type_id>stock.picking.type out_type_id>stock.picking.type "
        "int_type_id>stock.picking.type reception_steps:s delivery_steps:s active:b"
    ),
    "stock.move": (
        "state:s product_uom_qty:f product_qty:f quantity:f picked:b picking_id>stock.picking sequence:i "
        "product_id>product.product product_uom>uom.uom move_line_ids<stock.move.line.move_id "
        "description_picking:t sale_line_id>sale.order.line purchase_line_id>purchase.order.line "
        "picking_code=picking_id.picking_type_code location_id>stock.location location_dest_id>stock.location "
        "origin_returned_move_id>stock.move to_refund:b reference:c origin:c is_inventory:b company_id>res.company "
        "partner_id>res.partner price_unit:f date:d date_deadline:d additional:b has_tracking=product_id.tracking "
        "picking_type_id>stock.picking.type warehouse_id>stock.warehouse inventory_name:c move_dest_ids*stock.move "
        "move_orig_ids*stock.move procure_method:s"
    ),
    "stock.move.line": (
        "quantity:f quantity_product_uom:f lot_name:c picking_id>stock.picking move_id>stock.move picked:b "
        "product_id>product.product lot_id>stock.lot result_package_id>PACKAGE state=move_id.state date:d "
        "location_id>stock.location location_dest_id>stock.location package_id>PACKAGE product_uom_id>uom.uom "
        "owner_id>res.partner reference=move_id.reference company_id>res.company expiration_date:d tracking:c"
    ),
    "PACKAGE": (
        "name:c shipping_weight:f company_id>res.company location_id>stock.location weight:f pack_date:c "
        "package_type_id>stock.package.type quant_ids<stock.quant.package_id"
    ),
    "stock.package.type": (
        "name:c barcode:c base_weight:f max_weight:f packaging_length:f width:f height:f "
        "weight_uom_name!kg length_uom_name!mm company_id>res.company"
    ),
    "stock.lot": (
        "name:c product_id>product.product ref:c company_id>res.company product_qty:f location_id>stock.location "
        "note:h expiration_date:d quant_ids<stock.quant.lot_id"
    ),
    "stock.location": (
        "name:c complete_name:c usage:s barcode:c active:b location_id>stock.location company_id>res.company "
        "warehouse_id>stock.warehouse child_ids<stock.location.location_id parent_path:c"
    ),
    "stock.quant": (
        "product_id>product.product location_id>stock.location lot_id>stock.lot package_id>PACKAGE "
        "owner_id>res.partner company_id>res.company quantity:f reserved_quantity:f available_quantity:f "
        "inventory_quantity:f inventory_quantity_auto_apply:f inventory_diff_quantity:f inventory_quantity_set:b "
        "inventory_date:c user_id>res.users in_date:d product_uom_id=product_id.uom_id is_outdated:b"
    ),
    "stock.backorder.confirmation": "pick_ids*stock.picking show_transfers:b",
    "stock.inventory.conflict": "quant_ids*stock.quant quant_to_fix_ids*stock.quant",
    "stock.return.picking": (
        "picking_id>stock.picking product_return_moves<stock.return.picking.line.wizard_id company_id>res.company"
    ),
    "stock.return.picking.line": (
        "product_id>product.product quantity:f to_refund:b move_id>stock.move wizard_id>stock.return.picking "
        "uom_id=product_id.uom_id"
    ),
    "stock.scrap": (
        "name:c state:s product_id>product.product scrap_qty:f location_id>stock.location lot_id>stock.lot "
        "scrap_location_id>stock.location package_id>PACKAGE owner_id>res.partner picking_id>stock.picking "
        "product_uom_id>uom.uom move_ids*stock.move origin:c company_id>res.company"
    ),
    "stock.picking.batch": (
        "name:c state:s picking_ids<stock.picking.batch_id user_id>res.users picking_type_id>stock.picking.type "
        "company_id>res.company scheduled_date:d is_wave:b description:c"
    ),
    "stock.landed.cost": (
        "name:c state:s date:a amount_total:f picking_ids*stock.picking vendor_bill_id>account.move "
        "cost_lines<stock.landed.cost.lines.cost_id account_move_id>account.move company_id>res.company "
        "valuation_adjustment_lines<stock.valuation.adjustment.lines.cost_id account_journal_id>account.journal "
        "target_model:s description:t"
    ),
    "stock.landed.cost.lines": (
        "name:c cost_id>stock.landed.cost product_id>product.product price_unit:f split_method:s "
        "account_id>account.account"
    ),
    "stock.valuation.adjustment.lines": (
        "cost_id>stock.landed.cost cost_line_id>stock.landed.cost.lines move_id>stock.move quantity:f weight:f "
        "volume:f product_id>product.product former_cost:f additional_landed_cost:f final_cost:f"
    ),
}
STOCK_OF_18: dict[str, str] = {
    "stock.location": "scrap_location:b return_location:b",
    "stock.picking": "date:d group_id>procurement.group",
    "stock.move": "name:c group_id>procurement.group scrapped:b product_packaging_id>product.packaging",
    "PACKAGE": "package_use:s",
    "procurement.group": "name:c sale_id>sale.order partner_id>res.partner",
}
STOCK_SINCE_19: dict[str, str] = {
    "stock.picking": "reference_ids*stock.reference",
    "stock.move": "reference_ids*stock.reference packaging_uom_id>uom.uom value:f",
    "PACKAGE": "complete_name:c outermost_package_id>PACKAGE parent_package_id>PACKAGE",
    "stock.reference": "name:c",
}
