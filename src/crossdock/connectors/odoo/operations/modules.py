"""Which of Odoo's modules are there, and the optional addon."""

from crossdock.connectors.odoo.client.dialects import Call
from crossdock.connectors.odoo.operations.calling import Calls, find
from crossdock.connectors.odoo.operations.owned import Owned
from crossdock.connectors.odoo.operations.saying import changed, error, warning, well
from crossdock.ports.spec import Step

ADDON = "crossdock"
ADDON_GROUP = "crossdock.group_integration"
"""Who may use the addon's methods."""
_MODULES = (
    ("stock", "transfers; nothing works without it", True),
    ("sale_stock", "links transfers with sale orders", False),
    ("stock_delivery", "carrier and tracking reference on transfers", False),
    ("purchase_stock", "links receipts with purchase orders", False),
    ("account", "invoices and bills", False),
    ("stock_landed_costs", "freight as landed cost", False),
    ("base_automation", "webhooks: quicker than polling, and the only sign of a deletion", False),
)


async def states(calls: Calls, names: list[str]) -> dict[str, tuple[str, str]]:
    """State and version by module; a module Odoo does not know is left out."""
    rows = await find(calls, "ir.module.module", [("name", "in", names)], ["name", "state", "latest_version"])
    return {str(row["name"]): (str(row["state"]), str(row["latest_version"] or "")) for row in rows}


async def examine(calls: Calls) -> list[Step]:
    """One step per module: what it is for, and whether it is installed."""
    found = await states(calls, [name for name, _, _ in _MODULES])
    steps = []
    for name, why, must in _MODULES:
        state, version = found.get(name, ("not available", ""))
        if state == "installed":
            steps.append(well(f"module {name}", f"{version}: {why}"))
        elif must:
            steps.append(error(f"module {name}", f"{state}: {why}", f"install {name} in Odoo"))
        else:
            steps.append(warning(f"module {name}", f"{state}: {why}", f"install {name} if you use that"))
    return steps


async def addon(calls: Calls) -> Step:
    """Whether the addon is there."""
    state, version = (await states(calls, [ADDON])).get(ADDON, ("not available", ""))
    if state == "installed":
        return well("addon crossdock", f"{version} is installed (tier 3)")
    text = {"uninstalled": "is on the addons path and not installed", "not available": "is not on the addons path"}
    return well("addon crossdock", f"{text.get(state, state)}; it is optional")


async def install_addon(owned: Owned) -> list[Step]:
    """Install the addon, where it is on the server's addons path."""
    state, version = (await states(owned.calls, [ADDON])).get(ADDON, ("", ""))
    if not state and not owned.dry:
        await owned.calls.call(Call("ir.module.module", "update_list", writes=True))
        state, version = (await states(owned.calls, [ADDON])).get(ADDON, ("", ""))
    if not state:
        do = "put odoo_addons/crossdock on the server's addons path and restart Odoo, or use --tier action"
        return [error("addon crossdock", "is not on the addons path of this Odoo", do)]
    if state == "installed":
        return [changed("addon crossdock", "", f"{version} is installed", dry=owned.dry)]
    if not owned.dry:
        rows = await find(owned.calls, "ir.module.module", [("name", "=", ADDON)], ["state"])
        await owned.calls.call(Call("ir.module.module", "button_immediate_install", (int(rows[0]["id"]),), writes=True))
    return [changed("addon crossdock", "installed", "bulk, idempotent writes and a push of changes", dry=owned.dry)]
