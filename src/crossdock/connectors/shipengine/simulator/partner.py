"""The simulated account: who calls, what it may, and what its carriers and people can be made to do."""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
from msgspec import Struct

from crossdock.connectors.shipengine.simulator import answers, signing
from crossdock.connectors.shipengine.simulator.answers import Json, Refused
from crossdock.connectors.shipengine.simulator.desk import Desk
from crossdock.connectors.shipengine.simulator.journeys import Journeys
from crossdock.connectors.shipengine.simulator.settings import SimulatorSettings
from crossdock.connectors.shipengine.simulator.shop import Shop
from crossdock.ports.wire import HttpRequest, HttpResponse
from crossdock.sim.ledger import Ledger
from crossdock.sim.simulator import UnknownAction
from crossdock.sim.webhooks import OutgoingWebhook


class Scripted(Struct, forbid_unknown_fields=True):
    """A refusal somebody ordered: the next ``times`` calls whose path (below the version) matches get it. ``carry_out``
    does the work all the same, as a carrier that sold a label and then did not answer.
    """

    status: int
    code: str = ""
    message: str = ""
    path: str = ".*"
    method: str = ""
    times: int = 1
    carry_out: bool = False


class ShipEngineSimulator:
    """Implements `crossdock.sim.simulator.Simulator`. See the README for its options and control actions."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self._settings = settings
        self._ledger = Ledger()
        self._count = 0
        self._called = ""
        self._files: dict[str, tuple[str, bytes]] = {}
        self._scripted: list[Scripted] = []
        self._journeys = Journeys(settings.webhook_url, settings.pace, self._ledger, self._fresh)
        self._shop = Shop(settings, self._ledger, self._fresh, self._journeys, self._keep)
        self._desk = Desk(self._ledger, self._fresh, self._shop, self._keep)
        self._routes = (*self._shop.routes(), *self._desk.routes())

    @property
    def hosts(self) -> tuple[str, ...]:
        """The API's host, which holds the files too."""
        return (self._settings.host,)

    @property
    def ledger(self) -> Ledger:
        """What happened: shipment.created, label.bought, label.refused, label.voided, file.fetched, pickup.scheduled,
        pickup.cancelled, manifest.closed, tracker.scanned, webhook.answered, webhook.given_up.
        """
        return self._ledger

    def live_labels(self) -> dict[str, list[str]]:
        """Tracking numbers bought and not voided, by our reference of the shipment."""
        return self._shop.live_labels()

    def state(self) -> object:
        """Shipments, labels, pickups, manifests, tracking and live labels."""
        return {
            **self._shop.state(),
            **self._desk.state(),
            "tracking": self._journeys.state(),
            "live_labels": self.live_labels(),
        }

    def take_webhooks(self, now: int) -> list[OutgoingWebhook]:
        """Webhooks that are due, signed; parcels on a paced journey move on first."""
        return self._journeys.take(now)

    def webhook_answered(self, webhook: OutgoingWebhook, status: int, now: int) -> None:
        """Note the answer; anything but 2xx is tried again."""
        self._journeys.answered(webhook, status, now)

    def handle(self, request: HttpRequest, now: int) -> HttpResponse:
        """Answer one call to the API, for a file, or for the keys."""
        parts = urlsplit(request.url)
        # Asked on loopback, files lie on loopback too: a name in the outside world would lead nowhere.
        self._called = f"http://{parts.netloc}" if parts.hostname in {"127.0.0.1", "localhost"} else ""
        if parts.path == "/jwks":
            return answers.answer(200, signing.key_set())
        path = re.sub(r"^/v\d", "", parts.path)
        if path.startswith("/downloads/"):
            return self._file(path, now)
        try:
            self._authenticate(request.headers)
            return self._route(request, path, parse_qs(parts.query), now)
        except Refused as refused:
            return answers.answer(refused.status, refused.body)
        except (AttributeError, KeyError, IndexError, TypeError, ValueError) as problem:
            # Values of odd types: the real API answers something of the 4xx kind, which one is published nowhere.
            odd = Refused(400, "invalid_field_value", f"The request could not be read: {type(problem).__name__}")
            return answers.answer(odd.status, odd.body)

    def control(self, action: str, arguments: Mapping[str, Any], now: int) -> object:
        """``advance``, ``finish``, ``script``, ``carrier_down``, ``carrier_up``, ``slow_label``, ``live_labels``; their
        arguments are in the README. Raises `UnknownAction`.
        """
        actions: dict[str, Callable[[Mapping[str, Any]], object]] = {
            "advance": lambda given: self._journeys.advance(str(given["tracking_number"]), dict(given), now),
            "finish": lambda given: self._journeys.finish(str(given["tracking_number"]), now),
            "script": self._script,
            "carrier_down": lambda given: self._shop.carrier(given, down=True),
            "carrier_up": lambda given: self._shop.carrier(given, down=False),
            "slow_label": self._shop.slow,
            "live_labels": lambda _given: self.live_labels(),
        }
        try:
            return actions[action](arguments)
        except (KeyError, msgspec.ValidationError) as problem:
            raise UnknownAction(f"'{action}' cannot be done with {dict(arguments)}: {problem}") from None

    def _script(self, arguments: Mapping[str, Any]) -> object:
        self._scripted.append(msgspec.convert(dict(arguments), Scripted))
        return self._scripted

    def _fresh(self, kind: str) -> str:
        self._count += 1
        mark = hashlib.sha256(f"{self._settings.seed}:{kind}:{self._count}".encode()).hexdigest()
        return f"se-{int(mark[:10], 16)}"

    def _keep(self, name: str, media_type: str, data: bytes) -> str:
        path = f"/downloads/{name}"
        self._files[path] = (media_type, data)
        base = self._settings.files_url or self._called or f"https://{self._settings.host}"
        return f"{base}/v1{path}"

    def _file(self, path: str, now: int) -> HttpResponse:
        if path not in self._files:
            return answers.answer(404, Refused(*answers.NOT_FOUND).body)
        media_type, data = self._files[path]
        self._ledger.note(now, "file.fetched", path)
        return HttpResponse(200, {"content-type": media_type}, data)

    def _authenticate(self, headers: Mapping[str, str]) -> None:
        given = next((value for name, value in headers.items() if name.lower() == "api-key"), "")
        if not given or (self._settings.api_key and given != self._settings.api_key):
            raise Refused(401, "unauthorized", "The API key is missing or not valid.")

    def _route(self, request: HttpRequest, path: str, query: dict[str, list[str]], now: int) -> HttpResponse:
        for method, pattern, do in self._routes:
            found = re.fullmatch(pattern, path)
            if found is None or method != request.method:
                continue
            ordered = self._ordered(method, path)
            if ordered is not None and not ordered.carry_out:
                raise Refused(ordered.status, ordered.code, ordered.message)
            body = do(tuple(unquote(part) for part in found.groups()), _json(request), query, now)
            if ordered is not None:
                raise Refused(ordered.status, ordered.code, ordered.message)
            return answers.answer(200, body)
        raise Refused(*answers.NOT_FOUND)

    def _ordered(self, method: str, path: str) -> Scripted | None:
        for ordered in self._scripted:
            if ordered.times > 0 and ordered.method in {"", method} and re.fullmatch(ordered.path, path):
                ordered.times -= 1
                return ordered
        return None


def _json(request: HttpRequest) -> Json:
    """The body as an object; a list stands under ``list``."""
    if not request.body:
        return {}
    try:
        given = msgspec.json.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused(400, "request_body_required", "The request body is not valid JSON.") from None
    return given if isinstance(given, dict) else {"list": given}
