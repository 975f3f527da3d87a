"""The dispatch plan on a transfer: a tour is a batch transfer of that name, with its transfers in their order.

What Odoo has fields for goes into them and the latest plan replaces it; vehicle, driver, slot, ETA are told in a note.
The note comes last, so a plan whose note is there was written.
"""

from typing import Any

from crossdock.connectors.odoo.client.dialects import Call, ids_of
from crossdock.connectors.odoo.client.flows.anchors import Anchors, parked
from crossdock.connectors.odoo.client.flows.flow import Outcome
from crossdock.connectors.odoo.client.session import OdooSession, Row, identifier
from crossdock.connectors.odoo.client.watching import PICKING
from crossdock.connectors.odoo.mapping.anchors import external_id
from crossdock.connectors.odoo.mapping.masterdata import carrier_name
from crossdock.connectors.odoo.mapping.moving import utc_text
from crossdock.connectors.odoo.mapping.plans import plan_text
from crossdock.model.events import WrittenDocument
from crossdock.model.transfers import RecordPlan
from crossdock.ports.connector import Documents

BATCH, CARRIER = "stock.picking.batch", "delivery.carrier"
_FIELDS = (
    "name",
    "state",
    "batch_id",
    "batch_sequence",
    "carrier_id",
    "scheduled_date",
    "picking_type_id",
    "company_id",
)
_NOTE = "plan"
_NO_CARRIER = "Odoo has no delivery method '{name}': add it or correct the plan, then retry."
_TWO_CARRIERS = "Odoo has several delivery methods '{name}': rename one, then retry."
_DONE = "{name} is {state} in Odoo and can no longer be planned: discard the plan."


class Plan:
    """Writes tour, sequence, carrier and slot; tells the rest."""

    def __init__(self, session: OdooSession, anchors: Anchors) -> None:
        """Works through ``session``."""
        self._session = session
        self._anchors = anchors

    async def find(self, body: RecordPlan) -> Outcome | None:
        """The note of this plan on the transfer."""
        return () if await self._anchors.noted(PICKING, _NOTE, body.marker, [int(body.external_id)]) else None

    async def carry_out(self, body: RecordPlan, documents: Documents, *, again: bool) -> Outcome:  # noqa: ARG002 - a plan has no document
        """Find or make the tour, write what differs, tell."""
        picking = int(body.external_id)
        if again and (found := await self.find(body)) is not None:
            return found
        row = await self._anchors.row(PICKING, picking, _FIELDS)
        if row["state"] in {"done", "cancel"}:
            raise parked(_DONE.format(name=row["name"], state=row["state"]), f"{PICKING} {picking} {row['state']}")
        values, made = await self._values(body, row)
        if values:
            await self._anchors.act(PICKING, "write", (picking,), {"vals": values})
        await self._anchors.note(PICKING, picking, _NOTE, plan_text(body), body.marker)
        return made

    async def _values(self, body: RecordPlan, row: Row) -> tuple[dict[str, Any], tuple[WrittenDocument, ...]]:
        """What of the transfer differs from the plan, and the tour it is on."""
        known = await self._session.fields(PICKING)
        wanted: dict[str, Any] = {}
        made: tuple[WrittenDocument, ...] = ()
        if "batch_id" in known:
            tour = await self._tour(body.tour, row) if body.tour else 0
            wanted |= {"batch_id": tour or False, "batch_sequence": body.sequence if tour else 0}
            made = (WrittenDocument("tour", str(tour), body.tour),) if tour else ()
        if body.carrier and "carrier_id" in known:
            wanted["carrier_id"] = await self._carrier(body.carrier)
        if body.slot_from:
            wanted["scheduled_date"] = utc_text(body.slot_from)
        return {key: value for key, value in wanted.items() if key in known and _now(row, key) != value}, made

    async def _tour(self, name: str, row: Row) -> int:
        """The batch of that name which is still open, or one made for it; names come back with every new day."""
        company, kind = identifier(row["company_id"]), identifier(row["picking_type_id"])
        domain = [("name", "=", name), ("company_id", "=", company)]
        rows = await self._session.find(BATCH, domain, ["state", "picking_type_id"])
        live = [each for each in rows if each["state"] in {"draft", "in_progress"}]
        fits = [each for each in live if identifier(each["picking_type_id"]) in (0, kind)]
        if fits:
            return int(fits[0]["id"])
        values = {"name": name, "company_id": company, "picking_type_id": kind}
        return ids_of(await self._anchors.act(BATCH, "create", None, {"vals_list": [values]}))[0]

    async def _carrier(self, name: str) -> int:
        """The delivery method with our external id for that code, else of that name."""
        ids = await self._session.search(CARRIER, [])
        named = await self._session.call(Call(CARRIER, "get_external_id", tuple(ids))) if ids else {}
        if ours := next((int(key) for key, each in named.items() if each == external_id(carrier_name(name))), 0):
            return ours
        found = await self._session.search(CARRIER, [("name", "=", name)])
        if len(found) != 1:
            text = _TWO_CARRIERS if found else _NO_CARRIER
            raise parked(text.format(name=name), f"{CARRIER} by name: {found}")
        return found[0]


def _now(row: Row, field: str) -> Any:
    value = row.get(field)
    return identifier(value) or False if isinstance(value, list) else value
