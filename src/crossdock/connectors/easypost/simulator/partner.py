"""The simulated account: its state, its API, and what its carriers and people can be made to do."""

import copy
import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
from msgspec import Struct

from crossdock.connectors.easypost.simulator import answers, papers, rating
from crossdock.connectors.easypost.simulator.answers import Json, Refused
from crossdock.connectors.easypost.simulator.collecting import Collections
from crossdock.connectors.easypost.simulator.journeys import is_scanned
from crossdock.connectors.easypost.simulator.settings import SimulatorSettings
from crossdock.connectors.easypost.simulator.tracking import Trackers
from crossdock.ports.wire import HttpRequest, HttpResponse
from crossdock.sim import labels
from crossdock.sim.ledger import Ledger
from crossdock.sim.simulator import UnknownAction
from crossdock.sim.webhooks import OutgoingWebhook

_NOT_FOUND = (404, "NOT_FOUND", "The requested resource could not be found.")


class Scripted(Struct, forbid_unknown_fields=True):
    """A refusal somebody ordered: the next ``times`` calls whose path matches get it. ``carry_out`` does the work
    all the same, as a carrier that sold a label and then did not answer.
    """

    status: int
    code: str
    message: str = ""
    path: str = ".*"
    method: str = ""
    errors: list[Any] = []
    times: int = 1
    carry_out: bool = False


