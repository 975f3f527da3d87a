"""The simulated ShipIT: what it books, what it is asked, and what couriers can be made to do."""

import base64
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from crossdock.model.instants import rfc3339
from crossdock.ports.wire import HttpResponse
from crossdock.sim import labels
from crossdock.sim.restful import Action, Call, Json, Refused, RestfulAccount, Route, answer

_SECOND = 1_000_000
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_FORBIDDEN = set('\\"{},;()|')
_MEDIA_TYPES = {"PDF": "application/pdf", "PNG": "image/png", "ZEBRA": "application/zpl"}
_PRODUCTS = ("PARCEL", "EXPRESS")
_SERVICES = ("service_flexdelivery", "service_shopreturn", "service_limitedquantities", "service_lithiumbatteries")


class SimulatorSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``seed`` makes all numbers; ``host`` is the name answered under, ``path`` the API's first part; ``username`` and
    ``password`` are the only ones taken (any when empty), as Basic authentication or for a token; ``lag`` is how many
    seconds a parcel is not yet found by its reference.
    """

    seed: int = 0
    host: str = "api.gls-group.net"
    path: str = "/shipit-farm/v1/backend"
    username: str = ""
    password: str = ""
    lag: float = 0.0


class GlsSimulator(RestfulAccount):
    """Implements `crossdock.sim.simulator.Simulator`. See the README for its options and control actions."""

    def __init__(self, settings: SimulatorSettings) -> None:
        super().__init__((settings.host,), settings.seed)
        self._settings = settings
        self._tokens: set[str] = set()
        self._parcels: dict[str, Json] = {}

    def routes(self) -> tuple[Route, ...]:
        """The part of ShipIT the connector uses."""
        base = self._settings.path
        return (
            ("POST", "/oauth2/v2/token", self._token),
            ("POST", f"{base}/rs/shipments/allowedservices", self._allowed),
            ("POST", f"{base}/rs/shipments", self._book),
            ("POST", f"{base}/rs/shipments/reprintparcel", self._reprint),
            ("POST", f"{base}/rs/shipments/cancel/([^/]+)", self._cancel),
            ("POST", f"{base}/rs/shipments/endofday", self._end_of_day),
            ("POST", f"{base}/rs/sporadiccollection", self._collect),
            ("POST", f"{base}/rs/tracking/parcels", self._search),
            ("POST", f"{base}/rs/tracking/parceldetails", self._details),
            ("POST", f"{base}/rs/tracking/parcelpod", self._proof),
        )

    def authenticate(self, call: Call, path: str) -> None:
        """Basic authentication, or a token given here."""
        if path == "/oauth2/v2/token":
            return
        kind, _, given = call.headers.get("authorization", "").partition(" ")
        wanted = base64.b64encode(f"{self._settings.username}:{self._settings.password}".encode()).decode()
        basic = kind == "Basic" and (not self._settings.username or given == wanted)
        if not basic and not (kind == "Bearer" and given in self._tokens):
            raise Refused(401, "", "")

    def refusal(self, status: int, code: str, text: str) -> HttpResponse:
        """An error says what it is in headers; its body is empty."""
        return HttpResponse(status, {"error": code, "message": text, "args": ""}, b"")

    def live_labels(self) -> dict[str, list[str]]:
        """Parcel numbers booked and not cancelled, by our reference."""
        live: dict[str, list[str]] = {}
        for parcel in self._parcels.values():
            if not parcel["cancelled"]:
                live.setdefault(parcel["reference"] or parcel["id"], []).append(parcel["number"])
        return live

    def state(self) -> object:
        """Parcels without their addresses."""
        shown = [{name: value for name, value in each.items() if name != "lines"} for each in self._parcels.values()]
        return {"parcels": shown, "live_labels": self.live_labels()}

    def actions(self) -> dict[str, Action]:
        """``scan`` adds an event to a parcel, ``deliver`` the last one; ``revoke`` ends tokens."""
        return {
            "scan": self._scan,
            "deliver": lambda given, now: self._scan({"code": "3.0", "text": "Delivered", **given}, now),
            "revoke": self._revoke,
        }

    def _revoke(self, _given: Mapping[str, Any], _now: int) -> object:
        self._tokens.clear()
        return {}

    def _scan(self, given: Mapping[str, Any], now: int) -> object:
        parcel = next((each for each in self._parcels.values() if given["tracking_number"] == each["number"]), None)
        if parcel is None:
            raise KeyError(given["tracking_number"])
        event = {
            "Date": rfc3339(now)[:19],
            "LocationCode": "DE500",
            "Location": "Bonn",
            "Country": "DE",
            "StatusCode": str(given.get("code", "1.0")),
            "Description": str(given.get("text", "The parcel was handed over to GLS.")),
        }
        parcel["events"].append(event)
        self._ledger.note(now, "parcel.scanned", parcel["id"], code=event["StatusCode"])
        return event

    def _token(self, call: Call) -> HttpResponse:
        given = (call.body["client_id"], call.body["client_secret"])
        if self._settings.username and given != (self._settings.username, self._settings.password):
            raise Refused(401, "", "invalid client")
        token = self.fresh("token")
        self._tokens.add(token)
        return answer(200, {"access_token": token, "token_type": "Bearer", "expires_in": 14400})

    def _allowed(self, call: Call) -> HttpResponse:
        ends = call.body["Source"]["CountryCode"], call.body["Destination"]["CountryCode"]
        products = _PRODUCTS if ends[0] == ends[1] else _PRODUCTS[:1]
        listed = [{"ProductName": name} for name in products] + [{"ServiceName": name} for name in _SERVICES]
        return answer(200, {"AllowedServices": listed})

    def _book(self, call: Call) -> HttpResponse:
        shipment, options = call.body["Shipment"], call.body["PrintingOptions"]["ReturnLabels"]
        receiver, units = shipment["Consignee"]["Address"], shipment["ShipmentUnit"]
        missing = [name for name in ("Name1", "CountryCode", "ZIPCode", "City", "Street") if not receiver.get(name)]
        missing += [] if shipment["Shipper"]["ContactID"] and shipment["Product"] in _PRODUCTS else ["Shipper"]
        missing += [] if units and all(0.1 <= each["Weight"] <= 50 for each in units) else ["ShipmentUnit"]
        odd = [text for text in receiver.values() if _FORBIDDEN & set(text)]
        references = shipment.get("ShipmentReference") or [""]
        if missing or odd or len(references[0]) > 40:
            raise Refused(490, "INVALID_FIELD", ", ".join(missing) or "forbidden characters")
        name = "".join(_LETTERS[int(sign, 16) * 2] for sign in self.fresh("parcel")[:8])
        self._parcels[name] = {
            "id": name,
            "number": f"2{self.digits(11, 'number')}",
            "reference": references[0],
            "day": rfc3339(call.now)[:10],
            "visible": call.now + int(self._settings.lag * _SECOND),
            "lines": (receiver["Name1"], receiver["Street"], receiver["City"]),
            "cancelled": False,
            "reported": False,
            "events": [],
        }
        self._ledger.note(call.now, "label.bought", name, reference=references[0], product=shipment["Product"])
        return answer(201, self._created(self._parcels[name], options["LabelFormat"]))

    def _created(self, parcel: Json, label_format: str) -> Json:
        file = labels.label_file(_MEDIA_TYPES[label_format], parcel["number"], parcel["lines"])
        printed = {"Data": base64.b64encode(file).decode(), "LabelFormat": label_format}
        data = {
            "TrackID": parcel["id"],
            "ParcelNumber": parcel["number"],
            "Barcodes": {"Primary1D": parcel["number"], "Primary1DPrint": True},
            "RoutingInfo": {"Tour": "1234", "FinalLocationCode": "DE 500", "HubLocation": "esa"},
        }
        made = {"ShipmentReference": [parcel["reference"]], "ParcelData": [data], "PrintData": [printed]}
        return {"CreatedShipment": {**made, "CustomerID": "1234567890", "PickupLocation": "DE 500"}}

    def _reprint(self, call: Call) -> HttpResponse:
        day, body = call.body["CreationDate"], call.body
        found = [
            each
            for each in self._parcels.values()
            if each["day"] == day
            and not each["cancelled"]
            and each["visible"] <= call.now
            and (each["id"] == body.get("TrackID") or each["reference"] == body.get("ShipmentReference"))
        ]
        if not found:
            raise Refused(404, "NO_DATA_FOUND", "no parcel was found")
        label_format = body["PrintingOptions"]["ReturnLabels"]["LabelFormat"]
        self._ledger.note(call.now, "label.reprinted", found[0]["id"])
        return answer(200, self._created(found[0], label_format))

    def _known(self, name: str) -> Json:
        for parcel in self._parcels.values():
            if name.zfill(12) in {parcel["id"].zfill(12), parcel["number"]} and not parcel["cancelled"]:
                return parcel
        raise Refused(404, "NO_DATA_FOUND", "no parcel was found")

    def _cancel(self, call: Call) -> HttpResponse:
        parcel = self._known(call.names[0])
        if parcel["events"]:
            return answer(200, {"TrackID": parcel["id"], "result": "SCANNED"})
        parcel["cancelled"] = True
        self._ledger.note(call.now, "label.voided", parcel["id"], reference=parcel["reference"])
        result = "CANCELLATION_PENDING" if parcel["reported"] else "CANCELLED"
        return answer(200, {"TrackID": parcel["id"], "result": result})

    def _end_of_day(self, call: Call) -> HttpResponse:
        day = call.query["date"]
        units = [each for each in self._parcels.values() if each["day"] == day and not each["cancelled"]]
        for each in units:
            each["reported"] = True
        self._ledger.note(call.now, "manifest.closed", day, parcels=len(units))
        told = [{"TrackID": each["id"], "ParcelNumber": each["number"]} for each in units]
        shipments = [{"ShippingDate": day, "Product": "PARCEL", "ShipmentUnit": [unit]} for unit in told]
        return answer(200, {"Shipments": shipments})

    def _collect(self, call: Call) -> HttpResponse:
        if not call.body["ContactID"] or call.body["NumberOfParcels"] < 1:
            raise Refused(490, "INVALID_FIELD", "NumberOfParcels")
        day = call.body["PreferredPickUpDate"]
        self._ledger.note(call.now, "pickup.scheduled", day, parcels=call.body["NumberOfParcels"])
        return answer(200, {"EstimatedPickUpDate": day})

    def _search(self, call: Call) -> HttpResponse:
        """Only what went through the end of its day is found here."""
        start, end = call.body["DateFrom"], call.body["DateTo"]
        reported = [each for each in self._parcels.values() if each["reported"] and start <= each["day"] <= end]
        return answer(200, {"UnitItems": [{"TrackID": each["id"], "InitialDate": each["day"]} for each in reported]})

    def _details(self, call: Call) -> HttpResponse:
        parcel = self._known(str(call.body.get("TrackID") or call.body["ParcelNumber"]))
        if not parcel["reported"]:
            raise Refused(404, "NO_DATA_FOUND", "no parcel was found")
        told = {"TrackID": parcel["id"], "ParcelNumber": parcel["number"], "History": parcel["events"][::-1]}
        return answer(200, {"UnitDetail": {**told, "ShipmentReference": [parcel["reference"]], "Product": "PARCEL"}})

    def _proof(self, call: Call) -> HttpResponse:
        parcel = self._known(str(call.body.get("TrackID") or call.body["ParcelNumber"]))
        if not any(each["StatusCode"].startswith("3.") for each in parcel["events"]):
            raise Refused(404, "NO_DATA_FOUND", "not delivered yet")
        sheet = labels.label_file("application/pdf", parcel["number"], ("Proof of delivery",))
        return answer(200, {"PODItem": {"ImageData": base64.b64encode(sheet).decode(), "FileName": "pod.pdf"}})
