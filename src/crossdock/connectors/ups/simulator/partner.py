"""The simulated account: its state, its API, and what UPS and people can be made to do."""

import base64
import copy
import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
from msgspec import Struct

from crossdock.connectors.ups.simulator import answers
from crossdock.connectors.ups.simulator.answers import Json, Refused
from crossdock.connectors.ups.simulator.counter import Counter
from crossdock.connectors.ups.simulator.settings import SimulatorSettings
from crossdock.connectors.ups.simulator.shelf import Shelf
from crossdock.ports.wire import HttpRequest, HttpResponse
from crossdock.sim.ledger import Ledger
from crossdock.sim.simulator import UnknownAction
from crossdock.sim.webhooks import OutgoingWebhook, WebhookQueue

_RETRIES = (60.0, 300.0, 900.0)
"""How often and how far apart UPS tries an alert again is published nowhere."""

_TOKEN_SECONDS = 14399
_SECOND = 1_000_000


class Scripted(Struct, forbid_unknown_fields=True):
    """A refusal somebody ordered: the next ``times`` calls whose path matches get it. ``carry_out`` does the work
    all the same, as a carrier that sold a label and then did not answer.
    """

    status: int
    code: str = ""
    message: str = ""
    path: str = ".*"
    method: str = ""
    times: int = 1
    carry_out: bool = False


