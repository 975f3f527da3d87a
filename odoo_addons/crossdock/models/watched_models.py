"""Which changes matter to a logistics layer. Names that a series of Odoo does not have do no harm."""

from odoo import models


class StockPicking(models.Model):
    """The transfer."""

    _name = "stock.picking"
    _inherit = ["stock.picking", "crossdock.watched"]  # noqa: RUF012
    _crossdock_fields = frozenset(
        (
            "state partner_id picking_type_id location_id location_dest_id scheduled_date date_deadline date_done "
            "priority carrier_id carrier_tracking_ref carrier_price note origin backorder_id return_id company_id "
            "sale_id"
        ).split()
    )


class StockMove(models.Model):
    """A line of a transfer: what changes is the transfer."""

    _name = "stock.move"
    _inherit = ["stock.move", "crossdock.watched"]  # noqa: RUF012
    _crossdock_owner = "stock.picking"
    _crossdock_owner_field = "picking_id"
    _crossdock_fields = frozenset("picking_id product_id product_uom_qty product_uom quantity picked state".split())


class SaleOrder(models.Model):
    """The order."""

    _name = "sale.order"
    _inherit = ["sale.order", "crossdock.watched"]  # noqa: RUF012
    _crossdock_fields = frozenset(
        (
            "state locked partner_id partner_shipping_id partner_invoice_id client_order_ref commitment_date "
            "carrier_id warehouse_id picking_policy incoterm company_id"
        ).split()
    )


class SaleOrderLine(models.Model):
    """A line of an order: what changes is the order."""

    _name = "sale.order.line"
    _inherit = ["sale.order.line", "crossdock.watched"]  # noqa: RUF012
    _crossdock_owner = "sale.order"
    _crossdock_owner_field = "order_id"
    _crossdock_fields = frozenset("product_id product_uom_qty product_uom product_uom_id price_unit".split())


class ProductProduct(models.Model):
    """The variant."""

    _name = "product.product"
    _inherit = ["product.product", "crossdock.watched"]  # noqa: RUF012
    _crossdock_fields = frozenset("default_code barcode active weight volume product_tmpl_id".split())


class ProductTemplate(models.Model):
    """What all variants have in common."""

    _name = "product.template"
    _inherit = ["product.template", "crossdock.watched"]  # noqa: RUF012
    _crossdock_fields = frozenset(
        (
            "name active type is_storable detailed_type tracking uom_id sale_ok hs_code country_of_origin weight volume"
        ).split()
    )


class ResPartner(models.Model):
    """Who ships and who receives."""

    _name = "res.partner"
    _inherit = ["res.partner", "crossdock.watched"]  # noqa: RUF012
    _crossdock_fields = frozenset(
        (
            "name parent_id type street street2 zip city state_id country_id phone mobile email vat ref lang active "
            "is_company global_location_number"
        ).split()
    )
