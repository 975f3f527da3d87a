"""The house the demo company works in: locations, a warehouse with its operations, journals, people, small tables."""

from crossdock.connectors.odoo.simulator.database import Database
from crossdock.connectors.odoo.simulator.office_models import describe
from crossdock.connectors.odoo.simulator.rows import create
from crossdock.connectors.odoo.simulator.rules import Call

_GROUPS = (
    ("base.group_user", "Internal User"),
    ("base.group_system", "Settings"),
    ("stock.group_stock_user", "Inventory / User"),
    ("stock.group_stock_manager", "Inventory / Administrator"),
    ("sales_team.group_sale_salesman_all_leads", "Sales / User: All Documents"),
    ("base.group_partner_manager", "Contact Creation"),
    ("sales_team.group_sale_manager", "Sales / Administrator"),
    ("purchase.group_purchase_user", "Purchase / User"),
    ("purchase.group_purchase_manager", "Purchase / Administrator"),
    ("account.group_account_invoice", "Invoicing / Billing"),
    ("account.group_account_manager", "Invoicing / Administrator"),
    ("product.group_product_manager", "Products / Create"),
)
_MODULES = (
    "base mail stock sale_management sale_stock stock_delivery delivery purchase purchase_stock account stock_account "
    "stock_landed_costs stock_picking_batch base_automation product uom"
)
_DAYS = 90.0
_WORDS = {"outgoing": "out", "incoming": "in", "internal": "internal"}
"""Types of operation as external ids name them."""


def lay_out(call: Call, partner: int) -> None:
    """Locations, the warehouse WH with its three types of operation, and what the other models refer to."""
    database = call.database
    views = {name: database.create("stock.location", _place(name, "view")) for name in ("WH", "Partners", "Virtual")}
    inside = {"location_id": views["WH"], "company_id": 1}
    stock = database.create("stock.location", {**_place("Stock", "internal"), **inside})
    outside = {"location_id": views["Partners"]}
    customers = database.create("stock.location", {**_place("Customers", "customer"), **outside})
    vendors = database.create("stock.location", {**_place("Vendors", "supplier"), **outside})
    lost = {**_place("Inventory adjustment", "inventory"), "location_id": views["Virtual"], "company_id": 1}
    database.create("stock.location", lost)
    if database.major < 19:
        scrap = {**_place("Scrap", "inventory"), "location_id": views["Virtual"], "company_id": 1}
        database.create("stock.location", {**scrap, "scrap_location": True})
    named = {"stock_location_stock": stock, "stock_location_customers": customers, "stock_location_suppliers": vendors}
    for name, location in named.items():
        database.name("stock.location", location, f"stock.{name}")
    _warehouse(database, partner, {"view": views["WH"], "stock": stock, "customers": customers, "vendors": vendors})
    _tables(call)


def _place(name: str, usage: str) -> dict[str, object]:
    return {"name": name, "usage": usage, "active": True}


def _warehouse(database: Database, partner: int, places: dict[str, int]) -> None:
    stock = places["stock"]
    house = {"name": "YourCompany", "code": "WH", "partner_id": partner, "company_id": 1, "lot_stock_id": stock}
    warehouse = database.create("stock.warehouse", {**house, "view_location_id": places["view"], "active": True})
    kinds = {}
    for code, name, source, target in (
        ("outgoing", "Delivery Orders", stock, places["customers"]),
        ("incoming", "Receipts", places["vendors"], stock),
        ("internal", "Internal Transfers", stock, stock),
    ):
        ends = {"default_location_src_id": source, "default_location_dest_id": target, "company_id": 1}
        about = {"name": name, "code": code, "warehouse_id": warehouse, "active": True, "create_backorder": "ask"}
        lots = {"use_create_lots": code == "incoming", "use_existing_lots": True}
        kinds[code] = database.create("stock.picking.type", {**about, **ends, **lots})
        database.name("stock.picking.type", kinds[code], f"stock.picking_type_{_WORDS[code]}")
    database.write("stock.picking.type", [kinds["outgoing"]], {"return_picking_type_id": kinds["incoming"]}, 1)
    database.write("stock.picking.type", [kinds["incoming"]], {"return_picking_type_id": kinds["outgoing"]}, 1)
    own = {"out_type_id": kinds["outgoing"], "in_type_id": kinds["incoming"], "int_type_id": kinds["internal"]}
    steps = {"reception_steps": "one_step", "delivery_steps": "ship_only"}
    database.write("stock.warehouse", [warehouse], {**own, **steps}, 1)


def _tables(call: Call) -> None:
    """Currencies, journals, kinds of notes and activities, descriptions of models, modules."""
    database = call.database
    for code, symbol in (("USD", "$"), ("EUR", "€")):
        create(call, "res.currency", [{"name": code, "symbol": symbol}])
    for name, code, kind in (("Customer Invoices", "INV", "sale"), ("Vendor Bills", "BILL", "purchase")):
        create(call, "account.journal", [{"name": name, "code": code, "type": kind, "company_id": 1}])
    for name, external in (("Note", "mail.mt_note"), ("Discussions", "mail.mt_comment")):
        subtype = database.create("mail.message.subtype", {"name": name, "internal": name == "Note"})
        database.name("mail.message.subtype", subtype, external)
    todo = database.create("mail.activity.type", {"name": "To-Do", "category": "default"})
    database.name("mail.activity.type", todo, "mail.mail_activity_data_todo")
    database.create("res.lang", {"name": "English (US)", "code": "en_US", "active": True})
    for name in _MODULES.split():
        version = f"{database.major}.0.1.0"
        database.create("ir.module.module", {"name": name, "state": "installed", "latest_version": version})
    describe(database)


def people(call: Call, login: str, uid: int) -> None:
    """The administrator (2) and the integration user, with the groups there are."""
    database = call.database
    groups = []
    for external, name in _GROUPS:
        groups.append(database.create("res.groups", {"name": name, "full_name": name, "api_key_duration": _DAYS}))
        database.name("res.groups", groups[-1], external)
    field = "group_ids" if database.major >= 19 else "groups_id"
    for row_id, name, word, email, held in (
        (1, "OdooBot", "__system__", "bot@example.com", groups),
        (2, "Administrator", "admin", "admin@example.com", groups),
        (uid, "Crossdock", login, "crossdock@example.com", [each for each in groups if each != 2]),
    ):
        if row_id in database.rows["res.users"]:
            continue
        values = {"name": name, "login": word, "email": email, field: [[6, 0, held]]}
        [made] = create(call, "res.users", [values])
        row = database.rows["res.users"][made]
        database.delete("res.users", made)
        database.adopt("res.users", row_id, row)
