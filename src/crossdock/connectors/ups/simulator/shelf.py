"""Shipments of the simulated account: rates, bookings, voids, recovered labels and the parcels' journeys."""

import re
from collections.abc import Callable
from typing import Any

from crossdock.connectors.ups.simulator import answers
from crossdock.connectors.ups.simulator.answers import SUCCESS, Json, Refused
from crossdock.connectors.ups.simulator.settings import SimulatorSettings
from crossdock.sim.ledger import Ledger

Answer = tuple[int, Json]

_LABELLED = ("M", "MP", "Shipper created a label, UPS has not received the package yet.")
_VOIDED = ("MV", "VP", "Billing Information Voided")
_JOURNEY = (
    ("P", "PU", "Pickup Scan"),
    ("I", "OR", "Origin Scan"),
    ("I", "DP", "Departed from Facility"),
    ("I", "AR", "Arrived at Facility"),
    ("I", "OT", "Out For Delivery Today"),
    ("D", "FS", "DELIVERED"),
)
_FORMATS = frozenset({"GIF", "PNG", "ZPL", "EPL", "SPL"})
_RECOVERED = frozenset({"GIF", "ZPL", "EPL", "SPL", "PDF"})
_HOME = frozenset({"US", "PR"})
_SECOND = 1_000_000


class Shelf:
    """All shipments; ``tell`` is called with every scan."""

    def __init__(self, settings: SimulatorSettings, ledger: Ledger, tell: Callable[[str, Json, int], None]) -> None:
        self._settings = settings
        self._ledger = ledger
        self._tell = tell
        self._shipments: dict[str, Json] = {}

    def live_labels(self) -> dict[str, list[str]]:
        """Tracking numbers booked and not voided, by the consignment's reference."""
        live: dict[str, list[str]] = {}
        for each in self._shipments.values():
            if not each["voided"]:
                live.setdefault(each["consignment"], []).append(each["number"])
        return live

    def state(self) -> list[Json]:
        """All shipments."""
        return list(self._shipments.values())

    def rate(self, body: Json, now: int) -> Answer:
        """POST /api/rating/v2409/Shoptimeintransit."""
        shipment = body["RateRequest"]["Shipment"]
        self._check(shipment)
        if shipment["ShipTo"]["Address"]["CountryCode"] == "ZZ":
            raise Refused(400, "111210", "The requested service is unavailable between the selected locations.")
        if _is_abroad(shipment) and "InvoiceLineTotal" not in shipment:
            raise Refused(400, "111549", "Invoice line total is required for this shipment.")
        return 200, {"RateResponse": {"Response": SUCCESS, "RatedShipment": answers.rates(shipment, now)}}

    def ship(self, body: Json, now: int) -> Answer:
        """POST /api/shipments/v2409/ship."""
        given = body["ShipmentRequest"]
        shipment, code = given["Shipment"], given["LabelSpecification"]["LabelImageFormat"]["Code"]
        self._check(shipment)
        service = shipment["Service"]["Code"]
        if service not in answers.SERVICES:
            raise Refused(400, "120500", "Missing/Invalid service code")
        if code not in _FORMATS:
            raise Refused(400, "125601", "Invalid label image format code")
        references = _references(shipment)
        _check_extras(shipment)
        number = answers.tracking_number(self._settings.account or "A1B2C3", service, len(self._shipments) + 1)
        place = shipment["ShipTo"]["Address"]
        held = {
            "number": number,
            "consignment": given["Request"]["TransactionReference"]["CustomerContext"],
            "references": references,
            "format": code,
            "lines": [shipment["ShipTo"]["Name"], *place.get("AddressLine", []), place.get("City", "")],
            "from": shipment["ShipFrom"]["Address"],
            "to": place,
            "is_return": "ReturnService" in shipment,
            "hazards": shipment["Package"][0].get("PackageServiceOptions", {}).get("HazMat", []),
            "voided": False,
            "purged": False,
            "booked_at": now,
            "scans": [answers.activity(_LABELLED, shipment["ShipFrom"]["Address"], now)],
        }
        self._shipments[number] = held
        cents = answers.price(service, float(shipment["Package"][0]["PackageWeight"]["Weight"]))
        self._ledger.note(now, "label.bought", number, reference=held["consignment"], price=cents)
        forms = shipment.get("ShipmentServiceOptions", {}).get("InternationalForms")
        self._tell(number, held["scans"][0], now)
        return 200, answers.shipped(held, cents, abroad=forms is not None)

    def _check(self, shipment: Json) -> None:
        """What UPS refuses of any shipment."""
        account = shipment["Shipper"]["ShipperNumber"]
        if self._settings.account not in {"", account}:
            raise Refused(400, "120100", "Missing or invalid shipper number")
        for end in ("ShipTo", "ShipFrom"):
            if not shipment[end]["Name"] or not shipment[end]["Address"].get("CountryCode"):
                raise Refused(400, "120202", f"Missing or invalid {end} address")
        if not float(shipment["Package"][0]["PackageWeight"]["Weight"]) > 0:
            raise Refused(400, "120312", "Missing/Invalid weight")

    def void(self, number: str, now: int) -> Answer:
        """DELETE /api/shipments/v2409/void/cancel/{number}."""
        held = self._shipments.get(number)
        if held is None:
            raise Refused(400, "190100", "No shipment found for the shipment identification number")
        if held["voided"]:
            raise Refused(400, "190117", "The shipment has already been voided")
        if len(held["scans"]) > 1:
            raise Refused(400, "190102", "No shipment found within the allowed void period")
        held["voided"] = True
        held["scans"].insert(0, answers.activity(_VOIDED, held["from"], now))
        self._ledger.note(now, "label.voided", number, reference=held["consignment"])
        result = {"Status": {"Code": "1", "Description": "Voided"}}
        return 200, {"VoidShipmentResponse": {"Response": SUCCESS, "SummaryResult": result}}

    def recover(self, body: Json, now: int) -> Answer:
        """POST /api/labels/v1/recovery, by tracking number or by reference and account."""
        asked = body["LabelRecoveryRequest"]
        code = asked["LabelSpecification"]["LabelImageFormat"]["Code"]
        if code not in _RECOVERED:
            raise Refused(400, "300105", "Invalid label image format code")
        if "TrackingNumber" in asked:
            wanted = [self._shipments.get(asked["TrackingNumber"])]
        else:
            wanted = list(self._of_reference(asked["ReferenceValues"]["ReferenceNumber"]["Value"]))
        found = [each for each in wanted if each and self._is_recoverable(each, now)]
        if not found:
            raise Refused(404, "300102", "No label found for the given criteria")
        results = [
            {
                "TrackingNumber": each["number"],
                "LabelImage": {
                    "LabelImageFormat": {"Code": code},
                    "GraphicImage": answers.label(code, each["number"], tuple(each["lines"])),
                },
            }
            for each in found
        ]
        self._ledger.note(now, "label.recovered", found[0]["number"], format=code)
        recovered: Json = {"Response": SUCCESS, "ShipmentIdentificationNumber": found[0]["number"]}
        return 200, {"LabelRecoveryResponse": recovered | {"LabelResults": results if len(results) > 1 else results[0]}}

    def _is_recoverable(self, held: Json, now: int) -> bool:
        waited = now - held["booked_at"] >= self._settings.recovery_lag * _SECOND
        return waited and not held["voided"] and not held["purged"]

    def _of_reference(self, reference: str) -> list[Json]:
        return [each for each in self._shipments.values() if reference in each["references"]]

    def track(self, number: str) -> Answer:
        """GET /api/track/v1/details/{number}."""
        if number not in self._shipments:
            raise Refused(404, "TW0001", "Tracking Information Not Found")
        return 200, answers.tracked(number, [self._shipments[number]])

    def track_reference(self, reference: str, now: int) -> Answer:
        """GET /api/track/v1/reference/details/{reference}."""
        lag = self._settings.lookup_lag * _SECOND
        found = [each for each in self._of_reference(reference) if now - each["booked_at"] >= lag]
        if not found:
            raise Refused(404, "TW0001", "Tracking Information Not Found")
        return 200, answers.tracked(reference, found)

    def advance(self, number: str, now: int) -> Json:
        """The next scan of the ordinary journey. Raises `KeyError` for an unknown number."""
        held = self._shipments[number]
        taken = len(held["scans"]) - 1
        step = _JOURNEY[min(taken, len(_JOURNEY) - 1)]
        place = held["to"] if step[1] in {"OT", "FS"} else held["from"]
        scan = answers.activity(step, place, now)
        held["scans"].insert(0, scan)
        self._ledger.note(now, "tracking.scanned", number, code=step[1])
        self._tell(number, scan, now)
        return scan

    def finish(self, number: str, now: int) -> Json:
        """All scans up to the delivery. Raises `KeyError` for an unknown number."""
        while self._shipments[number]["scans"][0]["status"]["type"] != "D":
            self.advance(number, now)
        return {"tracking_number": number, "scans": len(self._shipments[number]["scans"])}

    def purge(self, number: str) -> Json:
        """UPS no longer keeps the label. Raises `KeyError` for an unknown number."""
        self._shipments[number]["purged"] = True
        return {"tracking_number": number}


