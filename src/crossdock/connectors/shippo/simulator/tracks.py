"""Tracks and webhooks of the simulated account."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from crossdock.connectors.shippo.simulator import answers, signing
from crossdock.connectors.shippo.simulator.answers import Json, Refused
from crossdock.connectors.shippo.simulator.settings import SimulatorSettings
from crossdock.model.instants import rfc3339
from crossdock.sim.ledger import Ledger
from crossdock.sim.simulator import UnknownAction
from crossdock.sim.webhooks import OutgoingWebhook, WebhookQueue

Route = tuple[str, str, Callable[[tuple[str, ...], Json, dict[str, list[str]], int], tuple[int, Json]]]

_RETRIES = (60.0, 300.0, 1800.0)
"""Three further attempts; how often and how far apart Shippo makes them is not published."""
_SECOND = 1_000_000


class Step(Struct, frozen=True):
    """One scan of a journey; ``at_destination`` says which end of the way it is made at."""

    status: str
    code: str
    text: str
    at_destination: bool = False


LABELLED = Step("PRE_TRANSIT", "information_received", "Shipping label has been created.")
JOURNEY = (
    Step("TRANSIT", "package_accepted", "The carrier has the package."),
    Step("TRANSIT", "package_departed", "The package left the carrier's facility."),
    Step("TRANSIT", "package_arrived", "The package arrived at a facility near you.", at_destination=True),
    Step("TRANSIT", "out_for_delivery", "The package is out for delivery.", at_destination=True),
    Step("DELIVERED", "delivered", "The package was left at the front door.", at_destination=True),
)
_MOCKED = {"SHIPPO_PRE_TRANSIT": 0, "SHIPPO_TRANSIT": 2, "SHIPPO_DELIVERED": 5}
"""Numbers of the carrier ``shippo`` that give each state (docs.goshippo.com, test mode)."""


class Tracks:
    """Everything around tracks; ``fresh`` makes ids of the account."""

    def __init__(self, settings: SimulatorSettings, ledger: Ledger, fresh: Callable[[str], str]) -> None:
        self._settings = settings
        self._test = settings.mode == "test"
        self._ledger = ledger
        self._fresh = fresh
        self._tracks: dict[str, Json] = {}
        self._ends: dict[str, tuple[Json, Json]] = {}
        self._next_step: dict[str, int] = {}
        self._queue = WebhookQueue(self._headers, _RETRIES)

    def routes(self) -> tuple[Route, ...]:
        """Method, path pattern and function of each call."""
        return (("GET", r"/tracks/([^/]+)/([^/]+)", self._get), ("POST", r"/tracks", self._register))

    def state(self) -> list[Json]:
        """All tracks."""
        return list(self._tracks.values())

    def has_scans(self, number: str) -> bool:
        """Whether the carrier has the parcel; from then on a label cannot be refunded."""
        track = self._tracks.get(number)
        return track is not None and any(each["status"] != "PRE_TRANSIT" for each in track["tracking_history"])

    def labelled(self, transaction: Json, provider: str, ends: tuple[Json, Json], now: int) -> None:
        """A new track for a label just bought, with its first scan."""
        number, carrier = transaction["tracking_number"], "_".join(provider.lower().split())
        track = answers.track(number, carrier, transaction["object_id"], ends, transaction["metadata"], test=self._test)
        self._tracks[number], self._ends[number] = track, ends
        self._scan(track, LABELLED, now)
        if self._settings.pace > 0:
            self._next_step[number] = now + round(self._settings.pace * _SECOND)
        self._tell("transaction_created", transaction, now)

    def control(self, action: str, arguments: Mapping[str, Any], now: int) -> object:
        """``advance`` one step (or to a given status), ``finish`` the whole journey. Raises `UnknownAction`."""
        number = str(arguments.get("tracking_number", ""))
        if action not in {"advance", "finish"} or number not in self._tracks:
            names = "advance, finish, script, queue, carrier_down, carrier_up, refund, purge_label, live_labels"
            raise UnknownAction(f"'{action}' of '{number}' cannot be done; there are {names}")
        track = self._tracks[number]
        if action == "finish":
            while _steps_taken(track) < len(JOURNEY):
                self._advance(track, JOURNEY[_steps_taken(track)], now)
            return copy.deepcopy(track)
        taken = min(_steps_taken(track), len(JOURNEY) - 1)
        given = str(arguments.get("status", ""))
        code, text = str(arguments.get("substatus", "")), str(arguments.get("text", ""))
        self._advance(track, Step(given, code, text) if given else JOURNEY[taken], now)
        return copy.deepcopy(track)

    def _advance(self, track: Json, step: Step, now: int) -> None:
        self._scan(track, step, now)
        self._ledger.note(now, "tracker.scanned", track["tracking_number"], status=step.status, substatus=step.code)
        self._tell("track_updated", track, now)

    def _scan(self, track: Json, step: Step, now: int) -> None:
        ends = self._ends[track["tracking_number"]]
        moment = rfc3339(now)
        substatus = {"code": step.code, "text": step.text, "action_required": False} if step.code else None
        status = {
            "object_created": moment,
            "object_updated": moment,
            "object_id": self._fresh("status"),
            "status": step.status,
            "status_details": step.text,
            "status_date": f"{moment[:19]}Z",
            "substatus": substatus,
            "location": answers.location(ends[1 if step.at_destination else 0]),
        }
        track["tracking_history"] = [*track["tracking_history"], status]
        track["tracking_status"] = status

    def _get(self, names: tuple[str, ...], _body: Json, _query: object, now: int) -> tuple[int, Json]:
        carrier, number = names
        if carrier == "shippo" and number in _MOCKED:
            self._mock(number, now)
        track = self._tracks.get(number)
        if track is None:
            return 200, answers.track(number, carrier, None, ({}, {}), "", test=self._test)
        if track["carrier"] != carrier:
            raise Refused(400, {"detail": f"Invalid tracking number for carrier {carrier}"})
        return 200, copy.deepcopy(track)

    def _register(self, _names: object, body: Json, _query: object, now: int) -> tuple[int, Json]:
        status, track = self._get((str(body["carrier"]), str(body["tracking_number"])), {}, {}, now)
        return 201 if status == 200 else status, track

    def _mock(self, number: str, now: int) -> None:
        if number in self._tracks:
            return
        ends = (
            {"city": "Duluth", "state": "MN", "country": "US"},
            {"city": "Asheville", "state": "NC", "country": "US"},
        )
        track = answers.track(number, "shippo", None, ends, "", test=self._test)
        self._tracks[number], self._ends[number] = track, ends
        for step in (LABELLED, *JOURNEY[: _MOCKED[number]]):
            self._scan(track, step, now)

    def _tell(self, event: str, data: Json, now: int) -> None:
        if not self._settings.webhook_url:
            return
        carrier = {"carrier": data["carrier"]} if event == "track_updated" else {}
        body = {"event": event, "test": self._test, **carrier, "data": copy.deepcopy(data)}
        url = self._settings.webhook_url
        self._queue.put(OutgoingWebhook(self._fresh("webhook"), url, msgspec.json.encode(body), now))

    def take_webhooks(self, now: int) -> list[OutgoingWebhook]:
        """Move paced parcels on, then give what is due."""
        for number, due in list(self._next_step.items()):
            moment, track = due, self._tracks[number]
            while moment <= now and _steps_taken(track) < len(JOURNEY):
                self._advance(track, JOURNEY[_steps_taken(track)], moment)
                moment += round(self._settings.pace * _SECOND)
            self._next_step[number] = moment
        return self._queue.take(now)

    def webhook_answered(self, webhook: OutgoingWebhook, status: int, now: int) -> None:
        """Queue it again unless it was taken or is given up."""
        finished = self._queue.answered(webhook, status, now)
        self._ledger.note(now, "webhook.answered", webhook.id, status=status, attempt=webhook.attempt)
        if finished and not 200 <= status < 300:
            self._ledger.note(now, "webhook.given_up", webhook.id)

    def _headers(self, webhook: OutgoingWebhook, now: int) -> Mapping[str, str]:
        return signing.headers(self._settings.webhook_secret, webhook.body, now)


def _steps_taken(track: Json) -> int:
    seen = {(each["status"], (each["substatus"] or {}).get("code")) for each in track["tracking_history"]}
    return max((index + 1 for index, step in enumerate(JOURNEY) if (step.status, step.code) in seen), default=0)