class UpsSimulator:
    """Implements `crossdock.sim.simulator.Simulator`. See the README for its options and control actions."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self._settings = settings
        self._ledger = Ledger()
        self._tokens: dict[str, int] = {}
        self._scripted: list[Scripted] = []
        self._queue = WebhookQueue(self._headers, _RETRIES)
        self._shelf = Shelf(settings, self._ledger, self._tell)
        self._counter = Counter(self._ledger)
        shelf, counter = self._shelf, self._counter
        self._routes: tuple[tuple[str, str, Callable[..., tuple[int, Json]]], ...] = (
            ("POST", r"/api/rating/v2409/Shoptimeintransit", lambda call: shelf.rate(call.body, call.now)),
            ("POST", r"/api/shipments/v2409/ship", lambda call: shelf.ship(call.body, call.now)),
            ("DELETE", r"/api/shipments/v2409/void/cancel/([^/]+)", lambda call: shelf.void(call.name, call.now)),
            ("POST", r"/api/labels/v1/recovery", lambda call: shelf.recover(call.body, call.now)),
            ("GET", r"/api/track/v1/details/([^/]+)", lambda call: shelf.track(call.name)),
            (
                "GET",
                r"/api/track/v1/reference/details/([^/]+)",
                lambda call: shelf.track_reference(call.name, call.now),
            ),
            ("POST", r"/api/pickupcreation/v2409/pickup", lambda call: counter.schedule(call.body, call.now)),
            ("GET", r"/api/shipments/v2409/pickup/oncall", lambda _call: counter.pending()),
            ("DELETE", r"/api/shipments/v2409/pickup/02", lambda call: counter.cancel(call.headers["prn"], call.now)),
            ("POST", r"/api/addressvalidation/v2/3", lambda call: counter.address(call.body)),
        )

    @property
    def hosts(self) -> tuple[str, ...]:
        """The API's host."""
        return (self._settings.host,)

    @property
    def ledger(self) -> Ledger:
        """What happened: token.given, label.bought, label.voided, label.recovered, pickup.scheduled, pickup.cancelled,
        tracking.scanned, webhook.answered.
        """
        return self._ledger

    def live_labels(self) -> dict[str, list[str]]:
        """Tracking numbers booked and not voided, by the consignment's reference."""
        return self._shelf.live_labels()

    def state(self) -> object:
        """Shipments and pickups."""
        return {"shipments": self._shelf.state(), "pickups": self._counter.state()}

    def handle(self, request: HttpRequest, now: int) -> HttpResponse:
        """Answer as UPS would."""
        path = urlsplit(request.url).path
        try:
            if path == "/security/v1/oauth/token":
                return answers.answer(*self._token(request, now))
            self._authenticate(request, now)
            return self._route(request, path, now)
        except Refused as refused:
            return answers.answer(refused.status, refused.body)
        except (ArithmeticError, AttributeError, IndexError, KeyError, TypeError, ValueError) as problem:
            odd = Refused(400, "9120200", f"Missing or invalid element: {type(problem).__name__} {problem}")
            return answers.answer(odd.status, odd.body)

    def _token(self, request: HttpRequest, now: int) -> tuple[int, Json]:
        ordered = self._ordered("POST", "/security/v1/oauth/token")
        if ordered:
            raise Refused(ordered.status, ordered.code, ordered.message)
        given = _header(request, "authorization").removeprefix("Basic ")
        client_id, _, secret = base64.b64decode(given).decode().partition(":")
        for wanted, said in ((self._settings.client_id, client_id), (self._settings.client_secret, secret)):
            if not said or wanted not in {"", said}:
                raise Refused(401, "10401", "ClientId is Invalid")
        if parse_qs(request.body.decode()).get("grant_type") != ["client_credentials"]:
            raise Refused(400, "10400", "Invalid/Missing Authorization Header")
        token = hashlib.sha256(f"{self._settings.seed}:{len(self._tokens)}".encode()).hexdigest()
        self._tokens[token] = now + _TOKEN_SECONDS * _SECOND
        self._ledger.note(now, "token.given", token[:8])
        return 200, {
            "token_type": "Bearer",
            "issued_at": str(now // 1000),
            "client_id": client_id,
            "access_token": token,
            "expires_in": str(_TOKEN_SECONDS),
            "refresh_count": "0",
            "status": "approved",
        }

    def _authenticate(self, request: HttpRequest, now: int) -> None:
        token = _header(request, "authorization").removeprefix("Bearer ")
        if self._tokens.get(token, 0) <= now:
            raise Refused(401, "250002", "Invalid Authentication Information.")

    def _route(self, request: HttpRequest, path: str, now: int) -> HttpResponse:
        for method, pattern, do in self._routes:
            found = re.fullmatch(pattern, path)
            if found is None or method != request.method:
                continue
            ordered = self._ordered(method, path)
            refusal = Refused(ordered.status, ordered.code, ordered.message) if ordered else None
            if ordered and refusal and not ordered.carry_out:
                raise refusal
            headers = {name.lower(): value for name, value in request.headers.items()}
            answer = do(Call(_json(request), headers, unquote(found.group(1)) if found.groups() else "", now))
            if refusal:
                raise refusal
            return answers.answer(*copy.deepcopy(answer))
        raise Refused(404, "10404", "Resource not found")

    def _ordered(self, method: str, path: str) -> Scripted | None:
        for ordered in self._scripted:
            if ordered.times > 0 and ordered.method in {"", method} and re.fullmatch(ordered.path, path):
                ordered.times -= 1
                return ordered
        return None

    def control(self, action: str, arguments: Mapping[str, Any], now: int) -> object:
        """``advance``, ``finish``, ``script``, ``expire_tokens``, ``purge_label``, ``live_labels``; see the README for
        their arguments. Raises `UnknownAction`.
        """
        actions: dict[str, Callable[[], object]] = {
            "advance": lambda: self._shelf.advance(arguments["tracking_number"], now),
            "finish": lambda: self._shelf.finish(arguments["tracking_number"], now),
            "purge_label": lambda: self._shelf.purge(arguments["tracking_number"]),
            "script": lambda: self._scripted.append(msgspec.convert(dict(arguments), Scripted)),
            "expire_tokens": self._tokens.clear,
            "live_labels": self.live_labels,
        }
        if action not in actions:
            raise UnknownAction(f"there is no action '{action}'; there are {', '.join(actions)}")
        try:
            return actions[action]()
        except (KeyError, msgspec.ValidationError) as problem:
            raise UnknownAction(f"'{action}' cannot be done with {dict(arguments)}: {problem}") from None

    def take_webhooks(self, now: int) -> list[OutgoingWebhook]:
        """Alerts that are due."""
        return self._queue.take(now)

    def webhook_answered(self, webhook: OutgoingWebhook, status: int, now: int) -> None:
        """Queue it again unless it was taken or is given up."""
        self._queue.answered(webhook, status, now)
        self._ledger.note(now, "webhook.answered", webhook.id, status=status, attempt=webhook.attempt)

    def _tell(self, number: str, scan: Json, now: int) -> None:
        if self._settings.webhook_url:
            body = msgspec.json.encode(answers.alert(number, scan))
            name = hashlib.sha256(body).hexdigest()[:16]
            self._queue.put(OutgoingWebhook(name, self._settings.webhook_url, body, now))

    def _headers(self, _webhook: OutgoingWebhook, _now: int) -> Mapping[str, str]:
        return {
            "content-type": "application/json",
            "user-agent": "UPSPubSubTrackingService",
            "credential": self._settings.webhook_credential,
        }


class Call(Struct, frozen=True):
    """One call: its body, headers (names in lower case), the last part of its path where one is a name, and when."""

    body: Json
    headers: Mapping[str, str]
    name: str
    now: int


def _header(request: HttpRequest, wanted: str) -> str:
    return next((value for name, value in request.headers.items() if name.lower() == wanted), "")


def _json(request: HttpRequest) -> Json:
    if not request.body:
        return {}
    try:
        return msgspec.json.decode(request.body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused(400, "9120001", "The request is not well formed or the operation is not defined") from None
