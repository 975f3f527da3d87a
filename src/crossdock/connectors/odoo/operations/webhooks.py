"""`crossdock odoo webhooks install|list|remove`: automation rules that hint, so that a change is read at once.

Nothing of a hook is used but that something changed: Odoo cannot sign, 18 sends before its transaction commits, and a
hook that is lost is not sent again. Each one is a POST that Odoo waits for, up to a second per record, so rules watch
few fields, and none that Crossdock itself writes.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from crossdock.connectors.odoo.client.dialects import Call
from crossdock.connectors.odoo.client.session import Row
from crossdock.connectors.odoo.connector import OdooConnector
from crossdock.connectors.odoo.operations.calling import Calls, administrator, find, named_administrator
from crossdock.connectors.odoo.operations.owned import Owned, model_id, same
from crossdock.connectors.odoo.operations.saying import changed, error, warning, well
from crossdock.ports.spec import Errand, OperationStopped, Report, Step

INBOX = "deliveries"
"""The webhook the connector declares; it wakes the feeds a record concerns, whatever its model."""
RULE = "base.automation"
ACTION = "ir.actions.server"
WRITTEN = "on_create_or_write"
DELETED = "on_unlink"


class Hook(Struct, frozen=True):
    """What of a model is worth a hint: a change of ``fields`` (any, when empty) in records that match ``only``."""

    fields: tuple[str, ...]
    only: str = ""
    deletions: bool = True


HOOKS: Mapping[str, Hook] = {
    "stock.picking": Hook(("state", "scheduled_date", "partner_id", "carrier_id")),
    "stock.move": Hook(("product_uom_qty", "product_id")),
    "sale.order": Hook(("state", "partner_shipping_id", "commitment_date")),
    "purchase.order": Hook(("state", "partner_id", "date_planned")),
    "res.partner": Hook(("name", "street", "street2", "zip", "city", "country_id", "phone", "email"), deletions=False),
    "product.product": Hook(("default_code", "barcode", "weight"), deletions=False),
    "stock.quant": Hook(("quantity", "reserved_quantity"), "[('location_id.usage', '=', 'internal')]", deletions=False),
}
DEFAULT = ("stock.picking", "stock.move", "sale.order")


class Rule(Struct, frozen=True):
    """One automation rule as it should be."""

    name: str
    title: str
    model: str
    trigger: str
    fields: tuple[str, ...] = ()
    only: str = ""


def rules(partner: str, models: Sequence[str]) -> list[Rule]:
    """The rules of these models. The external id names partner, model and trigger, so several installations may share
    an Odoo.
    """
    wanted = []
    for model in models:
        hook, stem = HOOKS[model], f"{_prefix(partner)}{model.replace('.', '_')}"
        wanted.append(
            Rule(f"{stem}_written", f"Crossdock ({partner}): {model}", model, WRITTEN, hook.fields, hook.only)
        )
        if hook.deletions:
            wanted.append(
                Rule(f"{stem}_deleted", f"Crossdock ({partner}): {model} deleted", model, DELETED, (), hook.only)
            )
    return wanted


def _prefix(partner: str) -> str:
    return f"webhook_{partner.replace('-', '_')}__"


def address(errand: Errand) -> str:
    """Where Odoo sends its hooks, with the secret. Raises `OperationStopped` when none is configured."""
    reference = errand.surroundings.config.webhook_secret
    if not reference:
        text = "Set webhook_secret in this partner's configuration first (openssl rand -hex 24 makes a good one)."
        raise OperationStopped(text, "no webhook_secret")
    return f"{errand.inbound}/{INBOX}?key={errand.surroundings.secrets.reveal(reference)}"


async def install(connector: OdooConnector, errand: Errand) -> Report:  # noqa: ARG001 - an administrator calls
    """Make or repair the rules; those of models no longer named are removed."""
    target = address(errand)
    calls = await administrator(errand)
    owned = Owned(calls, dry=errand.dry_run)
    if not await model_id(calls, RULE):
        do = "install it in Odoo, or leave webhooks away: polling finds everything"
        return Report((error("module base_automation", "is not installed", do),))
    wanted = rules(errand.surroundings.partner, tuple(errand.options.get("model") or ()) or DEFAULT)
    steps = [await _keep(owned, rule, target) for rule in wanted]
    present = await owned.names(RULE, _prefix(errand.surroundings.partner))
    surplus = sorted(set(present) - {rule.name for rule in wanted})
    steps += [await _drop(owned, name, "its model is no longer named") for name in surplus]
    if target.startswith("http://"):
        text = "hooks go out unencrypted, and the secret in their address with them"
        steps.append(warning("address", text, "set listen.public_url to an https:// address"))
    return Report(tuple(steps), {"address": f"{errand.inbound}/{INBOX}"})


async def _keep(owned: Owned, rule: Rule, target: str) -> Step:
    model = await model_id(owned.calls, rule.model)
    if not model:
        return warning(rule.title, "its module is not installed", "nothing to do unless you use it")
    fields = await _field_ids(owned.calls, rule)
    values: Row = {
        "name": rule.title, "model_id": model, "trigger": rule.trigger, "active": True,
        "trigger_field_ids": [[6, 0, fields]], "filter_domain": rule.only or False,
    }  # fmt: skip
    action: Row = {"name": rule.title, "model_id": model, "state": "webhook", "webhook_url": target}
    found = await owned.named(rule.name, RULE)
    why = "records deleted leave no other trace" if rule.trigger == DELETED else f"changes of {', '.join(rule.fields)}"
    if not found:
        await owned.make(rule.name, RULE, {**values, "action_server_ids": [[0, 0, action]]})
        return changed(rule.title, "made", why, dry=owned.dry)
    different = await owned.differences(RULE, found, values)
    # What a trigger needs is computed from the others, so all of it is written together.
    if different:
        await owned.write(RULE, found, values)
    corrected = await _keep_action(owned, found, action)
    return changed(rule.title, "corrected" if different or corrected else "", why, dry=owned.dry)


async def _keep_action(owned: Owned, rule: int, values: Row) -> bool:
    """Whether the rule's one action had to be put right: the address or its secret has changed."""
    wanted = [field for field in values if field != "name"]  # 18 names such actions itself
    rows = await find(owned.calls, ACTION, [("base_automation_id", "=", rule)], wanted)
    if len(rows) == 1 and all(same(rows[0].get(field), values[field]) for field in wanted):
        return False
    if not owned.dry:
        ids = [[2, row["id"]] for row in rows]
        await owned.write(RULE, rule, {"action_server_ids": [*ids, [0, 0, values]]})
    return True


