"""Goods taken back: one return transfer per marker, of no more than was moved and is not returned yet.

Odoo's return wizard makes the transfer in a call of its own and lets nothing of ours be written in it, so the marker
follows as a note. A return of the integration user without a note, with the very quantities asked for, is what a crash
between the two left behind, and is taken up.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from crossdock.connectors.odoo.client.dialects import ids_of
from crossdock.connectors.odoo.client.flows.anchors import Anchors, only_company, parked
from crossdock.connectors.odoo.client.flows.completing import MOVE, PICKING, Completing, Wanted
from crossdock.connectors.odoo.client.flows.flow import Outcome
from crossdock.connectors.odoo.client.session import OdooSession, Row, identifier
from crossdock.connectors.odoo.mapping.completion import DoesNotFit, Move, Moved
from crossdock.connectors.odoo.mapping.returns import Returned, brought_by, returned_of, shares
from crossdock.connectors.odoo.mapping.sales import shorten
from crossdock.model.transfers import MovedLine, ReturnTransfer
from crossdock.ports.connector import Documents

_NOTE = "return"
_WIZARD = "stock.return.picking"
_OPEN = "The transfer {name} is not done, so nothing of it can come back: cancel it instead."
_TOO_MUCH = "More of the transfer {name} is to come back than went out: {text}. Correct the return, then send it again."
_NOTHING = "The return for the transfer {name} names no goods: correct it, then send it again."
_GIVEN_UP = "The return {name} was cancelled in Odoo: make it there, or send the return again under a new marker."


class Return:
    """A return transfer, made once and completed when the goods are there."""

    def __init__(self, session: OdooSession, anchors: Anchors, completing: Completing) -> None:
        """Works through ``session``."""
        self._session = session
        self._anchors = anchors
        self._completing = completing

    async def find(self, body: ReturnTransfer) -> Outcome | None:
        """The return by its marker, completed where the goods were received."""
        picking = await self._anchors.noted(PICKING, _NOTE, body.marker)
        if not picking:
            return None
        row = await self._completing.transfer(picking)
        return None if body.received and row["state"] != "done" else await self._completing.documents(row, "return")

    async def carry_out(self, body: ReturnTransfer, documents: Documents, *, again: bool) -> Outcome:  # noqa: ARG002 - a return has no document
        """Find it or make it, name it, complete it."""
        picking = await self._anchors.noted(PICKING, _NOTE, body.marker)
        if not picking:
            picking = await self._made(body, again=again)
            text = shorten(body.reason) or "Return"
            await self._anchors.note(PICKING, picking, _NOTE, text, body.marker)
        row = await self._completing.transfer(picking)
        if row["state"] == "cancel":
            raise parked(_GIVEN_UP.format(name=row["name"]), f"stock.picking {picking}: state cancel")
        if body.received and row["state"] != "done":
            row = await self._completing.finish(row, Wanted(await self._received(picking, body.lines)))
        return await self._completing.documents(row, "return")

    async def _made(self, body: ReturnTransfer, *, again: bool) -> int:
        """The return an earlier attempt left without its note, else a new one."""
        origin = await self._completing.transfer(int(body.external_id))
        if origin["state"] != "done":
            raise parked(_OPEN.format(name=origin["name"]), f"stock.picking {origin['id']}: state {origin['state']}")
        moves = [move for move in await self._completing.moves(origin["id"]) if move.state == "done"]
        lines = await self._completing.moved(origin["name"], moves, body.lines)
        if not lines:
            raise parked(_NOTHING.format(name=origin["name"]), "no lines, or all quantities zero")
        returned = await self._returned(moves)
        if again and (picking := await self._left_behind(origin, moves, lines, returned)):
            return picking
        try:
            back = shares(moves, lines, returned)
        except DoesNotFit as misfit:
            raise parked(_TOO_MUCH.format(name=origin["name"], text=misfit), str(misfit)) from None
        return await self._wizard(origin, moves, back, refund=body.refund)

    async def _returned(self, moves: Sequence[Move]) -> list[Returned]:
        """What came back or is to come back of these moves."""
        domain = [("origin_returned_move_id", "in", [move.id for move in moves]), ("state", "!=", "cancel")]
        wanted = ("picking_id", "origin_returned_move_id", "quantity", "product_uom_qty", "state")
        return [returned_of(row) for row in await self._session.find(MOVE, domain, wanted)]

    async def _left_behind(
        self, origin: Row, moves: Sequence[Move], lines: Sequence[Moved], returned: Sequence[Returned]
    ) -> int:
        """A return of ours without a note, that brings exactly these quantities back; or 0."""
        ours = [("return_id", "=", origin["id"]), ("create_uid", "=", await self._anchors.user())]
        found = await self._session.search(PICKING, [*ours, ("state", "!=", "cancel")])
        for picking in sorted(set(found) - await self._anchors.all_noted(PICKING, _NOTE, found)):
            try:
                back = shares(moves, lines, [each for each in returned if each.picking != picking])
            except DoesNotFit:
                continue
            if back == brought_by(picking, returned):
                return picking
        return 0

    async def _wizard(self, origin: Row, moves: Sequence[Move], back: Mapping[int, Decimal], *, refund: bool) -> int:
        """Make the return as a person does, with the wizard's lines given: its own would have no quantity."""
        about = {"active_id": origin["id"], "active_ids": [origin["id"]], "active_model": PICKING}
        context = {**about, **only_company(identifier(origin.get("company_id")))}
        lines = [
            [
                0,
                0,
                {"product_id": move.product, "move_id": move.id, "quantity": float(back[move.id]), "to_refund": refund},
            ]
            for move in moves
            if move.id in back
        ]
        values = {"picking_id": origin["id"], "product_return_moves": lines}
        wizard = ids_of(await self._anchors.act(_WIZARD, "create", None, {"vals_list": [values]}, context))
        answer = await self._anchors.act(_WIZARD, "action_create_returns", wizard, {}, context)
        made = answer.get("res_id") if isinstance(answer, dict) else None
        if not isinstance(made, int):
            raise parked(
                _GIVEN_UP.format(name=origin["name"]), f"action_create_returns answered {type(answer).__name__}"
            )
        return made

    async def _received(self, picking: int, lines: Sequence[MovedLine]) -> tuple[MovedLine, ...]:
        """The lines as they are for the return: one that named its move names the move that brings it back."""
        rows = await self._session.find(MOVE, [("picking_id", "=", picking)], ("origin_returned_move_id",))
        back = {str(identifier(row["origin_returned_move_id"])): str(row["id"]) for row in rows}
        return tuple(msgspec.structs.replace(line, line_id=back.get(line.line_id, "")) for line in lines)
