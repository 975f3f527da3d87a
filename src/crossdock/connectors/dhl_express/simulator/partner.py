"""The simulated account: what it books, what it is asked, and what its couriers can be made to do."""

import base64
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from crossdock.connectors.dhl_express.simulator import answers
from crossdock.model.instants import rfc3339
from crossdock.ports.wire import HttpResponse
from crossdock.sim import labels
from crossdock.sim.restful import Action, Call, Json, Refused, RestfulAccount, Route, answer

_SECOND = 1_000_000


class SimulatorSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``seed`` makes all numbers; ``host`` is the name answered under; ``path`` the API's first part; ``username`` and
    ``password`` are the only ones taken (any when empty); ``lag`` is how many seconds a shipment is not yet found by
    its reference; ``archives`` is whether waybills can be fetched again.
    """

    seed: int = 0
    host: str = "express.api.dhl.com"
    path: str = "/mydhlapi"
    username: str = ""
    password: str = ""
    lag: float = 0.0
    archives: bool = True


class DhlExpressSimulator(RestfulAccount):
    """Implements `crossdock.sim.simulator.Simulator`. See the README for its options and control actions."""

    def __init__(self, settings: SimulatorSettings) -> None:
        super().__init__((settings.host,), settings.seed)
        self._settings = settings
        self._shipments: dict[str, Json] = {}
        self._pickups: dict[str, Json] = {}

    def routes(self) -> tuple[Route, ...]:
        """The part of the MyDHL API the connector uses, and the rest of pickups."""
        base = self._settings.path
        return (
            ("POST", f"{base}/rates", self._rates),
            ("POST", f"{base}/shipments", self._book),
            ("GET", f"{base}/tracking", self._find),
            ("GET", f"{base}/shipments/([^/]+)/tracking", self._track),
            ("GET", f"{base}/shipments/([^/]+)/get-image", self._image),
            ("GET", f"{base}/shipments/([^/]+)/proof-of-delivery", self._proof),
            ("POST", f"{base}/pickups", self._schedule),
            ("PATCH", f"{base}/pickups/([^/]+)", self._change),
            ("DELETE", f"{base}/pickups/([^/]+)", self._cancel),
            ("GET", f"{base}/address-validate", self._places),
        )

    def authenticate(self, call: Call, path: str) -> None:  # noqa: ARG002 - one kind of credentials everywhere
        """Basic authentication."""
        wanted = f"{self._settings.username}:{self._settings.password}"
        given = call.headers.get("authorization", "")
        basic = base64.b64encode(wanted.encode()).decode()
        if not given.startswith("Basic ") or (self._settings.username and given != f"Basic {basic}"):
            raise Refused(401, "", "Invalid Credentials")

    def refusal(self, status: int, code: str, text: str) -> HttpResponse:
        """A problem; its detail begins with the code."""
        return answer(status, answers.problem(status, code, text))

    def live_labels(self) -> dict[str, list[str]]:
        """Waybill numbers by our reference; DHL Express has no void, so every one booked lives."""
        live: dict[str, list[str]] = {}
        for number, shipment in self._shipments.items():
            live.setdefault(shipment["reference"] or number, []).append(number)
        return live

    def state(self) -> object:
        """Shipments without their documents, and pickups."""
        shown = [{name: each[name] for name in ("number", "reference", "at")} for each in self._shipments.values()]
        return {"shipments": shown, "pickups": list(self._pickups.values()), "live_labels": self.live_labels()}

    def actions(self) -> dict[str, Action]:
        """``scan`` adds a checkpoint to a shipment, ``deliver`` the last one."""
        return {
            "scan": self._scan,
            "deliver": lambda given, now: self._scan({"code": "OK", "text": "Delivered", **given}, now),
        }

    def _scan(self, given: Mapping[str, Any], now: int) -> object:
        shipment = self._shipments[given["tracking_number"]]
        code, text = str(given.get("code", "PU")), str(given.get("text", "Shipment picked up"))
        event = answers.event(code, text, str(given.get("signed_by", "")), now)
        shipment["events"].append(event)
        self._ledger.note(now, "shipment.scanned", shipment["number"], code=event["typeCode"])
        return event

    def _rates(self, call: Call) -> HttpResponse:
        ends = call.body["customerDetails"]
        weight = sum(float(each["weight"]) for each in call.body["packages"])
        if not call.body["accounts"] or weight <= 0:
            raise Refused(400, "8003", "the request is not complete")
        if ends["receiverDetails"]["countryCode"] == "AQ":
            raise Refused(404, "410301", "The requested product(s) not available based on your search criteria.")
        domestic = ends["shipperDetails"]["countryCode"] == ends["receiverDetails"]["countryCode"]
        return answer(200, answers.rates(weight, call.now, domestic=domestic))

    def _book(self, call: Call) -> HttpResponse:
        answers.check_shipment(call.body)
        number = self.digits(10, "awb")
        references = [each["value"] for each in call.body.get("customerReferences", ()) if each["typeCode"] == "CU"]
        reference = references[0] if references else ""
        documents = self._documents(call.body, number)
        self._shipments[number] = {
            "number": number,
            "reference": reference,
            "at": rfc3339(call.now)[:19],
            "visible": call.now + int(self._settings.lag * _SECOND),
            "product": call.body["productCode"],
            "documents": documents,
            "events": [],
        }
        self._ledger.note(call.now, "label.bought", number, reference=reference, product=call.body["productCode"])
        return answer(201, answers.booked(number, documents, self._settings.path))

    def _documents(self, body: Json, number: str) -> list[Json]:
        properties = body["outputImageProperties"]
        image_format = str(properties["encodingFormat"]).upper()
        media_type = labels.MEDIA_TYPES.get({"EPL": "EPL2"}.get(image_format, image_format), "application/pdf")
        receiver = body["customerDetails"]["receiverDetails"]
        lines = (receiver["contactInformation"]["fullName"], receiver["postalAddress"]["cityName"])
        made = [answers.document("label", image_format, labels.label_file(media_type, number, lines))]
        wanted = {each["typeCode"] for each in properties.get("imageOptions", ()) if each.get("isRequested")}
        if "invoice" in wanted and body["content"]["isCustomsDeclarable"]:
            sheet = labels.label_file("application/pdf", number, ("Commercial invoice", *lines))
            made.append(answers.document("invoice", "PDF", sheet))
        return made

    def _find(self, call: Call) -> HttpResponse:
        wanted, start, end = (call.query[name] for name in ("shipmentReference", "dateRangeFrom", "dateRangeTo"))
        found = [
            each
            for each in self._shipments.values()
            if each["reference"] == wanted and each["visible"] <= call.now and start <= each["at"][:10] <= end
        ]
        if not found:
            raise Refused(404, "", "No shipments found")
        return answer(200, {"shipments": [answers.tracked(each) for each in found]})

    def _known(self, number: str) -> Json:
        if number not in self._shipments:
            raise Refused(404, "", "No data found")
        return self._shipments[number]

    def _track(self, call: Call) -> HttpResponse:
        return answer(200, {"shipments": [answers.tracked(self._known(call.names[0]))]})

    def _image(self, call: Call) -> HttpResponse:
        shipment = self._known(call.names[0])
        if not self._settings.archives or call.query["typeCode"] != "waybill":
            raise Refused(404, "", "No image found")
        sheet = labels.label_file("application/pdf", shipment["number"], ("Waybill",))
        image = {"shipmentTrackingNumber": shipment["number"], "encodingFormat": "PDF", "typeCode": "waybill"}
        return answer(200, {"documents": [image | {"content": base64.b64encode(sheet).decode()}]})

    def _proof(self, call: Call) -> HttpResponse:
        shipment = self._known(call.names[0])
        if not any(each["typeCode"] == "OK" for each in shipment["events"]):
            raise Refused(404, "", "No ePOD found")
        sheet = labels.label_file("application/pdf", shipment["number"], ("Proof of delivery",))
        content = base64.b64encode(sheet).decode()
        return answer(200, {"documents": [{"encodingFormat": "PDF", "content": content, "typeCode": "POD"}]})

    def _schedule(self, call: Call) -> HttpResponse:
        if not call.body["shipmentDetails"] or not call.body["plannedPickupDateAndTime"]:
            raise Refused(400, "8003", "the request is not complete")
        number = f"PRG{self.digits(12, 'pickup')}"
        self._pickups[number] = {"number": number, "at": call.body["plannedPickupDateAndTime"], "cancelled": False}
        self._ledger.note(call.now, "pickup.scheduled", number)
        return answer(201, {"dispatchConfirmationNumbers": [number], "readyByTime": "10:00", "warnings": []})

    def _pickup(self, number: str) -> Json:
        pickup = self._pickups.get(number)
        if pickup is None or pickup["cancelled"]:
            raise Refused(404, "", "No pickup found")
        return pickup

    def _change(self, call: Call) -> HttpResponse:
        pickup = self._pickup(call.names[0])
        pickup["at"] = call.body["plannedPickupDateAndTime"]
        self._ledger.note(call.now, "pickup.changed", pickup["number"])
        return answer(200, {"dispatchConfirmationNumber": pickup["number"]})

    def _cancel(self, call: Call) -> HttpResponse:
        if not call.query.get("requestorName") or not call.query.get("reason"):
            raise Refused(400, "8003", "requestorName and reason are mandatory")
        pickup = self._pickup(call.names[0])
        pickup["cancelled"] = True
        self._ledger.note(call.now, "pickup.cancelled", pickup["number"])
        return HttpResponse(200, {"content-type": "application/json"}, b"")

    def _places(self, call: Call) -> HttpResponse:
        country, postcode = call.query["countryCode"], call.query.get("postalCode", "")
        if postcode.startswith("00000"):
            raise Refused(404, "", "No locations found")
        city = "CORRECTED" if postcode.startswith("99999") else call.query.get("cityName", "").upper()
        found = {
            "countryCode": country,
            "postalCode": postcode,
            "cityName": city,
            "serviceArea": {"code": city[:3] or "CGN"},
        }
        return answer(200, {"warnings": [], "address": [found]})
