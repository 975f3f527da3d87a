"""The simulated account: its state, its API, and what its carriers and people can be made to do."""

import copy
import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
from msgspec import Struct

from crossdock.connectors.shippo.simulator import answers, rating
from crossdock.connectors.shippo.simulator.answers import NOT_FOUND, Json, Refused
from crossdock.connectors.shippo.simulator.checking import check_shipment, validated
from crossdock.connectors.shippo.simulator.collecting import Collections
from crossdock.connectors.shippo.simulator.settings import SimulatorSettings
from crossdock.connectors.shippo.simulator.tracks import Tracks
from crossdock.model.instants import rfc3339
from crossdock.ports.wire import HttpRequest, HttpResponse
from crossdock.sim import labels
from crossdock.sim.ledger import Ledger
from crossdock.sim.simulator import UnknownAction
from crossdock.sim.webhooks import OutgoingWebhook

_SECOND = 1_000_000
_MOST_OFFERS = 5
_ENDINGS = {"PDF": "pdf", "PNG": "png", "ZPLII": "zpl"}
_MEDIA_TYPES = {"PDF": "application/pdf", "PNG": "image/png", "ZPLII": "application/zpl"}
_GONE = frozenset({"REFUNDED", "REFUNDPENDING", "ERROR"})


class Scripted(Struct, forbid_unknown_fields=True):
    """A refusal somebody ordered: the next ``times`` calls whose path matches get it. ``carry_out`` does the work
    all the same, as a carrier that sold a label and then did not answer. With ``error`` a purchase is answered with a
    transaction that is an ERROR, with that text and ``code``.
    """

    status: int = 0
    body: Any = None
    path: str = ".*"
    method: str = ""
    times: int = 1
    carry_out: bool = False
    error: str = ""
    code: str = ""


