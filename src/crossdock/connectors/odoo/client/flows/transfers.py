"""Transfers moved on: reserved, released, completed, cancelled. The state of the record says what is still to do."""

from decimal import Decimal

from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.flows.anchors import Anchors, parked
from crossdock.connectors.odoo.client.flows.completing import CANCELLED, PICKING, Completing, Wanted
from crossdock.connectors.odoo.client.flows.flow import Outcome
from crossdock.connectors.odoo.client.session import Row
from crossdock.connectors.odoo.mapping.sales import shorten
from crossdock.model.transfers import CancelTransfer, CompleteTransfer, ReleaseReservation, ReserveTransfer
from crossdock.ports.connector import Documents
from crossdock.ports.verdicts import Park

_EMPTY_SHELF = "There is no stock to reserve for the transfer {name}: bring stock in or correct it, then retry."
_GONE_OUT = "The transfer {name} is done: there is no reservation to give back, a return is needed."
_PICKED = "The transfer {name} is being picked, so its stock stays reserved: undo the picking in Odoo, then retry."
_DONE = "The transfer {name} is done in Odoo and cannot be cancelled: a return is needed."
_KEPT = "Odoo did not cancel the transfer {name}: open it and see what it asks."


class Reserve:
    """As much stock as there is, for the moves of a transfer."""

    def __init__(self, anchors: Anchors, completing: Completing) -> None:
        """Works through ``anchors`` and ``completing``."""
        self._anchors = anchors
        self._completing = completing

    async def find(self, body: ReserveTransfer) -> Outcome | None:
        """Anything reserved, or moved already."""
        row = await self._completing.transfer(int(body.external_id))
        if row["state"] != "done" and not await self._reserved(row):
            return None
        return await self._completing.documents(row)

    async def carry_out(self, body: ReserveTransfer, documents: Documents, *, again: bool) -> Outcome:  # noqa: ARG002 - reserving twice reserves once
        """Ask Odoo to reserve; nothing at all is an exception."""
        row = await self._completing.transfer(int(body.external_id))
        if row["state"] == "cancel":
            raise parked(CANCELLED.format(name=row["name"]), f"stock.picking {row['id']}: state cancel")
        if row["state"] == "draft":
            await self._anchors.act(PICKING, "action_confirm", (row["id"],))
        if row["state"] not in {"assigned", "done"} or not await self._reserved(row):
            await self._assigned(row)
        return await self._completing.documents(row)

    async def _assigned(self, row: Row) -> None:
        """Reserve. Odoo raises where nothing waits for stock any more, so what it came to is looked at."""
        failure: Failed | None = None
        try:
            await self._anchors.act(PICKING, "action_assign", (row["id"],))
        except Failed as failed:
            if not isinstance(failed.verdict, Park):
                raise
            failure = failed
        if (await self._completing.transfer(row["id"]))["state"] == "done" or await self._reserved(row):
            return
        raise failure or parked(_EMPTY_SHELF.format(name=row["name"]), f"stock.picking {row['id']}: nothing reserved")

    async def _reserved(self, row: Row) -> Decimal:
        moves = await self._completing.moves(row["id"])
        return sum((move.quantity for move in moves if move.open), Decimal(0))


class Release:
    """The stock reserved for a transfer, given back."""

    def __init__(self, anchors: Anchors, completing: Completing) -> None:
        """Works through ``anchors`` and ``completing``."""
        self._anchors = anchors
        self._completing = completing

    async def find(self, body: ReleaseReservation) -> Outcome | None:
        """Nothing reserved on a transfer that is not done."""
        row = await self._completing.transfer(int(body.external_id))
        if row["state"] == "done" or await self._reserved(row):
            return None
        return await self._completing.documents(row)

    async def carry_out(self, body: ReleaseReservation, documents: Documents, *, again: bool) -> Outcome:  # noqa: ARG002 - releasing twice releases once
        """Give it back, and see that it is."""
        row = await self._completing.transfer(int(body.external_id))
        if row["state"] == "done":
            raise parked(_GONE_OUT.format(name=row["name"]), f"stock.picking {row['id']}: state done")
        if await self._reserved(row):
            await self._anchors.act(PICKING, "do_unreserve", (row["id"],))
            if await self._reserved(row):
                raise parked(
                    _PICKED.format(name=row["name"]), f"stock.picking {row['id']}: do_unreserve left quantities"
                )
        return await self._completing.documents(row)

    async def _reserved(self, row: Row) -> Decimal:
        moves = await self._completing.moves(row["id"])
        return sum((move.quantity for move in moves if move.open), Decimal(0))


class Complete:
    """What was really moved, and the transfer done; the rest waits on a backorder or is given up."""

    def __init__(self, completing: Completing) -> None:
        """Works through ``completing``."""
        self._completing = completing

    async def find(self, body: CompleteTransfer) -> Outcome | None:
        """Done, with these quantities."""
        row = await self._completing.transfer(int(body.external_id))
        return await self._completing.documents(row) if await self._completing.finished(row, _wanted(body)) else None

    async def carry_out(self, body: CompleteTransfer, documents: Documents, *, again: bool) -> Outcome:  # noqa: ARG002 - the transfer's state tells enough
        """Finish it from wherever it is."""
        row = await self._completing.transfer(int(body.external_id))
        return await self._completing.documents(await self._completing.finish(row, _wanted(body)))


class CancelMove:
    """A transfer nobody needs any more; its reservation ends with it."""

    def __init__(self, anchors: Anchors, completing: Completing) -> None:
        """Works through ``anchors`` and ``completing``."""
        self._anchors = anchors
        self._completing = completing

    async def find(self, body: CancelTransfer) -> Outcome | None:
        """Cancelled, and the reason noted."""
        row = await self._completing.transfer(int(body.external_id))
        if row["state"] != "cancel":
            return None
        if not await self._anchors.reasoned(PICKING, row["id"], body.reason, body.marker):
            return None
        return await self._completing.documents(row)

    async def carry_out(self, body: CancelTransfer, documents: Documents, *, again: bool) -> Outcome:  # noqa: ARG002 - the transfer's state tells enough
        """Cancel, then tell why."""
        row = await self._completing.transfer(int(body.external_id))
        if row["state"] == "done":
            raise parked(_DONE.format(name=row["name"]), f"stock.picking {row['id']}: state done")
        if row["state"] != "cancel":
            await self._anchors.act(PICKING, "action_cancel", (row["id"],))
            row = await self._completing.transfer(row["id"])
            if row["state"] != "cancel":
                raise parked(_KEPT.format(name=row["name"]), f"stock.picking {row['id']}: state {row['state']}")
        await self._anchors.give_reason(PICKING, row["id"], shorten(body.reason), body.marker)
        return await self._completing.documents(row)


def _wanted(body: CompleteTransfer) -> Wanted:
    return Wanted(body.lines, body.remainder, body.moved_at)
