"""Models and fields of the simulated Odoo, by version: what is renamed or missing follows the real ones."""

from collections.abc import Mapping

from msgspec import Struct

READ_ONLY = frozenset({"id", "create_date", "write_date", "display_name"})


class Field(Struct, frozen=True):
    """A field's type as ``fields_get`` says it, the model a relation leads to, and its inverse for one2many.

    ``related`` fields are computed by following the dotted path; ``constant`` ones always have that value.
    """

    type: str
    relation: str = ""
    inverse: str = ""
    related: str = ""
    constant: str = ""


Model = Mapping[str, Field]

_LETTERS = {
    "c": "char",
    "t": "text",
    "h": "html",
    "s": "selection",
    "f": "float",
    "i": "integer",
    "b": "boolean",
    "d": "datetime",
    "x": "binary",
}
_TEXT: dict[str, str] = {
    "stock.picking": (
        "name:c state:s date_deadline:d scheduled_date:d date_done:d carrier_tracking_ref:c note:h origin:c "
        "shipping_weight:f weight:f company_id>res.company partner_id>res.partner sale_id>sale.order "
        "carrier_id>delivery.carrier picking_type_id>stock.picking.type move_ids<stock.move.picking_id "
        "move_line_ids<stock.move.line.picking_id picking_type_code=picking_type_id.code weight_uom_name!kg"
    ),
    "stock.picking.type": "name:c code:s warehouse_id>stock.warehouse",
    "stock.warehouse": "name:c code:c partner_id>res.partner company_id>res.company",
    "stock.move": (
        "state:s product_uom_qty:f product_qty:f quantity:f picked:b picking_id>stock.picking "
        "product_id>product.product product_uom>uom.uom move_line_ids<stock.move.line.move_id"
    ),
    "stock.move.line": (
        "quantity:f quantity_product_uom:f lot_name:c picking_id>stock.picking move_id>stock.move "
        "product_id>product.product lot_id>stock.lot result_package_id>PACKAGE"
    ),
    "PACKAGE": "name:c shipping_weight:f",
    "stock.lot": "name:c product_id>product.product",
    "product.product": (
        "name:c default_code:c barcode:c weight:f hs_code:c uom_id>uom.uom country_of_origin>res.country "
        "weight_uom_name!kg"
    ),
    "uom.uom": "name:c",
    "res.partner": (
        "name:c is_company:b company_name:c street:c street2:c city:c zip:c phone:c email:c ref:c lang:s "
        "partner_latitude:f partner_longitude:f parent_id>res.partner state_id>res.country.state "
        "country_id>res.country"
    ),
    "res.country": "name:c code:c",
    "res.country.state": "name:c code:c country_id>res.country",
    "res.company": "name:c partner_id>res.partner",
    "res.users": "name:c login:c email:c",
    "res.users.apikeys": "name:c expiration_date:d",
    "sale.order": (
        "name:c state:s client_order_ref:c partner_id>res.partner company_id>res.company "
        "picking_ids<stock.picking.sale_id order_line<sale.order.line.order_id"
    ),
    "sale.order.line": "product_uom_qty:f order_id>sale.order product_id>product.product",
    "delivery.carrier": "name:c delivery_type:s",
    "ir.attachment": "name:c res_model:c res_id:i mimetype:c checksum:c file_size:i datas:x",
    "mail.message": (
        "model:c res_id:i body:h message_type:s message_id:c attachment_ids*ir.attachment author_id>res.partner "
        "subtype_id>mail.message.subtype date:d"
    ),
    "mail.message.subtype": "name:c",
    "res.currency": "name:c decimal_places:i",
    "stock.location": "name:c complete_name:c usage:s barcode:c warehouse_id>stock.warehouse",
    "stock.package.type": (
        "name:c barcode:c base_weight:f max_weight:f packaging_length:f width:f height:f "
        "weight_uom_name!kg length_uom_name!mm"
    ),
}
_SHOWN: dict[str, str] = {
    "ir.attachment": "type:s",
    "delivery.carrier": (
        "active:b company_id>res.company integration_level:s product_id>product.product tracking_url:c"
    ),
    "product.product": "active:b is_storable:b product_tmpl_id>product.product tracking:s type:s volume:f",
    "res.company": "country_id>res.country currency_id>res.currency",
    "res.partner": "commercial_partner_id>res.partner company_id>res.company complete_name:c type:s vat:c",
    "sale.order": (
        "carrier_id>delivery.carrier commitment_date:d date_order:d partner_shipping_id>res.partner "
        "warehouse_id>stock.warehouse"
    ),
    "sale.order.line": "name:c price_unit:f qty_delivered:f move_ids<stock.move.sale_line_id",
    "stock.move": (
        "description_picking:t sequence:i sale_line_id>sale.order.line picking_code=picking_id.picking_type_code"
    ),
    "stock.move.line": (
        "picked:b state:s location_id>stock.location location_dest_id>stock.location package_id>PACKAGE "
        "product_uom_id>uom.uom"
    ),
    "PACKAGE": (
        "company_id>res.company location_id>stock.location package_type_id>stock.package.type pack_date:c weight:f"
    ),
    "stock.picking": (
        "backorder_id>stock.picking return_id>stock.picking carrier_price:f carrier_tracking_url:c priority:s "
        "write_uid>res.users location_id>stock.location location_dest_id>stock.location"
    ),
    "stock.warehouse": "lot_stock_id>stock.location out_type_id>stock.picking.type",
    "uom.uom": "factor:f rounding:f",
}
"""Fields that are there and can be written, but that nothing in the simulator reacts to."""
_OF_18 = {
    "res.partner": "mobile:c title:c",
    "sale.order.line": "product_uom>uom.uom",
    "stock.picking": "date:d",
    "stock.move": "name:c",
    "PACKAGE": "package_use:s",
    "uom.uom": "category_id>uom.category factor_inv:f uom_type:s",
    "uom.category": "name:c",
}
_SINCE_19 = {
    "res.partner": "global_location_number:c",
    "sale.order.line": "product_uom_id>uom.uom",
    "PACKAGE": "complete_name:c outermost_package_id>PACKAGE parent_package_id>PACKAGE",
    "uom.uom": "relative_factor:f relative_uom_id>uom.uom",
}


