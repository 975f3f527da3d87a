"""The writes: attachments, notes and the tracking reference, each looked for before it is made again.

One call is one transaction in Odoo and a command may need two, so the telling one comes last: what was left behind
by a crash in between is found by its name and not made twice.
"""

from html import escape
from typing import Any

from crossdock.connectors.odoo.client.dialects import Call, ids_of
from crossdock.connectors.odoo.client.failures import GONE, Failed
from crossdock.connectors.odoo.client.session import OdooSession, Row
from crossdock.connectors.odoo.client.watching import PICKING
from crossdock.connectors.odoo.mapping.writing import attachment_values, checksum, marker_text
from crossdock.ports.verdicts import Explanation, Park

ATTACHMENT = "ir.attachment"
MESSAGE = "mail.message"


class Records:
    """Writes onto outgoing transfers. Every method raises `Failed` with the verdict when it could not."""

    def __init__(self, session: OdooSession) -> None:
        """Writes through ``session``."""
        self._session = session

    async def attachment(self, picking: int, name: str) -> Row | None:
        """The attachment of that name on a transfer: id and checksum (SHA-1)."""
        domain = [("res_model", "=", PICKING), ("res_id", "=", picking), ("name", "=", name)]
        found = await self._session.find(ATTACHMENT, domain, ["checksum"], limit=1)
        return found[0] if found else None

    async def attach(self, picking: int, name: str, media_type: str, data: bytes) -> int:
        """The id of the one attachment of that name, made or brought up to date as needed."""
        values = attachment_values(PICKING, picking, name, media_type, data)
        found = await self.attachment(picking, name)
        if found is None:
            made = await self._write(ATTACHMENT, "create", None, {"vals_list": [values]})
            return ids_of(made)[0]
        if found.get("checksum") != checksum(data):
            fresh = {key: values[key] for key in ("datas", "mimetype")}
            await self._write(ATTACHMENT, "write", (found["id"],), {"vals": fresh})
        return int(found["id"])

    async def tracking_reference(self, picking: int) -> str:
        """What the transfer's tracking reference says now."""
        rows = await self._session.read(PICKING, [picking], ["carrier_tracking_ref"])
        if picking not in rows:
            raise Failed(Park(Explanation(GONE, f"{PICKING} {picking} is not there")))
        return str(rows[picking].get("carrier_tracking_ref") or "")

    async def write_tracking_reference(self, picking: int, reference: str) -> None:
        """Replace it. Writing the same value again does no harm."""
        await self._write(PICKING, "write", (picking,), {"vals": {"carrier_tracking_ref": reference}})

    async def has_note(self, picking: int, marker: str) -> bool:
        """Whether a note with this marker is in the transfer's chatter."""
        text = marker_text(marker)
        domain = [("model", "=", PICKING), ("res_id", "=", picking), ("body", "ilike", text)]
        # "_" is a wildcard in Odoo's like, so what it finds is compared once more.
        rows = await self._session.find(MESSAGE, domain, ["body"], limit=20)
        return any(text in str(row.get("body")) or escape(text) in str(row.get("body")) for row in rows)

    async def post_note(self, picking: int, body: str, attachments: tuple[int, ...] = ()) -> None:
        """Log an internal note (nobody is mailed); ``body`` is HTML."""
        arguments: dict[str, Any] = {
            "body": body,
            "body_is_html": True,
            "message_type": "notification",
            "subtype_xmlid": "mail.mt_note",
        }
        if attachments:
            arguments["attachment_ids"] = list(attachments)
        await self._write(PICKING, "message_post", (picking,), arguments)

    async def _write(self, model: str, method: str, ids: tuple[int, ...] | None, arguments: dict[str, Any]) -> Any:
        return await self._session.call(Call(model, method, ids, arguments, writes=True))
