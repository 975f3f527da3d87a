"""Products, parties, units and packagings: what a new one starts with and what is refused."""

from collections.abc import Callable
from typing import Any

from crossdock.connectors.odoo.simulator.database import Database, Row
from crossdock.connectors.odoo.simulator.faults import OdooFault
from crossdock.connectors.odoo.simulator.rows import create
from crossdock.connectors.odoo.simulator.rules import Call, Rules
from crossdock.connectors.odoo.simulator.stock_counts import PRODUCT_STOCK

PRODUCT = "product.product"
PARTNER = "res.partner"
UNIT = "uom.uom"


def _product(call: Call, row: Row) -> Row:
    made = {
        "active": True,
        "type": "consu",
        "tracking": "none",
        "list_price": 1.0,
        "standard_price": 0.0,
        "uom_id": 1,
        "invoice_policy": "order",
        "sale_ok": True,
        "purchase_ok": True,
        **row,
    }
    made.setdefault("is_storable", False)
    _refuse_barcode(call, PRODUCT, [], made)
    return made


_BARCODED = (PRODUCT, "product.packaging", "product.uom")


def _refuse_barcode(call: Call, model: str, ids: list[int], values: Row) -> Row:
    """A barcode belongs to one product or packaging."""
    barcode = values.get("barcode")
    if not barcode:
        return values
    found = [
        (of, row["id"])
        for of in _BARCODED
        for row in call.database.rows.get(of, {}).values()
        if row.get("barcode") == barcode
    ]
    others = [each for each in found if each[0] != model or each[1] not in ids]
    if others:
        name = call.database.display_name(*others[0])
        text = f'Barcode(s) already assigned:\n\n- Barcode "{barcode}" already assigned to product(s): {name}'
        raise OdooFault("odoo.exceptions.ValidationError", text)
    return values


def _keeps_barcodes(model: str) -> Callable[[Call, list[int], Row], Row]:
    return lambda call, ids, values: _refuse_barcode(call, model, ids, values)


def _packaging(call: Call, row: Row) -> Row:
    _refuse_barcode(call, "product.packaging", [], row)
    return {"sales": True, "purchase": True, "qty": 1.0, **row}


def _barcoded(call: Call, row: Row) -> Row:
    """Since 19 a unit has a barcode of its own for each product."""
    return _refuse_barcode(call, "product.uom", [], row)


def _template(_database: Database, row: Row) -> int:
    """Products here have one variant each; the template has the number of its variant."""
    return int(row["id"])


def _value(database: Database, row: Row) -> float:
    """What is on hand at its present cost."""
    return round(PRODUCT_STOCK["qty_available"](database, row) * (row.get("standard_price") or 0.0), 2)


def _cost(_database: Database, row: Row) -> float:
    return float(row.get("standard_price") or 0.0)


PRODUCT_VALUE = {"value_svl": _value, "total_value": _value, "avg_cost": _cost}


def _unit(call: Call, row: Row) -> Row:
    """Since 19 a unit is so many of another one; before, it has a factor in its category."""
    made = {"active": True, "rounding": 0.01, **row}
    if call.database.major >= 19:
        base = call.database.row(UNIT, row.get("relative_uom_id"))
        relative = float(row.get("relative_factor") or 1.0)
        made = {**made, "relative_factor": relative}
        made.setdefault("factor", relative * float(base.get("factor") or 1.0))
        return made
    made.setdefault("factor", 1.0 / float(row.get("factor_inv") or row.get("ratio") or 1.0))
    return {"uom_type": "bigger", "category_id": 1, **made}


def _factor_inv(_database: Database, row: Row) -> float:
    return 1.0 / float(row.get("factor") or 1.0)


def _partner(call: Call, row: Row) -> Row:
    parent = call.database.row(PARTNER, row.get("parent_id"))
    made = {"active": True, "type": "contact", "lang": "en_US", "is_company": False, **row}
    if row.get("company_type"):
        made["is_company"] = row["company_type"] == "company"
    if parent and not made["is_company"]:
        for name in ("street", "zip", "city", "country_id", "state_id"):
            made.setdefault(name, parent.get(name) or False) if made["type"] == "contact" else None
    return made


