"""Shipments, rates and labels of the simulated account."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from crossdock.connectors.shipengine.simulator import answers
from crossdock.connectors.shipengine.simulator.answers import Json, Refused
from crossdock.connectors.shipengine.simulator.journeys import Journeys
from crossdock.connectors.shipengine.simulator.settings import SimulatorSettings
from crossdock.model.instants import rfc3339
from crossdock.sim import labels
from crossdock.sim.ledger import Ledger

Query = dict[str, list[str]]
Do = Callable[[tuple[str, ...], Json, Query, int], object]
Route = tuple[str, str, Do]

CARRIERS = {"se-660215": "stamps_com", "se-660217": "ups"}
_OFFERS = (
    ("se-660215", "stamps_com", "usps_ground_advantage", 4, 531, 105),
    ("se-660215", "stamps_com", "usps_priority_mail", 2, 812, 140),
    ("se-660217", "ups", "ups_ground", 3, 741, 98),
    ("se-660217", "ups", "ups_2nd_day_air", 2, 1622, 233),
)
_ABROAD = (
    ("se-660215", "stamps_com", "usps_priority_mail_international", 9, 3270, 505),
    ("se-660217", "ups", "ups_standard_international", 6, 4090, 421),
)
"""Carrier account, carrier, service, days, base price and price per started pound in US cents."""

_GRAMS = {"gram": 1.0, "kilogram": 1000.0, "ounce": 28.349523125, "pound": 453.59237}
_MEDIA_TYPES = {"pdf": "application/pdf", "png": "image/png", "zpl": "application/zpl"}


class Shop:
    """What can be bought. ``keep`` puts a file where it can be fetched and gives its address."""

    def __init__(
        self,
        settings: SimulatorSettings,
        ledger: Ledger,
        fresh: Callable[[str], str],
        journeys: Journeys,
        keep: Callable[[str, str, bytes], str],
    ) -> None:
        self._sells_twice = settings.sells_twice
        self._ledger = ledger
        self._fresh = fresh
        self._journeys = journeys
        self._keep = keep
        self._shipments: dict[str, Json] = {}
        self._rates: dict[str, tuple[str, Json]] = {}
        self.labels: dict[str, Json] = {}
        self._down: dict[str, str] = {}
        self._slow = 0

    def routes(self) -> tuple[Route, ...]:
        """What this part of the API answers."""
        return (
            ("GET", r"/carriers", self._carriers),
            ("POST", r"/rates", self._rate),
            ("GET", r"/shipments/external_shipment_id/([^/]+)", self._by_reference),
            ("PUT", r"/shipments/([^/]+)", self._change),
            ("POST", r"/labels/rates/([^/]+)", self._buy_rate),
            ("POST", r"/labels/shipment/([^/]+)", self._buy_shipment),
            ("POST", r"/labels", self._buy),
            ("GET", r"/labels", self._list),
            ("GET", r"/labels/external_shipment_id/([^/]+)", self._label_by_reference),
            ("GET", r"/labels/([^/]+)", self._label),
            ("PUT", r"/labels/([^/]+)/void", self._void),
            ("GET", r"/tracking", self._track),
        )

    def live_labels(self) -> dict[str, list[str]]:
        """Tracking numbers bought and not voided, by our reference."""
        live: dict[str, list[str]] = {}
        for label in self.labels.values():
            if not label["voided"]:
                name = label["external_shipment_id"] or label["shipment_id"]
                live.setdefault(name, []).append(label["tracking_number"])
        return live

    def state(self) -> Json:
        """Shipments and labels."""
        return {"shipments": list(self._shipments.values()), "labels": list(self.labels.values())}

    def carrier(self, given: Mapping[str, Any], *, down: bool) -> dict[str, str]:
        """Take a carrier away or give it back."""
        self._down.pop(str(given["carrier"]), None)
        if down:
            self._down[str(given["carrier"])] = str(given.get("message", "The carrier does not answer."))
        return self._down

    def slow(self, given: Mapping[str, Any]) -> int:
        """The next ``times`` labels stay in ``processing`` until they are looked at that often."""
        self._slow = int(given.get("times", 1))
        return self._slow

    def _carriers(self, _names: object, _body: object, _query: object, _now: int) -> Json:
        shown = [
            {"carrier_id": account, "carrier_code": code, "friendly_name": code.upper()}
            for account, code in CARRIERS.items()
        ]
        return {"carriers": shown, "request_id": "", "errors": []}

    def _open(self, given: Json, now: int) -> Json:
        """A new shipment. Our reference is unique."""
        _check(given)
        reference = given.get("external_shipment_id")
        if reference and any(each["external_shipment_id"] == reference for each in self._shipments.values()):
            raise Refused(400, "identifier_conflict", "The external_shipment_id is in use by another shipment.")
        shipment_id = self._fresh("shipment")
        self._shipments[shipment_id] = answers.shipment(given, shipment_id, now)
        self._ledger.note(now, "shipment.created", shipment_id, reference=reference)
        return self._shipments[shipment_id]

    def _rate(self, _names: object, body: Json, _query: object, now: int) -> Json:
        wanted = body["rate_options"]["carrier_ids"]
        shipment = self._find(body["shipment_id"]) if "shipment_id" in body else self._open(body["shipment"], now)
        errors = [
            {"error_source": "carrier", "error_code": "unspecified", "carrier_code": code, "message": said}
            for code, said in self._down.items()
        ]
        rates = []
        for offer, cents in self._offers(shipment):
            if offer[0] in wanted:
                rate = answers.rate(self._fresh("rate"), offer, cents)
                self._rates[rate["rate_id"]] = (shipment["shipment_id"], rate)
                rates.append(rate)
        response = {
            "rates": rates,
            "invalid_rates": [],
            "rate_request_id": self._fresh("request"),
            "shipment_id": shipment["shipment_id"],
            "created_at": rfc3339(now),
            "status": "completed",
            "errors": errors,
        }
        return {**copy.deepcopy(shipment), "rate_response": response}

    def _offers(self, shipment: Json) -> list[tuple[tuple[str, str, str, int], int]]:
        home = shipment["ship_to"].get("country_code") == shipment["ship_from"].get("country_code")
        weight = shipment["packages"][0]["weight"]
        pounds = int(-(-float(weight["value"]) * _GRAMS[weight["unit"]] // _GRAMS["pound"]))
        return [
            (each[:4], each[4] + each[5] * pounds)
            for each in (_OFFERS if home else _ABROAD)
            if each[1] not in self._down
        ]

    def _find(self, shipment_id: str) -> Json:
        if shipment_id not in self._shipments:
            raise Refused(*answers.NOT_FOUND)
        return self._shipments[shipment_id]

    def _by_reference(self, names: tuple[str, ...], _body: object, _query: object, _now: int) -> Json:
        for shipment in self._shipments.values():
            if shipment["external_shipment_id"] == names[0]:
                return shipment
        raise Refused(*answers.NOT_FOUND)

    def _change(self, names: tuple[str, ...], body: Json, _query: object, now: int) -> Json:
        shipment = self._find(names[0])
        if shipment["shipment_status"] != "pending":
            raise Refused(400, "invalid_status", "The shipment can no longer be changed.")
        _check(body)
        shipment |= {**body, "modified_at": rfc3339(now)}
        return shipment

    def _buy_rate(self, names: tuple[str, ...], body: Json, _query: object, now: int) -> Json:
        if names[0] not in self._rates:
            raise Refused(*answers.NOT_FOUND)
        shipment_id, rate = self._rates[names[0]]
        return self._sell(self._find(shipment_id), rate, body, now)

    def _buy_shipment(self, names: tuple[str, ...], body: Json, _query: object, now: int) -> Json:
        shipment = self._find(names[0])
        return self._sell(shipment, self._offer_of(shipment), body, now)

    def _buy(self, _names: object, body: Json, _query: object, now: int) -> Json:
        given = body["shipment"]
        offer = self._offer_of(given)
        return self._sell(self._open(given, now), offer, body, now)

    def _offer_of(self, shipment: Json) -> Json:
        for offer, cents in self._offers(shipment):
            if offer[2] == shipment.get("service_code", offer[2]) and offer[0] == shipment.get("carrier_id", offer[0]):
                return answers.rate(self._fresh("rate"), offer, cents)
        raise Refused(400, "service_not_determined", "The carrier does not offer this service here.", "carrier")

    def _sell(self, shipment: Json, offer: Json, asked: Json, now: int) -> Json:
        if shipment["shipment_status"] != "pending" and not self._sells_twice:
            self._ledger.note(now, "label.refused", shipment["shipment_id"], reference=shipment["external_shipment_id"])
            raise Refused(400, "invalid_status", "The shipment has a label already.")
        if offer["carrier_code"] in self._down:
            raise Refused(400, "unspecified", self._down[offer["carrier_code"]], "carrier")
        label_id = self._fresh("label")
        number = _number(offer["carrier_code"], label_id)
        form = str(asked.get("label_format", "pdf"))
        files = self._print(shipment, label_id, number, form)
        label = answers.label(label_id, shipment, offer, number, files, {**asked, "label_format": form}, now)
        shipment["shipment_status"] = "label_purchased"
        self.labels[label_id] = label
        self._journeys.begin(number, offer["carrier_code"], (shipment["ship_from"], shipment["ship_to"]), now)
        self._ledger.note(
            now, "label.bought", number, reference=label["external_shipment_id"], service=offer["service_code"]
        )
        return self._shown(label)

    def _print(self, shipment: Json, label_id: str, number: str, form: str) -> Json:
        media_type = _MEDIA_TYPES[form]
        place = shipment["ship_to"]
        lines = tuple(str(place[name]) for name in ("name", "address_line1", "city_locality") if place.get(name))
        address = self._keep(f"{label_id}/label.{form}", media_type, labels.label_file(media_type, number, lines))
        return {"href": address, form: address}

    def _shown(self, label: Json) -> Json:
        """As it is to be seen: slow ones are still being made."""
        if self._slow > 0:
            self._slow -= 1
            return {**label, "status": "processing", "tracking_number": None, "label_download": None}
        return label

    def _list(self, _names: object, _body: object, query: Query, _now: int) -> Json:
        found = [
            self._shown(each)
            for each in reversed(self.labels.values())
            if all(each.get(name) in values for name, values in query.items() if name in {"shipment_id", "carrier_id"})
        ]
        return answers.page("labels", found, query)

    def _label_by_reference(self, names: tuple[str, ...], _body: object, _query: object, _now: int) -> Json:
        for label in reversed(self.labels.values()):
            if label["external_shipment_id"] == names[0]:
                return self._shown(label)
        raise Refused(*answers.NOT_FOUND)

    def _label(self, names: tuple[str, ...], _body: object, _query: object, _now: int) -> Json:
        if names[0] not in self.labels:
            raise Refused(*answers.NOT_FOUND)
        return self.labels[names[0]]

    def _void(self, names: tuple[str, ...], body: Json, query: Query, now: int) -> Json:
        label = self._label(names, body, query, now)
        if label["voided"]:
            return {"approved": False, "message": "Voided before.", "reason_code": "label_already_voided"}
        if self._journeys.is_scanned(label["tracking_number"]):
            return {"approved": False, "message": "The carrier has the parcel.", "reason_code": "label_already_used"}
        label |= {"voided": True, "voided_at": rfc3339(now), "status": "voided"}
        self._ledger.note(now, "label.voided", label["tracking_number"], reference=label["external_shipment_id"])
        return {"approved": True, "message": "This label has been voided.", "reason_code": None}

    def _track(self, _names: object, _body: object, query: Query, _now: int) -> Json:
        number, carrier = query["tracking_number"][0], query.get("carrier_code", [""])[0]
        return self._journeys.of(number) or answers.tracking(number, carrier)


def _check(given: Json) -> None:
    """Refuse what the real API refuses."""
    for name in ("ship_to", "ship_from"):
        place = given.get(name)
        if not isinstance(place, dict) or not place.get("address_line1") or not place.get("country_code"):
            raise Refused(400, "field_value_required", f"{name} must have an address_line1 and a country_code.")
    packages = given.get("packages")
    if not isinstance(packages, list) or not packages or float(packages[0]["weight"]["value"]) <= 0:
        raise Refused(400, "field_value_required", "packages must have one with a weight above 0.")


def _number(carrier: str, label_id: str) -> str:
    digits = int(label_id.rpartition("-")[2])
    return f"1ZCDX0000{digits % 10**9:09d}" if carrier == "ups" else f"9400100{digits % 10**13:013d}"
