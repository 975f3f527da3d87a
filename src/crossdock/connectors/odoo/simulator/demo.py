"""Demo data: a small wholesaler with customers, products and confirmed orders, two kinds of them bad on purpose."""

from collections.abc import Mapping, Sequence

from crossdock.connectors.odoo.simulator.database import Database
from crossdock.connectors.odoo.simulator.office_models import install_book
from crossdock.connectors.odoo.simulator.premises import lay_out, people
from crossdock.connectors.odoo.simulator.rows import create
from crossdock.connectors.odoo.simulator.rules import Call
from crossdock.connectors.odoo.simulator.schema import package_model
from crossdock.connectors.odoo.simulator.server import Settings
from crossdock.connectors.odoo.simulator.stock_quants import Place, put
from crossdock.connectors.odoo.simulator.tier_events import ACTION, ADDON, mark
from crossdock.connectors.odoo.simulator.trade_sales import launch, lines_of

_UNITS = (
    ("Units", "uom.product_uom_unit", 1.0, 1),
    ("Dozens", "uom.product_uom_dozen", 12.0, 1),
    ("kg", "uom.product_uom_kgm", 1.0, 2),
)
"""Name, external id, how many of the reference unit, category (up to 18)."""
_COUNTRIES = {
    "AT": "Austria",
    "BE": "Belgium",
    "CA": "Canada",
    "CH": "Switzerland",
    "DE": "Germany",
    "DK": "Denmark",
    "ES": "Spain",
    "FR": "France",
    "GB": "United Kingdom",
    "IT": "Italy",
    "MX": "Mexico",
    "NL": "Netherlands",
    "PL": "Poland",
    "SE": "Sweden",
}
_STATES = (
    "CA KS OK NJ AL AK AZ AR CO CT DE DC FL GA HI ID IL IN IA KY LA ME MD MA MI MN MS MO MT NE NV NH NM NY NC ND OH OR "
    "PA RI SC SD TN TX UT VT VA WA WV WI WY"
)
_FIRST_LINE = 101
"""Order lines are not numbered like their orders, as nowhere in practice."""
_PLENTY = 1_000_000.0
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


def seed(call: Call, now: int, settings: Settings) -> None:
    """Everything that is there before the first order. Partner and product 100 are the bad ones."""
    database = call.database
    with database.transaction(now):
        us = database.create("res.country", {"name": "United States", "code": "US"})
        for code, country in _COUNTRIES.items():
            database.create("res.country", {"name": country, "code": code})
        states = {
            code: database.create("res.country.state", {"name": code, "code": code, "country_id": us})
            for code in _STATES.split()
        }
        _units(database)
        home = {"street": "417 Montgomery Street", "city": "Bayonne", "zip": "07002", "lang": "en_US"}
        place = {"state_id": states["NJ"], "country_id": us, "is_company": True, "phone": "+1 555 123 8069"}
        own = create(call, "res.partner", [{"name": "YourCompany", **home, **place}])[0]
        database.create("res.company", {"name": "YourCompany", "partner_id": own, "currency_id": 1, "country_id": us})
        lay_out(call, own)
        people(call, settings.login, settings.uid)
        _customers(call, us, states)
        _products(call)
        database.start_at("sale.order.line", _FIRST_LINE)
        database.start_at("purchase.order.line", _FIRST_LINE)


def install_tier(call: Call, now: int, tier: str) -> None:
    """What Crossdock finds there beside the stock methods: ``action``, ``addon``, or nothing. Raises `ValueError`."""
    if tier not in {"stock", "action", "addon"}:
        raise ValueError(f"the simulated Odoo has no tier '{tier}'; it has stock, action, addon")
    database = call.database
    with database.transaction(now):
        if tier == "addon":
            install_book(database, ADDON)
            database.create("ir.module.module", {"name": "crossdock", "state": "installed", "latest_version": "1.0"})
        if tier == "action":
            install_book(database, ACTION)
            code = "env.context.get('crossdock_events')"
            about = {"name": "Crossdock: apply events", "state": "code", "code": code}
            [action] = create(call, "ir.actions.server", [about])
            mark(database, action, "simulated")


def _units(database: Database) -> None:
    if database.major < 19:
        for name in ("Unit", "Weight"):
            database.create("uom.category", {"name": name})
    for name, external, count, category in _UNITS:
        factor = count if database.major >= 19 else 1.0 / count
        old = {"category_id": category, "uom_type": "reference" if count == 1 else "bigger"}
        new = {"relative_factor": count, "relative_uom_id": 1 if count != 1 else False}
        values = {"name": name, "factor": factor, "rounding": 0.01, "active": True}
        made = database.create("uom.uom", {**values, **(new if database.major >= 19 else old)})
        database.name("uom.uom", made, external)