def _commercial(database: Database, row: Row) -> int:
    """The company a contact belongs to, else the contact itself."""
    parent = database.row(PARTNER, row.get("parent_id"))
    return _commercial(database, parent) if parent and not row.get("is_company") else int(row["id"])


def _complete_name(database: Database, row: Row) -> str:
    parent = database.row(PARTNER, row.get("parent_id"))
    return f"{parent.get('name')}, {row.get('name')}" if parent else str(row.get("name") or "")


def _address(_database: Database, row: Row) -> str | bool:
    return f'"{row["name"]}" <{row["email"]}>' if row.get("email") else False


def _kind(_database: Database, row: Row) -> str:
    return "company" if row.get("is_company") else "person"


def _stock_of(usage: str) -> Any:
    def find(database: Database, row: Row) -> Any:
        del row
        found = [each["id"] for each in database.rows["stock.location"].values() if each.get("usage") == usage]
        return min(found, default=False)

    return find


def _active(_call: Call, row: Row) -> Row:
    return {"active": True, **row}


def _user(call: Call, row: Row) -> Row:
    """A user is a partner too."""
    about = {"name": row.get("name"), "email": row.get("email") or False}
    partner = row.get("partner_id") or create(call, PARTNER, [about])[0]
    return {
        "active": True,
        "company_id": 1,
        "company_ids": [1],
        "tz": "UTC",
        "lang": "en_US",
        **row,
        "partner_id": partner,
    }


def _currency(_call: Call, row: Row) -> Row:
    return {"active": True, "decimal_places": 2, "rounding": 0.01, **row}


OFFICE_RULES: dict[str, Rules] = {
    PRODUCT: Rules(
        prepare=_product,
        check=_keeps_barcodes(PRODUCT),
        computed={**PRODUCT_STOCK, **PRODUCT_VALUE, "product_tmpl_id": _template},
        required=(("name", "Name"),),
        title="Product Variant",
    ),
    "product.category": Rules(
        prepare=lambda _call, row: {"property_cost_method": "standard", **row},
        required=(("name", "Name"),),
        title="Product Category",
    ),
    "product.packaging": Rules(
        prepare=_packaging,
        check=_keeps_barcodes("product.packaging"),
        required=(("name", "Product Packaging"),),
        title="Product Packaging",
    ),
    "product.uom": Rules(prepare=_barcoded, check=_keeps_barcodes("product.uom")),
    UNIT: Rules(prepare=_unit, required=(("name", "Unit Name"),), title="Product Unit of Measure"),
    PARTNER: Rules(
        prepare=_partner,
        computed={
            "commercial_partner_id": _commercial,
            "complete_name": _complete_name,
            "company_type": _kind,
            "email_formatted": _address,
            "property_stock_customer": _stock_of("customer"),
            "property_stock_supplier": _stock_of("supplier"),
        },
        required=(("name", "Name"),),
        title="Contact",
    ),
    "delivery.carrier": Rules(
        prepare=lambda _call, row: {
            "active": True,
            "delivery_type": "fixed",
            "integration_level": "rate_and_ship",
            **row,
        },
        required=(("name", "Delivery Method"), ("product_id", "Delivery Product")),
        title="Shipping Methods",
    ),
    "res.currency": Rules(prepare=_currency),
    "res.users": Rules(prepare=_user, required=(("name", "Name"), ("login", "Login")), title="User"),
    "account.journal": Rules(prepare=_active),
    "account.tax": Rules(prepare=_active),
    "stock.picking.type": Rules(prepare=lambda _call, row: {"active": True, "create_backorder": "ask", **row}),
    "stock.warehouse": Rules(prepare=_active),
}
UNIT_COMPUTED_UP_TO_18 = {"factor_inv": _factor_inv, "ratio": _factor_inv}
