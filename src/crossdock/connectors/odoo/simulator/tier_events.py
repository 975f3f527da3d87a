"""What the addon and the server action do with a batch of events: each once, newest wins, one note per transfer."""

from collections.abc import Mapping
from html import escape
from typing import Any

from msgspec import Struct

from crossdock.connectors.odoo.simulator.database import Database, Row, parse_date, shown_date
from crossdock.connectors.odoo.simulator.faults import OdooFault
from crossdock.connectors.odoo.simulator.rows import create, refuse, write
from crossdock.connectors.odoo.simulator.rules import Call, Method

PICKING = "stock.picking"
MOST = 1000
_KINDS = frozenset({"", "milestone", "eta", "proof", "plan", "label", "note"})
_SHAPES: Mapping[str, type] = {
    "tracking": list,
    "attachments": list,
    "plan": dict,
    "proof": dict,
    "text": str,
    "kind": str,
    "milestone": str,
    "exception": str,
    "at": str,
    "eta": str,
}
_PLAN = {"tour": "tour", "sequence": "tour_sequence", "vehicle": "vehicle", "driver": "driver"}
_SLOTS = {"slot_from": "slot_from", "slot_to": "slot_to"}
Order = tuple[int, int, str]


class Book(Struct, frozen=True):
    """Where one tier keeps its events (``fields``: by what an item calls them) and its fields of the transfer."""

    model: str
    fields: Mapping[str, str]
    prefix: str


ADDON = Book(
    "crossdock.event",
    {
        "id": "event_key",
        "picking": "picking_id",
        "kind": "kind",
        "milestone": "milestone",
        "exception": "exception",
        "at": "occurred_at",
        "rank": "rank",
        "text": "text",
    },
    "crossdock_",
)
ACTION = Book(
    "x_crossdock_event",
    {
        "id": "x_key",
        "picking": "x_picking_id",
        "kind": "x_kind",
        "milestone": "x_milestone",
        "exception": "x_exception",
        "at": "x_at",
        "rank": "x_rank",
        "text": "x_text",
    },
    "x_crossdock_",
)
OF_EVENT = {
    "crossdock.event": (
        "event_key:c picking_id>stock.picking company_id>res.company kind:c milestone:c exception:c reason:c "
        "occurred_at:d occurred_text:c rank:i text:t tracking:c data:t"
    ),
    "x_crossdock_event": (
        "x_name:c x_key:c x_picking_id>stock.picking x_kind:c x_milestone:c x_exception:c x_at:d x_rank:i x_text:t "
        "x_data:t"
    ),
}
OF_TRANSFER = (
    "milestone:c milestone_at:d exception:c eta:d tour:c tour_sequence:i vehicle:c driver:c slot_from:d slot_to:d "
    "signed_by:c delivered_at:d marks:t"
)
"""Fields on the transfer, each with the prefix of its tier."""


def apply(call: Call, items: Any, book: Book) -> list[Row]:
    """The result of each item, in order. Raises `OdooFault` when it is no list or has too many."""
    if not isinstance(items, list):
        raise refuse("events must be a list.")
    if len(items) > MOST:
        raise refuse(f"At most {MOST} events in one call.")
    results: list[Row] = [{} for _ in items]
    fresh = _fresh(call, items, book, results)
    notes: dict[int, list[tuple[Order, str]]] = {}
    for place in sorted(fresh):  # in the order of the call, whatever happened first
        _join(call, items[place])
    for place in sorted(fresh, key=lambda place: _order(call.database, items[place])):
        item = items[place]
        results[place] = _carry_out(call, item, book)
        if item.get("text"):
            line = escape(item["text"], quote=False).replace("\n", "<br>")
            notes.setdefault(item["picking"], []).append((_order(call.database, item), line))
    for picking, lines in sorted(notes.items()):
        _tell(call, picking, [line for _, line in lines])
    return results


def _fresh(call: Call, items: list[Any], book: Book, results: list[Row]) -> list[int]:
    """Places of the items to carry out; the others get their result here."""
    known = {row[book.fields["id"]]: row["id"] for row in call.database.rows[book.model].values()}
    fresh: dict[str, int] = {}
    for place, item in enumerate(items):
        fault = _fault(item)
        if fault:
            key = item.get("id") if isinstance(item, dict) else ""
            results[place] = _error(key if isinstance(key, str) else "", "ValueError", fault)
        elif item["id"] in known:
            results[place] = {"id": item["id"], "result": "duplicate", "record": known[item["id"]]}
        elif item["id"] in fresh:
            results[place] = {"id": item["id"], "result": "duplicate"}
        elif item["picking"] not in call.database.rows[PICKING]:
            results[place] = _error(item["id"], "MissingError", f"there is no transfer {item['picking']}")
        else:
            fresh[item["id"]] = place
    return list(fresh.values())


def _error(key: str, name: str, message: str) -> Row:
    return {"id": key, "result": "error", "error": {"name": name, "message": message}}


def _fault(item: Any) -> str:
    if not isinstance(item, dict):
        return "an event must be an object"
    key, picking, rank = item.get("id"), item.get("picking"), item.get("rank") or 0
    if not isinstance(key, str) or not key or "\n" in key:
        return "id: not a text of 1 to 64 characters"
    if not isinstance(picking, int) or isinstance(picking, bool) or picking <= 0 or not isinstance(rank, int):
        return "picking or rank: not a number it can be"
    wrong = next((name for name, kind in _SHAPES.items() if item.get(name) and not isinstance(item[name], kind)), "")
    if wrong:
        return f"{wrong}: of the wrong type"
    if (item.get("kind") or "") not in _KINDS:
        return f"kind: {item['kind']} is not simulated"
    times = {
        **{name: item.get(name) for name in ("at", "eta")},
        **{name: (item.get("plan") or {}).get(name) for name in _SLOTS},
    }
    late = next((name for name, text in times.items() if text and not _is_time(text)), "")
    return f"{late}: not a time YYYY-MM-DD HH:MM:SS" if late else ""


