"""How a parcel travels, and the webhooks that tell it: signed apart from the check of signatures, so that one cannot
hide a fault of the other.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from crossdock.model.instants import rfc3339
from crossdock.sim.ledger import Ledger
from crossdock.sim.restful import Json
from crossdock.sim.simulator import UnknownAction
from crossdock.sim.webhooks import OutgoingWebhook, WebhookQueue

JOURNEY = (
    ("picked-up-by-driver", 22, "Shipment picked up by driver"),
    ("at-sorting-centre", 62990, "At sorting centre"),
    ("driver-on-route", 92, "Driver en route"),
    ("delivered", 11, "Delivered"),
)
"""Status by name and by id, and its words."""

READY = ("ready-to-send", 1000, "Ready to send")
CANCELLED = ("cancelled", 2000, "Cancelled")
_RETRIES = (60.0, 300.0, 900.0)
"""Seconds before further attempts; Sendcloud does not publish its own."""


class Journeys:
    """Tracking of every parcel announced here."""

    def __init__(self, url: str, secret: str, ledger: Ledger, fresh: Callable[[str], str]) -> None:
        self._url = url
        self._secret = secret
        self._ledger = ledger
        self._fresh = fresh
        self._known: dict[str, Json] = {}
        self._ids: dict[str, int] = {}
        self.queue = WebhookQueue(self._headers, _RETRIES)

    def _headers(self, webhook: OutgoingWebhook, _now: int) -> Mapping[str, str]:
        plain = {"content-type": "application/json"}
        if not self._secret:
            return plain
        digest = hmac.new(self._secret.encode(), webhook.body, hashlib.sha256).hexdigest()
        return plain | {"sendcloud-signature": digest}

    def begin(self, number: str, parcel_id: int, carrier: str, ends: tuple[Json, Json], now: int) -> None:
        """A parcel was announced."""
        self._ids[number] = parcel_id
        self._known[number] = {
            "announced_at": rfc3339(now),
            "created_at": rfc3339(now),
            "updated_at": rfc3339(now),
            "source_id": str(parcel_id),
            "details": {"expected_delivery_date": rfc3339(now + 2 * 86_400_000_000)[:10], "is_return": False},
            "events": [],
            "from_address": ends[0],
            "to_address": ends[1],
            "parcel_items": [],
            "tracking_numbers": [{"carrier_code": carrier, "tracking_number": number, "tracking_url": None}],
        }
        self.note(number, READY, now)

    def of(self, number: str) -> Json | None:
        """What is known of a number."""
        return self._known.get(number)

    def status(self, number: str) -> str:
        """The latest status by name."""
        return str(self._known[number]["events"][-1]["status_code"])

    def advance(self, given: Mapping[str, Any], now: int) -> Json:
        """One scan: the next of the journey, or the one described. Raises `UnknownAction`."""
        number = str(given["tracking_number"])
        if number not in self._known:
            raise UnknownAction(f"there is no parcel with tracking number '{number}'")
        done = min(len(self._known[number]["events"]) - 1, len(JOURNEY) - 1)
        usual = JOURNEY[done]
        code, words = str(given.get("status_code", usual[0])), str(given.get("message", usual[2]))
        return self.note(number, (code, int(given.get("id", usual[1])), words), now)

    def finish(self, given: Mapping[str, Any], now: int) -> int:
        """All scans up to the delivery; how many events there are. Raises `UnknownAction`."""
        self.advance(given, now)
        while self.status(str(given["tracking_number"])) != "delivered":
            self.advance(given, now)
        return len(self._known[str(given["tracking_number"])]["events"])

    def note(self, number: str, step: tuple[str, int, str], now: int) -> Json:
        """A status as it is told."""
        event = {
            "event_at": rfc3339(now),
            "event_type": "carrier",
            "status_code": step[0],
            "status_description": step[2],
            "status_type": "success",
            "sub_status_code": "none",
        }
        known = self._known[number]
        known["events"].append(event)
        known["updated_at"] = rfc3339(now)
        self._ledger.note(now, "tracker.scanned", number, status=step[0])
        self._tell(number, step, now)
        return event

    def _tell(self, number: str, step: tuple[str, int, str], now: int) -> None:
        if not self._url:
            return
        carrier = self._known[number]["tracking_numbers"][0]["carrier_code"]
        parcel = {
            "id": self._ids[number],
            "tracking_number": number,
            "status": {"id": step[1], "message": step[2]},
            "carrier": {"code": carrier},
        }
        message = {
            "action": "parcel_status_changed",
            "timestamp": now // 1000,
            "carrier_status_change_timestamp": now // 1000,
            "parcel": parcel,
        }
        self.queue.put(OutgoingWebhook(self._fresh("hook"), self._url, msgspec.json.encode(message), now))