class ShippoSimulator:
    """Implements `crossdock.sim.simulator.Simulator`. See the README for its options and control actions."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self._settings = settings
        self._test = settings.mode == "test"
        self._ledger = Ledger()
        self._count = 0
        self._called = ""
        self._shipments: dict[str, Json] = {}
        self._rates: dict[str, Json] = {}
        self._transactions: dict[str, Json] = {}
        self._refunds: dict[str, Json] = {}
        self._due: dict[str, int] = {}
        self._queue_next = 0
        self._files: dict[str, tuple[str, bytes]] = {}
        self._scripted: list[Scripted] = []
        self._down: dict[str, str] = {}
        self._tracks = Tracks(settings, self._ledger, self._fresh)
        self._collections = Collections(
            self._ledger, self._fresh, self._transaction, self._rates, self._keep_sheet, test=self._test
        )
        self._routes = (
            ("POST", r"/shipments", self._create),
            ("GET", r"/shipments/([^/]+)", self._get_shipment),
            ("GET", r"/rates/([^/]+)", self._get_rate),
            ("POST", r"/transactions", self._buy),
            ("GET", r"/transactions", self._list),
            ("GET", r"/transactions/([^/]+)", self._get_transaction),
            ("POST", r"/refunds", self._refund),
            ("GET", r"/refunds/([^/]+)", self._get_refund),
            ("POST", r"/addresses", self._address),
            *self._tracks.routes(),
            *self._collections.routes(),
        )

    @property
    def hosts(self) -> tuple[str, ...]:
        """The API's and the label files' host."""
        return (self._settings.api_host, self._settings.files_host)

    @property
    def ledger(self) -> Ledger:
        """What happened: shipment.created, label.bought, label.refused, label.voided, label.fetched, pickup.scheduled,
        manifest.closed, tracker.scanned, webhook.answered, webhook.given_up.
        """
        return self._ledger

    def live_labels(self) -> dict[str, list[str]]:
        """Tracking numbers bought and not refunded, by the reference in the metadata; labels that are being made have
        none yet.
        """
        live: dict[str, list[str]] = {}
        for each in self._transactions.values():
            if each["tracking_number"] and each["status"] not in _GONE:
                live.setdefault(each["metadata"] or each["object_id"], []).append(each["tracking_number"])
        return live

    def state(self) -> object:
        """Shipments, transactions, tracks, pickups, manifests and live labels."""
        return {
            "shipments": list(self._shipments.values()),
            "transactions": list(self._transactions.values()),
            "tracks": self._tracks.state(),
            "live_labels": self.live_labels(),
            **self._collections.state(),
        }

    def take_webhooks(self, now: int) -> list[OutgoingWebhook]:
        """Webhooks that are due; labels that were queued are made first, parcels on a paced journey move on."""
        self._make_due(now)
        return self._tracks.take_webhooks(now)

    def webhook_answered(self, webhook: OutgoingWebhook, status: int, now: int) -> None:
        """Note the answer; anything but 2xx is tried again."""
        self._tracks.webhook_answered(webhook, status, now)

    def handle(self, request: HttpRequest, now: int) -> HttpResponse:
        """Answer one call to the API or to the file host."""
        parts = urlsplit(request.url)
        if parts.path.startswith("/files/"):
            return self._file(parts.path, now)
        # Asked on loopback, labels lie on loopback too: a name in the outside world would lead nowhere.
        self._called = f"http://{parts.netloc}" if parts.hostname in {"127.0.0.1", "localhost"} else ""
        self._make_due(now)
        try:
            self._authenticate(request.headers)
            return self._route(request, parts.path.rstrip("/"), parse_qs(parts.query), now)
        except Refused as refused:
            return answers.answer(refused.status, refused.body)
        except (AttributeError, KeyError, TypeError, ValueError) as problem:
            # Values of odd types: the real API names the field; which words it uses is published for few of them.
            said = f"The data you sent was not accepted as valid: {type(problem).__name__} {problem}"
            return answers.answer(400, {"__all__": [said]})

    def control(self, action: str, arguments: Mapping[str, Any], now: int) -> object:
        """``advance``, ``finish``, ``refund``, ``script``, ``queue``, ``carrier_down``, ``carrier_up``,
        ``purge_label``, ``live_labels``; see the README for their arguments. Raises `UnknownAction`.
        """
        own: dict[str, Callable[[Mapping[str, Any]], object]] = {
            "script": self._script,
            "queue": self._queue,
            "carrier_down": lambda given: self._carrier(given, down=True),
            "carrier_up": lambda given: self._carrier(given, down=False),
            "refund": self._settle_refund,
            "purge_label": self._purge,
            "live_labels": lambda _given: self.live_labels(),
        }
        try:
            if action in own:
                return own[action](arguments)
            return self._tracks.control(action, arguments, now)
        except (KeyError, ValueError, msgspec.ValidationError) as problem:
            raise UnknownAction(f"'{action}' cannot be done with {dict(arguments)}: {problem}") from None

    def _script(self, arguments: Mapping[str, Any]) -> object:
        self._scripted.append(msgspec.convert(dict(arguments), Scripted))
        return self._scripted

    def _queue(self, arguments: Mapping[str, Any]) -> object:
        self._queue_next = int(arguments.get("times", 1))
        return {"queued": self._queue_next}

    def _carrier(self, arguments: Mapping[str, Any], *, down: bool) -> dict[str, str]:
        self._down.pop(arguments["carrier"], None)
        if down:
            self._down[arguments["carrier"]] = str(arguments.get("message", "The carrier did not respond."))
        return self._down

    def _fresh(self, kind: str) -> str:
        self._count += 1
        return hashlib.sha256(f"{self._settings.seed}:{kind}:{self._count}".encode()).hexdigest()[:32]

    def _authenticate(self, headers: Mapping[str, str]) -> None:
        given = next((value for name, value in headers.items() if name.lower() == "authorization"), "")
        scheme, _, token = given.partition(" ")
        if scheme not in {"ShippoToken", "Bearer"} or not token:
            raise Refused(401, {"detail": "Authentication credentials were not provided."})
        if self._settings.api_token not in {"", token}:
            raise Refused(401, {"detail": "Token does not exist"})

    def _route(self, request: HttpRequest, path: str, query: dict[str, list[str]], now: int) -> HttpResponse:
        for method, pattern, do in self._routes:
            found = re.fullmatch(pattern, path)
            if found is None or method != request.method:
                continue
            ordered = self._ordered(method, path)
            if ordered is not None and not ordered.carry_out and not ordered.error:
                raise Refused(ordered.status, ordered.body)
            body = self._json(request)
            if ordered is not None and ordered.error:
                return answers.answer(201, self._refused_purchase(body, ordered, now))
            status, answer = do(tuple(unquote(part) for part in found.groups()), body, query, now)
            if ordered is not None:
                raise Refused(ordered.status, ordered.body)
            return answers.answer(status, answer)
        raise Refused(*NOT_FOUND)

    def _ordered(self, method: str, path: str) -> Scripted | None:
        for ordered in self._scripted:
            if ordered.times > 0 and ordered.method in {"", method} and re.fullmatch(ordered.path, path):
                ordered.times -= 1
                return ordered
        return None

    def _json(self, request: HttpRequest) -> Json:
        if not request.body:
            return {}
        try:
            return msgspec.json.decode(request.body, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Refused(400, {"detail": "JSON parse error"}) from None

    def _transaction(self, name: str) -> Json:
        return _one(self._transactions, name)

    def _create(self, _names: object, body: Json, _query: object, now: int) -> tuple[int, Json]:
        check_shipment(body)
        given = body
        extra = given.get("extra") or {}
        if extra.get("is_return"):
            # The real API turns the addresses of a return round.
            given = given | {"address_from": given["address_to"], "address_to": given["address_from"]}
        shipment_id, test = self._fresh("shipment"), self._test
        ids = [self._fresh("rate") for _ in range(_MOST_OFFERS)]
        rates, messages = rating.rates_of(given, shipment_id, ids, self._down, now, test=test)
        customs = given.get("customs_declaration")
        parts = {
            "rates": rates,
            "messages": messages,
            "address_from": answers.address(given["address_from"], self._fresh("address"), now, test=test),
            "address_to": answers.address(given["address_to"], self._fresh("address"), now, test=test),
            "parcels": [answers.parcel(each, self._fresh("parcel"), now, test=test) for each in given["parcels"]],
            "customs_declaration": {"object_id": self._fresh("customs"), **customs} if customs else None,
        }
        self._shipments[shipment_id] = answers.shipment(given, parts, shipment_id, now, test=test)
        self._rates |= {each["object_id"]: each for each in rates}
        self._ledger.note(now, "shipment.created", shipment_id, reference=given.get("metadata", ""))
        return 201, copy.deepcopy(self._shipments[shipment_id])

    def _get_shipment(self, names: tuple[str, ...], _body: Json, _query: object, _now: int) -> tuple[int, Json]:
        return 200, _one(self._shipments, names[0])

    def _get_rate(self, names: tuple[str, ...], _body: Json, _query: object, _now: int) -> tuple[int, Json]:
        return 200, _one(self._rates, names[0])

    def _get_transaction(self, names: tuple[str, ...], _body: Json, _query: object, _now: int) -> tuple[int, Json]:
        return 200, self._transaction(names[0])

    def _get_refund(self, names: tuple[str, ...], _body: Json, _query: object, _now: int) -> tuple[int, Json]:
        return 200, _one(self._refunds, names[0])

    def _list(self, _names: object, _body: Json, query: dict[str, list[str]], _now: int) -> tuple[int, Json]:
        wanted, status = query.get("rate", [""])[0], query.get("object_status", [""])[0]
        found = [
            each
            for each in reversed(self._transactions.values())
            if wanted in {"", each["rate"]} and status in {"", each["status"]}
        ]
        return 200, answers.page(found, query, "/transactions/")

    def _buy(self, _names: object, body: Json, _query: object, now: int) -> tuple[int, Json]:
        """Sell a label, whether or not the rate was sold before: what the real API does then is not published."""
        queued = self._queue_next > 0 or body.get("async", True)
        self._queue_next = max(0, self._queue_next - 1)
        transaction = self._open(body, "QUEUED" if queued else "SUCCESS", now)
        if queued:
            self._due[transaction["object_id"]] = now + round(self._settings.queue_seconds * _SECOND)
            return 201, copy.deepcopy(transaction)
        return 201, self._label(transaction, now)

    def _open(self, body: Json, status: str, now: int) -> Json:
        rate = self._rates.get(str(body.get("rate")))
        if rate is None:
            raise Refused(400, {"rate": [f"Rate with supplied object_id {body.get('rate')} not found."]})
        parcel = self._shipments[rate["shipment"]]["parcels"][0]["object_id"]
        transaction = answers.transaction(body, self._fresh("transaction"), parcel, status, now, test=self._test)
        self._transactions[transaction["object_id"]] = transaction
        return transaction

    def _refused_purchase(self, body: Json, ordered: Scripted, now: int) -> Json:
        transaction = self._open(body, "ERROR", now)
        provider = self._rates[transaction["rate"]]["provider"]
        transaction["messages"] = [{"source": provider, "code": ordered.code, "text": ordered.error}]
        self._ledger.note(now, "label.refused", transaction["object_id"], reference=transaction["metadata"])
        return copy.deepcopy(transaction)

    def _make_due(self, now: int) -> None:
        for transaction_id in [each for each, due in self._due.items() if due <= now]:
            self._label(self._transactions[transaction_id], self._due.pop(transaction_id))

    def _label(self, transaction: Json, now: int) -> Json:
        """Make the label; the answer shows the transaction before its parcel moves."""
        rate = self._rates[transaction["rate"]]
        shipment = self._shipments[rate["shipment"]]
        number = rating.tracking_number(rate["provider"], int(self._fresh("number")[-8:], 16))
        kind = transaction["label_file_type"].partition("_")[0]
        place = shipment["address_to"]
        lines = [place[name] for name in ("name", "company", "street1", "street2", "city", "zip", "country")]
        data = labels.label_file(_MEDIA_TYPES[kind], number, tuple(line for line in lines if line))
        transaction |= {
            "status": "SUCCESS",
            "tracking_number": number,
            "label_url": self._keep(f"{self._fresh('file')}.{_ENDINGS[kind]}", _MEDIA_TYPES[kind], data),
            "object_updated": rfc3339(now),
        }
        reference = transaction["metadata"]
        self._ledger.note(
            now, "label.bought", number, shipment=rate["shipment"], reference=reference, price=rate["amount"]
        )
        sold = copy.deepcopy(transaction)
        self._tracks.labelled(transaction, rate["provider"], (shipment["address_from"], place), now)
        return sold

    def _keep_sheet(self, name: str, lines: tuple[str, ...]) -> str:
        return self._keep(f"{name}.pdf", "application/pdf", labels.label_file("application/pdf", name[-20:], lines))

    def _keep(self, name: str, media_type: str, data: bytes) -> str:
        self._files[f"/files/{name}"] = (media_type, data)
        base = self._settings.files_url or self._called or f"https://{self._settings.files_host}"
        return f"{base}/files/{name}?Signature=simulated"

    def _refund(self, _names: object, body: Json, _query: object, now: int) -> tuple[int, Json]:
        transaction = self._transaction(str(body["transaction"]))
        if transaction["status"] != "SUCCESS":
            raise Refused(400, {"transaction": ["A refund was asked for before, or there is no label."]})
        scanned = self._tracks.has_scans(transaction["tracking_number"])
        status = "ERROR" if scanned else "PENDING"
        refund = answers.refund(self._fresh("refund"), transaction["object_id"], status, now, test=self._test)
        self._refunds[refund["object_id"]] = refund
        if not scanned:
            transaction |= {"status": "REFUNDPENDING", "object_updated": rfc3339(now)}
            self._ledger.note(now, "label.voided", transaction["tracking_number"], transaction=transaction["object_id"])
        return 201, copy.deepcopy(refund)

    def _settle_refund(self, arguments: Mapping[str, Any]) -> Json:
        transaction = self._by_number(arguments["tracking_number"])
        transaction["status"] = str(arguments.get("status", "REFUNDED"))
        return {"object_id": transaction["object_id"], "status": transaction["status"]}

    def _by_number(self, number: str) -> Json:
        for each in self._transactions.values():
            if each["tracking_number"] == number:
                return each
        raise KeyError(f"no transaction with tracking number {number}")

    def _purge(self, arguments: Mapping[str, Any]) -> Json:
        transaction = self._by_number(arguments["tracking_number"])
        self._files.pop(urlsplit(transaction["label_url"]).path, None)
        return {"object_id": transaction["object_id"]}

    def _file(self, path: str, now: int) -> HttpResponse:
        if path not in self._files:
            return HttpResponse(403, {"content-type": "application/xml"}, b"<Error><Code>AccessDenied</Code></Error>")
        media_type, data = self._files[path]
        self._ledger.note(now, "label.fetched", path)
        return HttpResponse(200, {"content-type": media_type}, data)

    def _address(self, _names: object, body: Json, _query: object, now: int) -> tuple[int, Json]:
        if not body.get("country"):
            raise Refused(400, {"country": ["This field is required."]})
        validation = validated(body) if body.get("validate") else None
        written = {name: text.upper() if isinstance(text, str) else text for name, text in body.items()}
        address = answers.address(written, self._fresh("address"), now, test=self._test, validation=validation)
        return 201, address


def _one(things: dict[str, Json], name: str) -> Json:
    if name not in things:
        raise Refused(*NOT_FOUND)
    return things[name]