class EasyPostSimulator:
    """Implements `crossdock.sim.simulator.Simulator`. See the README for its options and control actions."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self._settings = settings
        self._ledger = Ledger()
        self._count = 0
        self._called = ""
        self._shipments: dict[str, Json] = {}
        self._files: dict[str, tuple[str, bytes]] = {}
        self._scripted: list[Scripted] = []
        self._failing_carriers: dict[str, str] = {}
        self._trackers = Trackers(settings, self._ledger, self._fresh)
        self._collections = Collections(settings, self._ledger, self._fresh, self._find, self._keep_sheet)
        self._routes = (
            ("POST", r"/v2/shipments", self._create),
            ("GET", r"/v2/shipments", self._list),
            ("GET", r"/v2/shipments/([^/]+)", self._get),
            ("POST", r"/v2/shipments/([^/]+)/buy", self._buy),
            ("POST", r"/v2/shipments/([^/]+)/refund", self._refund),
            ("POST", r"/v2/shipments/([^/]+)/rerate", self._rerate),
            ("GET", r"/v2/shipments/([^/]+)/label", self._label),
            ("POST", r"/v2/addresses/create_and_verify", self._verify_address),
            ("POST", r"/v2/claims", self._claim),
            *self._trackers.routes(),
            *self._collections.routes(),
        )

    @property
    def hosts(self) -> tuple[str, ...]:
        """The API's and the label files' host."""
        return (self._settings.api_host, self._settings.files_host)

    @property
    def ledger(self) -> Ledger:
        """What happened: shipment.created, label.bought, label.refused, label.voided, label.fetched, tracker.scanned,
        pickup.created, pickup.scheduled, pickup.cancelled, manifest.closed, webhook.answered, webhook.given_up.
        """
        return self._ledger

    def live_labels(self) -> dict[str, list[str]]:
        """Tracking codes bought and not voided, by the shipment's reference (one parcel each)."""
        live: dict[str, list[str]] = {}
        for shipment in self._shipments.values():
            if shipment["tracking_code"] and shipment["refund_status"] not in {"submitted", "refunded"}:
                live.setdefault(shipment["reference"] or shipment["id"], []).append(shipment["tracking_code"])
        return live

    def state(self) -> object:
        """Shipments, trackers, webhooks and live labels."""
        return {
            "shipments": list(self._shipments.values()),
            "live_labels": self.live_labels(),
            **self._trackers.state(),
            **self._collections.state(),
        }

    def take_webhooks(self, now: int) -> list[OutgoingWebhook]:
        """Webhooks that are due, signed with both versions; parcels on a paced journey move on first."""
        return self._trackers.take_webhooks(now)

    def webhook_answered(self, webhook: OutgoingWebhook, status: int, now: int) -> None:
        """Note the answer; anything but 2xx is tried again up to six times."""
        self._trackers.webhook_answered(webhook, status, now)

    def handle(self, request: HttpRequest, now: int) -> HttpResponse:
        """Answer one call to the API or to the file host."""
        parts = urlsplit(request.url)
        if parts.path.startswith("/files/"):
            return self._file(parts.path, now)
        # Asked on loopback, labels lie on loopback too: a name in the outside world would lead nowhere.
        self._called = f"http://{parts.netloc}" if parts.hostname in {"127.0.0.1", "localhost"} else ""
        request_id = self._fresh("request")[-32:]
        try:
            self._authenticate(request.headers)
            return self._route(request, parts.path, parse_qs(parts.query), now, request_id)
        except Refused as refused:
            return answers.answer(refused.status, refused.body, request_id)
        except (AttributeError, KeyError, TypeError, ValueError) as problem:
            # Values of odd types: the real API answers something of the 4xx kind, which one is published nowhere.
            body = answers.error("BAD_REQUEST", f"The request could not be read: {type(problem).__name__} {problem}")
            return answers.answer(400, body, request_id)

    def control(self, action: str, arguments: Mapping[str, Any], now: int) -> object:
        """``advance``, ``finish``, ``refund``, ``script``, ``carrier_down``, ``carrier_up``, ``purge_label``,
        ``live_labels``; see the README for their arguments. Raises `UnknownAction`.
        """
        own: dict[str, Callable[[Mapping[str, Any], int], object]] = {
            "script": self._script,
            "carrier_down": lambda given, _now: self._carrier(given, down=True),
            "carrier_up": lambda given, _now: self._carrier(given, down=False),
            "refund": self._settle_refund,
            "purge_label": self._purge,
            "live_labels": lambda _given, _now: self.live_labels(),
        }
        try:
            if action in own:
                return own[action](arguments, now)
            return self._trackers.control(action, arguments, now)
        except (KeyError, msgspec.ValidationError) as problem:
            raise UnknownAction(f"'{action}' cannot be done with {dict(arguments)}: {problem}") from None

    def _script(self, arguments: Mapping[str, Any], _now: int) -> object:
        self._scripted.append(msgspec.convert(dict(arguments), Scripted))
        return self._scripted

    def _carrier(self, arguments: Mapping[str, Any], *, down: bool) -> dict[str, str]:
        self._failing_carriers.pop(arguments["carrier"], None)
        if down:
            self._failing_carriers[arguments["carrier"]] = str(arguments.get("message", "Carrier is unavailable"))
        return self._failing_carriers

    def _fresh(self, prefix: str) -> str:
        self._count += 1
        text = f"{self._settings.seed}:{prefix}:{self._count}".encode()
        return f"{prefix}_{hashlib.sha256(text).hexdigest()[:32]}"

    def _authenticate(self, headers: Mapping[str, str]) -> None:
        given = next((value for name, value in headers.items() if name.lower() == "authorization"), "")
        wanted = self._settings.api_key
        if not given or (wanted and not answers.is_key(given, wanted)):
            raise Refused(401, "UNAUTHORIZED", "Authentication is required and has failed.")

    def _route(
        self, request: HttpRequest, path: str, query: dict[str, list[str]], now: int, request_id: str
    ) -> HttpResponse:
        for method, pattern, do in self._routes:
            found = re.fullmatch(pattern, path)
            if found is None or method != request.method:
                continue
            ordered = self._ordered(method, path)
            if ordered is not None and not ordered.carry_out:
                raise Refused(ordered.status, ordered.code, ordered.message, ordered.errors)
            body = self._json(request)
            status, answer, location = do(tuple(unquote(part) for part in found.groups()), body, query, now)
            if ordered is not None:
                raise Refused(ordered.status, ordered.code, ordered.message, ordered.errors)
            return answers.answer(status, answer, request_id, location)
        raise Refused(*_NOT_FOUND)

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
            raise Refused(400, "BAD_REQUEST", "The request body is not valid JSON.") from None

    def _find(self, name: str) -> Json:
        if name in self._shipments:
            return self._shipments[name]
        for shipment in reversed(self._shipments.values()):
            if shipment["reference"] == name:
                return shipment
        raise Refused(*_NOT_FOUND)

    def _by_code(self, code: str) -> Json:
        for shipment in self._shipments.values():
            if shipment["tracking_code"] == code:
                return shipment
        raise KeyError(f"no shipment with tracking code {code}")

    def _create(self, _names: tuple[str, ...], body: Json, _query: object, now: int) -> tuple[int, Json, str]:
        given = body.get("shipment")
        _check_shipment(given)
        assert isinstance(given, dict)
        mode, shipment_id = self._settings.mode, self._fresh("shp")
        ids = [self._fresh("rate") for _ in range(5)]
        if given.get("is_return"):
            # The real API turns the addresses of a return round.
            given = given | {"to_address": given["from_address"], "from_address": given["to_address"]}
        rates, messages = rating.rates_of(given, shipment_id, ids, mode, now, self._failing_carriers)
        customs = given.get("customs_info")
        parts = {
            "rates": rates,
            "messages": messages,
            "to_address": answers.address(given["to_address"], self._fresh("adr"), mode, now),
            "from_address": answers.address(given["from_address"], self._fresh("adr"), mode, now),
            "parcel": answers.parcel(given["parcel"], self._fresh("prcl"), mode, now),
            "customs_info": self._customs(customs, mode, now) if customs else None,
        }
        chosen = [each for each in rates if each["service"] == given.get("service")]
        if given.get("service") and not chosen:
            raise Refused(422, "SHIPMENT.RATES.UNAVAILABLE", "Missing required data to get rates.")
        shipment = answers.shipment(given, parts, shipment_id, mode, now)
        self._shipments[shipment_id] = shipment
        self._ledger.note(now, "shipment.created", shipment_id, reference=shipment["reference"])
        if chosen:
            self._purchase(shipment, chosen[0], now)
        return 201, copy.deepcopy(shipment), f"/api/v2/shipments/{shipment_id}"

    def _customs(self, given: Json, mode: str, now: int) -> Json:
        items = [self._fresh("cstitem") for _ in given.get("customs_items") or []]
        return answers.customs_info(given, (self._fresh("cstinfo"), items), mode, now)

    def _list(
        self, _names: tuple[str, ...], _body: Json, query: dict[str, list[str]], _now: int
    ) -> tuple[int, Json, str]:
        found = [each for each in reversed(self._shipments.values()) if _is_wanted(each, query)]
        page, has_more = answers.page(found, query)
        return 200, {"shipments": page, "has_more": has_more}, ""

    def _get(self, names: tuple[str, ...], _body: Json, _query: object, _now: int) -> tuple[int, Json, str]:
        return 200, self._find(names[0]), ""

    def _buy(self, names: tuple[str, ...], body: Json, _query: object, now: int) -> tuple[int, Json, str]:
        shipment = self._find(names[0])
        if shipment["tracking_code"]:
            self._ledger.note(now, "label.refused", shipment["id"], reference=shipment["reference"])
            raise Refused(422, "SHIPMENT.POSTAGE.EXISTS", "Postage already exists for this shipment.")
        wanted = (body.get("rate") or {}).get("id")
        chosen = next((each for each in shipment["rates"] if each["id"] == wanted), None)
        if chosen is None:
            message = "The requested rate could not be found for this shipment."
            raise Refused(422, "SHIPMENT.MISSING_RATE", message)
        return 200, self._purchase(shipment, chosen, now), ""

    def _purchase(self, shipment: Json, chosen: Json, now: int) -> Json:
        """Sell the label; the answer shows the tracker before its first scans, as the real one does."""
        code = rating.tracking_code(chosen["carrier"], int(self._fresh("code")[-8:], 16))
        media_type = labels.MEDIA_TYPES.get(str(shipment["options"].get("label_format", "PNG")).upper(), "image/png")
        url = self._keep_label(shipment, code, media_type, now)
        label = answers.postage_label(self._fresh("pl"), shipment["options"], media_type, url, now)
        shipment["selected_rate"] = {**chosen, "created_at": answers.second(now), "updated_at": answers.second(now)}
        shipment["postage_label"] = label
        shipment["fees"] = [answers.fee("LabelFee", "0.00000"), answers.fee("PostageFee", f"{chosen['rate']}000")]
        shipment["tracking_code"], shipment["updated_at"] = code, answers.second(now)
        shipment["tracker"] = self._trackers.of_shipment(shipment, now)
        self._ledger.note(
            now, "label.bought", code, shipment=shipment["id"], reference=shipment["reference"], price=chosen["rate"]
        )
        sold = copy.deepcopy(shipment)
        self._trackers.labelled(code, now)
        return sold

    def _keep_label(self, shipment: Json, code: str, media_type: str, now: int) -> str:
        place = shipment["to_address"]
        lines = [place[name] for name in ("name", "company", "street1", "street2", "city", "zip", "country")]
        data = labels.label_file(media_type, code, tuple(line for line in lines if line))
        day = answers.second(now)[:10].replace("-", "")
        return self._keep(
            f"postage_label/{day}/{self._fresh('file')[-32:]}.{labels.ENDINGS[media_type]}", media_type, data
        )

    def _keep_sheet(self, name: str, text: bytes, _now: int) -> str:
        data = labels.label_file("application/pdf", name, tuple(text.decode().splitlines()))
        return self._keep(f"scan_form/{name}.pdf", "application/pdf", data)

    def _keep(self, name: str, media_type: str, data: bytes) -> str:
        self._files[f"/files/{name}"] = (media_type, data)
        base = self._settings.files_url or self._called or f"https://{self._settings.files_host}"
        return f"{base}/files/{name}"

    def _refund(self, names: tuple[str, ...], _body: Json, _query: object, now: int) -> tuple[int, Json, str]:
        shipment = self._find(names[0])
        if not shipment["tracking_code"]:
            raise Refused(422, "SHIPMENT.POSTAGE.REQUIRED", "The shipment has no postage.")
        if is_scanned(shipment["tracker"]):
            raise Refused(422, "SHIPMENT.REFUND.UNAVAILABLE", "Unable to request refund. The parcel has been shipped.")
        if shipment["refund_status"] not in {"submitted", "refunded"}:
            shipment["refund_status"] = "submitted"
            self._ledger.note(now, "label.voided", shipment["tracking_code"], shipment=shipment["id"])
        shipment["updated_at"] = answers.second(now)
        return 200, shipment, ""

    def _settle_refund(self, arguments: Mapping[str, Any], now: int) -> Json:
        shipment = self._by_code(arguments["tracking_code"])
        shipment["refund_status"] = str(arguments.get("status", "refunded"))
        shipment["updated_at"] = answers.second(now)
        return {"id": shipment["id"], "refund_status": shipment["refund_status"]}

    def _rerate(self, names: tuple[str, ...], _body: Json, _query: object, now: int) -> tuple[int, Json, str]:
        shipment = self._find(names[0])
        ids = [self._fresh("rate") for _ in range(5)]
        shipment["rates"], shipment["messages"] = rating.rates_of(
            shipment, shipment["id"], ids, self._settings.mode, now, self._failing_carriers
        )
        return 200, {"rates": shipment["rates"]}, ""

    def _label(
        self, names: tuple[str, ...], _body: Json, query: dict[str, list[str]], now: int
    ) -> tuple[int, Json, str]:
        shipment = self._find(names[0])
        label, wanted = shipment["postage_label"], query.get("file_format", ["PDF"])[0].upper()
        if label is None or label["label_file_type"] != "image/png" or wanted not in labels.MEDIA_TYPES:
            message = "The requested label format is not available for this shipment."
            raise Refused(422, "SHIPMENT.POSTAGE.FORMAT_UNAVAILABLE", message)
        url = self._keep_label(shipment, shipment["tracking_code"], labels.MEDIA_TYPES[wanted], now)
        label[f"label_{wanted.lower()}_url"], label["updated_at"] = url, answers.second(now)
        return 200, shipment, ""

    def _purge(self, arguments: Mapping[str, Any], _now: int) -> Json:
        shipment = self._by_code(arguments["tracking_code"])
        label = shipment["postage_label"]
        self._files.pop(urlsplit(label["label_url"] or "").path, None)
        label |= dict.fromkeys(("label_url", "label_pdf_url", "label_zpl_url", "label_epl2_url"))
        return {"id": shipment["id"], "label_url": None}

    def _file(self, path: str, now: int) -> HttpResponse:
        if path not in self._files:
            return HttpResponse(403, {"content-type": "application/xml"}, b"<Error><Code>AccessDenied</Code></Error>")
        media_type, data = self._files[path]
        self._ledger.note(now, "label.fetched", path)
        return HttpResponse(200, {"content-type": media_type}, data)

    def _verify_address(self, _names: object, body: Json, _query: object, now: int) -> tuple[int, Json, str]:
        given = body.get("address") or {}
        if given.get("state") == "ZZ" or not given.get("street1"):
            fields = (
                ("E.ADDRESS.NOT_FOUND", "address", "Address not found"),
                ("E.HOUSE_NUMBER.MISSING", "street1", "House number is missing"),
            )
            errors = [{"code": each[0], "field": each[1], "message": each[2], "suggestion": None} for each in fields]
            raise Refused(422, "ADDRESS.VERIFY.FAILURE", "Unable to verify address.", errors)
        written = {name: text.upper() if isinstance(text, str) else text for name, text in given.items()}
        address = answers.address(written, self._fresh("adr"), self._settings.mode, now)
        return 200, {"address": address | {"verifications": papers.verifications(success=True, errors=[])}}, ""

    def _claim(self, _names: object, _body: Json, _query: object, _now: int) -> tuple[int, Json, str]:
        raise Refused(*_NOT_FOUND, ["No eligible insurance found with provided tracking code."])


def _check_shipment(given: object) -> None:
    """Refuse what the real API refuses, in its three forms of field errors."""
    if not isinstance(given, dict) or not given:
        fields = [{"field": "shipment", "message": "cannot be blank"}]
        raise Refused(422, "PARAMETER.REQUIRED", "Missing required parameter.", fields)
    missing = [{name: "Required and missing."} for name in ("to_address", "from_address") if not given.get(name)]
    if missing:
        message = "Unable to create shipment, one or more parameters were invalid."
        raise Refused(422, "SHIPMENT.INVALID_PARAMS", message, missing)
    weight = (given.get("parcel") or {}).get("weight")
    if not isinstance(weight, (int, float)) or weight <= 0:
        message = "Unable to create parcel, one or more parameters were invalid."
        fields = [{"field": "weight", "message": "cannot be blank"}]
        raise Refused(422, "PARCEL.PARAMETERS.INVALID", message, fields)


def _is_wanted(shipment: Json, query: dict[str, list[str]]) -> bool:
    if query.get("purchased") == ["false"] and shipment["tracking_code"]:
        return False
    return answers.is_in_window(shipment["created_at"], query)
