"""The bulk calls Crossdock makes, in a bare loop: no store, no lanes, no retries, nothing found again."""

from collections.abc import Callable
from typing import Any

from benchmarks.endpoint.odoo.direct import Direct, Row
from benchmarks.endpoint.odoo.told import Told
from benchmarks.endpoint.odoo.yard import PICKING
from crossdock.connectors.odoo.client.dialects import JSON2, Call
from crossdock.connectors.odoo.client.together.applying import ActionWay, AddonWay
from crossdock.connectors.odoo.client.together.stock import StockWay
from crossdock.connectors.odoo.client.together.tiers import ACTION_MARK, MANUAL_EVENTS
from crossdock.connectors.odoo.mapping.applying import Entry, entry_of, item_of, notes
from crossdock.ports.connector import Command

Bulk = Callable[[list[Entry]], object]


def entries(told: list[Told]) -> list[Entry]:
    """What the events say, as a batch takes it: made before anything is measured."""
    return [entry_of(Command(each.key, "odoo", f"t{each.picking}", each.body, "trace")) for each in told]


def bulk(odoo: Direct, tier: str) -> tuple[Bulk, int]:
    """The call(s) of one batch, and how many entries Crossdock puts into one."""
    if tier == "addon":
        return lambda batch: _addon(odoo, batch), AddonWay.largest
    if tier == "action":
        [row] = odoo.find(MANUAL_EVENTS, [("x_key", "=", ACTION_MARK)], ["x_rank"])
        action = int(row["x_rank"])
        return lambda batch: _action(odoo, action, batch), ActionWay.largest
    sender = _sender(odoo)
    return lambda batch: _stock(odoo, sender, batch), StockWay.largest


def _addon(odoo: Direct, batch: list[Entry]) -> None:
    items = [item_of(entry, "") for entry in batch]
    _applied(odoo.call(Call("crossdock.event", "apply", None, {"events": items}, writes=True)))


def _action(odoo: Direct, action: int, batch: list[Entry]) -> None:
    context = {"crossdock_events": [item_of(entry, "") for entry in batch]}
    _applied(odoo.call(Call("ir.actions.server", "run", (action,), context=context, writes=True))["results"])


def _applied(results: list[dict[str, Any]]) -> None:
    odd = [each for each in results if each["result"] != "applied"]
    if odd:
        raise RuntimeError(f"not applied: {odd[:3]}")


def _stock(odoo: Direct, sender: Row, batch: list[Entry]) -> None:
    changes = {entry.picking: ",".join(entry.tracking) for entry in batch}
    odoo.read(PICKING, list(changes), ["carrier_tracking_ref"])
    if odoo.dialect == JSON2:
        values = [{"carrier_tracking_ref": text} for text in changes.values()]
        arguments: Row = {"vals_list": values, "specification": {}}
        odoo.call(Call(PICKING, "web_save_multi", tuple(changes), arguments, writes=True))
    else:
        data = [[str(picking), text] for picking, text in changes.items()]
        table: Row = {"fields": [".id", "carrier_tracking_ref"], "data": data}
        odoo.call(Call(PICKING, "load", None, table, writes=True))
    rows = [{"model": PICKING, "res_id": each, "body": body, **sender} for each, body in notes(batch).items()]
    odoo.create("mail.message", rows)


def _sender(odoo: Direct) -> Row:
    found = odoo.call(Call("ir.model.data", "check_object_reference", None, {"module": "mail", "xml_id": "mt_note"}))
    user = odoo.call(Call("res.users", "context_get"))["uid"]
    [row] = odoo.read("res.users", [user], ["partner_id", "email_formatted"])
    return {
        "message_type": "notification", "subtype_id": found[1], "is_internal": True, "author_id": row["partner_id"],
        "email_from": row["email_formatted"], "reply_to": row["email_formatted"], "record_name": False,
    }  # fmt: skip
