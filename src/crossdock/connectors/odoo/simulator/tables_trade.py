"""Fields of what is sold, bought and billed: words of ``schema``, then what each age adds."""

TRADE: dict[str, str] = {
    "sale.order": (
        "name:c state:s client_order_ref:c partner_id>res.partner company_id>res.company origin:c locked:b note:h "
        "picking_ids<stock.picking.sale_id order_line<sale.order.line.order_id carrier_id>delivery.carrier "
        "commitment_date:d date_order:d expected_date:d effective_date:d partner_shipping_id>res.partner "
        "partner_invoice_id>res.partner warehouse_id>stock.warehouse user_id>res.users currency_id>res.currency "
        "pricelist_id>product.pricelist amount_untaxed:f amount_tax:f amount_total:f delivery_status:s "
        "invoice_status:s invoice_ids*account.move team_id>crm.team reference:c picking_policy:s "
        "write_uid>res.users"
    ),
    "sale.order.line": (
        "name:t product_uom_qty:f order_id>sale.order product_id>product.product price_unit:f qty_delivered:f "
        "qty_invoiced:f qty_to_invoice:f invoice_status:s price_subtotal:f price_total:f discount:f "
        "move_ids<stock.move.sale_line_id state=order_id.state is_delivery:b display_type:s sequence:i "
        "company_id=order_id.company_id currency_id=order_id.currency_id invoice_lines*account.move.line "
        "order_partner_id=order_id.partner_id customer_lead:f"
    ),
    "sale.advance.payment.inv": (
        "advance_payment_method:s sale_order_ids*sale.order amount:f fixed_amount:f deduct_down_payments:b "
        "consolidated_billing:b has_down_payments:b"
    ),
    "sale.order.cancel": "order_id>sale.order",
    "purchase.order": (
        "name:c state:s partner_id>res.partner partner_ref:c company_id>res.company origin:c date_order:d "
        "date_planned:d picking_type_id>stock.picking.type picking_ids<stock.picking.purchase_id "
        "order_line<purchase.order.line.order_id invoice_ids*account.move invoice_status:s receipt_status:s "
        "currency_id>res.currency amount_untaxed:f amount_total:f user_id>res.users notes:h"
    ),
    "purchase.order.line": (
        "name:t product_qty:f order_id>purchase.order product_id>product.product price_unit:f qty_received:f "
        "qty_invoiced:f qty_to_invoice:f price_subtotal:f move_ids<stock.move.purchase_line_id date_planned:d "
        "state=order_id.state display_type:s sequence:i partner_id=order_id.partner_id"
    ),
    "account.move": (
        "name:c state:s move_type:s payment_state:s partner_id>res.partner commercial_partner_id>res.partner ref:c "
        "date:a company_id>res.company invoice_date:a invoice_date_due:a invoice_origin:c currency_id>res.currency "
        "journal_id>account.journal amount_untaxed:f amount_tax:f amount_total:f amount_residual:f "
        "reversed_entry_id>account.move invoice_line_ids<account.move.line.move_id narration:h payment_reference:c "
        "line_ids<account.move.line.move_id reversal_move_ids<account.move.reversed_entry_id "
        "invoice_user_id>res.users"
    ),
    "account.move.line": (
        "name:c move_id>account.move product_id>product.product quantity:f price_unit:f price_subtotal:f "
        "price_total:f discount:f display_type:s tax_ids*account.tax account_id>account.account sequence:i "
        "product_uom_id>uom.uom sale_line_ids*sale.order.line purchase_line_id>purchase.order.line "
        "is_landed_costs_line:b"
    ),
    "account.move.reversal": (
        "reason:c journal_id>account.journal date:a move_ids*account.move new_move_ids*account.move"
    ),
    "account.journal": "name:c code:c type:s company_id>res.company currency_id>res.currency active:b",
    "account.account": "name:c code:c account_type:s",
    "account.tax": "name:c amount:f type_tax_use:s amount_type:s company_id>res.company active:b price_include:b",
    "crm.team": "name:c",
    "product.pricelist": "name:c currency_id>res.currency company_id>res.company active:b",
}
TRADE_OF_18: dict[str, str] = {
    "sale.order": "procurement_group_id>procurement.group",
    "sale.order.line": (
        "product_uom>uom.uom tax_id*account.tax product_packaging_id>product.packaging route_id>stock.route"
    ),
    "purchase.order.line": "product_uom>uom.uom taxes_id*account.tax",
    "stock.route": "name:c",
}
TRADE_SINCE_19: dict[str, str] = {
    "sale.order": "stock_reference_ids*stock.reference",
    "sale.order.line": "product_uom_id>uom.uom tax_ids*account.tax route_ids*stock.route",
    "purchase.order": "locked:b",
    "purchase.order.line": "product_uom_id>uom.uom tax_ids*account.tax",
    "stock.route": "name:c",
}
