"""The simulated account: its state, its API, and what FedEx and people can be made to do."""

import copy
import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from msgspec import Struct

from crossdock.connectors.fedex.simulator import answers, signing
from crossdock.connectors.fedex.simulator.answers import Json, Refused
from crossdock.connectors.fedex.simulator.counter import Counter
from crossdock.connectors.fedex.simulator.settings import SimulatorSettings
from crossdock.connectors.fedex.simulator.shelf import Shelf
from crossdock.ports.wire import HttpRequest, HttpResponse
from crossdock.sim.ledger import Ledger
from crossdock.sim.simulator import UnknownAction
from crossdock.sim.webhooks import OutgoingWebhook, WebhookQueue

_RETRIES = (300.0, 300.0, 300.0)
"""Three further attempts within fifteen minutes (developer.fedex.com, Shipment Visibility Webhook)."""

_TOKEN_SECONDS = 3599
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


class Call(Struct, frozen=True):
    """One call: its body, what the caller named it, and when."""

    body: Json
    name: str
    now: int


class FedexSimulator:
    """Implements `crossdock.sim.simulator.Simulator`. See the README for its options and control actions."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self._settings = settings
        self._ledger = Ledger()
        self._count = 0
        self._tokens: dict[str, int] = {}
        self._scripted: list[Scripted] = []
        self._queue = WebhookQueue(self._headers, _RETRIES)
        self._shelf = Shelf(settings, self._ledger, self._tell)
        self._counter = Counter(self._ledger, self._shelf.ground)
        shelf, counter = self._shelf, self._counter
        self._routes: dict[tuple[str, str], Callable[[Call], Json]] = {
            ("POST", "/rate/v1/rates/quotes"): lambda call: shelf.rate(call.body, call.now),
            ("POST", "/ship/v1/shipments"): lambda call: shelf.ship(call.body, call.name, call.now),
            ("PUT", "/ship/v1/shipments/cancel"): lambda call: shelf.cancel(call.body, call.now),
            ("POST", "/track/v1/trackingnumbers"): lambda call: shelf.track(call.body),
            ("POST", "/track/v1/referencenumbers"): lambda call: shelf.track_reference(call.body, call.now),
            ("POST", "/pickup/v1/pickups"): lambda call: counter.schedule(call.body, call.now),
            ("PUT", "/pickup/v1/pickups/cancel"): lambda call: counter.cancel(call.body, call.now),
            ("PUT", "/ship/v1/endofday/"): lambda call: counter.close(call.body, call.now),
            ("POST", "/ship/v1/endofday/"): lambda call: counter.reprint(call.body),
            ("POST", "/address/v1/addresses/resolve"): lambda call: counter.address(call.body),
        }

    @property
    def hosts(self) -> tuple[str, ...]:
        """The API's host."""
        return (self._settings.host,)

    @property
    def ledger(self) -> Ledger:
        """What happened: token.given, label.bought, label.voided, pickup.scheduled, pickup.cancelled, manifest.closed,
        tracking.scanned, webhook.answered.
        """
        return self._ledger

    def live_labels(self) -> dict[str, list[str]]:
        """Tracking numbers booked and not cancelled, by the consignment's reference."""
        return self._shelf.live_labels()

    def state(self) -> object:
        """Shipments, pickups and closes."""
        return {"shipments": self._shelf.state(), **self._counter.state()}

    def handle(self, request: HttpRequest, now: int) -> HttpResponse:
        """Answer as FedEx would."""
        self._count += 1
        transaction = hashlib.sha256(f"{self._settings.seed}:call:{self._count}".encode()).hexdigest()[:32]
        try:
            return self._handle(request, transaction, now)
        except Refused as refused:
            return answers.answer(refused.status, refused.body(transaction))
        except (ArithmeticError, AttributeError, IndexError, KeyError, TypeError, ValueError) as problem:
            odd = Refused(422, "INVALID.INPUT.EXCEPTION", f"Invalid field value: {type(problem).__name__} {problem}")
            return answers.answer(odd.status, odd.body(transaction))

    def _handle(self, request: HttpRequest, transaction: str, now: int) -> HttpResponse:
        method, path = request.method, urlsplit(request.url).path
        ordered = self._ordered(method, path)
        refusal = Refused(ordered.status, ordered.code, ordered.message) if ordered else None
        if ordered and refusal and not ordered.carry_out:
            raise refusal
        if path == "/oauth/token":
            return answers.answer(200, self._token(request, now))
        token = _header(request, "authorization").removeprefix("Bearer ")
        if self._tokens.get(token, 0) <= now:
            raise Refused(
                401, "NOT.AUTHORIZED.ERROR", "Access token expired. Please modify your request and try again."
            )
        do = self._routes.get((method, path))
        if do is None:
            raise Refused(404, "NOT.FOUND.ERROR", "The resource you requested is no longer available.")
        name = _header(request, "x-customer-transaction-id")
        output = do(Call(_json(request), name, now))
        if refusal:
            raise refusal
        return answers.answer(200, {"transactionId": transaction, "output": copy.deepcopy(output)})

    def _token(self, request: HttpRequest, now: int) -> Json:
        form = parse_qs(request.body.decode())
        for wanted, name in ((self._settings.client_id, "client_id"), (self._settings.client_secret, "client_secret")):
            said = form.get(name, [""])[0]
            if not said or wanted not in {"", said}:
                raise Refused(401, "NOT.AUTHORIZED.ERROR", "The given client credentials were not valid.")
        if form.get("grant_type") != ["client_credentials"]:
            raise Refused(400, "BAD.REQUEST.ERROR", "Missing or duplicate parameters.")
        token = hashlib.sha256(f"{self._settings.seed}:{self._count}".encode()).hexdigest()
        self._tokens[token] = now + _TOKEN_SECONDS * _SECOND
        self._ledger.note(now, "token.given", token[:8])
        return {"access_token": token, "token_type": "bearer", "expires_in": _TOKEN_SECONDS, "scope": "CXS"}

    def _ordered(self, method: str, path: str) -> Scripted | None:
        for ordered in self._scripted:
            if ordered.times > 0 and ordered.method in {"", method} and re.fullmatch(ordered.path, path):
                ordered.times -= 1
                return ordered
        return None

    def control(self, action: str, arguments: Mapping[str, Any], now: int) -> object:
        """``advance``, ``finish``, ``script``, ``expire_tokens``, ``live_labels``; see the README for their arguments.
        Raises `UnknownAction`.
        """
        actions: dict[str, Callable[[], object]] = {
            "advance": lambda: self._shelf.advance(arguments["tracking_number"], now),
            "finish": lambda: self._shelf.finish(arguments["tracking_number"], now),
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
        """Webhooks that are due, signed."""
        return self._queue.take(now)

    def webhook_answered(self, webhook: OutgoingWebhook, status: int, now: int) -> None:
        """Queue it again unless it was taken or is given up."""
        self._queue.answered(webhook, status, now)
        self._ledger.note(now, "webhook.answered", webhook.id, status=status, attempt=webhook.attempt)

    def _tell(self, held: Json, now: int) -> None:
        if self._settings.webhook_url:
            output = answers.tracked(held["number"], [answers.track_result(held)])
            body = msgspec.json.encode({"output": output})
            name = hashlib.sha256(body).hexdigest()[:16]
            self._queue.put(OutgoingWebhook(name, self._settings.webhook_url, body, now))

    def _headers(self, webhook: OutgoingWebhook, _now: int) -> Mapping[str, str]:
        return signing.headers(self._settings.webhook_token, webhook.body)


def _header(request: HttpRequest, wanted: str) -> str:
    return next((value for name, value in request.headers.items() if name.lower() == wanted), "")


def _json(request: HttpRequest) -> Json:
    try:
        return msgspec.json.decode(request.body or b"{}", type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused(400, "INVALID.INPUT.EXCEPTION", "Invalid JSON.") from None