def schema(major: int) -> dict[str, Model]:
    """Models of Odoo ``major`` (17 to 20)."""
    package = "stock.package" if major >= 19 else "stock.quant.package"
    extra = _SINCE_19 if major >= 19 else _OF_18
    models: dict[str, Model] = {}
    for name in sorted({*_TEXT, *extra}):
        words = " ".join(each.get(name, "") for each in (_TEXT, _SHOWN, extra)).replace("PACKAGE", package).split()
        fields = {"id": Field("integer"), "create_date": Field("datetime"), "write_date": Field("datetime")}
        fields["display_name"] = Field("char")
        fields.update(_field(word) for word in words)
        models[name.replace("PACKAGE", package)] = fields
    return models


def _field(word: str) -> tuple[str, Field]:
    """One word of the table: ``:`` type, ``>`` many2one, ``<`` one2many, ``*`` many2many, ``=`` related, ``!`` is."""
    for mark in "<>*=!:":
        name, found, rest = word.partition(mark)
        if not found:
            continue
        match mark:
            case "<":
                model, _, inverse = rest.rpartition(".")
                return name, Field("one2many", model, inverse)
            case ">":
                return name, Field("many2one", rest)
            case "*":
                return name, Field("many2many", rest)
            case "=":
                return name, Field("selection", related=rest)
            case "!":
                return name, Field("char", constant=rest)
            case _:
                return name, Field(_LETTERS[rest])
    raise ValueError(f"'{word}' names no type")
