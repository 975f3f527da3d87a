"""Trackers, events and webhooks of the simulated account."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from crossdock.connectors.easypost.simulator import answers, journeys, signing
from crossdock.connectors.easypost.simulator.answers import Json
from crossdock.connectors.easypost.simulator.settings import SimulatorSettings
from crossdock.sim.ledger import Ledger
from crossdock.sim.simulator import UnknownAction
from crossdock.sim.webhooks import OutgoingWebhook, WebhookQueue

Route = tuple[str, str, Callable[[tuple[str, ...], Json, dict[str, list[str]], int], tuple[int, Json, str]]]

_RETRIES = (60.0, 300.0, 900.0, 3600.0, 10800.0, 21600.0)
"""Six further attempts; how far apart EasyPost makes them is not published."""

_SECOND = 1_000_000
_TEST_ONLY = (
    "In test mode, only test tracking numbers are valid. "
    "Test tracking numbers are EZ1000000001, EZ2000000002, ... , EZ7000000007"
)


class Trackers:
    """Everything around trackers; ``fresh`` makes ids of the account."""

    def __init__(self, settings: SimulatorSettings, ledger: Ledger, fresh: Callable[[str], str]) -> None:
        self._settings = settings
        self._ledger = ledger
        self._fresh = fresh
        self._trackers: dict[str, Json] = {}
        self._ends: dict[str, tuple[Json | None, Json | None]] = {}
        self._next_step: dict[str, int] = {}
        self._events: dict[str, Json] = {}
        self._hooks: dict[str, Json] = {}
        self._secrets: dict[str, str] = {}
        self._queue = WebhookQueue(self._headers, _RETRIES)
        if settings.webhook_url:
            self._register({"url": settings.webhook_url, "webhook_secret": settings.webhook_secret}, 0)

    def routes(self) -> tuple[Route, ...]:
        """Method, path pattern and function of each call."""
        return (
            ("POST", r"/v2/trackers", self._create),
            ("GET", r"/v2/trackers", self._list),
            ("GET", r"/v2/trackers/([^/]+)", self._get),
            ("GET", r"/v2/events/([^/]+)", self._event),
            ("POST", r"/v2/webhooks", self._add_hook),
            ("GET", r"/v2/webhooks", self._hooks_list),
            ("PATCH", r"/v2/webhooks/([^/]+)", self._change_hook),
            ("DELETE", r"/v2/webhooks/([^/]+)", self._drop_hook),
        )

    def state(self) -> Json:
        """Trackers and webhooks."""
        return {"trackers": list(self._trackers.values()), "webhooks": list(self._hooks.values())}

    def of_shipment(self, shipment: Json, now: int) -> Json:
        """A new tracker for a label just bought."""
        carrier = {"UPSDAP": "UPS"}.get(shipment["selected_rate"]["carrier"], shipment["selected_rate"]["carrier"])
        code = shipment["tracking_code"]
        ends = (shipment["from_address"], shipment["to_address"])
        return self._new(code, carrier, shipment["id"], ends, now)

    def labelled(self, code: str, now: int) -> None:
        """The scans a label has at once, and the webhook that tells of the tracker."""
        tracker = self._by_code(code)
        for step in journeys.LABELLED:
            journeys.scan(tracker, step, self._ends[code][0], now)
        if self._settings.pace > 0:
            self._next_step[code] = now + round(self._settings.pace * _SECOND)
        self._tell("tracker.created", tracker, {}, now)

    def control(self, action: str, arguments: Mapping[str, Any], now: int) -> object:
        """``advance`` one step (or to a given status), ``finish`` the whole journey. Raises `UnknownAction`."""
        if action == "advance":
            texts = ("status", "status_detail", "message", "signed_by")
            given = {name: str(arguments[name]) for name in texts if name in arguments}
            return self.advance(arguments["tracking_code"], now, unsigned=bool(arguments.get("unsigned")), **given)
        if action == "finish":
            tracker = self._by_code(arguments["tracking_code"])
            while journeys.steps_taken(tracker) < len(journeys.JOURNEY):
                self.advance(arguments["tracking_code"], now)
            return copy.deepcopy(tracker)
        names = "advance, finish, refund, script, carrier_down, carrier_up, purge_label, live_labels"
        raise UnknownAction(f"there is no action '{action}'; there are {names}")

    def advance(
        self, code: str, now: int, *, status: str = "", status_detail: str = "", message: str = "",
        signed_by: str = "", unsigned: bool = False,
    ) -> Json:  # fmt: skip
        """One scan of the parcel: the next of the ordinary journey, or the one described; tells it by webhook.

        A delivery is signed by the addressee unless ``signed_by`` names somebody else or it is ``unsigned``. Raises
        `KeyError` for an unknown code.
        """
        tracker = self._by_code(code)
        sender, receiver = self._ends[code]
        if status:
            known = journeys.DEFAULT_STEPS.get(status_detail)
            text = message or (known.message if known else status.replace("_", " ").capitalize())
            step = journeys.Step(status, status_detail or status, text, "", at_destination=status == journeys.DELIVERED)
        else:
            taken = min(journeys.steps_taken(tracker), len(journeys.JOURNEY) - 1)
            step = journeys.JOURNEY[taken]
        if step.status == journeys.DELIVERED and not (signed_by or unsigned):
            signed_by = str((receiver or {}).get("name") or "John Tester").upper()
        place = receiver if step.at_destination else sender
        previous = journeys.scan(tracker, step, place, now, signed_by=signed_by)
        self._ledger.note(now, "tracker.scanned", code, status=step.status, detail=step.detail)
        self._tell("tracker.updated", tracker, previous, now)
        return copy.deepcopy(tracker)

    def take_webhooks(self, now: int) -> list[OutgoingWebhook]:
        """Move paced parcels on, then give what is due."""
        for code, due in list(self._next_step.items()):
            moment = due
            while moment <= now and journeys.steps_taken(self._by_code(code)) < len(journeys.JOURNEY):
                self.advance(code, moment)
                moment += round(self._settings.pace * _SECOND)
            self._next_step[code] = moment
        return self._queue.take(now)

    def webhook_answered(self, webhook: OutgoingWebhook, status: int, now: int) -> None:
        """Queue it again unless it was taken or is given up."""
        finished = self._queue.answered(webhook, status, now)
        self._ledger.note(now, "webhook.answered", webhook.id, status=status, attempt=webhook.attempt)
        if finished and not 200 <= status < 300:
            self._ledger.note(now, "webhook.given_up", webhook.id)

    def _new(
        self, code: str, carrier: str, shipment_id: str | None, ends: tuple[Json | None, Json | None], now: int
    ) -> Json:
        tracker = answers.tracker(self._fresh("trk"), code, carrier, shipment_id, self._settings.mode, now)
        origin, destination = answers.location(ends[0]), answers.location(ends[1])
        tracker["carrier_detail"] = None if shipment_id else answers.carrier_detail("Ground", origin, destination)
        self._trackers[tracker["id"]] = tracker
        self._ends[code] = ends
        return tracker

    def _by_code(self, code: str) -> Json:
        for tracker in self._trackers.values():
            if tracker["tracking_code"] == code:
                return tracker
        raise KeyError(f"no tracker with tracking code {code}")

    def _tell(self, description: str, tracker: Json, previous: Json, now: int) -> None:
        event = answers.event(self._fresh("evt"), description, "user_1", self._settings.mode, now)
        event["previous_attributes"] = previous
        self._events[event["id"]] = event
        urls = [hook["url"] for hook in self._hooks.values() if hook["disabled_at"] is None]
        body = msgspec.json.encode({**event, "pending_urls": urls, "result": tracker})
        for url in urls:
            self._queue.put(OutgoingWebhook(event["id"], url, body, now))

    def _headers(self, webhook: OutgoingWebhook, now: int) -> Mapping[str, str]:
        secret = next((self._secrets[key] for key, hook in self._hooks.items() if hook["url"] == webhook.url), "")
        return signing.headers(secret, webhook.url, webhook.body, now)

    def _create(self, _names: object, body: Json, _query: object, now: int) -> tuple[int, Json, str]:
        given = body.get("tracker") or {}
        code, carrier = str(given.get("tracking_code") or ""), str(given.get("carrier") or "USPS")
        for tracker in self._trackers.values():
            if tracker["tracking_code"] == code and tracker["carrier"] == carrier:
                return 200, tracker, f"/api/v2/trackers/{tracker['id']}"
        if self._settings.mode == "test" and code not in journeys.TEST_CODES:
            return 422, answers.error("TRACKER.CREATE.ERROR", _TEST_ONLY), ""
        ends = ({"city": "Duluth", "state": "MN", "zip": "55802"}, {"city": "Asheville", "state": "NC", "zip": "28801"})
        tracker = self._new(code, carrier, None, ends, now)
        for step in (*journeys.LABELLED, *journeys.JOURNEY[: journeys.TEST_CODES.get(code, 0)]):
            signed_by = "John Tester" if step.status == journeys.DELIVERED else ""
            journeys.scan(tracker, step, ends[1 if step.at_destination else 0], now, signed_by=signed_by)
        tracker["est_delivery_date"] = answers.second(now)
        self._tell("tracker.created", tracker, {}, now)
        return 201, tracker, f"/api/v2/trackers/{tracker['id']}"

    def _list(self, _names: object, _body: Json, query: dict[str, list[str]], _now: int) -> tuple[int, Json, str]:
        codes = [*query.get("tracking_code", []), *query.get("tracking_codes[]", [])]
        carriers = query.get("carrier", [])
        found = [
            each
            for each in reversed(self._trackers.values())
            if (not codes or each["tracking_code"] in codes)
            and (not carriers or each["carrier"] in carriers)
            and answers.is_in_window(each["created_at"], query)
        ]
        page, has_more = answers.page(found, query)
        return 200, {"trackers": page, "has_more": has_more}, ""

    def _get(self, names: tuple[str, ...], _body: Json, _query: object, _now: int) -> tuple[int, Json, str]:
        return self._one(self._trackers, names[0])

    def _event(self, names: tuple[str, ...], _body: Json, _query: object, _now: int) -> tuple[int, Json, str]:
        return self._one(self._events, names[0])

    def _one(self, things: dict[str, Json], name: str) -> tuple[int, Json, str]:
        if name not in things:
            return 404, answers.error("NOT_FOUND", "The requested resource could not be found."), ""
        return 200, things[name], ""

    def _register(self, given: Json, now: int) -> Json:
        hook = answers.webhook(self._fresh("hook"), given, self._settings.mode, now)
        self._hooks[hook["id"]] = hook
        self._secrets[hook["id"]] = str(given.get("webhook_secret") or "")
        return hook

    def _add_hook(self, _names: object, body: Json, _query: object, now: int) -> tuple[int, Json, str]:
        return 201, self._register(body.get("webhook") or {}, now), ""

    def _hooks_list(self, _names: object, _body: Json, _query: object, _now: int) -> tuple[int, Json, str]:
        return 200, {"webhooks": list(self._hooks.values())}, ""

    def _change_hook(self, names: tuple[str, ...], body: Json, _query: object, _now: int) -> tuple[int, Json, str]:
        status, hook, _ = self._one(self._hooks, names[0])
        if status == 200:
            hook["disabled_at"] = None
            self._secrets[names[0]] = str(body.get("webhook_secret") or self._secrets[names[0]])
        return (201 if status == 200 else status), hook, ""

    def _drop_hook(self, names: tuple[str, ...], _body: Json, _query: object, _now: int) -> tuple[int, Json, str]:
        status, answer, _ = self._one(self._hooks, names[0])
        if status == 200:
            del self._hooks[names[0]]
            return 200, {}, ""
        return status, answer, ""