def _is_abroad(shipment: Json) -> bool:
    return bool(shipment["ShipFrom"]["Address"]["CountryCode"] != shipment["ShipTo"]["Address"]["CountryCode"])


def _references(shipment: Json) -> list[str]:
    """References, which are a package's inside the United States and a shipment's elsewhere."""
    home = {shipment[end]["Address"]["CountryCode"] for end in ("ShipFrom", "ShipTo")} <= _HOME
    of_package: list[Any] = shipment["Package"][0].get("ReferenceNumber", [])
    of_shipment: list[Any] = shipment.get("ReferenceNumber", [])
    if of_shipment and home:
        raise Refused(400, "120541", "Shipment/ReferenceNumber is not allowed for this shipment")
    if of_package and not home:
        raise Refused(400, "120542", "Package/ReferenceNumber is not allowed for this shipment")
    values = [str(each["Value"]) for each in [*of_package, *of_shipment]]
    if any(len(value) > 35 for value in values) or len(values) > 2:
        raise Refused(400, "120543", "Invalid reference number")
    return values


def _check_extras(shipment: Json) -> None:
    """What UPS refuses of forms and dangerous goods."""
    forms = shipment.get("ShipmentServiceOptions", {}).get("InternationalForms")
    if forms is not None:
        if not re.fullmatch(r"\d{8}", forms["InvoiceDate"]) or not forms["Product"]:
            raise Refused(400, "128000", "Missing or invalid invoice date or product")
        for product in forms["Product"]:
            if not product.get("OriginCountryCode") or not int(product["Unit"]["Number"]) > 0:
                raise Refused(400, "128011", "Missing or invalid product origin country or unit")
        if not shipment["ShipTo"].get("Phone"):
            raise Refused(400, "120213", "ShipTo phone number is required for this shipment")
    for hazard in shipment["Package"][0].get("PackageServiceOptions", {}).get("HazMat", []):
        if not re.fullmatch(r"(UN|NA|ID)\d{4}", hazard["IDNumber"]):
            raise Refused(400, "121937", "Missing or invalid IDNumber")
        if hazard["CommodityRegulatedLevelCode"] == "FR" and not hazard.get("EmergencyPhone"):
            raise Refused(400, "121940", "Missing emergency phone")
