"""Everything the simulated Odoo does, put together: rules by model, and the methods each model has."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from crossdock.connectors.odoo.simulator import (
    stock_lines,
    stock_moves,
    trade_credit,
    trade_invoices,
    trade_purchases,
    trade_sales,
)
from crossdock.connectors.odoo.simulator.database import Database, Row
from crossdock.connectors.odoo.simulator.office_automation import AUTOMATION_RULES
from crossdock.connectors.odoo.simulator.office_imports import SINCE_19, WEB
from crossdock.connectors.odoo.simulator.office_masterdata import OFFICE_RULES, UNIT_COMPUTED_UP_TO_18
from crossdock.connectors.odoo.simulator.office_messages import MESSAGE_RULES, THREAD, THREADED
from crossdock.connectors.odoo.simulator.office_models import MODEL_RULES
from crossdock.connectors.odoo.simulator.office_users import CHECK_RIGHTS, USER_RULES
from crossdock.connectors.odoo.simulator.records import COMMON, OF_REFERENCES, OF_USERS
from crossdock.connectors.odoo.simulator.rules import NOTHING, Method, Rules
from crossdock.connectors.odoo.simulator.schema import package_model
from crossdock.connectors.odoo.simulator.stock_counts import (
    CONFLICT_RULES,
    EARLY_18_LOTS,
    LOCATION_RULES,
    LOT_RULES,
    QUANT_RULES,
)
from crossdock.connectors.odoo.simulator.stock_returns import BATCH_RULES, RETURN_RULES
from crossdock.connectors.odoo.simulator.stock_scrap import SCRAP_RULES, warehouse_of
from crossdock.connectors.odoo.simulator.stock_transfers import BACKORDER_RULES, PACKAGE_RULES, TRANSFER_RULES
from crossdock.connectors.odoo.simulator.tier_events import ADDON_METHODS
from crossdock.connectors.odoo.simulator.trade_landed import LANDED_RULES

_RULES: Mapping[str, Rules] = {
    **OFFICE_RULES,
    **MESSAGE_RULES,
    **LANDED_RULES,
    **MODEL_RULES,
    **USER_RULES,
    **AUTOMATION_RULES,
    "crossdock.event": Rules(methods=ADDON_METHODS),
    "stock.picking": TRANSFER_RULES,
    "stock.move": stock_moves.MOVE_RULES,
    "stock.move.line": stock_lines.LINE_RULES,
    "stock.backorder.confirmation": BACKORDER_RULES,
    "stock.quant": QUANT_RULES,
    "stock.inventory.conflict": CONFLICT_RULES,
    "stock.lot": LOT_RULES,
    "stock.location": LOCATION_RULES,
    "stock.return.picking": RETURN_RULES,
    "stock.scrap": SCRAP_RULES,
    "stock.picking.batch": BATCH_RULES,
    "sale.order": trade_sales.ORDER_RULES,
    "sale.order.line": trade_sales.LINE_RULES,
    "sale.order.cancel": trade_sales.CANCEL_RULES,
    "sale.advance.payment.inv": trade_invoices.WIZARD_RULES,
    "purchase.order": trade_purchases.ORDER_RULES,
    "purchase.order.line": trade_purchases.LINE_RULES,
    "account.move": trade_invoices.MOVE_RULES,
    "account.move.line": trade_invoices.LINE_RULES,
    "account.move.reversal": trade_invoices.REVERSAL_RULES,
}
_EARLY = 18
_ALSO_COMPUTED: dict[str, Mapping[str, Callable[[Database, Row], Any]]] = {
    "stock.location": {"warehouse_id": warehouse_of},
    "stock.picking": {"purchase_id": trade_purchases.order_of},
    "res.partner": trade_credit.COMPUTED,
    "sale.order": trade_invoices.SALE_COMPUTED,
    "sale.order.line": trade_invoices.SALE_LINE_COMPUTED,
}


def rules_for(major: int) -> dict[str, Rules]:
    """The rules of every model of Odoo ``major`` that has any."""
    found = {package_model(major) if name == "PACKAGE" else name: rules for name, rules in _RULES.items()}
    found[package_model(major)] = PACKAGE_RULES
    for model, methods in (("res.users", OF_USERS), ("ir.model.data", OF_REFERENCES)):
        rules = found.get(model, NOTHING)
        found[model] = msgspec.structs.replace(rules, methods={**rules.methods, **methods})
    if major == _EARLY:
        found["stock.lot"] = msgspec.structs.replace(LOT_RULES, methods=EARLY_18_LOTS)
    for model in THREADED:
        rules = found.get(model, NOTHING)
        found[model] = msgspec.structs.replace(rules, methods={**rules.methods, **THREAD})
    return found


def computed_for(rules: Mapping[str, Rules], database: Database) -> None:
    """Tell a database which fields are computed, as far as its version has them."""
    also = {**_ALSO_COMPUTED, **({"uom.uom": UNIT_COMPUTED_UP_TO_18} if database.major < 19 else {})}
    for model in database.schema:
        own = {**rules.get(model, NOTHING).computed, **also.get(model, {})}
        database.computed.update({(model, name): run for name, run in own.items() if name in database.schema[model]})


def method_of(rules: Mapping[str, Rules], major: int, model: str, name: str) -> Method | None:
    """A public method of a model."""
    common = {**COMMON, **WEB, **(SINCE_19 if major >= 19 else CHECK_RIGHTS)}
    return rules.get(model, NOTHING).methods.get(name) or common.get(name)
