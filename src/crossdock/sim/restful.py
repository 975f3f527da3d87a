"""A simulated account behind a REST API: routes, refusals to order, and the other side of the books."""

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec
from msgspec import Struct

from crossdock.ports.wire import HttpRequest, HttpResponse
from crossdock.sim.ledger import Ledger
from crossdock.sim.simulator import UnknownAction
from crossdock.sim.webhooks import OutgoingWebhook, WebhookQueue

Json = dict[str, Any]


class Call(Struct, frozen=True):
    """One call: ``names`` are what the route's pattern caught, header names are lower case."""

    names: tuple[str, ...]
    query: Mapping[str, str]
    body: Json
    headers: Mapping[str, str]
    now: int


Route = tuple[str, str, Callable[[Call], HttpResponse]]
"""Method, regular expression for the whole path, and what is done."""

Action = Callable[[Mapping[str, Any], int], object]


class Refused(Exception):
    """An error answer on its way out, in words the partner's simulator turns into its own form."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(f"{status} {code} {text}")
        self.status = status
        self.code = code
        self.text = text


class Scripted(Struct, forbid_unknown_fields=True):
    """A refusal somebody ordered: the next ``times`` calls whose path matches get it. ``carry_out`` does the work all
    the same, as a carrier that sold a label and then did not answer.
    """

    status: int
    code: str = ""
    message: str = ""
    path: str = ".*"
    method: str = ""
    times: int = 1
    carry_out: bool = False


class RestfulAccount(ABC):
    """The part of `crossdock.sim.simulator.Simulator` that all REST partners share. A partner's simulator gives
    `routes`, `authenticate`, `refusal` (its form of an error), `live_labels` and `state`, and may give `actions`.
    """

    def __init__(self, hosts: tuple[str, ...], seed: int, webhooks: WebhookQueue | None = None) -> None:
        self._hosts = hosts
        self._seed = seed
        self._count = 0
        self._ledger = Ledger()
        self._scripted: list[Scripted] = []
        self._webhooks = webhooks

    @property
    def hosts(self) -> tuple[str, ...]:
        """Names the account answers under."""
        return self._hosts

    @property
    def ledger(self) -> Ledger:
        """What happened."""
        return self._ledger

    # ---- what a partner gives

    @abstractmethod
    def routes(self) -> tuple[Route, ...]:
        """What can be called."""

    @abstractmethod
    def authenticate(self, call: Call, path: str) -> None:
        """Raise `Refused` where the credentials are not the account's."""

    @abstractmethod
    def refusal(self, status: int, code: str, text: str) -> HttpResponse:
        """An error in the partner's form."""

    @abstractmethod
    def live_labels(self) -> dict[str, list[str]]:
        """Tracking numbers bought and not voided, by our reference."""

    def state(self) -> object:
        """All there is, JSON-able."""
        return {"live_labels": self.live_labels()}

    def actions(self) -> dict[str, Action]:
        """Further control actions by name."""
        return {}

    # ---- what they share

    def handle(self, request: HttpRequest, now: int) -> HttpResponse:
        """Answer one call; never raises on what a caller may send."""
        parts = urlsplit(request.url)
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            call = Call((), dict(parse_qsl(parts.query)), _json(request.body, headers), headers, now)
            self.authenticate(call, parts.path)
            return self._route(request.method, parts.path, call)
        except Refused as refused:
            return self.refusal(refused.status, refused.code, refused.text)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as problem:
            # Values of odd types: the real API answers something of the 4xx kind.
            return self.refusal(400, "", f"The request could not be read: {type(problem).__name__} {problem}")

    def _route(self, method: str, path: str, call: Call) -> HttpResponse:
        for wanted, pattern, do in self.routes():
            found = re.fullmatch(pattern, path)
            if found is None or wanted != method:
                continue
            ordered = self._ordered(method, path)
            if ordered is None or ordered.carry_out:
                names = tuple(unquote(part) for part in found.groups())
                answer = do(Call(names, call.query, call.body, call.headers, call.now))
            if ordered is not None:
                raise Refused(ordered.status, ordered.code, ordered.message)
            return answer
        raise Refused(404, "", f"no such resource: {method} {path}")

    def _ordered(self, method: str, path: str) -> Scripted | None:
        for ordered in self._scripted:
            if ordered.times > 0 and ordered.method in {"", method} and re.fullmatch(ordered.path, path):
                ordered.times -= 1
                return ordered
        return None

    def control(self, action: str, arguments: Mapping[str, Any], now: int) -> object:
        """``script``, ``live_labels`` and what the partner's simulator adds. Raises `UnknownAction`."""
        known: dict[str, Action] = {
            "script": self._script,
            "live_labels": lambda _given, _now: self.live_labels(),
            **self.actions(),
        }
        if action not in known:
            raise UnknownAction(f"there is no action '{action}'; there are {', '.join(sorted(known))}")
        try:
            return known[action](arguments, now)
        except (KeyError, msgspec.ValidationError) as problem:
            raise UnknownAction(f"'{action}' cannot be done with {dict(arguments)}: {problem}") from None

    def _script(self, arguments: Mapping[str, Any], _now: int) -> object:
        self._scripted.append(msgspec.convert(dict(arguments), Scripted))
        return self._scripted

    def take_webhooks(self, now: int) -> list[OutgoingWebhook]:
        """Webhooks that are due, signed."""
        return self._webhooks.take(now) if self._webhooks is not None else []

    def webhook_answered(self, webhook: OutgoingWebhook, status: int, now: int) -> None:
        """Note the answer; the partner tries again as it does."""
        if self._webhooks is not None:  # an empty queue is false
            self._webhooks.answered(webhook, status, now)

    def fresh(self, prefix: str = "") -> str:
        """32 hex characters never given before, the same for the same seed and calls."""
        self._count += 1
        return hashlib.sha256(f"{self._seed}:{prefix}:{self._count}".encode()).hexdigest()[:32]

    def digits(self, length: int, prefix: str = "") -> str:
        """That many digits never given before."""
        return f"{int(self.fresh(prefix), 16):039d}"[-length:]


def answer(status: int, body: object, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """A JSON answer."""
    return HttpResponse(status, {"content-type": "application/json", **(headers or {})}, msgspec.json.encode(body))


def settings_of(kind: type[Any], options: Mapping[str, str], title: str) -> Any:
    """Options given as text as ``kind``. Raises `ValueError` that names the option."""
    try:
        return msgspec.convert(dict(options), kind, strict=False)
    except msgspec.ValidationError as problem:
        raise ValueError(f"options of the {title} simulator: {problem}") from None


def _json(body: bytes, headers: Mapping[str, str]) -> Json:
    if not body:
        return {}
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(body.decode(errors="replace")))
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused(400, "", "The request body is not a JSON object.") from None
