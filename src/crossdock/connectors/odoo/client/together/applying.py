"""Tiers 2 and 3: one call for the whole batch, one transaction in Odoo, a result per entry. Duplicates end there."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from crossdock.connectors.odoo.client.dialects import Call
from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.session import OdooSession
from crossdock.connectors.odoo.client.together.way import Applied, InTurn
from crossdock.connectors.odoo.mapping.applying import Entry, item_of
from crossdock.ports.verdicts import Explanation, Park

EVENTS = "crossdock.event"
_ODD = "The addon or server action in Odoo answers otherwise than expected: bring it up to date (crossdock odoo setup)."


class AddonWay:
    """The addon's ``crossdock.event.apply``."""

    largest = 500

    def __init__(self, session: OdooSession) -> None:
        """Calls through ``session``."""
        self._calls = InTurn(session)

    async def apply(self, entries: Sequence[Entry], files: Mapping[str, bytes], *, again: bool) -> Sequence[Applied]:  # noqa: ARG002 - Odoo itself knows what it has
        """See `Way.apply`."""
        arguments = {"events": items(entries, files)}
        return results(entries, await self._calls.call(Call(EVENTS, "apply", None, arguments, writes=True)))


class ActionWay:
    """The server action that ``crossdock odoo setup --tier action`` makes."""

    largest = 500

    def __init__(self, session: OdooSession, action: int) -> None:
        """``action`` is its id."""
        self._calls = InTurn(session)
        self._action = action

    async def apply(self, entries: Sequence[Entry], files: Mapping[str, bytes], *, again: bool) -> Sequence[Applied]:  # noqa: ARG002 - Odoo itself knows what it has
        """See `Way.apply`."""
        context = {"crossdock_events": items(entries, files)}
        call = Call("ir.actions.server", "run", (self._action,), context=context, writes=True)
        found = await self._calls.call(call)
        return results(entries, found.get("results") if isinstance(found, dict) else found)


def items(entries: Sequence[Entry], files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """The entries as ``apply`` takes them."""
    return [item_of(entry, base64.b64encode(files.get(entry.key, b"")).decode()) for entry in entries]


def results(entries: Sequence[Entry], answer: Any) -> list[Applied]:
    """One result per entry, in order. Raises `Failed` for an answer that is not of this shape."""
    if not isinstance(answer, list) or [_id(each) for each in answer] != [entry.key for entry in entries]:
        raise Failed(Park(Explanation(_ODD, f"{len(entries)} entries, answered with {str(answer)[:300]}")))
    return [_applied(each) for each in answer]


def _id(result: Any) -> str:
    return str(result.get("id")) if isinstance(result, dict) else ""


def _applied(result: dict[str, Any]) -> Applied:
    if result.get("result") != "error":
        return Applied(before=result.get("result") == "duplicate")
    error = result.get("error")
    error = error if isinstance(error, dict) else {}
    name, text = str(error.get("name", "")), str(error.get("message", ""))[:500]
    return Applied(error=name or "UserError", why=Explanation(text, f"{name}: {text}"))