def _is_time(text: str) -> bool:
    try:
        parse_date(text, zoned=False)
    except OdooFault:
        return False
    return True


def _order(database: Database, item: Row) -> Order:
    return (_moment(database, item), item.get("rank") or 0, item["id"])


def _moment(database: Database, item: Row) -> int:
    return parse_date(item["at"], zoned=False) if item.get("at") else database.now


def _carry_out(call: Call, item: Row, book: Book) -> Row:
    """Keep the event; write what it tells where nothing newer has told it."""
    [record] = create(call, book.model, [_kept(call.database, item, book)])
    picking = call.database.rows[PICKING][item["picking"]]
    order, told = _order(call.database, item), _told(call.database, item, book.prefix)
    marks = _marks(str(picking.get(f"{book.prefix}marks") or ""))
    newer = [aspect for aspect in told if aspect not in marks or order > marks[aspect]]
    values = {name: value for aspect in newer for name, value in told[aspect].items()}
    if newer:
        marks |= dict.fromkeys(newer, order)
        values[f"{book.prefix}marks"] = "\n".join(f"{a}|{m[0]}|{m[1]}|{m[2]}" for a, m in sorted(marks.items()))
    if values:
        write(call, PICKING, [picking["id"]], values)
    _attach(call, item)
    result = "stale" if told and not newer else "applied"
    call.note("event.applied", f"{PICKING},{picking['id']}", id=item["id"], result=result)
    return {"id": item["id"], "result": result, "record": record}


def _kept(database: Database, item: Row, book: Book) -> Row:
    own = {
        "id": item["id"],
        "picking": item["picking"],
        "kind": item.get("kind") or "milestone",
        "milestone": item.get("milestone") or False,
        "exception": item.get("exception") or False,
        "at": _moment(database, item),
        "rank": item.get("rank") or 0,
        "text": item.get("text") or False,
    }
    return {book.fields[name]: value for name, value in own.items()}


def _told(database: Database, item: Row, prefix: str) -> dict[str, Row]:
    """The values of an item by what it speaks of: a milestone ends an exception that it does not repeat."""
    told: dict[str, Row] = {}
    if item.get("milestone") or item.get("exception"):
        told["state"] = {f"{prefix}exception": item.get("exception") or False}
    if item.get("milestone"):
        moment = _moment(database, item)
        told["state"] |= {f"{prefix}milestone": item["milestone"], f"{prefix}milestone_at": moment}
    if item.get("eta") is not None:
        told["eta"] = {f"{prefix}eta": item["eta"] or False}
    if item.get("plan"):
        names = {**_PLAN, **_SLOTS}
        plan = {names[name]: value or False for name, value in item["plan"].items() if name in names}
        told["plan"] = {f"{prefix}{name}": value for name, value in plan.items()}
    if item.get("proof"):
        told["proof"] = {f"{prefix}signed_by": item["proof"].get("signed_by") or False}
    return told


def _marks(text: str) -> dict[str, Order]:
    found: dict[str, Order] = {}
    for line in text.splitlines():
        aspect, at, rank, key = line.split("|", 3)
        found[aspect] = (int(at), int(rank), key)
    return found


def _join(call: Call, item: Row) -> None:
    """The item's tracking numbers join those of its transfer."""
    picking = call.database.rows[PICKING][item["picking"]]
    there = [part.strip() for part in str(picking.get("carrier_tracking_ref") or "").split(",") if part.strip()]
    joined = list(dict.fromkeys([*there, *(str(number).strip() for number in item.get("tracking") or [])]))
    if joined != there:
        write(call, PICKING, [picking["id"]], {"carrier_tracking_ref": ",".join(joined)})


def _attach(call: Call, item: Row) -> None:
    """One file of each name on a transfer, replaced when its content differs."""
    files = call.database.rows["ir.attachment"]
    for given in item.get("attachments") or []:
        values = {"datas": given["datas"], "mimetype": given.get("mimetype") or "application/octet-stream"}
        same = [
            row["id"]
            for row in files.values()
            if (row.get("res_model"), row.get("res_id"), row["name"]) == (PICKING, item["picking"], given["name"])
        ]
        if not same:
            about = {"name": given["name"], "res_model": PICKING, "res_id": item["picking"]}
            create(call, "ir.attachment", [{**about, **values}])
        elif files[same[-1]].get("datas") != given["datas"]:
            write(call, "ir.attachment", [same[-1]], values)


def _tell(call: Call, picking: int, lines: list[str]) -> None:
    """One note, the newest line last."""
    body = f"<p>{lines[0]}</p>" if len(lines) == 1 else f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"
    values = {"model": PICKING, "res_id": picking, "body": body, "message_type": "notification", "subtype_id": 1}
    values["is_internal"] = True
    create(call, "mail.message", [values])


def _apply_method(call: Call) -> list[Row]:
    return apply(call, call.get("events"), ADDON)


ADDON_METHODS = {"apply": Method(_apply_method, ("events",), 1, on_records=False)}


def mark(database: Database, action: int, version: str) -> None:
    """The row by which users of the server action find it."""
    row = {"x_key": "crossdock:apply_events", "x_kind": "setup", "x_rank": action, "x_name": version}
    for old in [each for each in database.rows[ACTION.model].values() if each.get("x_key") == row["x_key"]]:
        database.delete(ACTION.model, old["id"])
    database.create(ACTION.model, {**row, "x_at": shown_date(database.now)})
