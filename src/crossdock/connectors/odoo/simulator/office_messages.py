"""Notes, files and activities on records."""

import base64
import binascii
import hashlib
from html import escape
from typing import Any

from crossdock.connectors.odoo.simulator.database import Database, Row, shown_date
from crossdock.connectors.odoo.simulator.faults import OdooFault, missing
from crossdock.connectors.odoo.simulator.rows import create, lacking, unlink
from crossdock.connectors.odoo.simulator.rules import Call, Method, Rules

MESSAGE = "mail.message"
ACTIVITY = "mail.activity"
FILE = "ir.attachment"
_POST = (
    "body",
    "subject",
    "message_type",
    "email_from",
    "author_id",
    "parent_id",
    "subtype_xmlid",
    "subtype_id",
    "partner_ids",
    "attachments",
    "attachment_ids",
    "body_is_html",
    "message_id",
)
_SCHEDULE = ("act_type_xmlid", "date_deadline", "summary", "note", "user_id", "activity_type_id")


def _post(call: Call) -> Any:
    """A note in the chatter; the record itself is not touched."""
    database, body = call.database, str(call.get("body", ""))
    if call.get("attachments"):
        raise OdooFault("builtins.ValueError", "the simulator takes attachment_ids only (attachments corrupts content)")
    shown = body if call.get("body_is_html") else f"<p>{escape(body)}</p>" if body else ""
    posted = []
    for each in call.ids:
        if each not in database.rows[call.model]:
            raise missing(call.model, each, call.uid)
        values = {
            "model": call.model,
            "res_id": each,
            "body": shown,
            "message_type": call.get("message_type", "notification"),
            "message_id": call.get("message_id") or False,
            "attachment_ids": call.get("attachment_ids") or [],
            "subtype_id": call.get("subtype_id") or 1,
        }
        posted += create(call, MESSAGE, [values])
    return posted if database.major >= 19 else posted[-1]


def _message(call: Call, row: Row) -> Row:
    author = call.database.row("res.users", call.uid).get("partner_id") or False
    person = call.database.row("res.partner", author)
    address = call.database.value("res.partner", person, "email_formatted") if person else False
    plain = {"date": call.database.now, "message_type": "email", "author_id": author}
    return {**plain, "email_from": address, "reply_to": address, **row}


def _noted(call: Call, ids: list[int]) -> None:
    for each in ids:
        row = call.database.row(MESSAGE, each)
        call.note("note.posted", f"{row.get('model')},{row.get('res_id')}", body=str(row.get("body") or ""))


def _schedule(call: Call) -> Any:
    """An activity on each of the records; its type by external id."""
    made = []
    for each in call.ids:
        if each not in call.database.rows[call.model]:
            raise missing(call.model, each, call.uid)
        names = ("summary", "note", "user_id", "date_deadline")
        values = {name: call.get(name) for name in names if call.get(name)}
        kind = call.get("activity_type_id") or 1
        made += create(call, ACTIVITY, [{**values, "activity_type_id": kind, "res_model": call.model, "res_id": each}])
    return made


def _activity(call: Call, row: Row) -> Row:
    """The record it is about, its due day and, up to Odoo 18, who makes it."""
    described = call.database.row("ir.model", row.get("res_model_id"))
    model = described.get("model") or (row.get("res_model") if call.model != ACTIVITY else None)
    if not model or not row.get("res_id"):
        if call.database.major < 19:
            raise lacking(18, ACTIVITY, "Activity", "res_model_id", "Document Model")
        text = "Activities have to be linked to records with a not null res_id."
        raise OdooFault("odoo.exceptions.ValidationError", f"The operation cannot be completed: {text}")
    today = shown_date(call.database.now)[:10]
    mine = {"user_id": call.uid} if call.database.major < 19 else {}
    about = {"res_model": model, "date_deadline": today, "activity_type_id": 1, "active": True}
    return {**about, **mine, **row}


def _scheduled(call: Call, ids: list[int]) -> None:
    for each in ids:
        row = call.database.row(ACTIVITY, each)
        summary = str(row.get("summary") or "")
        call.note("activity.created", f"{row['res_model']},{row['res_id']}", activity=each, summary=summary)


def _due(database: Database, row: Row) -> str:
    today = shown_date(database.now)[:10]
    deadline = str(row.get("date_deadline") or today)
    return "today" if deadline == today else "overdue" if deadline < today else "planned"


def _feedback(call: Call) -> Any:
    """Done: the activity is gone and a message says so."""
    message: Any = False
    for each in call.ids:
        row = call.database.rows[ACTIVITY].get(each)
        if row is None:
            raise missing(ACTIVITY, each, call.uid)
        words = (f"{row.get('summary') or ''} done", str(call.get("feedback") or ""))
        body = "".join(f"<p>{escape(word)}</p>" for word in words) + str(row.get("note") or "")
        about = {"model": row["res_model"], "res_id": row["res_id"], "body": body, "message_type": "notification"}
        [message] = create(call, MESSAGE, [about])
        call.note("activity.done", f"{row['res_model']},{row['res_id']}", activity=each)
        if call.database.major >= 19:
            unlink(call, ACTIVITY, [each])
        else:
            call.database.write(ACTIVITY, [each], {"active": False}, call.uid)
    return message


def _file(call: Call, row: Row) -> Row:
    """Content by its checksum. Since Odoo 19 a file cannot be attached to a record that is not there."""
    table = call.database.rows.get(row.get("res_model") or "")
    if call.database.major >= 19 and table is not None and row.get("res_id") and row["res_id"] not in table:
        raise OdooFault("odoo.exceptions.AccessError", "Sorry, you are not allowed to access this document.")
    return {"type": "binary", **row, **_content(row.get("datas"))}


def _refile(_call: Call, _ids: list[int], values: Row) -> Row:
    return {**values, **_content(values["datas"])} if "datas" in values else values


def _content(datas: Any) -> Row:
    try:
        data = base64.b64decode(datas or "")
    except binascii.Error as reason:
        raise OdooFault("binascii.Error", str(reason)) from None
    return {"checksum": hashlib.sha1(data, usedforsecurity=False).hexdigest(), "file_size": len(data)}


def _filed(call: Call, ids: list[int]) -> None:
    for each in ids:
        row = call.database.row(FILE, each)
        details = {"name": str(row["name"]), "checksum": str(row.get("checksum", ""))}
        call.note("attachment.created", f"{row.get('res_model')},{row.get('res_id')}", **details)


MESSAGE_RULES: dict[str, Rules] = {
    MESSAGE: Rules(prepare=_message, created=_noted),
    ACTIVITY: Rules(
        prepare=_activity,
        created=_scheduled,
        computed={"state": _due},
        methods={
            "action_feedback": Method(_feedback, ("feedback", "attachment_ids")),
            "action_done": Method(_feedback),
        },
    ),
    FILE: Rules(
        prepare=_file,
        created=_filed,
        check=_refile,
        required=(("name", "Name"),),
        title="Attachment",
    ),
}
THREAD = {
    "message_post": Method(_post, _POST),
    "activity_schedule": Method(_schedule, _SCHEDULE, recordset=True, returns=ACTIVITY),
}
"""What every record with a chatter can do."""
THREADED = ("stock.picking", "sale.order", "purchase.order", "account.move", "res.partner", "stock.picking.batch")
