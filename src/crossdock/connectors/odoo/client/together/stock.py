"""Tier 1: stock methods only. Four calls for a batch: look, attach, refer, tell; the call that tells comes last.

``mail.message.create`` computes where to reply per record unless it is told, which costs three quarters of it: with
``reply_to``, author and sender given, 100 notes take 50 ms in place of 170 on 19, and 70 in place of 265 on 18.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from crossdock.connectors.odoo.client.dialects import JSON2, Call, ids_of
from crossdock.connectors.odoo.client.failures import BUSINESS, GONE, Failed
from crossdock.connectors.odoo.client.session import OdooSession, Row, identifier
from crossdock.connectors.odoo.client.together.way import Applied, InTurn
from crossdock.connectors.odoo.client.watching import PICKING
from crossdock.connectors.odoo.mapping.applying import Entry, notes, references, same_values
from crossdock.connectors.odoo.mapping.writing import attachment_values, checksum, marker_text
from crossdock.ports.verdicts import Explanation, Park

ATTACHMENT = "ir.attachment"
MESSAGE = "mail.message"
_GONE = Applied(error="MissingError", why=Explanation(GONE, f"{PICKING}: not there"))
_FEW = 8
"""So many different values are written one by one; more go in one call of another method."""


class StockWay:
    """Attachments, tracking references and one merged note per transfer."""

    largest = 100

    def __init__(self, session: OdooSession) -> None:
        """Writes through ``session``."""
        self._session = session
        self._calls = InTurn(session)
        self._sender: Row = {}

    async def apply(self, entries: Sequence[Entry], files: Mapping[str, bytes], *, again: bool) -> Sequence[Applied]:
        """See `Way.apply`. What an earlier attempt left is found by file name, by number and by marker."""
        pickings = sorted({entry.picking for entry in entries})
        now = await self._session.read(PICKING, pickings, ["carrier_tracking_ref"])
        told = await self._markers(pickings) if again else set()
        live = [entry for entry in entries if entry.picking in now]
        attached = await self._attach([entry for entry in live if entry.file], files)
        changes = references(live, {each: str(row.get("carrier_tracking_ref") or "") for each, row in now.items()})
        await self._refer(changes)
        untold = [entry for entry in live if entry.text and marker_text(entry.marker) not in told]
        await self._tell(untold, attached)
        missing = {entry.key for entry in untold}
        return [
            _GONE
            if entry.picking not in now
            else Applied(before=bool(again and entry.text) and entry.key not in missing)
            for entry in entries
        ]

    async def _markers(self, pickings: Sequence[int]) -> set[str]:
        """Markers in the chatter of these transfers."""
        domain = [("model", "=", PICKING), ("res_id", "in", list(pickings)), ("body", "ilike", "[crossdock:")]
        rows = await self._session.find(MESSAGE, domain, ["body"])
        return {
            f"[crossdock:{part.split(']')[0]}]" for row in rows for part in str(row["body"]).split("[crossdock:")[1:]
        }

    async def _attach(self, entries: Sequence[Entry], files: Mapping[str, bytes]) -> dict[str, int]:
        """Attachment ids by key of the entry; of two entries with one file name the later content stays."""
        if not entries:
            return {}
        names = sorted({entry.file.name for entry in entries if entry.file})
        pickings = sorted({entry.picking for entry in entries})
        domain = [("res_model", "=", PICKING), ("res_id", "in", pickings), ("name", "in", names)]
        rows = await self._session.find(ATTACHMENT, domain, ["name", "res_id", "checksum"])
        found = {(identifier(row["res_id"]), row["name"]): row for row in rows}
        wanted = {(entry.picking, entry.file.name): entry for entry in entries if entry.file}
        new = {place: entry for place, entry in wanted.items() if place not in found}
        made = await self._create(ATTACHMENT, [_values(entry, files[entry.key]) for entry in new.values()])
        ids = {place: row["id"] for place, row in found.items()} | dict(zip(new, made, strict=True))
        for place, entry in wanted.items():
            data = files[entry.key]
            if place in found and found[place].get("checksum") != checksum(data):
                fresh = {name: value for name, value in _values(entry, data).items() if name in {"datas", "mimetype"}}
                await self._write(ATTACHMENT, [ids[place]], fresh)
        return {entry.key: ids[entry.picking, entry.file.name] for entry in entries if entry.file}

    async def _refer(self, changes: Mapping[int, str]) -> None:
        """Tracking references, many different ones in one call: ``web_save_multi`` since 19, ``load`` before."""
        groups = same_values(changes)
        if len(groups) <= _FEW:
            for value, records in groups:
                await self._write(PICKING, records, {"carrier_tracking_ref": value})
        elif await self._session.dialect() == JSON2:
            arguments = {
                "vals_list": [{"carrier_tracking_ref": text} for text in changes.values()],
                "specification": {},
            }
            await self._calls.call(Call(PICKING, "web_save_multi", tuple(changes), arguments, writes=True))
        else:
            rows = [[str(record), text] for record, text in changes.items()]
            table: Row = {"fields": [".id", "carrier_tracking_ref"], "data": rows}
            _checked(await self._calls.call(Call(PICKING, "load", None, table, writes=True)))

    async def _tell(self, entries: Sequence[Entry], attached: Mapping[str, int]) -> None:
        """One note per transfer, as ``message_post`` of an internal note would write it; nobody is mailed."""
        if not entries:
            return
        sender = await self._as_sender()
        files: dict[int, list[int]] = {}
        for entry in entries:
            if entry.key in attached:
                files.setdefault(entry.picking, []).append(attached[entry.key])
        rows = [
            {
                "model": PICKING,
                "res_id": picking,
                "body": body,
                **sender,
                **({"attachment_ids": [[4, each] for each in files[picking]]} if picking in files else {}),
            }
            for picking, body in notes(entries).items()
        ]
        await self._create(MESSAGE, rows)

    async def _as_sender(self) -> Row:
        if not self._sender:
            session = self._session
            arguments = {"module": "mail", "xml_id": "mt_note"}
            found = await session.call(Call("ir.model.data", "check_object_reference", None, arguments))
            user = await session.user_id()
            [row] = (await session.read("res.users", [user], ["partner_id", "email_formatted"])).values()
            sender = str(row.get("email_formatted") or "crossdock@localhost")
            self._sender = {
                "message_type": "notification",
                "subtype_id": found[1],
                "author_id": identifier(row.get("partner_id")),
                "email_from": sender,
                "reply_to": sender,
                "record_name": False,
            }
        return self._sender

    async def _create(self, model: str, rows: Sequence[Row]) -> tuple[int, ...]:
        if not rows:
            return ()
        return ids_of(await self._calls.call(Call(model, "create", None, {"vals_list": list(rows)}, writes=True)))

    async def _write(self, model: str, records: Sequence[int], values: Row) -> None:
        await self._calls.call(Call(model, "write", tuple(records), {"vals": values}, writes=True))


def _values(entry: Entry, data: bytes) -> Row:
    assert entry.file is not None
    return attachment_values(PICKING, entry.picking, entry.file.name, entry.file.media_type, data)


def _checked(result: Any) -> None:
    """``load`` answers errors as a result: nothing of the call was written then."""
    if isinstance(result, dict) and result.get("ids"):
        return
    messages = result.get("messages") if isinstance(result, dict) else None
    text = "; ".join(str(each.get("message")) for each in messages or [] if isinstance(each, dict))[:500]
    raise Failed(Park(Explanation(BUSINESS.format(text=text), f"{PICKING}.load: {text}")), "ValidationError")
