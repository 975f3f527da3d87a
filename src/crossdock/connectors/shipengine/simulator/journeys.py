"""How a parcel travels, and the webhooks that tell it."""

from collections.abc import Callable

import msgspec

from crossdock.connectors.shipengine.simulator import answers, signing
from crossdock.connectors.shipengine.simulator.answers import Json
from crossdock.sim.ledger import Ledger
from crossdock.sim.simulator import UnknownAction
from crossdock.sim.webhooks import MICROSECONDS, OutgoingWebhook, WebhookQueue

JOURNEY = (
    ("AC", "ELEC_ADVICE_RECD_BY_CARRIER", "MP", "Shipment information received"),
    ("IT", "PICKED_UP", "PU", "Picked up"),
    ("IT", "HUB_SCAN_IN", "AR", "Arrived at hub"),
    ("IT", "HUB_SCAN_OUT", "DP", "Departed from hub"),
    ("IT", "OUT_FOR_DELIVERY", "OD", "Out for delivery"),
    ("DE", "DELIVERED", "DL", "Delivered"),
)
"""Status code, detail code, the carrier's code and its words."""

_FROM_DESTINATION = 4
_RETRIES = (60.0, 300.0, 900.0)
"""Seconds before further attempts; ShipEngine does not publish its own."""


class Journeys:
    """Tracking of every label sold here."""

    def __init__(self, url: str, pace: float, ledger: Ledger, fresh: Callable[[str], str]) -> None:
        self._url = url
        self._pace = pace
        self._ledger = ledger
        self._fresh = fresh
        self._known: dict[str, Json] = {}
        self._ends: dict[str, tuple[Json, Json]] = {}
        self._due: dict[str, int] = {}
        self._queue = WebhookQueue(lambda webhook, now: signing.headers(webhook.body, now), _RETRIES)

    def begin(self, number: str, carrier: str, ends: tuple[Json, Json], now: int) -> None:
        """A label was sold: the carrier knows of it."""
        self._known[number] = answers.tracking(number, carrier)
        self._ends[number] = ends
        self.advance(number, {}, now)
        if self._pace:
            self._due[number] = now + int(self._pace * MICROSECONDS)

    def of(self, number: str) -> Json | None:
        """What is known of a number."""
        return self._known.get(number)

    def is_scanned(self, number: str) -> bool:
        """Whether the carrier has the parcel; from then on a label cannot be voided."""
        return self._known[number]["status_code"] not in {"NY", "AC"}

    def advance(self, number: str, given: Json, now: int) -> Json:
        """One scan: the next of the journey, or the one described. Raises `UnknownAction`."""
        known = self._known.get(number)
        if known is None:
            raise UnknownAction(f"there is no label with tracking number '{number}'")
        done = len(known["events"])
        step = JOURNEY[min(done, len(JOURNEY) - 1)]
        names = ("status_code", "status_detail_code", "event_code", "description")
        step = tuple(str(given.get(name, usual)) for name, usual in zip(names, step, strict=True))  # type: ignore[assignment]
        delivered = step[0] == "DE"
        signer = str(given.get("signer") or (self._ends[number][1].get("name", "") if delivered else ""))
        place = self._ends[number][1 if done >= _FROM_DESTINATION else 0]
        event = answers.event(step, place, signer, now)
        known["events"] = [event, *known["events"]]
        known["status_code"], known["status_detail_code"] = step[0], step[1]
        known["status_description"] = known["carrier_status_description"] = step[3]
        known["actual_delivery_date"] = event["occurred_at"] if delivered else None
        self._ledger.note(now, "tracker.scanned", number, status=step[0], detail=step[1])
        self._tell(known, now)
        return event

    def finish(self, number: str, now: int) -> int:
        """All scans up to the delivery; how many there are."""
        while self._known.get(number, {}).get("status_code") != "DE":
            self.advance(number, {}, now)
        return len(self._known[number]["events"])

    def _tell(self, known: Json, now: int) -> None:
        if not self._url:
            return
        address = f"https://api.shipengine.com/v1/tracking?tracking_number={known['tracking_number']}"
        message = {"resource_url": address, "resource_type": "API_TRACK", "data": known}
        self._queue.put(OutgoingWebhook(self._fresh("hook"), self._url, msgspec.json.encode(message), now))

    def take(self, now: int) -> list[OutgoingWebhook]:
        """Webhooks that are due; parcels on a paced journey move on first."""
        for number, due in list(self._due.items()):
            at = due
            while at <= now and self._known[number]["status_code"] != "DE":
                self.advance(number, {}, at)
                at += int(self._pace * MICROSECONDS)
            self._due[number] = at
        return self._queue.take(now)

    def answered(self, webhook: OutgoingWebhook, status: int, now: int) -> None:
        """Note what the receiver said."""
        self._ledger.note(now, "webhook.answered", webhook.id, status=status, attempt=webhook.attempt)
        if self._queue.answered(webhook, status, now) and not 200 <= status < 300:
            self._ledger.note(now, "webhook.given_up", webhook.id)

    def state(self) -> list[Json]:
        """Everything known."""
        return list(self._known.values())
