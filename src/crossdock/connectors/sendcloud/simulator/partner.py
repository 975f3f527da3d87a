"""The simulated account: prices, shipments, documents, addresses; returns and pickups are next door."""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from crossdock.connectors.sendcloud.simulator import answers
from crossdock.connectors.sendcloud.simulator.desk import Desk
from crossdock.connectors.sendcloud.simulator.journeys import CANCELLED, Journeys
from crossdock.connectors.sendcloud.simulator.settings import SimulatorSettings
from crossdock.model.instants import rfc3339
from crossdock.ports.wire import HttpRequest, HttpResponse
from crossdock.sim import labels
from crossdock.sim.restful import Action, Call, Json, Refused, RestfulAccount, Route, answer

API = "/api/v3"
_ENDED = frozenset({"delivered"})


class SendcloudSimulator(RestfulAccount):
    """Implements `crossdock.sim.simulator.Simulator`. See the README for its options and control actions."""

    def __init__(self, settings: SimulatorSettings) -> None:
        super().__init__((settings.host,), settings.seed)
        self._settings = settings
        self._journeys = Journeys(settings.webhook_url, settings.webhook_secret, self.ledger, self.fresh)
        self._webhooks = self._journeys.queue
        self._shipments: dict[str, Json] = {}
        self._formats: dict[int, str] = {}
        self._down: dict[str, str] = {}
        self._slow = 0
        self._called = ""
        self._desk = Desk(self.ledger, self.digits, self._journeys, self.base)

    def handle(self, request: HttpRequest, now: int) -> HttpResponse:
        """Answer one call; asked on loopback, links lead there too: a name in the outside world would lead nowhere."""
        parts = urlsplit(request.url)
        self._called = f"http://{parts.netloc}" if parts.hostname in {"127.0.0.1", "localhost"} else ""
        return super().handle(request, now)

    def routes(self) -> tuple[Route, ...]:
        """What can be called, below /api/v3."""
        own: tuple[Route, ...] = (
            ("POST", "/shipping-options", self._options),
            ("POST", "/shipments/announce", self._announce),
            ("GET", "/shipments", self._list),
            ("GET", r"/shipments/([^/]+)", self._shipment),
            ("POST", r"/shipments/([^/]+)/cancel", self._cancel),
            ("GET", r"/parcels/tracking/([^/]+)", self._track),
            ("GET", r"/parcels/(\d+)/documents/label", self._label),
            ("POST", "/addresses/validate", self._validate),
        )
        return tuple((method, f"{API}{path}", do) for method, path, do in (*own, *self._desk.routes()))

    def authenticate(self, call: Call, _path: str) -> None:
        """Basic, with both keys."""
        given = call.headers.get("authorization", "")
        wanted = f"Basic {base64.b64encode(self._settings.keys.encode()).decode()}"
        if not given.startswith("Basic ") or (self._settings.keys and given != wanted):
            raise Refused(401, "authentication_failed", "Invalid username/password.")

    def refusal(self, status: int, code: str, text: str) -> HttpResponse:
        """An error in the form of JSON:API."""
        return answer(status, {"errors": [{"status": str(status), "code": code or "invalid", "detail": text}]})

    def live_labels(self) -> dict[str, list[str]]:
        """Tracking numbers announced and not cancelled, by our reference."""
        live: dict[str, list[str]] = self._desk.live_labels()
        for shipment in self._shipments.values():
            for parcel in shipment["parcels"]:
                if parcel["status"]["code"] in {"READY_TO_SEND", "ANNOUNCING"}:
                    name = shipment["external_reference_id"] or shipment["id"]
                    live.setdefault(name, []).append(parcel["tracking_number"])
        return live

    def state(self) -> object:
        """Shipments, returns, pickups and live labels."""
        return {"shipments": list(self._shipments.values()), **self._desk.state(), "live_labels": self.live_labels()}

    def actions(self) -> dict[str, Action]:
        """``advance``, ``finish``, ``carrier_down``, ``carrier_up``, ``slow_label``, ``pickup_failed``."""
        return {
            "advance": self._journeys.advance,
            "finish": self._journeys.finish,
            "carrier_down": lambda given, _now: self._carrier(given, down=True),
            "carrier_up": lambda given, _now: self._carrier(given, down=False),
            "slow_label": lambda given, _now: self._be_slow(given),
            "pickup_failed": lambda given, _now: self._desk.fail(given),
        }

    def _carrier(self, given: Mapping[str, Any], *, down: bool) -> dict[str, str]:
        self._down.pop(str(given["carrier"]), None)
        if down:
            self._down[str(given["carrier"])] = str(given.get("message", "The carrier does not answer."))
        return self._down

    def _be_slow(self, given: Mapping[str, Any]) -> int:
        self._slow = int(given.get("times", 1))
        return self._slow

    def base(self) -> str:
        """Where links point."""
        return f"{self._called or f'https://{self._settings.host}'}{API}"

    def _options(self, call: Call) -> HttpResponse:
        wanted = call.body.get("functionalities") or {}
        kilograms = sum(int(-(-float(each["weight"]["value"]) // 1)) for each in call.body["parcels"])
        found = [
            answers.option(row, kilograms)
            for row in answers.OPTIONS
            if call.body.get("carrier_code", row[2]) == row[2]
            and row[2] not in self._down
            and (row[6] or not wanted.get("dangerous_goods"))
        ]
        return answer(200, {"data": found, "message": None if found else "No shipping options found."})

    def _announce(self, call: Call) -> HttpResponse:
        given = call.body
        reference = given.get("external_reference_id")
        for shipment in self._shipments.values():
            if reference and shipment["external_reference_id"] == reference:
                self.ledger.note(call.now, "label.refused", shipment["id"], reference=reference)
                return answer(409, {"data": shipment})
        carrier = _check(given)
        if carrier[0] in self._down:
            raise Refused(400, "parcel_announcement_error", self._down[carrier[0]])
        parcel_id, number = int(self.digits(9, "parcel")), f"3S{self.digits(13, 'number')}"
        parcel = answers.parcel(given["parcels"][0], parcel_id, number, self.base(), call.now)
        shipment = answers.shipment(given, self.fresh("shipment"), [parcel], carrier)
        self._shipments[shipment["id"]] = shipment
        self._formats[parcel_id] = str((given.get("label_details") or {}).get("mime_type", "application/pdf"))
        self._journeys.begin(number, parcel_id, carrier[0], (given["from_address"], given["to_address"]), call.now)
        self.ledger.note(call.now, "label.bought", number, reference=reference)
        return answer(201, {"data": self._shown(shipment)})

    def _shown(self, shipment: Json) -> Json:
        """As it is to be seen: slow ones are still being announced."""
        if self._slow <= 0:
            return shipment
        self._slow -= 1
        status = {"code": "ANNOUNCING", "message": "Being announced"}
        parcels = [{**each, "status": status, "tracking_number": None} for each in shipment["parcels"]]
        return {**shipment, "parcels": parcels}

    def _list(self, call: Call) -> HttpResponse:
        wanted = call.query.get("external_reference_id")
        found = [
            self._shown(each)
            for each in reversed(self._shipments.values())
            if wanted is None or each["external_reference_id"] == wanted
        ]
        size = max(1, int(call.query.get("page_size", "40")))
        return answer(200, {"data": found[:size], "next": None, "previous": None})

    def _find(self, name: str) -> Json:
        if name not in self._shipments:
            raise Refused(404, "not_found", "No Shipment matches the given query.")
        return self._shipments[name]

    def _shipment(self, call: Call) -> HttpResponse:
        return answer(200, {"data": self._shown(self._find(call.names[0]))})

    def _cancel(self, call: Call) -> HttpResponse:
        shipment = self._find(call.names[0])
        parcel = shipment["parcels"][0]
        if parcel["status"]["code"] == "CANCELLED":
            raise Refused(409, "invalid", "This shipment is already being cancelled.")
        if self._journeys.status(parcel["tracking_number"]) in _ENDED:
            raise Refused(409, "invalid", "Delivered shipments are not cancelled.")
        parcel["status"] = {"code": "CANCELLED", "message": "Cancelled"}
        parcel["updated_at"] = rfc3339(call.now)
        self.ledger.note(
            call.now, "label.voided", parcel["tracking_number"], reference=shipment["external_reference_id"]
        )
        self._journeys.note(parcel["tracking_number"], CANCELLED, call.now)
        return answer(200, {"data": {"status": "cancelled", "message": "Shipment has been cancelled"}})

    def _track(self, call: Call) -> HttpResponse:
        known = self._journeys.of(call.names[0])
        if known is None:
            raise Refused(404, "not_found", "No parcel has this tracking number.")
        return answer(200, known)

    def _label(self, call: Call) -> HttpResponse:
        number = self._desk.number_of(int(call.names[0])) or self._number_of(int(call.names[0]))
        media_type = call.headers.get("accept", "").partition(",")[0]
        if media_type not in {"application/pdf", "application/zpl", "image/png"}:
            media_type = self._formats.get(int(call.names[0]), "application/pdf")
        self.ledger.note(call.now, "file.fetched", call.names[0])
        return HttpResponse(200, {"content-type": media_type}, labels.label_file(media_type, number, ("Sendcloud",)))

    def _number_of(self, parcel_id: int) -> str:
        for shipment in self._shipments.values():
            for parcel in shipment["parcels"]:
                if parcel["id"] == parcel_id:
                    return str(parcel["tracking_number"])
        raise Refused(404, "not_found", "The requested document is not available for this parcel.")

    def _validate(self, call: Call) -> HttpResponse:
        """Nowhere is wrong, Eindhoven gets its postcode's blank, everything else is right."""
        given = call.body["address"]
        if not call.body.get("carrier_code"):
            raise Refused(400, "required", "This field is required.")
        right = given.get("city") != "Nowhere"
        better, changed = dict(given), []
        if given.get("city") == "Eindhoven" and len(given["postal_code"]) == 6:
            better["postal_code"], changed = f"{given['postal_code'][:4]} {given['postal_code'][4:]}", ["postal_code"]
        outcome = {"is_valid": right, "reasons": [] if right else ["city is not known"]}
        found = {
            "address": better,
            "recommended": bool(changed),
            "analysis": {"validation_result": outcome, "changed_attributes": changed},
        }
        return answer(200, {"input_address_is_valid": right and not changed, "results": [found]})


def _check(given: Json) -> tuple[str, str]:
    """Refuse what the real API refuses; the carrier of the option."""
    for name in ("to_address", "from_address"):
        for part in ("name", "address_line_1", "postal_code", "city", "country_code"):
            if not given[name].get(part):
                raise Refused(400, "required", f"This field is required: {name}/{part}")
    if float(given["parcels"][0]["weight"]["value"]) <= 0:
        raise Refused(400, "min_value", "The weight must be above 0.")
    code = given["ship_with"]["properties"]["shipping_option_code"]
    for row in answers.OPTIONS:
        if row[0] == code:
            return row[2], row[1]
    raise Refused(400, "invalid_choice", "The shipping option is not available.")
