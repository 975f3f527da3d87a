"""What a write is found again by: external ids, which ``load`` keeps unique even between two writers, and notes.

The table of external ids is closed to all but administrators. ``load`` makes a record with its external id or gives
the one that has it. ``ir.model.data.check_object_reference``, which any internal user may call, only finds it, and
where there is none Odoo's log gets a traceback: it is called where something is likely to be there.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from crossdock.connectors.odoo.client.dialects import Call
from crossdock.connectors.odoo.client.failures import BUSINESS, CONFLICT, GONE, Failed
from crossdock.connectors.odoo.client.session import OdooSession, Row, identifier
from crossdock.connectors.odoo.mapping.anchors import MODULE, message_id, notes_of
from crossdock.connectors.odoo.mapping.writing import note_html
from crossdock.ports.verdicts import ErrorClass, Explanation, Park, Retry

MESSAGE = "mail.message"
REASON = "reason"
_UNKNOWN_NAME = "ValueError"
_LOST_RACE = "could not serialize access"
"""PostgreSQL's words: ``load`` answers them as a message where any other call raises the error."""


def parked(operator: str, engineer: str) -> Failed:
    """The failure that asks for a person."""
    return Failed(Park(Explanation(operator, engineer)))


def gone(model: str, record: int) -> Failed:
    """The failure of a record that is not there (or that this user may not see)."""
    return parked(GONE, f"{model} {record} is not there")


class Anchors:
    """Reads and writes by name. Every method raises `Failed` with the verdict when it could not."""

    def __init__(self, session: OdooSession) -> None:
        """Works through ``session``."""
        self._session = session
        self._user = 0
        self._company = 0

    async def act(
        self,
        model: str,
        method: str,
        ids: Sequence[int] | None = None,
        arguments: Mapping[str, Any] | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The result of a call that changes something."""
        where = None if ids is None else tuple(ids)
        return await self._session.call(Call(model, method, where, arguments or {}, context or {}, writes=True))

    async def row(self, model: str, record: int, wanted: Sequence[str]) -> Row:
        """One record. Raises `Failed`: Park when it is gone."""
        rows = await self._session.read(model, [record], wanted)
        if record not in rows:
            raise gone(model, record)
        return rows[record]

    async def user(self) -> int:
        """The id of the integration user, asked once."""
        if not self._user:
            context = await self._session.call(Call("res.users", "context_get"))
            found = context.get("uid") if isinstance(context, dict) else None
            if not isinstance(found, int):
                found = (await self._session.search("res.users", [("login", "=", self._session.config.login)]) or [0])[
                    0
                ]
            self._user = found
        return self._user

    async def company(self) -> int:
        """The id of the company worked for where nothing names one: the first configured, else the user's own."""
        if self._session.config.company_ids:
            return self._session.config.company_ids[0]
        if not self._company:
            user = await self.user()
            self._company = identifier((await self.row("res.users", user, ("company_id",)))["company_id"])
        return self._company

    async def named(self, model: str, name: str) -> int:
        """The record of ``model`` with our external id ``name``, or 0."""
        arguments = {"module": MODULE, "xml_id": name}
        try:
            found = await self._session.call(Call("ir.model.data", "check_object_reference", None, arguments))
        except Failed as failed:
            if failed.name == _UNKNOWN_NAME:
                return 0
            raise
        return found[1] if isinstance(found, list) and found[0] == model and isinstance(found[1], int) else 0

    async def load(
        self, model: str, columns: Sequence[str], rows: Sequence[Sequence[str]], context: Mapping[str, Any]
    ) -> int:
        """Make one record with its external id (the first column), or find the one that has it and leave that as it
        is; continuation rows are its lines.

        Odoo keeps a record that is named with ``noupdate`` from being written by ``load`` in the mode ``update``.
        """
        arguments = {"fields": list(columns), "data": [list(row) for row in rows]}
        answer = await self.act(model, "load", None, arguments, {**context, "mode": "update", "noupdate": True})
        ids = answer.get("ids") if isinstance(answer, dict) else None
        if isinstance(ids, list) and ids and isinstance(ids[0], int):
            return ids[0]
        said = "; ".join(_texts(answer)) or "no record and no message"
        if found := await self.named(model, rows[0][0].partition(".")[2]):
            return found
        if _LOST_RACE in said:
            raise Failed(Retry(Explanation(CONFLICT, f"{model}.load: {said}"), ErrorClass.CONFLICT))
        raise parked(BUSINESS.format(text=said), f"{model}.load: {said}")

    async def noted(self, model: str, kind: str, marker: str, among: Sequence[int] | None = None) -> int:
        """The record of ``model`` whose note of a ``kind`` carries ``marker``, or 0; ``among`` narrows them down."""
        domain: list[Any] = [("model", "=", model), ("message_id", "=", message_id(kind, marker))]
        if among is not None:
            domain.append(("res_id", "in", list(among)))
        rows = await self._session.find(MESSAGE, domain, ["res_id"], limit=1)
        return int(rows[0]["res_id"]) if rows else 0

    async def all_noted(self, model: str, kind: str, among: Sequence[int]) -> set[int]:
        """Those of the records ``among`` that have a note of a ``kind``, whatever its marker."""
        domain = [("model", "=", model), ("res_id", "in", list(among)), ("message_id", "=like", notes_of(kind))]
        return {int(row["res_id"]) for row in await self._session.find(MESSAGE, domain, ["res_id"])} if among else set()

    async def note(self, model: str, record: int, kind: str, text: str, marker: str) -> None:
        """Log an internal note that carries ``marker`` (nobody is mailed). Look for it before."""
        arguments = {
            "body": note_html(text, marker),
            "body_is_html": True,
            "message_id": message_id(kind, marker),
            "message_type": "notification",
            "subtype_xmlid": "mail.mt_note",
        }
        await self.act(model, "message_post", (record,), arguments)

    async def reasoned(self, model: str, record: int, reason: str, marker: str) -> bool:
        """Whether the reason of a command is noted, where it has one."""
        return not reason or bool(await self.noted(model, REASON, marker, [record]))

    async def give_reason(self, model: str, record: int, reason: str, marker: str) -> None:
        """Note it once, where there is one."""
        if not await self.reasoned(model, record, reason, marker):
            await self.note(model, record, REASON, reason, marker)


def only_company(company: int) -> dict[str, Any]:
    """The context in which Odoo works for one company."""
    return {"allowed_company_ids": [company]} if company else {}


def _texts(answer: object) -> list[str]:
    messages = answer.get("messages") if isinstance(answer, dict) else None
    return [" ".join(str(each.get("message")).split()) for each in messages or [] if isinstance(each, dict)]
