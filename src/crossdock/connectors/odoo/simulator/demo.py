"""Demo data: a small wholesaler with customers, products and confirmed orders, two kinds of them bad on purpose."""

from collections.abc import Mapping, Sequence

from crossdock.connectors.odoo.simulator.business import make_picking
from crossdock.connectors.odoo.simulator.database import Database

_UNITS = (
    ("Units", "uom.product_uom_unit"),
    ("Dozens", "uom.product_uom_dozen"),
    ("kg", "uom.product_uom_kgm"),
)
_CITIES = (
    ("1839 Arbor Way", "Turlock", "CA", "95380"),
    ("10200 Metcalf Ave", "Overland Park", "KS", "66212"),
    ("4557 De Silva St", "Fremont", "CA", "94538"),
    ("77 Santa Barbara Rd", "Pleasant Hill", "CA", "94523"),
    ("255 N Stewart Ave", "Tulsa", "OK", "74103"),
)
_NAMES = ("Azure Interior", "Deco Addict", "Gemini Furniture", "Lumber Inc", "Ready Mat")
_PRODUCTS = (
    ("DESK-01", "Corner desk", 12.5, "4006381333931"),
    ("LAMP-07", "Desk lamp", 1.2, "4012345678901"),
    ("CHAIR-3", "Office chair", 8.75, ""),
    ("BOX-12", "Storage box", 0.4, "96385074"),
)
POSTCODE = "postcode"
SKU = "sku"
_WITHOUT_POSTCODE = 100
_WITHOUT_SKU = 100


def seed(database: Database, now: int) -> None:
    """Everything that is there before the first order. Partner and product 100 are the bad ones."""
    with database.transaction(now):
        us = database.create("res.country", {"name": "United States", "code": "US"})
        states = {
            code: database.create("res.country.state", {"name": code, "code": code, "country_id": us})
            for code in ("CA", "KS", "OK", "NJ")
        }
        for name, external in _UNITS:
            database.external["uom.uom", database.create("uom.uom", {"name": name})] = external
        home = {"street": "417 Montgomery Street", "city": "Bayonne", "zip": "07002", "lang": "en_US"}
        place = {"state_id": states["NJ"], "country_id": us, "is_company": True, "phone": "+1 555 123 8069"}
        own = database.create("res.partner", {"name": "YourCompany", **home, **place})
        company = database.create("res.company", {"name": "YourCompany", "partner_id": own})
        house = {"name": "YourCompany", "code": "WH", "partner_id": own, "company_id": company}
        warehouse = database.create("stock.warehouse", house)
        kind = {"name": "Delivery Orders", "code": "outgoing", "warehouse_id": warehouse}
        database.create("stock.picking.type", kind)
        database.create("stock.picking.type", {**kind, "name": "Receipts", "code": "incoming"})
        database.create("res.users", {"name": "Crossdock", "login": "crossdock", "email": "crossdock@example.com"})
        _customers(database, us, states)
        _products(database)


def _customers(database: Database, country: int, states: Mapping[str, int]) -> None:
    for name, (street, city, state, postcode) in zip(_NAMES, _CITIES, strict=True):
        place = {"street": street, "city": city, "zip": postcode, "country_id": country, "state_id": states[state]}
        email = f"{name.split()[0].lower()}@example.com"
        database.create("res.partner", {"name": name, "is_company": True, "email": email, "lang": "en_US", **place})
    nowhere = {"name": "Nowhere Ltd", "is_company": True, "street": "1 Unknown Road", "city": "Fremont"}
    _place_at(database, "res.partner", _WITHOUT_POSTCODE, {**nowhere, "country_id": country, "state_id": states["CA"]})


def _products(database: Database) -> None:
    for sku, name, weight, barcode in _PRODUCTS:
        values = {"default_code": sku, "name": name, "weight": weight, "barcode": barcode or False, "uom_id": 1}
        database.create("product.product", values)
    _place_at(database, "product.product", _WITHOUT_SKU, {"name": "Unlabelled item", "weight": 1.0, "uom_id": 1})


def _place_at(database: Database, model: str, row_id: int, values: Mapping[str, object]) -> None:
    """A record under a fixed id, so that scripts and tests can name it."""
    made = database.create(model, values)
    row = database.rows[model].pop(made)
    row["id"] = row_id
    database.rows[model][row_id] = row


def confirm_orders(
    database: Database,
    now: int,
    n: int,
    *,
    bad: Mapping[int, str] | None = None,
    parcels: Mapping[int, int] | None = None,
) -> list[int]:
    """Confirm ``n`` new sale orders; the ids of their transfers.

    ``bad`` maps an order's place (from 1) to "postcode" or "sku"; ``parcels`` maps it to its number of packages.
    """
    made = []
    with database.transaction(now):
        customers = [row["id"] for row in database.rows["res.partner"].values() if row["name"] in _NAMES]
        for index in range(1, n + 1):
            fault = (bad or {}).get(index, "")
            partner = _WITHOUT_POSTCODE if fault == POSTCODE else customers[index % len(customers)]
            number = max(database.rows["sale.order"], default=0) + 1
            values = {"name": f"SO{number:04d}", "state": "sale", "client_order_ref": f"PO-{1000 + number}"}
            order = database.create("sale.order", {**values, "partner_id": partner, "company_id": 1})
            first = _WITHOUT_SKU if fault == SKU else index % len(_PRODUCTS) + 1
            count = (parcels or {}).get(index, 1)
            lines = [(first, float(index % 3 + 1)), ((index + 1) % len(_PRODUCTS) + 1, 2.0)]
            picking = make_picking(database, order, [*lines, *[(2, 1.0)] * max(count - 2, 0)])
            if count > 1:
                _pack(database, picking, count)
            made.append(picking)
    return made


def _pack(database: Database, picking: int, count: int) -> None:
    """Deal the lines out to ``count`` packages."""
    model = database.schema["stock.move.line"]["result_package_id"].relation
    lines = [row for row in database.rows["stock.move.line"].values() if row["picking_id"] == picking]
    packages: Sequence[int] = [
        database.create(model, {"name": f"PACK{len(database.rows[model]) + 1:07d}"}) for _ in range(count)
    ]
    for index, line in enumerate(lines):
        line["result_package_id"] = packages[index % count]
