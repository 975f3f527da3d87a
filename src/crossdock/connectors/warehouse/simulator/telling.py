"""What the simulated warehouse tells: events by signed webhook and for who asks, files by upload."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from crossdock.connectors.warehouse.simulator.settings import SimulatorSettings
from crossdock.model.instants import rfc3339
from crossdock.sim.webhooks import OutgoingWebhook, WebhookQueue
from crossdock.transports.signatures import standard_signature

Json = dict[str, Any]
DELAYS = (5.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0, 50400.0, 72000.0, 86400.0)
"""Seconds before each further attempt: the schedule of the Standard Webhooks specification, its jitter left out."""
_FILE = "file-"


class Telling:
    """Everything that leaves. ``told`` are all events there ever were."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self._settings = settings
        self.told: list[Json] = []
        self._again = 0
        self.queue = WebhookQueue(self._sign, DELAYS)

    def _sign(self, webhook: OutgoingWebhook, now: int) -> Mapping[str, str]:
        if webhook.id.startswith(_FILE):
            return {"content-type": "text/csv", "authorization": f"Bearer {self._settings.upload_token}"}
        seconds = str(now // 1_000_000)
        signature = standard_signature(self._settings.webhook_secret, webhook.id, seconds, webhook.body)
        return {
            "content-type": "application/json", "webhook-id": webhook.id, "webhook-timestamp": seconds,
            "webhook-signature": signature,
        }  # fmt: skip

    def event(self, kind: str, data: Json, now: int) -> Json:
        """An event as it would be told."""
        return {"type": kind, "timestamp": rfc3339(now), "data": data}

    def tell(self, kind: str, data: Json, now: int) -> Json:
        """Tell an event by webhook, and keep it for who asks."""
        event = {"id": f"evt_{len(self.told) + 1:06d}", **self.event(kind, data, now)}
        self.told.append(event)
        self.send(event, now)
        return event

    def send(self, event: Json, now: int, *, again: bool = False) -> None:
        """The webhook of an event; ``again`` under another id, as after a restart that forgot what was sent."""
        if not self._settings.webhook_url:
            return
        self._again += again
        name = f"{event['id']}.{self._again}" if again else event["id"]
        self.queue.put(OutgoingWebhook(name, self._settings.webhook_url, msgspec.json.encode(event), now))

    def upload(self, body: bytes, now: int) -> None:
        """Upload a file."""
        if self._settings.files_url:
            name = _FILE + hashlib.sha256(body + str(now).encode()).hexdigest()[:16]
            self.queue.put(OutgoingWebhook(name, self._settings.files_url, body, now))