def _customers(call: Call, country: int, states: Mapping[str, int]) -> None:
    for name, (street, city, state, postcode) in zip(_NAMES, _CITIES, strict=True):
        place = {"street": street, "city": city, "zip": postcode, "country_id": country, "state_id": states[state]}
        email = f"{name.split()[0].lower()}@example.com"
        create(call, "res.partner", [{"name": name, "is_company": True, "email": email, "lang": "en_US", **place}])
    nowhere = {"name": "Nowhere Ltd", "is_company": True, "street": "1 Unknown Road", "city": "Fremont"}
    _place_at(call, "res.partner", _WITHOUT_POSTCODE, {**nowhere, "country_id": country, "state_id": states["CA"]})


def _products(call: Call) -> None:
    plain = {"uom_id": 1, "is_storable": True, "list_price": 100.0, "standard_price": 60.0}
    for sku, name, weight, barcode in _PRODUCTS:
        values = {"default_code": sku, "name": name, "weight": weight, "barcode": barcode or False, **plain}
        _stock_up(call, create(call, "product.product", [values])[0])
    _place_at(call, "product.product", _WITHOUT_SKU, {"name": "Unlabelled item", "weight": 1.0, **plain})
    _stock_up(call, _WITHOUT_SKU)
    service = {"name": "Standard delivery", "default_code": "Delivery_007", "type": "service", "is_storable": False}
    [delivery] = create(call, "product.product", [{**service, "list_price": 10.0, "invoice_policy": "order"}])
    call.database.name("product.product", delivery, "delivery.product_product_delivery")
    create(call, "delivery.carrier", [{"name": "Standard delivery", "product_id": delivery, "fixed_price": 10.0}])


def _stock_up(call: Call, product: int) -> None:
    shelf = call.database.row("stock.warehouse", 1)["lot_stock_id"]
    put(call, Place(product, shelf), _PLENTY)


def _place_at(call: Call, model: str, row_id: int, values: Mapping[str, object]) -> None:
    """A record under a fixed id, so that scripts and tests can name it."""
    [made] = create(call, model, [values])
    row = call.database.rows[model][made]
    call.database.delete(model, made)
    call.database.adopt(model, row_id, row)


def confirm_orders(
    call: Call,
    now: int,
    n: int,
    *,
    bad: Mapping[int, str] | None = None,
    parcels: Mapping[int, int] | None = None,
) -> list[int]:
    """Confirm ``n`` new sale orders; the ids of their transfers.

    ``bad`` maps an order's place (from 1) to "postcode" or "sku"; ``parcels`` maps it to its number of packages.
    """
    database, made = call.database, []
    with database.transaction(now):
        customers = [row["id"] for row in database.rows["res.partner"].values() if row["name"] in _NAMES]
        for index in range(1, n + 1):
            fault = (bad or {}).get(index, "")
            partner = _WITHOUT_POSTCODE if fault == POSTCODE else customers[index % len(customers)]
            first = _WITHOUT_SKU if fault == SKU else index % len(_PRODUCTS) + 1
            count = (parcels or {}).get(index, 1)
            lines = [(first, float(index % 3 + 1)), ((index + 1) % len(_PRODUCTS) + 1, 2.0)]
            picking = _ordered(call, partner, [*lines, *[(2, 1.0)] * max(count - 2, 0)])
            if count > 1:
                _pack(call, picking, count)
            made.append(picking)
    return made


def _ordered(call: Call, partner: int, lines: Sequence[tuple[int, float]]) -> int:
    """A confirmed order of (product, quantity) lines; its transfer."""
    number = call.database.next_number("sale.order")
    values = {"name": f"SO{number:04d}", "client_order_ref": f"PO-{1000 + number}", "partner_id": partner}
    rows = [[0, 0, {"product_id": product, "product_uom_qty": quantity}] for product, quantity in lines]
    [order] = create(call, "sale.order", [{**values, "order_line": rows}])
    call.database.write("sale.order", [order], {"state": "sale"}, call.uid)
    return launch(call, order, lines_of(call.database, order))


def _pack(call: Call, picking: int, count: int) -> None:
    """Deal the lines out to ``count`` packages."""
    database = call.database
    packages = create(call, package_model(database.major), [{} for _ in range(count)])
    for index, line in enumerate(database.of("stock.move.line", "picking_id", picking)):
        database.write("stock.move.line", [line["id"]], {"result_package_id": packages[index % count]}, call.uid)