async def _field_ids(calls: Calls, rule: Rule) -> list[int]:
    if not rule.fields:
        return []
    domain = [("model", "=", rule.model), ("name", "in", list(rule.fields))]
    return sorted(row["id"] for row in await find(calls, "ir.model.fields", domain, ["name"]))


async def _drop(owned: Owned, name: str, why: str) -> Step:
    found = await owned.named(name, RULE)
    actions = [row["id"] for row in await find(owned.calls, ACTION, [("base_automation_id", "=", found)], ["name"])]
    gone = await owned.drop(name, RULE)
    if actions and not owned.dry:
        left = [row["id"] for row in await find(owned.calls, ACTION, [("id", "in", actions)], ["name"])]
        if left:
            await owned.calls.call(Call(ACTION, "unlink", tuple(left), writes=True))
    return changed(f"rule {name}", "removed" if gone else "", why, dry=owned.dry)


async def remove(connector: OdooConnector, errand: Errand) -> Report:  # noqa: ARG001 - an administrator calls
    """Take our rules away, and nobody else's."""
    owned = Owned(await administrator(errand), dry=errand.dry_run)
    names = sorted(await owned.names(RULE, _prefix(errand.surroundings.partner)))
    steps = [await _drop(owned, name, "polling goes on and finds everything, later") for name in names]
    return Report(tuple(steps) or (well("webhooks", "there are none of ours"),))


async def list_rules(connector: OdooConnector, errand: Errand) -> Report:  # noqa: ARG001 - an administrator calls
    """Our rules and whether they point here."""
    return Report(tuple(await examine(errand)))


async def examine(errand: Errand) -> list[Step]:
    """One step per rule of ours: active, and pointing to us with today's secret. Needs an administrator."""
    if not named_administrator(errand):
        return [well("webhooks", "not looked at: only administrators see them (--admin-login or --admin-key)")]
    calls = await administrator(errand)
    present = (
        await Owned(calls).names(RULE, _prefix(errand.surroundings.partner)) if await model_id(calls, RULE) else {}
    )
    if not present:
        return [well("webhooks", "none is installed; polling finds everything, later")]
    target = address(errand)
    return [await _look(calls, name, record, target) for name, record in sorted(present.items())]


async def _look(calls: Calls, name: str, record: int, target: str) -> Step:
    do = "run: crossdock odoo webhooks install"
    rules_found = await find(calls, RULE, [("id", "=", record)], ["name", "active"])
    if not rules_found:
        return warning(f"rule {name}", "somebody deleted it in Odoo", do)
    subject = str(rules_found[0]["name"])
    if not rules_found[0]["active"]:
        return warning(subject, "is switched off in Odoo", do)
    actions = await find(calls, ACTION, [("base_automation_id", "=", record)], ["webhook_url"])
    if [row["webhook_url"] for row in actions] != [target]:
        return warning(subject, "points elsewhere, or carries an old secret", do)
    return well(subject, f"points to {target.partition('?')[0]}")
