"""What an account says of itself, for reconciliation: its labels and its parcels' journeys."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from crossdock.connectors.easypost import wire
from crossdock.connectors.easypost.mapping.tracking import translation_of
from crossdock.model import beliefs
from crossdock.model.beliefs import Aspect, Statement
from crossdock.model.events import ProofCaptured, TrackingReported
from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.model.instants import epoch_us, stamp
from crossdock.model.journey import Journey, add, entry_of
from crossdock.ports.reconcile import Statements
from crossdock.ports.verdicts import Park
from crossdock.transports.rest import RestClient, Trouble

PAGE_SIZE = 100


class _Standing(Struct, frozen=True, omit_defaults=True):
    """Where a walk through the account stands: the list, the last object seen, the start of the window."""

    what: Literal["shipments", "trackers"] = "shipments"
    before: str = ""
    start: str = ""


class Account:
    """What an account says of itself: its labels, then its trackers, newest first, a hundred a call."""

    def __init__(self, client: RestClient, partner: str, mode: str, days: int) -> None:
        """``days`` back by creation: the lists know no other time."""
        self._client = client
        self._partner = partner
        self._mode = mode
        self._days = days

    async def page(self, cursor: str, now: int) -> Statements | Trouble:
        """The next page at ``now`` (epoch microseconds)."""
        at = msgspec.json.decode(cursor, type=_Standing) if cursor else _Standing(start=window(now, self._days))
        query = {"page_size": str(PAGE_SIZE), "start_datetime": at.start}
        if at.before:
            query["before_id"] = at.before
        listed = await self._listed(at.what, query)
        if not isinstance(listed, tuple):
            return listed
        told, last, more = listed
        following = _Standing(at.what, last, at.start) if more and last else _Standing("trackers", "", at.start)
        if at.what == "trackers" and following.before == "":
            return Statements(told)
        return Statements(told, msgspec.json.encode(following).decode(), more=True)

    async def about(self, kind: str, ids: Sequence[str]) -> list[Statement] | Trouble:
        """Labels by their shipments' ids, journeys by tracking code, one call each; what is not there is left out."""
        told: list[Statement] = []
        for each in ids:
            if kind == beliefs.LABEL:
                one = await self._client.ask("GET", f"/v2/shipments/{quote(each, safe='')}", wire.Shipment)
                listed = self._labels([one]) if isinstance(one, wire.Shipment) else one
            else:
                found = await self._listed("trackers", {"tracking_code": each})
                listed = found[0] if isinstance(found, tuple) else found
            if isinstance(listed, tuple):
                told += listed
            elif not isinstance(listed, Park):  # a 404 parks: EasyPost knows no such object
                return listed
        return told

    async def _listed(self, what: str, query: dict[str, str]) -> tuple[tuple[Statement, ...], str, bool] | Trouble:
        """Statements of one page, the id it ends with, and whether there are more."""
        path = f"/v2/{what}?{urlencode(query, safe=':')}"
        if what == "shipments":
            page = await self._client.ask("GET", path, wire.ShipmentPage)
            if not isinstance(page, wire.ShipmentPage):
                return page
            return self._labels(page.shipments), page.shipments[-1].id if page.shipments else "", page.has_more
        found = await self._client.ask("GET", path, wire.TrackerPage)
        if not isinstance(found, wire.TrackerPage):
            return found
        last = msgspec.json.decode(found.trackers[-1], type=wire.TrackerStub).id if found.trackers else ""
        journeys = [journey_of(bytes(raw), self._partner, self._mode) for raw in found.trackers]
        return tuple(each for each in journeys if each is not None), last, found.has_more

    def _labels(self, shipments: Sequence[wire.Shipment]) -> tuple[Statement, ...]:
        ours = [each for each in shipments if self._mode == "any" or each.mode in {None, self._mode}]
        return tuple(label_of(each, self._partner) for each in ours if each.is_bought)


def window(now: int, days: int) -> str:
    """The instant ``days`` before ``now`` (epoch microseconds) as the API takes it."""
    return (datetime.fromtimestamp(now / 1_000_000, UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def label_of(shipment: wire.Shipment, partner: str) -> Statement:
    """What a bought shipment says of its label. Crossdock names its own ``<delivery order>/<package>``."""
    live, code = shipment.refund_status not in wire.VOIDED, shipment.tracking_code or ""
    order = (shipment.reference or "").partition("/")[0]
    return Statement(
        partner,
        beliefs.LABEL,
        shipment.id,
        subject=order if order.startswith("do:") else "",
        references=(Reference(ReferenceKind.BOOKING, shipment.id, partner), Reference(ReferenceKind.TRACKING, code)),
        aspects={
            beliefs.LIFE: beliefs.one("live" if live else "voided"),
            beliefs.TRACKING_NUMBER: beliefs.one(code),
        },
        at=epoch_us(stamp(shipment.updated_at or shipment.created_at)),
        live=live,
    )


def journey_of(tracker: bytes, partner: str, mode: str) -> Statement | None:
    """What a tracker says of its parcel, scan by scan as the mapping reads it; None where it names no parcel."""
    head = msgspec.json.decode(tracker, type=wire.Tracker)
    code = (head.tracking_code or "").strip()
    if not code or (mode != "any" and head.mode not in {None, mode}):
        return None
    journey, proved = Journey(entries=[]), False
    for fact in translation_of(tracker, partner, mode).facts:
        match fact.body:
            case TrackingReported(event):
                add(journey, entry_of(event, fact.key()))
            case ProofCaptured():
                proved = True
    aspects = {beliefs.SCANS: beliefs.of_journey(journey), beliefs.PROOF: Aspect(("present",)) if proved else Aspect()}
    at = epoch_us(stamp(head.updated_at)) if head.updated_at else 0
    return Statement(
        partner, beliefs.JOURNEY, code, references=(Reference(ReferenceKind.TRACKING, code),), aspects=aspects, at=at,
        live=False, source=tracker,
    )  # fmt: skip
