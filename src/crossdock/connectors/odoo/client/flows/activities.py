"""Activities: what a person shall do about a record, raised once and closed once, found by the marker in their note.

The marker is visible text: Odoo strips comments and unknown attributes. A done activity is gone (or archived, where its
type says so), but the message it leaves carries its note, and the marker with it.
"""

from typing import Any

from crossdock.connectors.odoo.client.dialects import ids_of
from crossdock.connectors.odoo.client.flows.anchors import Anchors, parked
from crossdock.connectors.odoo.client.flows.flow import Outcome
from crossdock.connectors.odoo.client.session import OdooSession, Row, identifier
from crossdock.connectors.odoo.mapping.writing import marker_text, note_html
from crossdock.model.events import WrittenDocument
from crossdock.model.tasks import CloseActivity, RaiseActivity, RecordKind
from crossdock.ports.connector import Documents

ACTIVITY = "mail.activity"
_TO_DO = "mail.mail_activity_data_todo"
_MODELS: dict[RecordKind, str] = {
    "transfer": "stock.picking",
    "sales_order": "sale.order",
    "purchase_order": "purchase.order",
    "invoice": "account.move",
}
_RESPONSIBLE = ("user_id", "invoice_user_id")
_NO_USER = "Odoo has no user with the login '{login}': correct the assignee, then retry."


class _Marked:
    """Finds activities by their marker."""

    def __init__(self, session: OdooSession, anchors: Anchors) -> None:
        """Works through ``session``."""
        self._session = session
        self._anchors = anchors

    async def _open(self, body: RaiseActivity | CloseActivity, *, archived: bool = False) -> list[Row]:
        """Activities on the record whose note has the marker."""
        domain: list[Any] = [
            ("res_model", "=", _MODELS[body.record]),
            ("res_id", "=", int(body.external_id)),
            ("note", "ilike", marker_text(body.marker)),
        ]
        if archived and "active" in await self._session.fields(ACTIVITY):
            domain.append(("active", "in", [True, False]))
        rows = await self._session.find(ACTIVITY, domain, ["note", "summary"])
        return [row for row in rows if marker_text(body.marker) in str(row["note"])]


class Raise(_Marked):
    """Asks a person to do something about a record."""

    async def find(self, body: RaiseActivity) -> Outcome | None:
        """The activity, or the message it left when it was done."""
        if rows := await self._open(body, archived=True):
            return (WrittenDocument("activity", str(rows[0]["id"]), str(rows[0]["summary"] or "")),)
        model, text = _MODELS[body.record], marker_text(body.marker)
        domain = [("model", "=", model), ("res_id", "=", int(body.external_id)), ("body", "ilike", text)]
        left = await self._session.find("mail.message", domain, ["body"], limit=5)
        return (
            (WrittenDocument("activity", "", body.summary),) if any(text in str(row["body"]) for row in left) else None
        )

    async def carry_out(self, body: RaiseActivity, documents: Documents, *, again: bool) -> Outcome:  # noqa: ARG002 - an activity has no document
        """Choose the person, schedule it."""
        if again and (found := await self.find(body)) is not None:
            return found
        model, record = _MODELS[body.record], int(body.external_id)
        values: dict[str, Any] = {
            "act_type_xmlid": _TO_DO,
            "summary": body.summary,
            "note": note_html(body.note, body.marker),
            "user_id": await self._person(body, model, record),
        }
        if body.due:
            values["date_deadline"] = body.due.at[:10]
        made = ids_of(await self._anchors.act(model, "activity_schedule", (record,), values))
        return (WrittenDocument("activity", str(made[0]) if made else "", body.summary),)

    async def _person(self, body: RaiseActivity, model: str, record: int) -> int:
        """The assignee by login, else the person responsible for the record, else the integration user."""
        row = await self._anchors.row(model, record, _RESPONSIBLE)
        if body.assignee:
            found = await self._session.search("res.users", [("login", "=", body.assignee)])
            if not found:
                raise parked(_NO_USER.format(login=body.assignee), "no active res.users of that login")
            return found[0]
        responsible = next((identifier(row[each]) for each in _RESPONSIBLE[::-1] if identifier(row.get(each))), 0)
        return responsible or await self._anchors.user()


class Close(_Marked):
    """Marks an activity done; one that is gone is done."""

    async def find(self, body: CloseActivity) -> Outcome | None:
        """Nothing with the marker is open any more."""
        return None if await self._open(body) else ()

    async def carry_out(self, body: CloseActivity, documents: Documents, *, again: bool) -> Outcome:  # noqa: ARG002 - what is open is looked for in any case
        """Give feedback on what is open."""
        rows = await self._open(body)
        if rows:
            ids = tuple(row["id"] for row in rows)
            await self._anchors.act(ACTIVITY, "action_feedback", ids, {"feedback": body.feedback})
        return tuple(WrittenDocument("activity", str(row["id"]), str(row["summary"] or "")) for row in rows)
